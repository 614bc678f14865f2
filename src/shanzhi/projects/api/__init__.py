"""The API of projects: the same operations and queries as the pages."""

from shanzhi.projects.api.more import router as more
from shanzhi.projects.api.routes import router

router.add_router("", more)

__all__ = ["router"]
