"""The API of the time bank."""

from ninja import Router

router = Router(tags=["timebank"])
