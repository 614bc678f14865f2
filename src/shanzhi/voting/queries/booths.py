"""Booths as their officers, those who run the vote, and everybody see them. Never a figure of choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import ancestors_of
from shanzhi.kernel.errors import NotFound
from shanzhi.people import queries as people
from shanzhi.people.models import ROLE_LABELS, Person, RoleGrant
from shanzhi.places.models import Area
from shanzhi.places.queries import kin, within_any
from shanzhi.voting.lifecycle import CANCELLED, DRAFT, OPEN
from shanzhi.voting.models import Booth, BoothOfficer, PaperEntry, PaperMark, Poll, RollEntry, Sheet
from shanzhi.voting.models.paper import NOT_VOTING
from shanzhi.voting.operations.booth_day import Difference, differences_of, figures_of
from shanzhi.voting.operations.booths import require_officer, voters_of
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.registering import registers
from shanzhi.voting.operations.sealed_sheets import PaperSealer
from shanzhi.voting.policies import (
    ROLL_READERS,
    NotYourPoll,
    booth_seen,
    enters,
    manages,
    reads_roll,
    worked_at,
    works_at,
)
from shanzhi.voting.queries.polls import poll as visible_poll
from shanzhi.voting.queries.polls import within_held

MOST_FOUND: Final = 20
MOST_CHOICES: Final = 300


@dataclass(frozen=True, slots=True)
class Voter:
    """A voter as the officer sees one: number on the roll, masked name and document, the mark there may be."""

    number: int
    name: str
    document: str
    area: str
    mark: PaperMark | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The figures of a booth with all that keeps it from being reconciled."""

    figures: dict[str, int]
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a booth's sheets is, for one reader: figures of sheets, none of choices."""

    settled: int
    once: int
    yours: int
    differing: int
    cast: int


def booths(*, viewer: Actor, poll_id: UUID) -> QuerySet[Booth]:
    """List a poll's booths that the viewer works at or is staff for, with the number of officers and sheets printed."""
    poll = visible_poll(viewer=viewer, poll_id=poll_id)
    seen = Booth.objects.filter(worked_at(viewer) | _staffed(viewer), poll=poll).values("pk")
    if not manages(viewer, poll.areas) and not seen.exists() and not reads_roll(viewer, poll):
        raise NotFound
    here = BoothOfficer.objects.filter(booth=OuterRef("pk"), ended_at=None).order_by().values("booth")
    printed = Sheet.objects.filter(booth=OuterRef("pk")).order_by().values("booth")
    return Booth.objects.filter(pk__in=seen).annotate(
        officer_count=here.annotate(n=Count("pk")).values("n")[:1],
        printed=printed.annotate(n=Count("pk")).values("n")[:1],
    )


def _staffed(viewer: Actor) -> Q:
    """Give the condition that a booth lies at, above or inside an area where the viewer reads rolls."""
    condition = Q(pk__in=())
    for area in viewer.areas(ROLL_READERS):
        if not area:
            return Q()
        above = [area[:length] for length in (2, 4, 6, 9, 12, 15, 18, 21) if length < len(area)]
        condition |= Q(area__startswith=area) | Q(area__in=above)
    return condition


def own_booths(*, viewer: Actor) -> list[Booth]:
    """List the booths at which the viewer works, those that open or close next first."""
    rows = Booth.objects.filter(worked_at(viewer))
    return list(rows.exclude(state=CANCELLED).select_related("poll").order_by("-planned_from", "name")[:50])


def booth(*, viewer: Actor, booth_id: UUID) -> Booth:
    """Give a booth whose desk exists for the viewer, or raise NotFound."""
    found = Booth.objects.select_related("poll").filter(pk=booth_id).first()
    if found is None or not booth_seen(viewer, found):
        raise NotFound
    return found


def codes_of(*, booth: Booth) -> tuple[str, ...]:
    """Give the codes by which records may know the places of a booth's area."""
    return kin(booth.area)


def places(*, viewer: Actor, poll_id: UUID) -> QuerySet[Booth]:
    """List the polling places of a poll for everybody: names, places, hours; cancelled ones show as such.

    `place_name` names the area that a place is for.
    """
    poll = visible_poll(viewer=viewer, poll_id=poll_id)
    rows = Booth.objects.filter(poll=poll)
    if poll.state == DRAFT:
        rows = rows.none()
    named = Area.objects.filter(pk=OuterRef("area")).values("name")[:1]
    return rows.annotate(place_name=Subquery(named)).order_by("area", "planned_from", "name")


def officers(*, booth: Booth) -> list[BoothOfficer]:
    """List who works at a booth now; names show themselves masked."""
    return list(BoothOfficer.objects.filter(booth=booth, ended_at=None).select_related("person").order_by("given_at"))


def officer_choices(*, viewer: Actor, booth: Booth, at: datetime) -> list[tuple[str, str]]:
    """List people with a role in the booth's area whom the viewer may name, masked, for a select."""
    if not manages(viewer, booth.poll.areas):
        return []
    codes = kin(booth.area)
    above = {step for code in codes for step in ancestors_of(code)}
    near = Q(area__in=["", *above]) | within_any("area", codes)
    held = RoleGrant.objects.filter(near, people.running(at), organization=None).select_related("person")
    taken = set(BoothOfficer.objects.filter(booth=booth, ended_at=None).values_list("person_id", flat=True))
    found: dict[str, str] = {}
    for grant in held.order_by("-area", "created_at")[:MOST_CHOICES]:
        if grant.person_id not in taken:
            words = f"{grant.person.name} · {ROLE_LABELS[grant.role]} · {grant.area or '*'}"  # type: ignore[index]
            found.setdefault(str(grant.person_id), words)
    return list(found.items())


def find_voters(*, viewer: Actor, booth_id: UUID, words: str) -> list[Voter]:
    """Find voters of a booth's roll by the whole name, the whole document number or the voter's number; 20 at most.

    Only the officers of the booth ask, while it is open. Nothing tells who voted online.
    """
    found = booth(viewer=viewer, booth_id=booth_id)
    require_officer(viewer, found)
    text = "".join(words.split())
    if not text or found.state != OPEN:
        return []
    rows = voters_of(found)
    matching = Q(person__in=people.search(Person.objects.all(), text).values("pk"))
    if text.isdecimal() and len(text) < 16:
        matching |= Q(pk=int(text))
    return _voters(found, rows.filter(matching).select_related("person").order_by("pk")[:MOST_FOUND])


def voter(*, viewer: Actor, booth_id: UUID, number: int) -> Voter:
    """Give one voter of a booth's roll to its officers; raise NotFound."""
    found = booth(viewer=viewer, booth_id=booth_id)
    require_officer(viewer, found)
    voters = _voters(found, voters_of(found).filter(pk=number).select_related("person"))
    if not voters:
        raise NotFound
    return voters[0]


def _voters(booth: Booth, rows: QuerySet[RollEntry]) -> list[Voter]:
    entries = list(rows)
    standing = PaperMark.objects.filter(poll_id=booth.poll_id, person__in=[entry.person_id for entry in entries])
    by_person = {mark.person_id: mark for mark in standing.exclude(state__in=NOT_VOTING).select_related("booth")}
    return [
        Voter(
            entry.pk,
            str(entry.person.name),
            str(entry.person.id_number) if entry.person.id_number else "",
            entry.area,
            by_person.get(entry.person_id),
        )
        for entry in entries
    ]


def marks(*, viewer: Actor, booth_id: UUID) -> QuerySet[PaperMark]:
    """List the marks of a booth with their voters (masked) and numbers, for its officers and staff of its area.

    Staff of a part of the booth's area see the voters of that part.
    """
    found = booth(viewer=viewer, booth_id=booth_id)
    entries = RollEntry.objects.filter(poll=OuterRef("poll"), person=OuterRef("person"))
    rows = PaperMark.objects.filter(booth=found).select_related("person", "officer")
    if not viewer.holds(ROLL_READERS, found.area) and not works_at(viewer, found):
        rows = rows.filter(Exists(entries.filter(within_held(viewer.areas(ROLL_READERS)))))
    return rows.annotate(number=entries.values("pk")[:1])


def waiting_visits(*, viewer: Actor, booth_id: UUID) -> list[PaperMark]:
    """List home visits that wait for a second officer, for the officers of the booth."""
    found = booth(viewer=viewer, booth_id=booth_id)
    require_officer(viewer, found)
    return list(marks(viewer=viewer, booth_id=booth_id).filter(state="awaiting").order_by("cast_at", "pk"))


def balance(*, viewer: Actor, booth_id: UUID) -> Balance:
    """Give the figures of a booth and what does not agree."""
    found = booth(viewer=viewer, booth_id=booth_id)
    figures = figures_of(found)
    return Balance(figures, differences_of(found, figures))


def progress(*, viewer: Actor, booth_id: UUID) -> Progress:
    """Tell how far the reading of sheets is; `yours` is what the viewer has read."""
    found = booth(viewer=viewer, booth_id=booth_id)
    figures = figures_of(found)
    entries = PaperEntry.objects.filter(sheet__booth=found)
    apart = len(differing(viewer=viewer, booth_id=booth_id))
    mine = entries.filter(entered_by_id__in=viewer.persons).count() if viewer.person_id else 0
    return Progress(figures["entered"], figures["unresolved"] - apart, mine, apart, found.sheets_cast or 0)


def differing(*, viewer: Actor, booth_id: UUID) -> list[dict[str, Any]]:
    """List serials whose two readings differ and wait for a third person; `yours` where the viewer read one of them."""
    found = booth(viewer=viewer, booth_id=booth_id)
    apart = (
        PaperEntry.objects.filter(sheet__booth=found)
        .values("sheet_id", serial=F("sheet__serial"))
        .annotate(readings=Count("pk"), tags=Count("tag", distinct=True), last=Max("round"))
        .filter(readings=2, tags=2, last__lt=3)
        .order_by("serial")
    )
    own = PaperEntry.objects.filter(sheet__booth=found, entered_by_id__in=viewer.persons)
    mine = set(own.values_list("sheet_id", flat=True)) if viewer.person_id else set()
    return [{"serial": row["serial"], "yours": row["sheet_id"] in mine} for row in apart]


def may_enter(*, viewer: Actor, booth: Booth) -> bool:
    """Tell whether the viewer may read in sheets of a booth."""
    return enters(viewer, booth)


def may_register(*, viewer: Actor, booth: Booth) -> bool:
    """Tell whether the viewer may register residents on the spot at a booth whose terms allow it."""
    return registers(viewer, booth)


def works(*, viewer: Actor, booth: Booth) -> bool:
    """Tell whether the viewer is an officer of a booth."""
    return works_at(viewer, booth)


def sheets_to_print(*, viewer: Actor, booth_id: UUID, run: int) -> tuple[Booth, list[tuple[str, str]]]:
    """Give serials with receipts of a run, sorted by serial, to whoever runs the vote while the booth is not closed.

    Raises NotFound, also once the poll's key is gone or the sheets are in use elsewhere.
    """
    found = booth(viewer=viewer, booth_id=booth_id)
    if not manages(viewer, found.poll.areas):
        raise NotYourPoll
    serials = list(Sheet.objects.filter(booth=found, run=run).order_by("serial").values_list("serial", flat=True))
    if not serials or found.state not in ("prepared", OPEN):
        raise NotFound
    sealer = PaperSealer(poll_id=found.poll_id, key=key_store().read(found.poll_id))
    return found, [(serial, sealer.receipt(serial)) for serial in serials]


def runs(*, booth: Booth) -> list[dict[str, Any]]:
    """List the runs of sheets printed for a booth."""
    rows = Sheet.objects.filter(booth=booth).values("run").annotate(sheets=Count("pk")).order_by("run")
    return [dict(row) for row in rows]


def has_places(*, poll: Poll) -> bool:
    """Tell whether a poll has polling places to show."""
    return Booth.objects.filter(poll=poll).exclude(state=CANCELLED).exists()


def lists(*, booth: Booth) -> list[Any]:
    """List the signed lists that were given out for a booth, newest first."""
    return list(booth.lists.order_by("-number")[:20])


def list_key(*, booth: Booth) -> str:
    """Give the public key by which lists of a running vote are checked, in hexadecimal; nothing after the close."""
    if booth.poll.state != OPEN:
        return ""
    return PaperSealer(poll_id=booth.poll_id, key=key_store().read(booth.poll_id)).list_key()


def mark(*, viewer: Actor, booth_id: UUID, mark_id: UUID) -> Any:
    """Give one mark of a booth with the voter's number, or raise NotFound."""
    found = marks(viewer=viewer, booth_id=booth_id).filter(pk=mark_id).first()
    if found is None:
        raise NotFound
    return found
