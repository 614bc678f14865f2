"""Reading records: lists for who leads, verifies or looks after an area, and what is under notice in one's teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.service import policies
from shanzhi.service.models import Complaint, Reversal, ServiceRecord, Thanks
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Team, TeamMember, Volunteer
from shanzhi.volunteering.policies import volunteers_readable as readable_volunteers
from shanzhi.volunteering.queries.volunteers import AREA_NAME

MOST_TEAMS: Final = 50
TOGETHER: Final = ("volunteer__person__merged_into", "team", "organization", "task_kind")
BY: Final = ("recorded_by", "verified_by", "refused_by", "reversal__reversed_by")
GONE: Final = Exists(Reversal.objects.filter(record=OuterRef("pk")))
OPEN: Final = Exists(Complaint.objects.filter(record=OuterRef("pk"), state="open"))


def marked(rows: QuerySet[ServiceRecord]) -> QuerySet[ServiceRecord]:
    """Give records with all that a list shows: `gone` for reversed, `complained` for an open complaint."""
    return rows.select_related(*TOGETHER).annotate(gone=GONE, complained=OPEN, area_name=AREA_NAME)


def desk_records(*, viewer: Actor) -> QuerySet[ServiceRecord]:
    """Give the records of the viewer's areas and organisations. Raises SignInNeeded, Forbidden."""
    require_desk(viewer)
    inside = places.within_any("area", viewer.areas(policies.READERS))
    units = viewer.organizations(policies.LEADERS)
    return marked(ServiceRecord.objects.filter(inside | Q(organization__in=units) if inside else inside))


def require_desk(viewer: Actor) -> None:
    """Refuse who reads no area and leads no organisation."""
    if viewer.signed_in and viewer.organizations(policies.LEADERS):
        return
    policies.require_desk(viewer)


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of service records."""
    return policies.at_the_desk(viewer) or bool(viewer.organizations(policies.LEADERS))


def team_records(*, viewer: Actor, team_id: UUID) -> tuple[Team, QuerySet[ServiceRecord]]:
    """Give a team and its records to who leads it or its organisation, and to staff of its area; to others none."""
    if not viewer.signed_in:
        raise SignInNeeded
    team = volunteering.team(viewer=viewer, team_id=team_id)
    leads = policies.leads(viewer, team) or policies.leads_unit(viewer, team)
    if not leads and not viewer.holds(policies.READERS, team.area):
        raise NotFound
    return team, marked(ServiceRecord.objects.filter(team=team))


def unit_teams(*, viewer: Actor) -> QuerySet[Team]:
    """Give the working teams of the organisations that the viewer leads."""
    units = viewer.organizations(policies.LEADERS)
    return Team.objects.filter(organization__in=units, state="active").order_by("name")[:MOST_TEAMS]


def in_it(on: date) -> Q:
    """Give the condition that a place in a team was held on a day."""
    held = Q(state__in=("member", "left"), joined_at__date__lte=on)
    return held & (Q(ended_at=None) | Q(ended_at__date__gte=on))


def recordable(*, viewer: Actor, team: Team, on: date, words: str = "") -> QuerySet[Volunteer]:
    """Give who was in a team on a day and may be recorded by the viewer, never the viewer; who left since too.

    `words` is a volunteer number, or how it begins.
    """
    then = TeamMember.objects.filter(in_it(on), team=team, volunteer=OuterRef("pk"))
    rows = Volunteer.objects.filter(Exists(then), number__startswith=words, person__erased_at=None)
    return rows.exclude(person__in=viewer.persons).select_related("person__merged_into").order_by("number")


def by_numbers(
    *, viewer: Actor, numbers: Iterable[str], on: date, organization_id: UUID | None = None
) -> dict[str, UUID]:  # fmt: skip
    """Give by their numbers the volunteers whom the viewer reads, and who was in a team of an organisation on a day."""
    places_then = TeamMember.objects.filter(in_it(on), team__organization=organization_id, volunteer=OuterRef("pk"))
    known = readable_volunteers(viewer) | Q(Exists(places_then)) if organization_id else readable_volunteers(viewer)
    rows = Volunteer.objects.filter(known, number__in=list(numbers), person__erased_at=None)
    return dict(rows.values_list("number", "pk"))


def waiting(rows: QuerySet[ServiceRecord], at: datetime) -> QuerySet[ServiceRecord]:
    """Give those of which the notice is over and that wait for the second person."""
    return rows.filter(state="noticed", notice_over_at__lte=at)


def to_notice(*, viewer: Actor) -> QuerySet[ServiceRecord]:
    """Give the records that are not under notice yet and that the viewer may put there. Raises SignInNeeded."""
    if not viewer.signed_in:
        raise SignInNeeded
    return marked(ServiceRecord.objects.filter(policies.of_charge(viewer), state="recorded"))


def to_verify(*, viewer: Actor, at: datetime) -> QuerySet[ServiceRecord]:
    """Give the records that wait for the viewer as the second person: noticed long enough, recorded by others.

    Those about which a complaint is open are left out until it is answered.
    """
    if not viewer.signed_in:
        raise SignInNeeded
    rows = waiting(ServiceRecord.objects.filter(policies.of_charge(viewer)), at)
    others = rows.exclude(recorded_by__in=viewer.persons).exclude(volunteer__person__in=viewer.persons)
    return marked(others.filter(~OPEN))


def noticed_in(*, viewer: Actor, team_id: UUID) -> tuple[Team, QuerySet[ServiceRecord]]:
    """Give a team with the records under notice, to who is in it, leads it, or looks after its area."""
    if not viewer.signed_in:
        raise SignInNeeded
    team = volunteering.team(viewer=viewer, team_id=team_id)
    inside = policies.leads_unit(viewer, team) or (
        bool(viewer.persons) and policies.own_teams(viewer).filter(team=team).exists()
    )
    if not inside and not viewer.holds(policies.READERS, team.area):
        raise NotFound
    return team, marked(ServiceRecord.objects.filter(team=team, state="noticed"))


def record(*, viewer: Actor, record_id: UUID, at: datetime) -> ServiceRecord:
    """Give a record that exists for the viewer. Raises SignInNeeded, NotFound."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = ServiceRecord.objects.filter(policies.records_readable(viewer, at), pk=record_id)
    found = marked(rows).select_related(*TOGETHER, *BY, "corrects", "corrected_by").first()
    if found is None:
        raise NotFound
    return found


def complaints_of(*, viewer: Actor, found: ServiceRecord) -> list[Complaint]:
    """Give the complaints about a record: all to who is in charge, one's own to others."""
    rows = Complaint.objects.filter(record=found).order_by("-made_at", "id")
    if policies.in_charge(actor=viewer, record=found) is None or viewer.holds(policies.READERS, found.area):
        return list(rows)
    return list(rows.filter(complainant__in=viewer.persons))


def complaint(*, viewer: Actor, complaint_id: UUID, at: datetime) -> Complaint:
    """Give a complaint to who made it, is in charge of the record, or reads the area."""
    found = Complaint.objects.filter(pk=complaint_id).first()
    if found is None:
        raise NotFound
    found.record = record(viewer=viewer, record_id=found.record_id, at=at)
    if found not in complaints_of(viewer=viewer, found=found.record):
        raise NotFound
    return found


def desk_complaints(*, viewer: Actor) -> QuerySet[Complaint]:
    """Give the complaints of the viewer's areas and organisations."""
    require_desk(viewer)
    inside = places.within_any("record__area", viewer.areas(policies.READERS))
    units = viewer.organizations(policies.LEADERS)
    rows = Complaint.objects.filter(inside | Q(record__organization__in=units) if inside else inside)
    name = Area.objects.filter(code=OuterRef("record__area")).values("name")[:1]
    return rows.select_related("record__volunteer", "record__team", "record__task_kind").annotate(area_name=name)


def desk_thanks(*, viewer: Actor) -> QuerySet[Thanks]:
    """Give the notes of thanks to volunteers of the viewer's areas."""
    policies.require_desk(viewer)
    rows = Thanks.objects.filter(places.within_any("volunteer__area", viewer.areas(policies.READERS)))
    return rows.select_related("volunteer", "author")


def thanks(*, viewer: Actor, thanks_id: UUID) -> Thanks:
    """Give one of them. Raises SignInNeeded, NotFound."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = Thanks.objects.select_related("volunteer").filter(pk=thanks_id).first()
    if found is None or not viewer.holds(policies.READERS, found.volunteer.area):
        raise NotFound
    return found


def search_records(rows: QuerySet[ServiceRecord], words: str) -> QuerySet[ServiceRecord]:
    """Find by the volunteer number, or how it begins."""
    return rows.filter(volunteer__number__startswith=words.strip())


def search_complaints(rows: QuerySet[Complaint], words: str) -> QuerySet[Complaint]:
    """Find by the volunteer number, or how it begins."""
    return rows.filter(record__volunteer__number__startswith=words.strip())


def search_thanks(rows: QuerySet[Thanks], words: str) -> QuerySet[Thanks]:
    """Find by the volunteer number, or how it begins."""
    return rows.filter(volunteer__number__startswith=words.strip())
