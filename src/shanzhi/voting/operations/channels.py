"""Paper at the close: booths that must be reconciled, paper ballots beside those cast online, totals by channel."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.voting.lifecycle import BOOTH, CANCELLED, CLOSED, OPEN, PREPARED
from shanzhi.voting.models import Booth, InvalidSheet, PaperEntry, PaperMark, Poll, RollEntry
from shanzhi.voting.models.paper import NOT_VOTING
from shanzhi.voting.operations.entries import choices_of, final_readings
from shanzhi.voting.operations.envelopes import Choices
from shanzhi.voting.operations.merged import held_places
from shanzhi.voting.operations.publishing import told_channels
from shanzhi.voting.operations.sealed_sheets import PaperSealer

SMALLEST_BOOTH: Final = 10
"""Invalid sheets are told by booth only when every booth that counted any has so many ballots, and two smallest groups,
and a smallest group of valid ones; else in sum alone."""


class BoothsUnreconciled(Conflict):
    """Booths are open or not yet reconciled."""

    code = "booths_unreconciled"
    message = _(
        "The vote cannot be closed yet: these polling places are open or not reconciled: %(booths)s. Online voting "
        "ends at its published time all the same."
    )


class PlacesDisagree(Conflict):
    """There are not as many empty envelopes as votes on paper."""

    code = "places_disagree"
    message = _(
        "The vote cannot be closed: the envelopes do not agree with the marks of the polling places. Nothing was "
        "changed; tell the operator, who looks into the record of events."
    )


def settle_booths(*, actor: Actor, poll: Poll, at: datetime) -> None:
    """Cancel booths that never opened, and refuse while another is open or not reconciled, naming all of them.

    The poll's row is locked, so no booth changes meanwhile.
    """
    waiting = Booth.objects.filter(poll=poll, state__in=(OPEN, CLOSED)).order_by("code")
    if names := [f"{booth.name} ({booth.get_state_display()})" for booth in waiting]:
        raise BoothsUnreconciled(booths=", ".join(names))
    for booth in Booth.objects.select_for_update().filter(poll=poll, state=PREPARED).order_by("pk"):
        booth.state = BOOTH.move(booth.state, "cancel")
        booth.save(update_fields=["state"])
        change = {"with_poll": str(poll.pk)}
        record(actor=actor, verb="voting.booth.cancel", subject=booth, area=booth.area, change=change, at=at)


def check_places(poll: Poll, empty: int) -> None:
    """Compare the number of empty envelopes with the votes on paper that stand, and the places held for one person."""
    on_paper = PaperMark.objects.filter(poll=poll).exclude(state__in=NOT_VOTING).count()
    if on_paper + held_places(poll.pk) != empty:
        raise PlacesDisagree


def take_entries(poll: Poll, key: bytes) -> tuple[list[tuple[str, Choices]], dict[str, int]]:
    """Open all paper entries: ballots by receipt, and invalid sheets by booth code. The entries are dropped.

    Receipts of invalid sheets are kept with their reason, for their voters to find.
    """
    sealer = PaperSealer(poll_id=poll.pk, key=key)
    points = poll.ballot_kind == "points"
    rows = PaperEntry.objects.filter(sheet__booth__poll=poll)
    sheets: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
    for serial, number, sealed in rows.values_list("sheet__serial", "round", "sealed"):
        sheets[serial].append((number, bytes(sealed)))
    ballots, invalid = [], []
    by_booth: dict[str, int] = defaultdict(int)
    for serial, reading in final_readings(sheets, sealer, points=points).items():
        found = choices_of(reading)
        if found is None:
            invalid.append(InvalidSheet(receipt=sealer.receipt(serial), poll=poll, reason=reading.reason))
            by_booth[serial[:3]] += 1
        else:
            ballots.append((sealer.receipt(serial), found))
    InvalidSheet.objects.bulk_create(sorted(invalid, key=lambda one: one.receipt))
    _drop(poll.pk)
    return ballots, dict(by_booth)


_DROP = """
DELETE FROM voting_paperentry e USING voting_sheet s, voting_booth b
WHERE s.id = e.sheet_id AND b.id = s.booth_id AND b.poll_id = %s
"""


def _drop(poll_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [poll_id])


def channels_of(poll: Poll, *, online: int, paper: int, invalid: dict[str, int]) -> dict[str, Any] | None:
    """Tell how many came by which way; None for a poll without booths.

    `online` ballots of envelopes, `paper` valid or blank sheets. Figures of persons and sheets, none of choices, but
    for invalid sheets, whose number by booth is left out where a booth is small.
    """
    booths = list(Booth.objects.filter(poll=poll).order_by("code"))
    if not booths:
        return None
    marks = _marks(poll)
    counted = [booth for booth in booths if booth.sheets_cast]
    least = max(SMALLEST_BOOTH, 2 * poll.smallest_group)
    large = all(
        (booth.sheets_cast or 0) >= least
        and (booth.sheets_cast or 0) - invalid.get(booth.code, 0) >= poll.smallest_group
        for booth in counted
    )
    return {
        "online": online,
        "paper": paper,
        "invalid": sum(invalid.values()),
        "roll_added": RollEntry.objects.filter(poll=poll, added_at_booth__isnull=False).count(),
        **{name: marks[name] for name in ("online_void", "provisional", "provisional_void", "visits", "visits_void")},
        "booth_least": least,
        "booths": [_booth(booth, invalid if large else None) for booth in booths],
    }


META: Final = {
    "online": "votes_online",
    "paper": "votes_paper",
    "invalid": "votes_invalid",
    "online_void": "votes_online_void",
    "provisional": "votes_provisional",
    "provisional_void": "votes_provisional_void",
    "visits": "votes_visits",
    "visits_void": "votes_visits_void",
    "roll_added": "voters_added",
}


def channel_meta(poll: Poll) -> dict[str, str]:
    """Give what the published file tells in its META of how people voted; nothing for a poll without booths.

    Of figures that are held back it says so, and from how many voters on they would stand there.
    """
    told = told_channels(poll)
    if told is None:
        return {}
    stated = {key: str(told[name]) for name, key in META.items() if told.get(name) is not None}
    held = {"votes_held_back": f"figures by channel about fewer than {told['least']} voters, and by polling place"}
    return stated | (held if told["least"] else {})


def _marks(poll: Poll) -> dict[str, int]:
    """Count marks by what became of them.

    `online_void` counts every online ballot that was emptied for a mark, also where the sheet was handed back or the
    visit not confirmed afterwards: so online ballots ever put into a free place are those counted and these. A mark
    that gave way to an earlier one handed its emptied envelope on, and is not counted for it again.
    """
    void, opened = Q(state="void"), Q(state="opened")
    emptied = Q(envelope_void=True) & ~Q(void_reason="paper_elsewhere")
    found: dict[str, int] = PaperMark.objects.filter(poll=poll).aggregate(
        online_void=Count("pk", filter=emptied),
        provisional=Count("pk", filter=opened & Q(kind="provisional")),
        provisional_void=Count("pk", filter=void & Q(kind="provisional")),
        visits=Count("pk", filter=opened & Q(kind="home_visit")),
        visits_void=Count("pk", filter=void & Q(kind="home_visit")),
    )
    return found


def _booth(booth: Booth, invalid: dict[str, int] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "code": booth.code,
        "name": booth.name,
        "area": booth.area,
        "kind": booth.kind,
        "opened": booth.state != CANCELLED,
    }
    for name in ("received", "issued", "unissued", "cast", "spoiled", "returned", "carried_off", "void"):
        told[name] = getattr(booth, f"sheets_{name}") or 0
    if invalid is not None:
        told["invalid"] = invalid.get(booth.code, 0)
    return told
