"""One person on a roll under several records casts one ballot: the places of all records but one are held.

Held is a place in which an empty envelope lies, as for a vote on paper, so that the primary key of the envelopes turns
a second ballot away, in the statement of a cast that is the same as ever. Which record votes is found out where a cast
took nothing (`voting_record`), so casts of others pay nothing. The rolls stay as they are. Nothing that is stored says
whose place is held, since that would tell who voted: it follows from the envelopes and the marks, which need the key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict
from shanzhi.kernel.merging import SealedHindrance
from shanzhi.people.actors import records_of
from shanzhi.people.models import Person, PersonMerge
from shanzhi.voting.lifecycle import OPEN, ROLL_FIXED
from shanzhi.voting.models import BoothOfficer, Envelope, PaperMark, Poll, RollEntry
from shanzhi.voting.models.paper import NOT_VOTING
from shanzhi.voting.operations.envelopes import TAKEN_ON_PAPER, Sealer
from shanzhi.voting.operations.keys import key_store

BOTH_VOTED = _("Both records took part in the vote “%(title)s”, which is still running. Merge them once it has closed.")
_HOLD = "INSERT INTO voting_envelope (poll_id, voter_mac, sealed) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_FREE = "DELETE FROM voting_envelope WHERE poll_id = %s AND voter_mac = %s AND octet_length(sealed) = 0"
_LOCK = "SELECT 1 FROM voting_poll WHERE id = %s FOR KEY SHARE"


class BothVoted(SealedHindrance):
    """Each of two records has a ballot or a sheet in a vote that runs; only a merge that is being done may learn it."""

    code = "both_voted"


class OtherEntry(Conflict):
    """Another record of the same person is the one that votes."""

    code = "other_entry"
    message = _(
        "This person stands on the roll twice, under two records that were merged, and votes by the other entry. Look "
        "for that one; it may belong to another polling place."
    )


class Places:
    """The places of one person's records in an open poll."""

    def __init__(self, poll_id: UUID, records: Iterable[UUID]) -> None:
        """Look at the places of those of the records, in their order, that stand on the roll."""
        self.poll_id = poll_id
        named = list(records)
        entered = set(RollEntry.objects.filter(poll=poll_id, person__in=named).values_list("person", flat=True))
        self.on_roll = [one for one in named if one in entered]
        self.marks: dict[UUID, bytes] = {}
        self._lying: dict[bytes, bytes] = {}
        self._on_paper: set[UUID] = set()
        if len(self.on_roll) > 1:
            self._look()

    def _look(self) -> None:
        sealer = Sealer(poll_id=self.poll_id, key=key_store().read(self.poll_id))
        self.marks = {one: sealer.mark(one) for one in self.on_roll}
        rows = Envelope.objects.filter(poll_id=self.poll_id, voter_mac__in=list(self.marks.values()))
        self._lying = {bytes(mark): bytes(sealed) for mark, sealed in rows.values_list("voter_mac", "sealed")}
        sheets = PaperMark.objects.filter(poll=self.poll_id, person__in=self.on_roll).exclude(state__in=NOT_VOTING)
        self._on_paper = set(sheets.values_list("person", flat=True))

    def held(self, person_id: UUID) -> bool:
        """Tell whether a record's place is held for another record of the person."""
        empty = self._lying.get(self.marks.get(person_id, b"")) == TAKEN_ON_PAPER
        return empty and person_id not in self._on_paper

    def took_part(self, person_id: UUID) -> bool:
        """Tell whether a ballot lies in a record's place, or a sheet was given for it."""
        return self.marks.get(person_id, b"") in self._lying and not self.held(person_id)

    def voting(self) -> UUID | None:
        """Give the record by which the person votes; None where none is on the roll."""
        return next((one for one in self.on_roll if not self.held(one)), None)

    def hold(self, person_id: UUID) -> bool:
        """Put an empty envelope into a record's place; tell whether nothing lay there, also not since a moment ago."""
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [self.poll_id, self.marks[person_id], TAKEN_ON_PAPER])
            return bool(cursor.rowcount == 1)

    def free(self, person_id: UUID) -> None:
        """Take the empty envelope out of a record's place."""
        with connection.cursor() as cursor:
            cursor.execute(_FREE, [self.poll_id, self.marks[person_id]])


def known_records(person_id: UUID) -> list[UUID]:
    """List all records of the person behind any of them: the one that stays, then the others as they were merged."""
    into = Person.objects.filter(pk=person_id).values_list("merged_into", flat=True).first()
    kept = into or person_id
    order = PersonMerge.objects.filter(kept=kept, state="done").order_by("place").values_list("merged", flat=True)
    return [kept, *order]


def voting_record(poll_id: UUID, person_id: UUID) -> UUID:
    """Give the record by which a person votes in an open poll: the given one, unless another of the person's does."""
    records = known_records(person_id)
    if len(records) == 1 or not Poll.objects.filter(pk=poll_id, state=OPEN).exists():
        return person_id
    places = Places(poll_id, records)
    if person_id in places.on_roll and not places.held(person_id):
        return person_id
    return places.voting() or person_id


def _shared(kept_id: UUID, merged_id: UUID) -> Iterator[tuple[Poll, Places]]:
    """Give the open polls on whose rolls both stand, kept from closing until the end of the transaction.

    Of a vote that is being opened just now, the end of that is waited for: it has looked for merged records already.
    """
    group = [one for one in known_records(kept_id) if one != merged_id]
    mine = RollEntry.objects.filter(person__in=group).values("poll")
    theirs = RollEntry.objects.filter(person=merged_id).values("poll")
    for poll in Poll.objects.filter(pk__in=mine, state__in=(ROLL_FIXED, OPEN)).filter(pk__in=theirs).order_by("pk"):
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [poll.pk])
        if Poll.objects.filter(pk=poll.pk, state=OPEN).exists():
            yield poll, Places(poll.pk, [*group, merged_id])


def hindrances(kept_id: UUID, merged_id: UUID) -> list[Any]:
    """Say where both work at one polling place. Whether both took part in a running vote is nothing to be asked."""
    found: list[Any] = []
    working = BoothOfficer.objects.filter(ended_at=None, person__in=records_of(kept_id)).values("booth")
    if BoothOfficer.objects.filter(ended_at=None, person=merged_id, booth__in=working).exists():
        found.append(_("Both records work at one polling place, as if they were two. End one of the two first."))
    return found


def join(kept_id: UUID, merged_id: UUID) -> None:
    """Hold, in each open vote with both on the roll, the place of the record that took no part. Raises BothVoted."""
    for poll, places in _shared(kept_id, merged_id):
        before = next(one for one in places.on_roll if one != merged_id and not places.held(one))
        idle = [one for one in (merged_id, before) if not places.took_part(one)]
        if not any(places.hold(one) for one in idle):  # ballots came meanwhile
            raise BothVoted(BOTH_VOTED % {"title": poll.title})


def part(kept_id: UUID, merged_id: UUID) -> None:
    """Free again, in each open vote, the place that was held for the merge that was undone."""
    for _poll, places in _shared(kept_id, merged_id):
        rest = [one for one in places.on_roll if one != merged_id]
        if places.held(merged_id):
            places.free(merged_id)
        elif all(places.held(one) for one in rest):
            places.free(rest[0])


def hold_at_opening(poll_id: UUID) -> None:
    """Hold the places of all records but one of each person whose records were merged after the roll was fixed."""
    away = RollEntry.objects.filter(poll=poll_id, person__merged_into__isnull=False)
    for kept_id in {one for one in away.values_list("person__merged_into", flat=True) if one is not None}:
        places = Places(poll_id, known_records(kept_id))
        for one in places.on_roll[1:]:
            places.hold(one)


def held_places(poll_id: UUID) -> int:
    """Count the places that are held in a poll: of each person with several records on the roll, all but one."""
    entries = RollEntry.objects.filter(poll=poll_id)
    people: dict[UUID | None, int] = defaultdict(int)
    for kept_id in entries.filter(person__merged_into__isnull=False).values_list("person__merged_into", flat=True):
        people[kept_id] += 1
    stay = set(entries.filter(person__in=list(people)).values_list("person", flat=True)) if people else set()
    return sum(number - (kept_id not in stay) for kept_id, number in people.items())
