"""The API of volunteering: the same operations and queries as the pages."""

from shanzhi.volunteering.api.desk import router as desk
from shanzhi.volunteering.api.imports import router as imports
from shanzhi.volunteering.api.mine import router
from shanzhi.volunteering.api.moves import router as moves
from shanzhi.volunteering.api.teams import router as teams

router.add_router("", desk)
router.add_router("", imports)
router.add_router("", moves)
router.add_router("", teams)

__all__ = ["router"]
