"""The list on the leader's phone: its service worker, taking over taps, and leaving nothing behind after sign-out."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shanzhi.attendance import operations
from shanzhi.attendance.cookies import COOKIE, COPIES, COPIES_KEPT, KEPT
from shanzhi.attendance.models import Act
from shanzhi.kernel.errors import Invalid
from shanzhi.ui.http import acting
from shanzhi.ui.methods import acts

WORKER: Final = Path(__file__).resolve().parents[1] / "static" / "attendance" / "list-worker.js"


class BadTaps(Invalid):
    """What the phone sent is none of ours."""

    code = "bad_taps"


def owner_of(request: Any) -> str:
    """Give a mark by which a phone tells the taps of one leader from another's, and that names nobody."""
    return salted_hmac("attendance.owner", str(request.actor.account_id)).hexdigest()[:16]


def marked(request: Any, answer: HttpResponse) -> HttpResponse:
    """Let the phone know, for 48 hours or until sign-out, whose list it may show without a network.

    And let sign-out know, however late, that this phone may hold a list.
    """
    shared: dict[str, Any] = {"secure": settings.SESSION_COOKIE_SECURE, "samesite": "Lax"}
    answer.set_cookie(COOKIE, owner_of(request), max_age=int(KEPT.total_seconds()), httponly=False, **shared)
    answer.set_cookie(COPIES, "1", max_age=int(COPIES_KEPT.total_seconds()), httponly=True, **shared)
    return answer


def worker(request: Any) -> HttpResponse:
    """Give the service worker; it may answer for the lists below this address alone, and holds nothing of anybody."""
    answer = HttpResponse(WORKER.read_text(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@never_cache
@login_required
@acts
def sync(request: Any, shift_id: UUID) -> HttpResponse:
    """Take over taps and say of each what became of it, as JSON for the page."""
    sent_at, taps = _read(request.body)
    taken = operations.sync(shift_id=shift_id, taps=taps, sent_at=sent_at, **acting(request))
    return JsonResponse(
        {"taken": [{"id": str(one.id), "answer": one.answer, "why": one.why, "words": one.words} for one in taken]}
    )


def _read(body: bytes) -> tuple[datetime, list[operations.Given]]:
    try:
        given = json.loads(body)
        return _moment(given["sent_at"]), [_tap(one) for one in given["taps"]]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as wrong:
        raise BadTaps from wrong


def _tap(one: Any) -> operations.Given:
    online = one.get("online") is True
    act = Act(one["act"]).value
    return operations.Given(UUID(one["id"]), UUID(one["volunteer"]), act, _moment(one["at"]), online)


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or timezone.is_naive(found) or not 1990 <= found.year <= 2199:
        raise ValueError
    return found


@never_cache
def forget(request: Any) -> HttpResponse:
    """Say, after sign-out, that the lists are removed from this device; the page does it."""
    heading = _("Lists of presence on this device")
    context = {"heading": heading, "crumbs": [(_("Home"), "/"), (heading, "")]}
    return render(request, "attendance/forget.html", context)
