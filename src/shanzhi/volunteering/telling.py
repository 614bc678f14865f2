"""What volunteering tells, and whom: who leads a team of requests, volunteers of what is decided about them.

Nobody is told of what they did themselves. No person stands in a notice, and of a team its name alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import APP, EMAIL, EVERYWHERE, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.queries import keys_told
from shanzhi.notices.values import DAY, LINK, TITLE, To, public_title
from shanzhi.organizations.queries import leaders_of
from shanzhi.volunteering import queries
from shanzhi.volunteering.models import Qualification, Team, TeamMember, TeamRole, Volunteer

TEAMS: Final = Category(
    "volunteer_teams",
    _("Volunteer teams"),
    _("Requests to join, the answers, and what becomes of a team."),
    order=46,
)
SERVICE: Final = Category(
    "volunteering",
    _("My volunteering"),
    _("A training or check was entered, ends soon or was taken back; a guardian agreed."),
    order=47,
)
BOTH: Final = frozenset({APP, EMAIL})
ASKED: Final = Kind(
    "volunteer_teams.asked", TEAMS, _("Somebody asks to join %(team)s"),
    _("The request waits at the desk of the team. Answer it there, with a reason if it is a no."),
    {"team": TITLE, "link": LINK}, channels=BOTH,
)  # fmt: skip
ACCEPTED: Final = Kind(
    "volunteer_teams.accepted", TEAMS, _("You are in the team %(team)s"),
    _("You were taken in. Its page tells what it does; you can leave at any time."),
    {"team": TITLE, "link": LINK}, channels=BOTH,
)  # fmt: skip
REFUSED: Final = Kind(
    "volunteer_teams.refused", TEAMS, _("%(team)s did not take you in"),
    _("The reason stands under My volunteering, and other teams can be found there."),
    {"team": TITLE, "link": LINK}, channels=BOTH,
)  # fmt: skip
ENDED: Final = Kind(
    "volunteer_teams.ended", TEAMS, _("Your place in %(team)s has ended"),
    _("The reason stands under My volunteering. What you served there stays on your record."),
    {"team": TITLE, "link": LINK}, channels=BOTH,
)  # fmt: skip
PART: Final = Kind(
    "volunteer_teams.part", TEAMS, _("Your part in %(team)s has changed"),
    _("You lead it, are a deputy, or a member again; My volunteering says which."),
    {"team": TITLE, "link": LINK}, channels=BOTH,
)  # fmt: skip
DECIDED: Final = Kind(
    "volunteer_teams.decided", TEAMS, _("Your team was decided on"),
    _("Whether it may work, and if not why, stands on its page."), {"link": LINK}, channels=EVERYWHERE,
)  # fmt: skip
DISSOLVED: Final = Kind(
    "volunteer_teams.dissolved", TEAMS, _("The team %(team)s was dissolved"),
    _("All places in it have ended; what you served stays on your record. The reason stands on its page."),
    {"team": TITLE, "link": LINK}, channels=BOTH,
)  # fmt: skip
QUALIFIED: Final = Kind(
    "volunteering.qualified", SERVICE, _("A training or check of yours was entered"),
    _("It stands under My volunteering, and tasks that ask for it are open to you."), {"link": LINK}, channels=BOTH,
)  # fmt: skip
REVOKED: Final = Kind(
    "volunteering.revoked", SERVICE, _("A training or check of yours was taken back"),
    _("The reason stands under My volunteering. Ask your community office if it is wrong."), {"link": LINK},
    channels=BOTH,
)  # fmt: skip
EXPIRES: Final = Kind(
    "volunteering.expires", SERVICE, _("A training or check of yours ends on %(until)s"),
    _("Tasks that ask for it are open to you until then. Have it renewed, and show it to your community's staff."),
    {"until": DAY, "link": LINK}, channels=BOTH,
)  # fmt: skip
SERVES: Final = Kind(
    "volunteering.serves", SERVICE, _("You may serve now"),
    _("No consent is waited for any more: your guardian agreed, or you did. Find a team under My volunteering."),
    {"link": LINK}, channels=BOTH,
)  # fmt: skip
PROPOSED: Final = Kind(
    "volunteer_teams.proposed", TEAMS, _("A team of your organisation waits for your yes"),
    _("It works once you, or the residents' committee, agree. The list of your organisation's teams shows it."),
    {"link": LINK}, channels=BOTH,
)  # fmt: skip
MOVED: Final = Kind(
    "volunteer_teams.moved", TEAMS, _("The team %(team)s serves in another area now"),
    _("The offices of both areas agreed. Its page says where; you need do nothing, and may leave at any time."),
    {"team": TITLE, "link": LINK}, channels=BOTH,
)  # fmt: skip
NOT_MOVED: Final = Kind(
    "volunteer_teams.not_moved", TEAMS, _("The team %(team)s stays where it is"),
    _("An office did not agree to the move; the history of the team says why."), {"team": TITLE, "link": LINK},
    channels=BOTH,
)  # fmt: skip
register(PROPOSED, MOVED, NOT_MOVED)
register(ASKED, ACCEPTED, REFUSED, ENDED, PART, DECIDED, DISSOLVED, QUALIFIED, REVOKED, EXPIRES, SERVES)
public_title(Team, "name")
MINE: Final = To("volunteering:mine")
SOON: Final = timedelta(days=30)
"""How long before its end a training or check is told of."""
_HUMAN: Final = Coalesce("volunteer__person__merged_into", "volunteer__person")


def tell_asked(*, actor: Actor, row: TeamMember, at: datetime) -> None:
    """Tell leader and deputies of a request to join."""
    notify(
        actor=actor, kind=ASKED, values=_of(row.team, To("volunteering:team_desk", (row.team_id,))),
        to=queries.heads(row.team).values_list(_HUMAN), key=str(row.pk), subject=row.team, area=row.team.area, at=at,
    )  # fmt: skip


def tell_place(*, actor: Actor, kind: Kind, row: TeamMember, at: datetime) -> None:
    """Tell a volunteer what became of the own place or part in a team."""
    way = To("volunteering:team", (row.team_id,)) if kind is ACCEPTED else MINE
    key = f"{row.pk}:{at.isoformat()}" if kind is PART else str(row.pk)
    _tell(actor, kind, row.volunteer, key, at, **_of(row.team, way))


def tell_decided(*, actor: Actor, team: Team, at: datetime) -> None:
    """Tell who leads or led a team that the committee or the unit decided on it."""
    rows = TeamMember.objects.filter(team=team, role=TeamRole.LEADER)
    _tell_all(actor, DECIDED, team, rows, at, {"link": To("volunteering:team", (team.pk,))})


def tell_dissolved(*, actor: Actor, team: Team, rows: Iterable[TeamMember], at: datetime) -> None:
    """Tell who was in a team, or had asked to be, that there is none any more."""
    places = TeamMember.objects.filter(pk__in=[one.pk for one in rows])
    _tell_all(actor, DISSOLVED, team, places, at, _of(team, To("volunteering:team", (team.pk,))))


def tell_proposed(*, actor: Actor, team: Team, at: datetime) -> None:
    """Tell who leads an organisation that a team of it waits for a yes."""
    leaders = leaders_of(team.organization_id, at)
    others = leaders.exclude(person__in=actor.persons) if actor.persons else leaders
    notify(
        actor=actor, kind=PROPOSED, values={"link": To("volunteering:unit_teams")}, to=others.values_list("person"),
        key=str(team.pk), subject=team, area=team.area, at=at,
    )  # fmt: skip


def tell_moved(*, actor: Actor, team: Team, at: datetime) -> None:
    """Tell everybody in a team that it serves elsewhere."""
    rows = TeamMember.objects.filter(team=team, state="member")
    _tell_all(actor, MOVED, team, rows, at, _of(team, To("volunteering:team", (team.pk,))))


def tell_move_refused(*, actor: Actor, team: Team, at: datetime) -> None:
    """Tell who leads a team that it does not move."""
    values = _of(team, To("volunteering:team_desk", (team.pk,)))
    _tell_all(actor, NOT_MOVED, team, queries.leader_of(team), at, values, key=f"{team.pk}:{at.isoformat()}")


def tell_qualification(*, actor: Actor, kind: Kind, row: Qualification, at: datetime) -> None:
    """Tell a volunteer of a training or check that was entered or taken back."""
    _tell(actor, kind, row.volunteer, str(row.pk), at, link=MINE)


def tell_serves(*, actor: Actor, volunteer: Volunteer, at: datetime) -> None:
    """Tell a volunteer that no consent is waited for any more."""
    _tell(actor, SERVES, volunteer, f"{volunteer.pk}:{volunteer.version}", at, link=MINE)


def ending(at: datetime) -> QuerySet[Qualification]:
    """Give the trainings and checks that end soon and that no longer one of the kind follows, of those who serve."""
    today = timezone.localdate(at)
    rows = Qualification.objects.filter(revoked_at=None, ends_on__gte=today, ends_on__lte=today + SOON)
    longer = Qualification.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")), volunteer=OuterRef("volunteer"),
        kind__code=OuterRef("kind__code"), revoked_at=None,
    )  # fmt: skip
    serving = rows.exclude(volunteer__state="left").filter(volunteer__person__erased_at=None)
    return serving.filter(~Exists(longer)).select_related("volunteer__person__merged_into").order_by("ends_on", "pk")


def tell_ending(*, at: datetime) -> int:
    """Tell volunteers that a training or check ends soon, once for each; gives how many were told of."""
    rows = {str(one.pk): one for one in ending(at)}
    told = keys_told(kind=EXPIRES, keys=rows)
    fresh = [one for key, one in rows.items() if key not in told]
    for one in fresh:
        _tell(Actor.system("clock"), EXPIRES, one.volunteer, str(one.pk), at, until=one.ends_on, link=MINE)
    return len(fresh)


def _of(team: Team, link: To) -> dict[str, Any]:
    return {"team": team, "link": link}


def _tell(actor: Actor, kind: Kind, volunteer: Volunteer, key: str, at: datetime, **values: Any) -> None:
    person: UUID = volunteer.human.pk
    if not actor.is_person(person) and not actor.is_person(volunteer.person_id):
        notify(
            actor=actor, kind=kind, values=values, to=[person], key=key, subject=volunteer, area=volunteer.area, at=at
        )


def _tell_all(
    actor: Actor, kind: Kind, team: Team, rows: QuerySet[TeamMember], at: datetime, values: dict[str, Any],
    key: str = "",
) -> None:  # fmt: skip
    others = rows.exclude(volunteer__person__in=actor.persons) if actor.persons else rows
    notify(
        actor=actor, kind=kind, values=values, to=others.values_list(_HUMAN).distinct(),
        key=key or f"{team.pk}:{team.version}", subject=team, area=team.area, at=at,
    )  # fmt: skip
