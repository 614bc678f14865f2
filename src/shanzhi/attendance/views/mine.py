"""One's own presence: what is on, where one was, what was decided about each record; the shifts that one leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.attendance import policies, queries
from shanzhi.attendance.lifecycle import ATTENDANCE
from shanzhi.attendance.models import Attendance
from shanzhi.attendance.views.frames import doubt, list_steps, mine_steps, name, review, state, stay, times
from shanzhi.ui import formatting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.pieces import Answer

SOON: Final = timedelta(hours=12)
LED_BEFORE: Final = timedelta(days=3)
LED_MOST: Final = 20

MINE = Listing(
    key="my_attendance",
    columns=(
        Column("title", gettext_lazy("Activity"), url=page_of("attendance:record"), sort="shift__activity__title"),
        Column("arrived_at", gettext_lazy("Came"), "datetime", sort="arrived_at"),
        Column("left_at", gettext_lazy("Went"), "datetime", sort="left_at"),
        Column("minutes", gettext_lazy("Time there"), "minutes"),
        Column("state", gettext_lazy("State"), "tag", value=state, sort="state"),
        Column("review", gettext_lazy("Doubts"), "tag", value=review, sort="review", priority=2),
    ),
    default_sort="-arrived_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=ATTENDANCE.choices()),
        DateRangeFilter("arrived_at", gettext_lazy("Came")),
    ),
    search=queries.search_mine,
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(
        gettext_lazy("You were at no activity yet"),
        gettext_lazy("Sign up for one; on the day scan the code on the leader's screen with the phone's camera."),
    ),
)  # fmt: skip


@login_required
def mine(request: Any) -> HttpResponse:
    """List one's own records; above them the shifts that are on, and those that one leads."""
    since = request.now - LED_BEFORE
    led = queries.led_shifts(viewer=request.actor)
    near = led.filter(ends_at__gt=since, starts_at__lt=request.now + SOON).order_by("starts_at")
    own = queries.own_shifts(viewer=request.actor, at=request.now, until=request.now + SOON)
    context = {
        "heading": _("My attendance"), "crumbs": [(_("Home"), "/"), (_("My attendance"), "")],
        "own": [(one, times(one), queries.position_of(one) is not None) for one in own],
        "led": [(one, times(one)) for one in near[:LED_MOST]],
        "reads": policies.reads_any(request.actor),
    }  # fmt: skip
    rows = queries.mine(viewer=request.actor)
    answer: HttpResponse = listing_response(request, MINE, rows, context, template="attendance/mine.html")
    return answer


@login_required
def record(request: Any, presence_id: UUID) -> HttpResponse:
    """Show one record: to whose it is, to who leads, to staff of the area."""
    row = queries.record(viewer=request.actor, presence_id=presence_id)
    may = row.living and policies.may_decide(actor=request.actor, row=row) is None
    steps = list_steps(row.shift) if may else mine_steps()
    context = {
        "row": row, "heading": row.shift.activity.title, "state": state(row), "review": review(row), "may": may,
        "pairs": _pairs(row), "doubts": [doubt(one) for one in row.flags.all()], "rulings": list(row.rulings.all()),
        "crumbs": [(_("Home"), "/"), *steps, (_("Presence"), "")], "next_one": queries.correction_of(row),
        "own": request.actor.is_person(row.volunteer.person_id),
    }  # fmt: skip
    return render(request, "attendance/record.html", context)


def _pairs(row: Attendance) -> list[Answer]:
    ways = row.get_way_in_display()
    if row.way_out and row.way_out != row.way_in:
        ways = f"{ways} → {row.get_way_out_display()}"
    pairs = [
        Answer(_("Volunteer"), f"{row.volunteer.number} · {name(row.volunteer)}"),
        Answer(_("Shift"), times(row.shift)),
        Answer(_("Present"), stay(row)),
        Answer(_("Time there"), formatting.minutes(row.minutes)),
        Answer(_("How it was written down"), ways),
    ]
    if row.walk_in:
        pairs.append(Answer(_("Signed up"), _("No, came without having signed up")))
    if row.reason:
        pairs.append(Answer(_("Why it was corrected"), row.reason))
    if row.shift.activity.reach:
        pairs.append(Answer(_("Where to ask"), row.shift.activity.reach))
    return pairs
