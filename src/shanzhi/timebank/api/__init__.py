"""The API of the time bank: the same operations and queries as the pages."""

from ninja import Router

from shanzhi.timebank.api import clearing, desk, helping, matching, own, public, shop

router = Router(tags=["timebank"])
for part in (public, own, helping, matching, shop, desk, clearing):
    router.add_router("", part.router)

__all__ = ["router"]
