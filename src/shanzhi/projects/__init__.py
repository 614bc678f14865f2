"""Projects that won, carried out: activities, reports, reviews, visits, completion, graduation."""
