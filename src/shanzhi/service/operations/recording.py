"""Recording service: a table of many volunteers at once, put under notice inside the team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.ordered import ordered_id
from shanzhi.organizations import policies as organizations
from shanzhi.organizations.models import Organization
from shanzhi.service import policies
from shanzhi.service.lifecycle import RECORD
from shanzhi.service.models import DAY, LONGEST_CONTENT, LONGEST_EVIDENCE, ServiceRecord
from shanzhi.service.operations import refusals
from shanzhi.service.operations.locks import lock_volunteers
from shanzhi.service.queries.records import in_it
from shanzhi.service.queries.rules import ruling
from shanzhi.volunteering import policies as volunteering
from shanzhi.volunteering import queries as teams
from shanzhi.volunteering.models import TaskKind, Team, TeamMember, Volunteer
from shanzhi.volunteering.operations.volunteers import is_place

MOST_ROWS: Final = 200
MOST_SERVED: Final = 100_000
FIRST_DAY: Final = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who organised the service: a team, an organisation, or with neither the committee or office of `area`."""

    team_id: UUID | None = None
    organization_id: UUID | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The service of one volunteer: whole minutes, and the minute of the day at which it began where it is known."""

    volunteer_id: UUID
    minutes: int
    starts: int | None = None
    people_served: int | None = None
    evidence: str = ""
    corrects_id: UUID | None = None
    origin_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Who organised: as it is kept, and the area in which kinds of tasks and rules are looked up."""

    team: Team | None
    organization: Organization | None
    area: str


def record_service(
    *, actor: Actor, organiser: Organiser, served_on: date, task_code: str, content: str, rows: Sequence[Row],
    at: datetime, notice: bool = True, origin_kind: str = "", present: frozenset[UUID] = frozenset(),
    kind: TaskKind | None = None,
) -> list[ServiceRecord]:  # fmt: skip
    """Record what many volunteers did on a day, whole or not at all, and with `notice` put it under notice at once.

    Who organises records (民政部令 67): leader or deputy of the team, who leads the organisation, or the office of the
    area; never the own service. `origin_kind` with the `origin_id` of the rows names what they were made from; a thing
    of which a record stands is left out. `present` were seen there, and need not be in the team. `kind` is that of a
    record which is corrected, and holds even where the area offers it no more. Raises NotFound, NotTheLeader,
    TeamNotWorkingThen, BadOrganiser, NoRows, BadDay, UnknownTask, BadContent, and what is wrong with a row, which names
    the volunteer.
    """
    if not 1 <= len(rows) <= MOST_ROWS:
        raise refusals.NoRows(field="rows", most=MOST_ROWS)
    with refused_by_database(), transaction.atomic():
        source = source_of(actor, organiser, served_on, at)
        if not FIRST_DAY <= served_on <= timezone.localdate(at):
            raise refusals.BadDay(field="served_on")
        task = kind or _task(source.area, task_code)
        words = content.strip()
        if not 1 <= len(words) <= LONGEST_CONTENT:
            raise refusals.BadContent(field="content", most=LONGEST_CONTENT)
        fresh = _without_known(rows, origin_kind)
        people = lock_volunteers(one.volunteer_id for one in fresh)
        _check_rows(actor, source, fresh, people, served_on, present)
        made = [
            _made(one, source, task, served_on, words, origin_kind, actor, at)
            for one in sorted(fresh, key=lambda one: (str(one.volunteer_id), one.starts or 0))
        ]
        if notice:
            _notice(made, ruling(source.area, timezone.localdate(at)).notice_days, at)
        ServiceRecord.objects.bulk_create(made)
        _tell(actor, "add", made, people, at)
    return made


def put_under_notice(*, actor: Actor, record_ids: Iterable[UUID], at: datetime) -> list[ServiceRecord]:
    """Put records under notice inside the team. Raises NotFound, NotTheLeader, MoveRefused."""
    with transaction.atomic():
        rows = locked_records(actor, record_ids, at)
        for one in rows:
            policies.require(policies.in_charge(actor=actor, record=one))
            RECORD.move(one.state, "notice")
        days = {area: ruling(area, timezone.localdate(at)).notice_days for area in {one.area for one in rows}}
        for one in rows:
            _notice([one], days[one.area], at)
        ServiceRecord.objects.bulk_update(rows, ["state", "noticed_at", "notice_over_at"])
        _tell(actor, "notice", rows, {one.volunteer_id: one.volunteer for one in rows}, at)
    return rows


def locked_records(actor: Actor, record_ids: Iterable[UUID], at: datetime) -> list[ServiceRecord]:
    """Lock records that exist for the actor, their volunteers first. Raises NotFound, NoRows."""
    wanted = set(record_ids)
    if not 1 <= len(wanted) <= MOST_ROWS:
        raise refusals.NoRows(field="rows", most=MOST_ROWS)
    there = ServiceRecord.objects.filter(policies.records_readable(actor, at), pk__in=wanted)
    found = dict(there.values_list("pk", "volunteer_id"))
    if set(found) != wanted:
        raise NotFound
    lock_volunteers(found.values())
    rows = ServiceRecord.objects.select_for_update(of=("self",)).select_related(
        "team", "organization", "volunteer__person__merged_into", "reversal"
    )
    return list(rows.filter(pk__in=wanted).order_by("pk"))


def source_of(actor: Actor, organiser: Organiser, on: date, at: datetime) -> Source:
    """Give who organised on a day, as the actor may say.

    Raises NotFound, BadOrganiser, NotTheLeader, Forbidden, TeamNotWorkingThen.
    """
    if organiser.team_id is not None:
        team = teams.team(viewer=actor, team_id=organiser.team_id)
        source = Source(team, team.organization, team.area)
    elif organiser.organization_id is not None:
        rows = Organization.objects.filter(organizations.readable(actor), pk=organiser.organization_id)
        organization = rows.first()
        if organization is None:
            raise NotFound
        source = Source(None, organization, organization.area[:12])
    elif is_place(organiser.area, at):
        source = Source(None, None, organiser.area)
    else:
        raise refusals.BadOrganiser(field="area")
    unit = source.organization.pk if source.organization else None
    policies.require(
        policies.may_organise(actor=actor, team=source.team, organization_id=unit, area=source.area)
    )  # fmt: skip
    if source.team is not None and not _worked(source.team, on):
        raise refusals.TeamNotWorkingThen(field="team_id")
    return source


def _worked(team: Team, on: date) -> bool:
    """Tell whether a team that was agreed to worked on a day: it works still, or ended on that day or later."""
    over = team.state == "dissolved" and team.decided_at is not None and team.ended_at is not None
    return team.state == "active" or (over and on <= timezone.localdate(team.ended_at))


@contextmanager
def refused_by_database() -> Iterator[None]:
    """Turn what two people who write at once make the database refuse into words."""
    try:
        yield
    except IntegrityError as fault:
        text = str(fault)
        if "service_record_overlap" in text:
            raise refusals.TimesOverlap(field="rows", who="-") from fault
        if "service_record_day" in text:
            raise refusals.DayFull(field="rows", who="-") from fault
        raise


def _task(area: str, code: str) -> TaskKind:
    for one in teams.task_kinds(area):
        if one.code == code:
            return one
    raise refusals.UnknownTask(field="task_code")


def _without_known(rows: Sequence[Row], origin_kind: str) -> list[Row]:
    """Leave out what a record was made from already, so that a second press makes nothing twice."""
    if not origin_kind:
        return list(rows)
    there = ServiceRecord.objects.filter(origin_kind=origin_kind, origin_id__in=[one.origin_id for one in rows])
    known = set(there.exclude(state="refused").values_list("origin_id", flat=True))
    return [one for one in rows if one.origin_id not in known]


def _check_rows(
    actor: Actor, source: Source, rows: Sequence[Row], people: Mapping[UUID, Volunteer], on: date,
    present: frozenset[UUID],
) -> None:  # fmt: skip
    inside = _inside(actor, source, people, on) | present
    taken = _times(people, on)
    for one in rows:
        volunteer = people.get(one.volunteer_id)
        if volunteer is None or (source.team is None and one.volunteer_id not in inside):
            raise NotFound
        who = volunteer.number
        if one.volunteer_id not in inside:
            raise refusals.NotInTheTeam(field="rows", who=who)
        if actor.is_person(volunteer.person_id):
            raise refusals.OwnService(field="rows", who=who)
        _check_figures(one, who)
        begins, spans = one.starts, taken.setdefault(one.volunteer_id, [])
        if begins is None:
            continue
        if any(starts < begins + one.minutes and begins < starts + length for starts, length in spans):
            raise refusals.TimesOverlap(field="rows", who=who)
        spans.append((begins, one.minutes))
    untimed = [one.volunteer_id for one in rows if one.starts is None]
    twice = next((one for one in untimed if untimed.count(one) > 1), None)
    if twice is not None:
        raise refusals.TwiceInTheTable(field="rows", who=people[twice].number)


def _check_figures(one: Row, who: str) -> None:
    ends = (one.starts or 0) + one.minutes
    if not 1 <= one.minutes <= DAY or ends > DAY or (one.starts or 0) < 0:
        raise refusals.BadMinutes(field="rows", who=who)
    if one.people_served is not None and not 0 <= one.people_served <= MOST_SERVED:
        raise refusals.BadPeopleServed(field="rows")
    if len(one.evidence.strip()) > LONGEST_EVIDENCE:
        raise refusals.BadEvidence(field="rows", most=LONGEST_EVIDENCE)


def _inside(actor: Actor, source: Source, people: Mapping[UUID, Volunteer], on: date) -> set[UUID]:
    """Give who may be recorded: who was in the team, or a team of the organisation, on the day.

    What no team organised is recorded of the volunteers whom the actor reads too.
    """
    places = TeamMember.objects.filter(in_it(on), volunteer__in=people)
    if source.team is not None:
        return set(places.filter(team=source.team).values_list("volunteer", flat=True))
    rows = Volunteer.objects.filter(volunteering.volunteers_readable(actor), pk__in=people)
    units = places.filter(team__organization=source.organization, team__organization__isnull=False)
    return {*rows.values_list("pk", flat=True), *units.values_list("volunteer", flat=True)}


def _times(people: Iterable[UUID], on: date) -> dict[UUID, list[tuple[int, int]]]:
    """Give the known times of the day that are on record: first minute and length."""
    rows = ServiceRecord.objects.filter(volunteer__in=list(people), served_on=on, starts__isnull=False, reversal=None)
    found: dict[UUID, list[tuple[int, int]]] = {}
    for volunteer, starts, minutes in rows.exclude(state="refused").values_list("volunteer", "starts", "minutes"):
        found.setdefault(volunteer, []).append((starts or 0, minutes))
    return found


def _made(
    one: Row, source: Source, kind: TaskKind, on: date, content: str, origin_kind: str, actor: Actor, at: datetime
) -> ServiceRecord:  # fmt: skip
    return ServiceRecord(
        id=ordered_id(), volunteer_id=one.volunteer_id, team=source.team, organization=source.organization,
        area=source.area, task_kind=kind, served_on=on, starts=one.starts, minutes=one.minutes, content=content,
        people_served=one.people_served, evidence=one.evidence.strip(), recorded_by_id=actor.person_id, recorded_at=at,
        corrects_id=one.corrects_id, origin_kind=origin_kind, origin_id=one.origin_id,
    )  # fmt: skip


def _notice(rows: Iterable[ServiceRecord], days: int, at: datetime) -> None:
    for one in rows:
        one.state = RECORD.move(one.state, "notice")
        one.noticed_at, one.notice_over_at = at, at + timedelta(days=days)


def _tell(
    actor: Actor, verb: str, rows: Iterable[ServiceRecord], people: Mapping[UUID, Volunteer], at: datetime
) -> None:  # fmt: skip
    """Put on record what was done to each record; people are named by their numbers."""
    record_many(
        event_of(
            actor=actor, verb=f"service.record.{verb}", subject=one, area=one.area, at=at, change=told_of(one, people)
        )
        for one in rows
    )


def told_of(one: ServiceRecord, people: Mapping[UUID, Volunteer]) -> dict[str, Any]:
    """Give what an event says of a record."""
    return {
        "number": people[one.volunteer_id].number, "day": one.served_on.isoformat(), "minutes": one.minutes,
        "state": one.state,
    }  # fmt: skip
