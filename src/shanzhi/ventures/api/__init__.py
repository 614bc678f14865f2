"""The API of the rounds: the same operations and queries as the pages."""

from shanzhi.ventures.api.calls import router as calls
from shanzhi.ventures.api.disputes import router as disputes
from shanzhi.ventures.api.jury import router as jury
from shanzhi.ventures.api.proposals import router as proposals
from shanzhi.ventures.api.routing import router
from shanzhi.ventures.api.seats import router as seats
from shanzhi.ventures.api.twins import router as twins
from shanzhi.ventures.api.voices import router as voices

router.add_router("", calls)
router.add_router("", proposals)
router.add_router("", jury)
router.add_router("", disputes)
router.add_router("", voices)
router.add_router("", twins)
router.add_router("", seats)

__all__ = ["router"]
