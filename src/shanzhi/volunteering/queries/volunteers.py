"""Reading volunteers: one's own entry, and those of the areas that staff look after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, DISTRICT, SUBDISTRICT
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.kernel.periods import months_after
from shanzhi.people import queries as people
from shanzhi.people.queries.records import marked
from shanzhi.places.models import Area
from shanzhi.ui.choosing import AreaSource
from shanzhi.volunteering import policies
from shanzhi.volunteering.lifecycle import HELD
from shanzhi.volunteering.models import Qualification, TaskKind, TeamAgreement, TeamMember, Volunteer, VolunteerSkill
from shanzhi.volunteering.queries.words import named

LEVELS: Final = (DISTRICT, SUBDISTRICT, COMMUNITY)
# Of the entries of records that were merged the one that serves, then the one that began first.
SERVING_FIRST: Final = (Case(When(state="left", then=1), default=0), "joined_at", "pk")
NEWEST: Final = Subquery(TeamAgreement.objects.filter(team=OuterRef("team")).order_by("-version").values("version")[:1])
AREA_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])


def entries(actor: Actor) -> QuerySet[Volunteer]:
    """Give the actor's own entries, more than one where records were merged: the one that serves first."""
    rows = Volunteer.objects.select_related("person__merged_into").filter(person__in=actor.persons)
    return rows.order_by(*SERVING_FIRST)


def mine(*, viewer: Actor) -> Volunteer | None:
    """Give the viewer's own entry, None for none; of records that were merged the one that serves."""
    if not viewer.signed_in:
        raise SignInNeeded
    return entries(viewer).annotate(area_name=AREA_NAME).prefetch_related("skills__skill", "hours").first()


def places_of(volunteer: Volunteer) -> list[TeamMember]:
    """List the teams that a volunteer is in, asked for, and was in, those of now first.

    Each with `newest`, the version of the team's agreement today.
    """
    rows = TeamMember.objects.filter(volunteer=volunteer).select_related("team", "agreement").annotate(newest=NEWEST)
    return sorted(rows, key=lambda row: (row.state not in HELD, -row.asked_at.timestamp()))


def qualifications_of(volunteer: Volunteer) -> QuerySet[Qualification]:
    """Give what a volunteer was trained and checked for, newest first, those taken back among them."""
    return Qualification.objects.filter(volunteer=volunteer).select_related("kind").order_by("-starts_on", "id")


def volunteers(*, viewer: Actor) -> QuerySet[Volunteer]:
    """Give the volunteers of the viewer's areas, each with `area_name`, the number of `teams`, and names of wishes.

    `wished` names the kinds of tasks that one would like, none for any.
    """
    policies.require_desk(viewer)
    rows = Volunteer.objects.filter(policies.volunteers_readable(viewer)).select_related("person__merged_into")
    teams = Count("places", filter=Q(places__state="member"))
    return rows.annotate(area_name=AREA_NAME, teams=teams, wished=named(TaskKind, "tasks")).prefetch_related(
        "skills__skill"
    )


def volunteer(*, viewer: Actor, volunteer_id: UUID) -> Volunteer:
    """Give one of them; outside the viewer's areas there is no such one."""
    if not viewer.signed_in:
        raise SignInNeeded
    policies.require_desk(viewer)
    found = volunteers(viewer=viewer).prefetch_related("hours").filter(pk=volunteer_id).first()
    if found is None:
        raise NotFound
    return found


def search(rows: QuerySet[Volunteer], words: str) -> QuerySet[Volunteer]:
    """Find by the volunteer number or its beginning, or by the whole name or phone."""
    text = words.strip()
    found = marked(text, "person__") | marked(text, "person__merged_into__")
    return rows.filter(found | Q(number__startswith=text)) if text.isdigit() else rows.filter(found)


def qualification(*, viewer: Actor, qualification_id: UUID) -> Qualification:
    """Give a qualification that is not taken back, of a volunteer of the viewer's areas."""
    row = Qualification.objects.select_related("kind").filter(pk=qualification_id, revoked_at=None).first()
    if row is None:
        raise NotFound
    row.volunteer = volunteer(viewer=viewer, volunteer_id=row.volunteer_id)
    return row


def serving_areas(*, at: datetime) -> AreaSource:
    """Give the areas in which one can serve; they are public."""
    return people.source_of(people.Open(("",), at, LEVELS))


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose volunteers the viewer reads, for filters."""
    return people.source_of(people.Open(viewer.areas(policies.READERS), at))


def last_day(starts_on: date, months: int) -> date:
    """Give the last day of a validity of whole months: the day before the same day that many months on."""
    return months_after(starts_on, months) - timedelta(days=1)


def with_skill(code: str) -> QuerySet[VolunteerSkill, UUID]:
    """Give the numbers of rows of volunteers who have a skill of this code, in whatever area it was set."""
    return VolunteerSkill.objects.filter(skill__code=code).values_list("volunteer", flat=True)
