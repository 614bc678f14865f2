"""A booth without network: the signed list it works from, and the marks that come in afterwards.

Each ballot of such a booth lies in an outer envelope whose serial leads to the line of the list. The rule for two votes
of one person, declared on the page of polling places, is: the one cast first counts, by the minute; the other is void.
A void ballot on paper is never opened. In the same minute the ballot counts that can no longer be taken out: one
online, one in the box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import canonical, digest_bytes
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.voting.lifecycle import CLOSED, MARK, OPEN, PREPARED
from shanzhi.voting.models import Booth, BoothList, PaperMark, RollEntry
from shanzhi.voting.models.paper import NOT_VOTING
from shanzhi.voting.operations.booth_day import BoothNotOpen
from shanzhi.voting.operations.booths import PollNotOpen, voters_of, working_booth
from shanzhi.voting.operations.envelopes import minute_of
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.marks import (
    empty_envelope,
    enter_place,
    note_mark,
    require_sheet,
    save_mark,
    sealer_of,
    standing_mark,
    to_minute,
)
from shanzhi.voting.operations.merged import voting_record
from shanzhi.voting.operations.sealed_sheets import PaperSealer
from shanzhi.voting.operations.serials import outer_serial

MOST_LINES: Final = 2000


class NoListNow(Conflict):
    """Lists are made for booths that are about to open or open."""

    code = "no_list_now"
    message = _("A list is made while the vote is open, before the polling place has closed.")


class BadLines(Invalid):
    """Lines of an upload are wrong; `faults` names each with its cure, and nothing was written."""

    code = "bad_lines"
    message = _("Nothing was taken over. %(why)s")

    def __init__(self, faults: Sequence[tuple[int, Any]]) -> None:
        """Say the fault of each line, counted from 1."""
        self.faults = [(line, str(words)) for line, words in faults]
        line_words = _("Line %(line)s: %(words)s")
        why = " ".join(str(line_words) % {"line": line, "words": words} for line, words in self.faults)
        super().__init__(field="lines", why=why)


@dataclass(frozen=True, slots=True)
class SignedList:
    """A booth's roll as given out: the text that was signed, its digest, the signature and the key to check it."""

    number: int
    body: dict[str, Any]
    digest: str
    signature: str
    public_key: str


@dataclass(frozen=True, slots=True)
class OfflineLine:
    """A mark made without network: the voter's number, the minute, the serial of the outer envelope ("" as listed)."""

    voter: int
    cast_at: datetime
    outer: str = ""


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of a line: the mark with its state, and whether it had come before."""

    voter: int
    mark: PaperMark
    known: bool


def export_list(*, actor: Actor, booth_id: UUID, at: datetime) -> SignedList:
    """Give the roll of a booth as a signed list: numbers, masked names, last four of the document, marks until now.

    Nothing in it tells who voted online. It is signed with a key derived from the poll's, outside the database
    (Ed25519); digest and public key are kept, the list is not. Raises NoListNow, NotAnOfficer.
    """
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        if booth.poll.state != OPEN or booth.state not in (PREPARED, OPEN):
            raise NoListNow
        number = (booth.lists.aggregate(last=Max("number"))["last"] or 0) + 1
        body = _list_body(booth, number, at)
        content = canonical(body)
        signature, public = PaperSealer(poll_id=booth.poll_id, key=key_store().read(booth.poll_id)).sign(content)
        made = BoothList.objects.create(
            booth=booth,
            number=number,
            marks_until=to_minute(at),
            rows=len(body["rows"]),
            digest=digest_bytes(content),
            signature=signature,
            public_key=public,
        )
        change = {"number": number, "rows": made.rows, "digest": made.digest, "public_key": public}
        record(actor=actor, verb="voting.booth.export_list", subject=booth, area=booth.area, change=change, at=at)
    return SignedList(number, body, made.digest, signature, public)


def _list_body(booth: Booth, number: int, at: datetime) -> dict[str, Any]:
    entries = voters_of(booth)
    standing = PaperMark.objects.filter(poll_id=booth.poll_id).exclude(state__in=NOT_VOTING)
    marked = set(standing.values_list("person_id", flat=True))
    rows = [
        {
            "number": entry.pk,
            "name": str(entry.person.name),
            "document": entry.person.id_number.reveal()[-4:] if entry.person.id_number else "",
            "marked": entry.person_id in marked,
            "outer": outer_serial(booth.code, entry.pk),
        }
        for entry in entries.select_related("person").order_by("pk").iterator()
    ]
    return {
        "poll": str(booth.poll_id),
        "title": booth.poll.title,
        "booth": str(booth.pk),
        "code": booth.code,
        "name": booth.name,
        "number": number,
        "marks_until": to_minute(at).isoformat(),
        "closes_at": booth.poll.closes_at.isoformat(),
        "rows": rows,
    }


def upload_marks(*, actor: Actor, booth_id: UUID, lines: Sequence[OfflineLine], at: datetime) -> list[LineOutcome]:
    """Take over marks made without network; the same lines again give the same outcomes and change nothing.

    Every line is checked before any is written. Two votes of one person are settled by the declared rule, at once, so
    that the officers know which outer envelopes stay shut. Raises BadLines with every fault, BoothNotOpen, NoSheetLeft,
    NotAnOfficer.
    """
    with transaction.atomic():
        booth = working_booth(actor=actor, booth_id=booth_id)
        if booth.state not in (OPEN, CLOSED):
            raise BoothNotOpen
        if booth.poll.state != OPEN:
            raise PollNotOpen
        entries = _checked(booth, lines, at)
        known = _known(booth, lines)
        fresh = len(lines) - len(known)
        require_sheet(booth, fresh)
        outcomes = []
        for line in sorted(lines, key=lambda one: (one.cast_at, one.voter)):
            mark = known.get(line.voter)
            made = mark or _settle(actor, booth, entries[line.voter], line, at)
            outcomes.append(LineOutcome(line.voter, made, mark is not None))
        change = {"lines": len(lines), "new": fresh}
        record(actor=actor, verb="voting.booth.upload", subject=booth, area=booth.area, change=change, at=at)
    return outcomes


def _known(booth: Booth, lines: Sequence[OfflineLine]) -> dict[int, PaperMark]:
    """Find the marks of lines that came before, by the voter's number.

    A sheet handed back and a visit that nobody confirmed leave the voter free for another one, under the same serial;
    they are the mark of a line of their own minute alone. Were that line new, it would void what was cast since.
    """
    own = {outer_serial(booth.code, line.voter): line for line in lines}
    found: dict[int, tuple[bool, bool, PaperMark]] = {}
    for mark in PaperMark.objects.filter(booth=booth, outer__in=own).order_by("cast_at", "pk"):
        line = own[mark.outer]
        same_minute = mark.cast_at == to_minute(line.cast_at)
        lasting = mark.state != "returned" and mark.void_reason != "not_confirmed"
        before = found.get(line.voter)
        if (same_minute or lasting) and (before is None or (same_minute, lasting) > before[:2]):
            found[line.voter] = same_minute, lasting, mark
    return {voter: mark for voter, (_same, _lasting, mark) in found.items()}


def _checked(booth: Booth, lines: Sequence[OfflineLine], at: datetime) -> dict[int, RollEntry]:
    """Find the voters of all lines, or refuse with every fault."""
    if not lines or len(lines) > MOST_LINES:
        raise BadLines([(1, _("Send 1 to 2,000 lines at once."))])
    entries = voters_of(booth).filter(pk__in={line.voter for line in lines}).in_bulk()
    faults: list[tuple[int, Any]] = []
    seen: set[int] = set()
    for place, line in enumerate(lines, 1):
        if fault := _fault(booth, line, entries, seen, at):
            faults.append((place, fault))
        seen.add(line.voter)
    if faults:
        raise BadLines(faults)
    return entries


def _fault(booth: Booth, line: OfflineLine, entries: dict[int, RollEntry], seen: set[int], at: datetime) -> Any:
    assert booth.opened_at is not None  # it is open, or was
    last = min(moment for moment in (booth.closed_at, booth.poll.closes_at, at) if moment is not None)
    if line.voter not in entries:
        return _("no voter of this polling place has this number; compare it with the list.")
    if line.voter in seen:
        return _("this voter stands twice; keep the line of the first sheet.")
    if line.outer and line.outer.upper().replace("-", "") != outer_serial(booth.code, line.voter):
        return _("the outer envelope's serial belongs to another line; compare it with the list.")
    if not to_minute(booth.opened_at) <= line.cast_at <= last:
        return _("the minute lies outside the hours in which this polling place was open.")
    return None


def _settle(actor: Actor, booth: Booth, entry: RollEntry, line: OfflineLine, at: datetime) -> PaperMark:
    """Mark one voter by the rule: of two votes the one cast first counts."""
    cast_at = to_minute(line.cast_at)
    void, emptied = "", False
    other = standing_mark(booth.poll_id, entry.person_id)
    if other is not None:
        gave_way = _gives_way(actor, other, cast_at, at)
        if gave_way is None:
            void = "paper_elsewhere"
        else:
            emptied = gave_way.envelope_void  # the online ballot stays void, and is told under the mark that stands
    else:
        place = sealer_of(booth).mark(entry.person_id)
        if voting_record(booth.poll_id, entry.person_id) != entry.person_id:
            void = "other_entry"
        elif not enter_place(booth, place):
            emptied = _paper_was_first(booth, place, cast_at)
            void = "" if emptied else "online_first"
    visit = booth.kind == "home_visit"
    mark = PaperMark(
        poll_id=booth.poll_id,
        person_id=entry.person_id,
        booth=booth,
        officer_id=actor.person(),
        cast_at=cast_at,
        kind="home_visit" if visit else "provisional",
        state="void" if void else "awaiting" if visit else "accepted",
        outer=outer_serial(booth.code, entry.pk),
        void_reason=void,
        envelope_void=emptied,
    )
    save_mark(mark)
    note_mark(actor, mark, booth, at)
    return mark


def _gives_way(actor: Actor, other: PaperMark, cast_at: datetime, at: datetime) -> PaperMark | None:
    """Void another mark of the person that was made later and whose outer envelope is still shut; give it then."""
    held = PaperMark.objects.select_for_update(of=("self",)).select_related("booth").get(pk=other.pk)
    if held.state not in MARK.moves["void"].sources or cast_at >= held.cast_at:
        return None
    held.state, held.void_reason = MARK.move(held.state, "void"), "paper_elsewhere"
    held.save(update_fields=["state", "void_reason"])
    note_mark(actor, held, held.booth, at)
    return held


def _paper_was_first(booth: Booth, place: bytes, cast_at: datetime) -> bool:
    """Compare with the minute in which the voter first cast online, and empty the envelope when paper was earlier.

    An envelope without that minute is from before there were booths, and so was first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT since FROM voting_envelope WHERE poll_id = %s AND voter_mac = %s AND octet_length(sealed) > 0",
            [booth.poll_id, place],
        )
        row = cursor.fetchone()
    if row is None:
        raise Conflict
    if row[0] is None or sealer_of(booth).open_since(mark=place, sealed=bytes(row[0])) <= minute_of(cast_at):
        return False
    empty_envelope(booth, place)
    return True
