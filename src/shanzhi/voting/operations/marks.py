"""Voters at a booth: marked on the roll before a sheet is handed out, on one roll with those who vote online.

The one place that holds 'nobody votes twice' is the primary key of the envelopes: a mark puts an empty envelope into
the voter's place, or finds that a ballot lies there. So a cast and a mark at the same moment meet at one unique index,
and one of them is turned away, without a lock on the roll (which would leave a trace from voter to envelope) and at no
cost to casts. No row and no event says which sheet a voter got.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.voting.lifecycle import CLOSED, MARK, OPEN
from shanzhi.voting.models import Booth, PaperMark, RollEntry, Sheet
from shanzhi.voting.models.paper import NOT_VOTING
from shanzhi.voting.operations.booth_day import BoothNotClosed, BoothNotOpen, ReasonForRecount, figures_of
from shanzhi.voting.operations.booths import PollNotOpen, voters_of, working_booth
from shanzhi.voting.operations.casting import PollOver
from shanzhi.voting.operations.envelopes import TAKEN_ON_PAPER, Sealer
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.merged import OtherEntry, voting_record
from shanzhi.voting.operations.serials import normal_serial, outer_serial
from shanzhi.work.operations import once


class DocumentNotSeen(Invalid):
    """The officer did not say that a document was shown."""

    code = "document_not_seen"
    message = _("Look at the voter's document first, and tick that you did.")


class NotOnThisRoll(Conflict):
    """The voter is not on this booth's part of the roll."""

    code = "not_on_this_roll"
    message = _(
        "This person is not on the roll of this polling place. Look for the right one on the page of polling places, "
        "or register the person here if this vote allows it."
    )


class MarkedAlready(Conflict):
    """The voter got a sheet before."""

    code = "marked_already"
    message = _("This person got a ballot sheet already: %(booth)s, %(moment)s. No second one is handed out.")


class VotedOnline(Conflict):
    """A ballot lies in the voter's envelope."""

    code = "voted_online"
    message = _(
        "This person has voted online, so no sheet is handed out. Until the close the ballot can be changed online. "
        "Nobody can see what it says."
    )


class NoSheetLeft(Conflict):
    """More marks than sheets."""

    code = "no_sheet_left"
    message = _("All sheets that this polling place received are handed out. Note the new ones that came first.")


class UnknownSheet(Invalid):
    """No sheet of this booth has the serial."""

    code = "unknown_sheet"
    message = _("No sheet of this polling place has this serial. Compare it with the sheet, character by character.")


class SheetSpoiled(Conflict):
    """The sheet was noted as spoiled."""

    code = "sheet_spoiled"
    message = _("This sheet is noted as spoiled already. It does not go into the box.")


class SameOfficer(Conflict):
    """A home visit takes two."""

    code = "same_officer"
    message = _("A home visit is confirmed by the other officer who was there, signed in under the own name.")


def mark_voter(
    *,
    actor: Actor,
    booth_id: UUID,
    voter: int,
    document_seen: bool,
    key: str,
    at: datetime,
    replace_online: bool = False,
) -> PaperMark:
    """Mark a voter (the number on the roll) as having got a sheet, at once on the roll of everybody.

    The look at the voter is recorded whatever comes of it. With `replace_online`, where the poll allows it, a ballot
    cast online is emptied. At a round of home visits the mark waits for a second officer. Raises DocumentNotSeen,
    NotOnThisRoll, MarkedAlready, VotedOnline, NoSheetLeft, BoothNotOpen, NotAnOfficer.
    """
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        if not document_seen:
            raise DocumentNotSeen(field="document_seen")
        change = {"voter": voter}
        record(actor=actor, verb="voting.booth.look", subject=booth, area=booth.area, change=change, at=at)
    request = {"booth": str(booth_id), "voter": voter, "replace": replace_online}
    answer = once(
        actor=actor,
        operation="voting.booth.mark",
        key=key,
        request=request,
        at=at,
        run=lambda: {"mark": str(_mark(actor, booth_id, voter, replace_online, at).pk)},
    )
    return PaperMark.objects.get(pk=answer["mark"])


def _mark(actor: Actor, booth_id: UUID, voter: int, replace_online: bool, at: datetime) -> PaperMark:
    booth = open_now(actor, booth_id, at)
    entry = roll_entry(booth, voter)
    require_sheet(booth)
    replaced = take_place(booth, entry.person_id, replace=replace_online and booth.poll.paper_replaces_online)
    visit = booth.kind == "home_visit"
    mark = PaperMark(
        poll_id=booth.poll_id,
        person_id=entry.person_id,
        booth=booth,
        officer_id=actor.person(),
        cast_at=to_minute(at),
        kind=booth.kind,
        state="awaiting" if visit else MARK.first,
        outer=outer_serial(booth.code, voter) if visit else "",
        envelope_void=replaced,
    )
    save_mark(mark)
    note_mark(actor, mark, booth, at)
    return mark


def open_now(actor: Actor, booth_id: UUID, at: datetime) -> Booth:
    """Lock a booth that is open now, while its vote runs, for one of its officers."""
    booth = working_booth(actor=actor, booth_id=booth_id)
    if booth.state != OPEN:
        raise BoothNotOpen
    if booth.poll.state != OPEN:
        raise PollNotOpen
    if at >= booth.poll.closes_at:
        raise PollOver
    return booth


def to_minute(at: datetime) -> datetime:
    """Cut a moment to its minute."""
    return at.replace(second=0, microsecond=0)


def roll_entry(booth: Booth, voter: int) -> RollEntry:
    """Find a voter of this booth's part of the roll by number; raise NotOnThisRoll."""
    found = voters_of(booth).filter(pk=voter).first()
    if found is None:
        raise NotOnThisRoll(field="voter")
    return found


def require_sheet(booth: Booth, wanted: int = 1) -> None:
    """Refuse when the sheets that the booth received are all handed out."""
    if figures_of(booth)["issued"] + wanted > (booth.sheets_received or 0):
        raise NoSheetLeft


def save_mark(mark: PaperMark) -> None:
    """Write a new mark; the index that allows one a person has the last word."""
    try:
        with transaction.atomic():
            mark.save(force_insert=True)
    except IntegrityError as error:
        if "voting_mark_" in str(error):
            raise told_already(mark.poll_id, mark.person_id) from None
        raise


def note_mark(actor: Actor, mark: PaperMark, booth: Booth, at: datetime) -> None:
    """Write the event of a mark: which booth, which kind, which state; never which sheet."""
    change: dict[str, Any] = {"booth": str(booth.pk), "kind": mark.kind, "state": mark.state}
    if mark.void_reason:
        change["void"] = mark.void_reason
    record(actor=actor, verb="voting.booth.mark", subject=mark, area=booth.area, change=change, at=at)


def told_already(poll_id: UUID, person_id: UUID) -> Conflict:
    """Give the refusal that says where and when the person got a sheet."""
    found = standing_mark(poll_id, person_id)
    if found is None:
        return Conflict()
    moment = found.cast_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return MarkedAlready(booth=found.booth.name, moment=moment, field="voter")


def standing_mark(poll_id: UUID, person_id: UUID) -> PaperMark | None:
    """Find the mark under which a person's vote on paper stands."""
    rows = PaperMark.objects.filter(poll_id=poll_id, person_id=person_id).exclude(state__in=NOT_VOTING)
    return rows.select_related("booth").first()


_TAKE = "INSERT INTO voting_envelope (poll_id, voter_mac, sealed) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_EMPTY = """
UPDATE voting_envelope SET sealed = %s, request_tag = NULL, content_tag = NULL, since = NULL
WHERE poll_id = %s AND voter_mac = %s AND octet_length(sealed) > 0
"""
_FREE = "DELETE FROM voting_envelope WHERE poll_id = %s AND voter_mac = %s AND octet_length(sealed) = 0"


def take_place(booth: Booth, person_id: UUID, *, replace: bool) -> bool:
    """Put an empty envelope into the voter's place; tell whether a ballot had to go for it.

    The index waits for a cast that is under way, so what is found afterwards is what holds. Raises MarkedAlready,
    VotedOnline.
    """
    place = sealer_of(booth).mark(person_id)
    if enter_place(booth, place):
        return False
    if standing_mark(booth.poll_id, person_id) is not None:
        raise told_already(booth.poll_id, person_id)
    if voting_record(booth.poll_id, person_id) != person_id:
        raise OtherEntry(field="voter")
    if not replace:
        raise VotedOnline(field="voter")
    empty_envelope(booth, place)
    return True


def enter_place(booth: Booth, place: bytes) -> bool:
    """Put an empty envelope where none lies; tell whether none did."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [booth.poll_id, place, TAKEN_ON_PAPER])
        return bool(cursor.rowcount == 1)


def empty_envelope(booth: Booth, place: bytes) -> None:
    """Empty the envelope that lies in a place: its ballot is void."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, [TAKEN_ON_PAPER, booth.poll_id, place])
        if cursor.rowcount != 1:
            raise Conflict


def free_place(booth: Booth, person_id: UUID) -> None:
    """Take the empty envelope away again, so that the person may vote."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [booth.poll_id, sealer_of(booth).mark(person_id)])


def sealer_of(booth: Booth) -> Sealer:
    """Read the poll's key for one act."""
    return Sealer(poll_id=booth.poll_id, key=key_store().read(booth.poll_id))


def _mark_here(booth: Booth, mark_id: UUID) -> PaperMark:
    found = PaperMark.objects.select_for_update().filter(pk=mark_id, booth=booth).first()
    if found is None:
        raise NotFound
    return found


def hand_back(*, actor: Actor, booth_id: UUID, mark_id: UUID, at: datetime) -> PaperMark:
    """Note that a voter handed the sheet back unused: the mark ends, and the person may vote later, here or online.

    Again, nothing happens. Raises MoveRefused, BoothNotOpen, NotAnOfficer, NotFound.
    """
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        if booth.state != OPEN:
            raise BoothNotOpen
        mark = _mark_here(booth, mark_id)
        if mark.state == "returned":
            return mark
        mark.state = MARK.move(mark.state, "hand_back")
        mark.save(update_fields=["state"])
        free_place(booth, mark.person_id)
        record(actor=actor, verb="voting.booth.hand_back", subject=mark, area=booth.area, at=at)
    return mark


def carry_off(*, actor: Actor, booth_id: UUID, mark_id: UUID, reason: str, at: datetime) -> PaperMark:
    """Note that a voter left with the sheet: it is in no box, and the person votes no more. Again, nothing happens."""
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        if booth.state not in (OPEN, CLOSED):
            raise BoothNotOpen
        mark = _mark_here(booth, mark_id)
        if mark.state == "carried_off":
            return mark
        if not reason.strip():
            raise ReasonForRecount(_("Write what happened; it is kept in the record of events."), field="reason")
        mark.state, mark.reason = MARK.move(mark.state, "carry_off"), reason.strip()
        mark.save(update_fields=["state", "reason"])
        record(actor=actor, verb="voting.booth.carry_off", subject=mark, area=booth.area, at=at, reason=reason.strip())
    return mark


def spoil_sheet(*, actor: Actor, booth_id: UUID, serial: str, at: datetime) -> Sheet:
    """Note a spoiled sheet, for which the voter gets a fresh one; no voter is named. Again, nothing happens.

    Raises UnknownSheet, NoSheetLeft, BoothNotOpen, NotAnOfficer.
    """
    with transaction.atomic():
        booth = open_now(actor, booth_id, at)
        sheet = sheet_of(booth, serial)
        if sheet.spoiled:
            return sheet
        require_sheet(booth)
        sheet.spoiled = True
        sheet.save(update_fields=["spoiled"])
        record(actor=actor, verb="voting.booth.spoil", subject=booth, area=booth.area, at=at)
    return sheet


def sheet_of(booth: Booth, serial: str) -> Sheet:
    """Find a sheet of the booth by its serial as typed; raise UnknownSheet."""
    wanted = normal_serial(serial)
    found = Sheet.objects.filter(booth=booth, serial=wanted).first() if wanted else None
    if found is None:
        raise UnknownSheet(field="serial")
    return found


def confirm_visits(*, actor: Actor, booth_id: UUID, mark_ids: Iterable[UUID], at: datetime) -> int:
    """Confirm home visits as the second officer; gives how many. What was confirmed before stays as it is.

    Raises SameOfficer when one of them is the actor's own, NotFound, NotAnOfficer.
    """
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        marks = [_mark_here(booth, mark_id) for mark_id in sorted(set(mark_ids))]
        waiting = [mark for mark in marks if mark.state == "awaiting"]
        for mark in waiting:
            if actor.is_person(mark.officer_id):
                raise SameOfficer
            mark.state, mark.second_officer_id = MARK.move(mark.state, "confirm"), actor.person()
            mark.save(update_fields=["state", "second_officer"])
            record(actor=actor, verb="voting.booth.confirm", subject=mark, area=booth.area, at=at)
    return len(waiting)


def refuse_visit(*, actor: Actor, booth_id: UUID, mark_id: UUID, reason: str, at: datetime) -> PaperMark:
    """Declare a home visit void that no second officer confirms: its outer envelope stays shut, the person may vote."""
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        mark = _mark_here(booth, mark_id)
        if mark.state == "void":
            return mark
        if mark.state != "awaiting":
            raise MoveRefused
        if not reason.strip():
            raise ReasonForRecount(_("Write what happened; it is kept in the record of events."), field="reason")
        mark.state, mark.void_reason = MARK.move(mark.state, "void"), "not_confirmed"
        mark.reason = reason.strip()
        mark.save(update_fields=["state", "void_reason", "reason"])
        free_place(booth, mark.person_id)
        record(actor=actor, verb="voting.booth.refuse", subject=mark, area=booth.area, at=at, reason=mark.reason)
    return mark


def open_outers(*, actor: Actor, booth_id: UUID, at: datetime) -> int:
    """Note that the accepted outer envelopes of a closed booth were opened and their sheets mixed into the box.

    Gives how many. From then on none of them can be taken out again. Raises BoothNotClosed, NotAnOfficer.
    """
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        if booth.state != CLOSED:
            raise BoothNotClosed
        rows = PaperMark.objects.filter(booth=booth, state="accepted")
        opened = rows.update(state=MARK.move("accepted", "open_outer"))
        if opened:
            change = {"opened": opened}
            record(actor=actor, verb="voting.booth.open_outers", subject=booth, area=booth.area, change=change, at=at)
    return opened
