"""A booth with its officers, sheets and voters, for the tests of paper ballots."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.voting import operations
from shanzhi.voting.models import Booth, PaperMark, Poll, RollEntry, Sheet
from shanzhi.voting.operations import BoothPlan, CastChoices, SheetCount, SheetReading
from tests.support import people
from tests.voting.support import AREA, COMMUNITY, STAFF, a_draft, a_person, now

DOCUMENT = "resident_id"


def officer_of(role: Role = Role.SOCIAL_WORKER, area: str = COMMUNITY) -> Actor:
    """Make somebody who may work at a booth; no resident of the area."""
    person = people.a_person("", role, role_area=area)
    return people.actor(person, at=now())


@dataclass
class Hall:
    """A poll with one booth, two officers and a third person who may read in sheets."""

    poll: Poll
    booth: Booth
    first: Actor
    second: Actor
    third: Actor
    voters: list[Person] = field(default_factory=list)

    def number(self, person: Person) -> int:
        """Give a voter's number on the roll."""
        return int(RollEntry.objects.get(poll=self.poll, person=person).pk)

    def mark(self, person: Person, *, by: Actor | None = None, at: datetime | None = None, **more: Any) -> PaperMark:
        """Mark a voter who showed a document."""
        return operations.mark_voter(
            actor=by or self.first,
            booth_id=self.booth.pk,
            voter=self.number(person),
            document_seen=True,
            key=secrets.token_hex(8),
            at=at or now(),
            **more,
        )

    def open(self, received: int = 20) -> None:
        """Print sheets and open with them."""
        operations.print_sheets(actor=STAFF, booth_id=self.booth.pk, number=received, at=now())
        operations.open_booth(actor=self.first, booth_id=self.booth.pk, received=received, at=now())
        self.booth.refresh_from_db()

    def serials(self, number: int) -> list[str]:
        """Give serials of sheets that are not spoiled."""
        rows = Sheet.objects.filter(booth=self.booth, spoiled=False).order_by("serial")
        return list(rows.values_list("serial", flat=True)[:number])

    def close(self, *, unissued: int, cast: int, spoiled: int = 0, returned: int = 0) -> None:
        """Close with these counts."""
        count = SheetCount(unissued=unissued, spoiled=spoiled, returned=returned, cast=cast)
        operations.close_booth(actor=self.first, booth_id=self.booth.pk, count=count, at=now())

    def enter(self, by: Actor, serial: str, reading: SheetReading, **more: Any) -> operations.Entered:
        """Read in a sheet."""
        return operations.enter_sheet(
            actor=by, booth_id=self.booth.pk, serial=serial, reading=reading, at=now(), **more
        )

    def enter_all(self, votes: Sequence[CastChoices]) -> list[str]:
        """Read in as many sheets twice; gives their serials."""
        serials = self.serials(len(votes))
        for serial, choices in zip(serials, votes, strict=True):
            for by in (self.first, self.second):
                self.enter(by, serial, SheetReading("valid", choices))
        return serials

    def reconcile(self) -> Booth:
        """Reconcile."""
        return operations.reconcile_booth(actor=self.first, booth_id=self.booth.pk, at=now())

    def upload(self, *lines: tuple[Person, datetime], by: Actor | None = None) -> list[operations.LineOutcome]:
        """Upload marks made without network."""
        given = [operations.OfflineLine(self.number(person), at) for person, at in lines]
        return operations.upload_marks(actor=by or self.first, booth_id=self.booth.pk, lines=given, at=now())


def a_hall(
    voters: int = 4,
    *,
    kind: str = "booth",
    registration: bool = False,
    replaces: bool = False,
    received: int | None = 20,
    **terms: Any,
) -> Hall:
    """Make an open poll with an open booth in its first community; `received` None leaves the booth prepared."""
    people_ = [a_person() for _ in range(voters)]
    poll = a_draft(**terms)
    if registration or replaces:
        operations.set_paper_terms(
            actor=STAFF, poll_id=poll.pk, booth_registration=registration, paper_replaces_online=replaces, at=now()
        )
    operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now())
    poll = operations.open_poll(actor=STAFF, poll_id=poll.pk, at=now())
    hall = another_hall(poll, kind=kind)
    hall.voters = people_
    if received is not None:
        hall.open(received)
    return hall


def another_hall(poll: Poll, *, kind: str = "booth", area: str = AREA, name: str = "") -> Hall:
    """Set up a booth with three officers."""
    booth = operations.create_booth(actor=STAFF, poll_id=poll.pk, plan=a_plan(poll, kind, area, name), at=now())
    officers = [officer_of(area=AREA) for _ in range(3)]
    for one in officers:
        operations.give_officer(actor=STAFF, booth_id=booth.pk, person_id=one.person(), at=now())
    return Hall(poll, booth, *officers)


def a_plan(poll: Poll, kind: str = "booth", area: str = AREA, name: str = "") -> BoothPlan:
    """Plan a booth for the time of its poll."""
    return BoothPlan(
        name=name or f"活动室 {secrets.token_hex(3)}",
        place="示例路 1 号",
        area=area,
        planned_from=poll.opens_at,
        planned_to=poll.opens_at + timedelta(hours=10),
        kind=kind,
    )


def vote_at(person: Person, poll_id: UUID, choices: CastChoices, at: datetime) -> str:
    """Cast online at a moment."""
    actor = Actor(person_id=person.pk)
    return operations.cast(actor=actor, poll_id=poll_id, choices=choices, key=secrets.token_hex(8), at=at).receipt


def early(hall: Hall, minutes: int) -> datetime:
    """Give a moment so many minutes ago, and let the booth have been open then."""
    return now() - timedelta(minutes=minutes)
