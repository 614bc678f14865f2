"""The API of activities: the same operations and queries as the pages."""

from shanzhi.activities.api.near import router as near
from shanzhi.activities.api.planning import router as planning
from shanzhi.activities.api.public import router
from shanzhi.activities.api.signing import router as signing

router.add_router("", near)
router.add_router("", signing)
router.add_router("", planning)

__all__ = ["router"]
