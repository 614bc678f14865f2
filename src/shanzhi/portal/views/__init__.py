"""Pages of the public site."""

from shanzhi.portal.views.pages import accessibility, district, home, open_data, search, sources, today

__all__ = ["accessibility", "district", "home", "open_data", "search", "sources", "today"]
