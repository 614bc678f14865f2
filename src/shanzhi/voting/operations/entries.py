"""Reading in paper ballots: one by one by serial, a second time by another person, a third where the two differ.

What is read is sealed at once (see `sealed_sheets`), so no figure of choices exists anywhere before the close.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shanzhi.voting.lifecycle import CLOSED
from shanzhi.voting.models import Booth, PaperEntry, PaperMark, Sheet
from shanzhi.voting.operations.booth_day import BoothNotClosed
from shanzhi.voting.operations.booths import locked_booth
from shanzhi.voting.operations.casting import BallotForm, form_of
from shanzhi.voting.operations.envelopes import Choices
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.marks import SheetSpoiled, sheet_of
from shanzhi.voting.operations.rules import CastChoices, UnknownOption, check
from shanzhi.voting.operations.sealed_sheets import REASONS, PaperSealer, Reading, reading_width
from shanzhi.voting.policies import booth_seen, enters

Kind = Literal["valid", "blank", "invalid"]
_SEPARATORS: Final = str.maketrans(
    {"，": " ", ",": " ", "；": " ", ";": " ", "、": " ", "：": ":", "=": ":", "＝": ":"}
)


class MayNotEnter(Forbidden):
    """The actor reads in no sheets here."""

    code = "may_not_enter"
    message = _("Sheets are read in by officers of the polling place and by those in charge of its area.")


class ReadByYou(Conflict):
    """One person reads a sheet once."""

    code = "read_by_you"
    message = _("You have read this sheet already. Another person reads it the second time.")


class ReadTwice(Conflict):
    """The sheet is done."""

    code = "read_twice"
    message = _("This sheet was read twice, and both readings agree. Put it aside.")


class DifferenceSettled(Conflict):
    """A third person has decided."""

    code = "difference_settled"
    message = _("A third person has settled this sheet already. Put it aside.")


class OutersFirst(Conflict):
    """Outer envelopes wait."""

    code = "outers_first"
    message = _("Confirm, open and mix the outer envelopes first; then read in the sheets.")


class ReadsNeither(Invalid):
    """The third reading equals neither of the two."""

    code = "reads_neither"
    message = _(
        "Your reading equals neither of the two before. Look at the sheet once more; if you are sure, tick so and send "
        "it again."
    )


class ReasonMissing(Invalid):
    """An invalid sheet needs a reason."""

    code = "reason_missing"
    message = _("Choose why the sheet is invalid.")


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What a person reads on a sheet: its kind, choices by the projects' numbers, or why it is invalid."""

    kind: Kind
    choices: CastChoices = field(default=(), repr=False)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """Which reading it was, and whether the sheet is settled with it. Nothing about what it says."""

    serial: str
    round: int
    settled: bool


def enter_sheet(
    *, actor: Actor, booth_id: UUID, serial: str, reading: SheetReading, at: datetime, sure: bool = False
) -> Entered:
    """Read in a sheet; which reading it is follows from those that are there.

    A third reading settles a difference; unless `sure`, it must equal one of the two. Raises MayNotEnter, UnknownSheet,
    SheetSpoiled, ReadByYou, ReadTwice, DifferenceSettled, ReadsNeither, OutersFirst, BoothNotClosed, and what the
    rules of the ballot refuse.
    """
    with transaction.atomic():
        booth = _entering(actor, booth_id)
        if PaperMark.objects.filter(booth=booth, state__in=("awaiting", "accepted")).exists():
            raise OutersFirst
        sheet = sheet_of(booth, serial)
        if sheet.spoiled:
            raise SheetSpoiled(field="serial")
        form = form_of(booth.poll)
        checked = _checked(form, reading)
        sealer = PaperSealer(poll_id=booth.poll_id, key=key_store().read(booth.poll_id))
        tag = sealer.tag(serial=sheet.serial, reading=checked)
        number, settled = _which(sheet, actor, tag, sure)
        width = reading_width(options=len(form.codes), most=form.rules.max_choices, points=form.rules.kind == "points")
        _write(sheet, actor, number, sealer.seal(serial=sheet.serial, reading=checked, width=width), tag)
        change = {"round": number}
        record(actor=actor, verb="voting.paper.enter", subject=booth, area=booth.area, change=change, at=at)
    return Entered(sheet.serial, number, settled)


def _entering(actor: Actor, booth_id: UUID) -> Booth:
    booth = locked_booth(booth_id)
    if not enters(actor, booth):
        if not booth_seen(actor, booth):
            raise NotFound
        raise MayNotEnter
    if booth.state != CLOSED:
        raise BoothNotClosed
    return booth


def _checked(form: BallotForm, reading: SheetReading) -> Reading:
    if reading.kind == "invalid":
        if reading.reason not in REASONS[1:]:
            raise ReasonMissing(field="reason")
        return Reading("invalid", reading.reason)
    if reading.kind == "blank" or not reading.choices:
        return Reading("blank") if form.rules.blank_allowed else Reading("invalid", "blank")
    found = check(form.rules, costs=form.costs, budget=form.budget, index=form.index, chosen=reading.choices)
    return Reading("valid", "", found) if found.positions else Reading("blank")


def _which(sheet: Sheet, actor: Actor, tag: bytes, sure: bool) -> tuple[int, bool]:
    """Tell which reading this is, and whether it settles the sheet."""
    before = list(PaperEntry.objects.filter(sheet=sheet).order_by("round"))
    if any(entry.round == 3 for entry in before):
        raise DifferenceSettled(field="serial")
    tags = [bytes(entry.tag) for entry in before]
    if len(before) == 2 and tags[0] == tags[1]:
        raise ReadTwice(field="serial")
    if any(actor.is_person(entry.entered_by_id) for entry in before):
        raise ReadByYou(field="serial")
    if len(before) == 2:
        if tag not in tags and not sure:
            raise ReadsNeither(field="sure")
        return 3, True
    rounds = {entry.round for entry in before}
    return (1 if 1 not in rounds else 2), bool(before) and tag == tags[0]


def _write(sheet: Sheet, actor: Actor, number: int, sealed: bytes, tag: bytes) -> None:
    try:
        with transaction.atomic():
            PaperEntry.objects.create(sheet=sheet, round=number, entered_by_id=actor.person(), sealed=sealed, tag=tag)
    except IntegrityError:
        raise ReadByYou(field="serial") from None


def take_back_entry(*, actor: Actor, booth_id: UUID, serial: str, at: datetime) -> None:
    """Take back the own reading of a sheet, for example of a wrong serial; a third reading goes with what it settled.

    Raises NotFound when there is none of the actor's.
    """
    with transaction.atomic():
        booth = _entering(actor, booth_id)
        sheet = sheet_of(booth, serial)
        entries = PaperEntry.objects.filter(sheet=sheet)
        mine = entries.filter(entered_by_id__in=actor.persons)
        if not mine.exists():
            raise NotFound
        if entries.filter(round=3).exclude(entered_by_id__in=actor.persons).exists():
            raise DifferenceSettled(field="serial")
        mine.delete()
        record(actor=actor, verb="voting.paper.take_back", subject=booth, area=booth.area, at=at)


def typed_choices(kind: str, text: str, codes: Sequence[str]) -> CastChoices:
    """Read numbers of projects as typed: '3 5 12' (in order when ranked), or '3:5 12:2' for points.

    Leading zeros do not matter. Raises UnknownOption.
    """
    parts = text.translate(_SEPARATORS).split()
    if kind != "points":
        return [_code(part, codes) for part in parts]
    found: dict[str, int] = {}
    for part in parts:
        code, _colon, worth = part.partition(":")
        if not worth.isdecimal() or len(worth) > 9 or _code(code, codes) in found:
            raise UnknownOption(_("Write points as number:points, for example 3:5 12:2."), field="numbers")
        found[_code(code, codes)] = int(worth)
    return found


def _code(typed: str, codes: Sequence[str]) -> str:
    exact = [code for code in codes if code.casefold() == typed.casefold()]
    if exact:
        return exact[0]
    if typed.isdecimal():
        alike = [code for code in codes if code.isdecimal() and int(code) == int(typed)]
        if len(alike) == 1:
            return alike[0]
    raise UnknownOption(_("No project on the sheet has the number %(number)s."), field="numbers", number=typed[:20])


def final_readings(
    sheets: Mapping[str, Sequence[tuple[int, bytes]]], sealer: PaperSealer, *, points: bool
) -> dict[str, Reading]:
    """Open what stands of each sheet, by serial: the third reading, or the first of two that agree."""
    return {
        serial: sealer.open(serial=serial, sealed=max(rows, key=lambda row: (row[0] == 3, -row[0]))[1], points=points)
        for serial, rows in sheets.items()
    }


def choices_of(reading: Reading) -> Choices | None:
    """Give the ballot that a reading is; None for an invalid one."""
    return None if reading.kind == "invalid" else reading.choices
