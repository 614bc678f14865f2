"""Lists of volunteers as offices keep them."""
