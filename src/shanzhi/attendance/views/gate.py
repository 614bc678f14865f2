"""At the gate: what the code on the screen opens, and signing in by the place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shanzhi.activities.models import Shift
from shanzhi.attendance import operations, queries, refusals
from shanzhi.attendance.operations import Came
from shanzhi.attendance.views.frames import clock, mine_steps, times
from shanzhi.kernel.gate import Place, Scan
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page

SEEN: Final = "attendance_seen"


@never_cache
@form_page
def gate(request: Any, gate_code: str) -> HttpResponse:
    """Let who scanned the screen sign in or out by one button; without scripts, app or typing.

    Whoever has to sign in to the site first keeps, in the session of this browser, that the code was scanned in time.
    """
    scan = queries.scanned(gate_code)
    if not request.actor.signed_in:
        if scan.holds(request.now):
            request.session[SEEN] = [scan.shift.hex, int(request.now.timestamp())]
        return redirect_to_login(request.get_full_path())
    shift = queries.shift(shift_id=scan.shift)
    if request.method == "POST":
        given = {"shift_id": shift.pk, "code": gate_code, "seen": request.POST.get("seen", "")[:200]}
        act = operations.leave_by_code if _leaving(request) else operations.arrive_by_code
        return _done(request, act(**given, position=position_of(request.POST), **acting(request)))
    return _page(request, shift, _seen(request, scan), _("Sign in at the activity"))


def _seen(request: Any, scan: Scan) -> str:
    """Give the mark of a scan in time: of now, or of before signing in to the site. Raises CodeOver."""
    given = {"actor": request.actor, "shift_id": scan.shift}
    if scan.holds(request.now):
        return queries.seen_mark(**given, at=request.now)
    shift, then = request.session.get(SEEN, ("", 0))
    if shift == scan.shift.hex:
        mark = queries.seen_mark(**given, at=datetime.fromtimestamp(then, UTC))
        if queries.seen_at(**given, mark=mark, at=request.now) is not None:
            return mark
    raise refusals.CodeOver


@never_cache
@login_required
@form_page
def here(request: Any, shift_id: UUID) -> HttpResponse:
    """Let somebody sign in or out by where the phone is."""
    shift = queries.shift(shift_id=shift_id)
    if request.method == "POST":
        act = operations.leave_by_place if _leaving(request) else operations.arrive_by_place
        return _done(request, act(shift_id=shift_id, position=position_of(request.POST), **acting(request)))
    if queries.position_of(shift) is None:
        raise refusals.NoPosition
    return _page(request, shift, "", _("Sign in by the place"))


def _leaving(request: Any) -> bool:
    return bool(request.POST.get("act") == "leave")


def _done(request: Any, came: Came) -> HttpResponse:
    leaving = _leaving(request)
    messages.success(request, _("You are signed out. Thank you!") if leaving else _("You are signed in. Welcome!"))
    return redirect("attendance:record", presence_id=came.id)


def _page(request: Any, shift: Shift, seen: str, heading: str) -> HttpResponse:
    row = queries.own_state(viewer=request.actor, shift_id=shift.pk)
    words = {"here": _("You are here since %(at)s."), "left": _("You were here from %(at)s and are signed out.")}
    context = {
        "shift": shift, "times": times(shift), "row": row, "seen": seen, "heading": heading,
        "by_place": not seen, "with_place": queries.position_of(shift) is not None,
        "words": words[row.state] % {"at": clock(row.arrived_at)} if row else "",
        "crumbs": [(_("Home"), "/"), *mine_steps(), (shift.activity.title, "")],
    }  # fmt: skip
    return render(request, "attendance/gate.html", context)


def position_of(given: Any) -> Place | None:
    """Read a position in thousandths of a degree, which is what the page sends; none for anything else."""
    try:
        return Place(int(given.get("north", "")) * 1000, int(given.get("east", "")) * 1000)
    except ValueError:
        return None
