"""The API of projects: the same operations and queries as the pages."""

from shanzhi.projects.api.routes import router

__all__ = ["router"]
