"""Lists at the polling place: the marks of a booth."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.voting import queries
from shanzhi.voting.lifecycle import MARK
from shanzhi.voting.models import PaperMark
from shanzhi.voting.models.paper import MARK_KINDS, VOID_REASONS
from shanzhi.voting.views.frames import MARK_TONES, booth_crumbs


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find by the number on the roll or the serial of the outer envelope."""
    digits = text.strip()
    return (
        rows.filter(number=int(digits))
        if digits.isdecimal() and len(digits) < 16
        else rows.filter(outer=digits.upper())
    )


def _address(row: PaperMark) -> str:
    return reverse("voting:booth_mark", args=[row.booth_id, row.pk])


MARKS = Listing(
    key="marks",
    columns=[
        Column("number", gettext_lazy("Number on the roll"), kind="number", sort="number", url=_address,
               value=lambda row: row.number or 0),
        Column("voter", gettext_lazy("Voter"), value=lambda row: str(row.person.name)),
        Column("cast_at", gettext_lazy("Minute"), kind="datetime", sort="cast_at"),
        Column("kind", gettext_lazy("Kind"), sort="kind", value=lambda row: row.get_kind_display(), priority=2),
        Column("state", gettext_lazy("State"), kind="tag", sort="state",
               value=lambda row: (MARK_TONES[row.state], row.get_state_display()),
               export=lambda row: row.get_state_display()),
        Column("outer", gettext_lazy("Outer envelope"), priority=2),
        Column("void", gettext_lazy("Why void"), value=lambda row: row.get_void_reason_display(), priority=3),
        Column("officer", gettext_lazy("Officer"), value=lambda row: str(row.officer.name), priority=2),
    ],
    default_sort="-cast_at",
    filters=[
        ChoiceFilter("state", gettext_lazy("State"), choices=MARK.choices()),
        ChoiceFilter("kind", gettext_lazy("Kind"), choices=MARK_KINDS),
        ChoiceFilter("void", gettext_lazy("Why void"), field="void_reason", choices=VOID_REASONS),
        DateRangeFilter("day", gettext_lazy("Minute"), field="cast_at"),
    ],
    search=_search,
    search_label=gettext_lazy("Number on the roll or outer envelope"),
    empty=Empty(gettext_lazy("Nobody is marked here yet.")),
    caption=gettext_lazy("Marks"),
)  # fmt: skip


@login_required
def marks(request: Request, booth_id: UUID) -> HttpResponse:
    """List who is marked at a booth, masked."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    rows = queries.marks(viewer=request.actor, booth_id=booth_id)
    context = {
        "heading": _("Marks"),
        "lead": _("Who got a sheet here. Which sheet it was is recorded nowhere."),
        "crumbs": booth_crumbs(booth, (_("Marks"), "")),
    }
    answer: HttpResponse = listing_response(request, MARKS, rows, context)
    return answer
