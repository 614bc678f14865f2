"""The API of assignments: the same operations and queries as the pages."""

from shanzhi.assignments.api.asks import router as asks
from shanzhi.assignments.api.runs import router

router.add_router("", asks)

__all__ = ["router"]
