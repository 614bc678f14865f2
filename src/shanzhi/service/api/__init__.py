"""The API of service records: the same operations and queries as the pages."""

from shanzhi.service.api.papers import router as papers
from shanzhi.service.api.records import router

router.add_router("", papers)

__all__ = ["router"]
