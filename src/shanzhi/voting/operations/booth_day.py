"""The day at a booth: opening, sheets that come later, closing with the count of sheets, reconciling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.voting.lifecycle import BOOTH, CLOSED, OPEN
from shanzhi.voting.models import Booth, BoothOfficer
from shanzhi.voting.operations.booths import LEAST_OFFICERS, PollNotOpen, TooFewOfficers, working_booth

MOST: Final = 100_000


class BadCount(Invalid):
    """A count of sheets is no whole number."""

    code = "bad_count"
    message = _("Count the sheets again: write whole numbers from 0 to 100,000.")


class BoothNotOpen(Conflict):
    """The act is done while the booth is open."""

    code = "booth_not_open"
    message = _("This polling place is not open. Open it first, or look whether it has closed.")


class BoothNotClosed(Conflict):
    """The act is done after the booth has closed and before it is reconciled."""

    code = "booth_not_closed"
    message = _("This is done after the polling place has closed and before it is reconciled.")


class ReasonForRecount(Invalid):
    """Figures change for a reason."""

    code = "reason_needed"
    message = _("Write why the count changes; it is kept in the record of events.")


@dataclass(frozen=True, slots=True)
class SheetCount:
    """Sheets counted by hand at the close: never handed out, spoiled, handed back unused, and ballots in the box."""

    unissued: int
    spoiled: int
    returned: int
    cast: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that keeps a booth from being reconciled: a stable code, words with numbers, the two numbers."""

    code: str
    message: Any
    left: int
    right: int

    @property
    def text(self) -> str:
        """The words with the numbers in them."""
        return str(self.message) % {"left": self.left, "right": self.right, "off": abs(self.left - self.right)}


class DoesNotReconcile(Conflict):
    """The figures of the booth do not agree; `differences` lists all of it."""

    code = "does_not_reconcile"
    message = _("This polling place cannot be reconciled yet. %(why)s")

    def __init__(self, differences: list[Difference]) -> None:
        """Say every difference with its numbers."""
        self.differences = differences
        super().__init__(why=" ".join(one.text for one in differences))


class CountsDiffer(DoesNotReconcile):
    """At the close already the count cannot be right."""

    code = "counts_differ"
    message = _(
        "The count does not agree with what is noted here. %(why)s Count again; note what was handed back, spoiled or "
        "carried off before you close."
    )


FIGURES: Final = (
    "issued", "spoiled", "returned", "carried_off", "void", "boxed", "pending", "entered", "unresolved",
)  # fmt: skip
_FIGURES: Final = "SELECT issued, spoiled, returned, carried_off, void, boxed, pending, entered, unresolved"


def figures_of(booth: Booth) -> dict[str, int]:
    """Give what marks, sheets and entries of a booth say, by the names of `FIGURES`."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_FIGURES} FROM voting_booth_figures(%s)", [booth.pk])
        row = cursor.fetchone()
    return dict(zip(FIGURES, map(int, row or ()), strict=True))


def open_booth(*, actor: Actor, booth_id: UUID, received: int, version: int | None = None, at: datetime) -> Booth:
    """Open a booth with so many sheets.

    Raises NotAnOfficer, TooFewOfficers, PollNotOpen, BadCount, MoveRefused, StaleBooth.
    """
    _whole(received, "received")
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id, version=version)
        state = BOOTH.move(booth.state, "open")
        if booth.poll.state != OPEN or not booth.poll.opens_at <= at < booth.poll.closes_at:
            raise PollNotOpen
        if BoothOfficer.objects.filter(booth=booth, ended_at=None).count() < LEAST_OFFICERS:
            raise TooFewOfficers
        booth.state, booth.opened_at, booth.sheets_received = state, at, received
        booth.version += 1
        booth.save(update_fields=["state", "opened_at", "sheets_received", "version"])
        change = {"received": received}
        record(actor=actor, verb="voting.booth.open", subject=booth, area=booth.area, change=change, at=at)
    return booth


def receive_sheets(*, actor: Actor, booth_id: UUID, number: int, version: int | None = None, at: datetime) -> Booth:
    """Note sheets that come to an open booth later. Raises NotAnOfficer, BoothNotOpen, BadCount, StaleBooth."""
    _whole(number, "number")
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id, version=version)
        if booth.state != OPEN:
            raise BoothNotOpen
        booth.sheets_received = (booth.sheets_received or 0) + number
        booth.version += 1
        booth.save(update_fields=["sheets_received", "version"])
        change = {"more": number, "received": booth.sheets_received}
        record(actor=actor, verb="voting.booth.receive", subject=booth, area=booth.area, change=change, at=at)
    return booth


def close_booth(*, actor: Actor, booth_id: UUID, count: SheetCount, version: int | None = None, at: datetime) -> Booth:
    """Close a booth with the count of its sheets, which must agree with what is known by then.

    Raises NotAnOfficer, BoothNotOpen, BadCount, StaleBooth, CountsDiffer with every difference in numbers.
    """
    columns = _counted(count)
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id, version=version)
        if booth.state != OPEN:
            raise BoothNotOpen
        booth.state, booth.closed_at = BOOTH.move(booth.state, "close"), at
        for column, value in columns.items():
            setattr(booth, column, value)
        if found := known_at_close(booth, figures_of(booth), listed=booth.lists.exists()):
            raise CountsDiffer(found)
        booth.version += 1
        booth.save(update_fields=["state", "closed_at", *columns, "version"])
        record(actor=actor, verb="voting.booth.close", subject=booth, area=booth.area, change=columns, at=at)
    return booth


def recount_sheets(
    *, actor: Actor, booth_id: UUID, count: SheetCount, reason: str, version: int | None = None, at: datetime
) -> Booth:
    """Correct the count of a closed booth, for a reason.

    Raises NotAnOfficer, BoothNotClosed, ReasonForRecount, StaleBooth.
    """
    columns = _counted(count)
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id, version=version)
        if booth.state != CLOSED:
            raise BoothNotClosed
        if not reason.strip():
            raise ReasonForRecount(field="reason")
        before = {column: getattr(booth, column) for column in columns}
        for column, value in columns.items():
            setattr(booth, column, value)
        booth.version += 1
        booth.save(update_fields=[*columns, "version"])
        record(
            actor=actor,
            verb="voting.booth.recount",
            subject=booth,
            area=booth.area,
            change={"before": before, "after": columns},
            at=at,
            reason=reason.strip(),
        )
    return booth


def _counted(count: SheetCount) -> dict[str, int]:
    columns = {
        "sheets_unissued": count.unissued,
        "sheets_spoiled": count.spoiled,
        "sheets_returned": count.returned,
        "sheets_cast": count.cast,
    }
    for column, value in columns.items():
        _whole(value, column.removeprefix("sheets_"))
    return columns


def _whole(value: int, field: str) -> None:
    if isinstance(value, bool) or not 0 <= value <= MOST:
        raise BadCount(field=field)


def differences_of(booth: Booth, figures: Mapping[str, int]) -> list[Difference]:
    """Compare what was counted by hand with marks, sheets and entries; nothing is left when the booth is in order."""
    received, unissued = booth.sheets_received or 0, booth.sheets_unissued or 0
    spoiled, returned, cast = booth.sheets_spoiled or 0, booth.sheets_returned or 0, booth.sheets_cast or 0
    issued, away = figures["issued"], figures["void"] + figures["carried_off"]
    pairs = [
        ("received", received, issued + unissued, RECEIVED),
        ("spoiled", spoiled, figures["spoiled"], SPOILED),
        ("returned", returned, figures["returned"], RETURNED),
        ("issued", issued, cast + spoiled + returned + away, ISSUED),
        ("cast", cast, figures["entered"], CAST),
        ("pending", figures["pending"], 0, PENDING),
        ("unresolved", figures["unresolved"], 0, UNRESOLVED),
    ]
    return [Difference(code, words, left, right) for code, left, right, words in pairs if left != right]


def known_at_close(booth: Booth, figures: Mapping[str, int], *, listed: bool) -> list[Difference]:
    """Give the differences that nothing can settle after the close: a count that is wrong, or a note that is missing.

    Marks made by a list without network may still be uploaded, and outer envelopes opened: with a list only what counts
    too much can be told, and before the envelopes are opened the box may hold less than was issued. What was read of
    the sheets is known after the close alone.
    """
    found = []
    for one in differences_of(booth, figures):
        more_to_come = {
            "received": listed and one.left > one.right,
            "spoiled": False,
            "returned": False,
            "issued": listed or (figures["pending"] > 0 and one.left > one.right),
        }
        if not more_to_come.get(one.code, True):
            found.append(one)
    return found


RECEIVED: Final = _("Received %(left)s sheets, but issued and unissued together are %(right)s: off by %(off)s.")
SPOILED: Final = _("Counted %(left)s spoiled sheets, but %(right)s are noted as spoiled: off by %(off)s.")
RETURNED: Final = _("Counted %(left)s sheets handed back, but %(right)s marks say so: off by %(off)s.")
ISSUED: Final = _(
    "Issued %(left)s sheets, but cast, void, spoiled, handed back and carried off together are %(right)s: off by "
    "%(off)s."
)
CAST: Final = _("In the box are %(left)s ballots, but %(right)s are entered twice and settled: off by %(off)s.")
PENDING: Final = _("%(left)s outer envelopes are neither opened nor void.")
UNRESOLVED: Final = _("%(left)s sheets wait for a second reading or a third person.")


def reconcile_booth(*, actor: Actor, booth_id: UUID, version: int | None = None, at: datetime) -> Booth:
    """Settle a closed booth whose figures all agree; after this nothing about it changes.

    Raises NotAnOfficer, BoothNotClosed, StaleBooth, DoesNotReconcile with every difference in numbers.
    """
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id, version=version)
        if booth.state != CLOSED:
            raise BoothNotClosed
        figures = figures_of(booth)
        if found := differences_of(booth, figures):
            raise DoesNotReconcile(found)
        booth.state, booth.reconciled_at = BOOTH.move(booth.state, "reconcile"), at
        columns = {
            "sheets_issued": figures["issued"],
            "sheets_void": figures["void"],
            "sheets_carried_off": figures["carried_off"],
            "sheets_entered": figures["entered"],
        }
        for column, value in columns.items():
            setattr(booth, column, value)
        booth.version += 1
        booth.save(update_fields=["state", "reconciled_at", *columns, "version"])
        record(actor=actor, verb="voting.booth.reconcile", subject=booth, area=booth.area, change=columns, at=at)
    return booth
