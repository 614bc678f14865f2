"""Work that lasts or repeats: jobs with progress, requests that may come twice."""
