"""The API of organisations: the same operations and queries as the pages."""

from shanzhi.organizations.api.filing import router as filing
from shanzhi.organizations.api.organizations import router
from shanzhi.organizations.api.papers import router as papers
from shanzhi.organizations.api.parts import router as parts
from shanzhi.organizations.api.public import router as public
from shanzhi.organizations.api.registers import router as registers
from shanzhi.organizations.api.signs import router as signs

router.add_router("", filing)
router.add_router("", papers)
router.add_router("", parts)
router.add_router("", public)
router.add_router("", registers)
router.add_router("", signs)

__all__ = ["router"]
