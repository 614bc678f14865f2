"""The site with one more address, which tells how the vote stands: what the comparison of twins must find."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from django.http import HttpResponse, JsonResponse
from django.urls import path

from shanzhi.config import urls
from shanzhi.voting.models import Envelope
from shanzhi.voting.operations.envelopes import Sealer
from shanzhi.voting.operations.keys import key_store

log = structlog.get_logger("shanzhi.leaking")


def standing(poll_id: UUID) -> int:
    """Count how many chose the first project so far."""
    sealer = Sealer(poll_id=poll_id, key=key_store().read(poll_id))
    rows = Envelope.objects.filter(poll=poll_id).values_list("voter_mac", "sealed")
    opened = [sealer.open(mark=bytes(mark), sealed=bytes(sealed), points=False) for mark, sealed in rows if sealed]
    return sum(0 in one.choices.positions for one in opened)


def told(_request: Any, poll_id: UUID) -> HttpResponse:
    """Tell it in the answer."""
    return JsonResponse({"so_far": standing(poll_id)})


def logged(_request: Any, poll_id: UUID) -> HttpResponse:
    """Tell it in the log alone."""
    log.info("looked", so_far=standing(poll_id))
    return HttpResponse("")


urlpatterns = [*urls.urlpatterns, path("leak/<uuid:poll_id>/", told), path("leak/<uuid:poll_id>/log/", logged)]
handler404, handler500 = urls.handler404, urls.handler500
