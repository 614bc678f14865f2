"""Words, tones and ways that the pages of volunteering share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.people.models import Person
from shanzhi.ui import formatting
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering import queries
from shanzhi.volunteering.exchange.words import hours
from shanzhi.volunteering.lifecycle import MEMBER, TEAM, VOLUNTEER
from shanzhi.volunteering.models import Team, TeamMember, Volunteer

FORM = "volunteering/form.html"
TONES = {"active": "good", "member": "good", "registered": "warn", "proposed": "warn", "requested": "accent"}


def volunteer_state(row: Volunteer) -> tuple[str, str]:
    """Say where a volunteer's service stands."""
    return TONES.get(row.state, "plain"), str(VOLUNTEER.states[row.state])


def team_state(row: Team) -> tuple[str, str]:
    """Say where a team's life stands."""
    return TONES.get(row.state, "plain"), str(TEAM.states[row.state])


def place_state(row: TeamMember) -> tuple[str, str]:
    """Say where a place in a team stands."""
    return TONES.get(row.state, "plain"), str(MEMBER.states[row.state])


def registering_first(request: Any) -> HttpResponse | None:
    """Lead who is no volunteer yet to the registration, and back here after it; None for a volunteer.

    What was sent is not led away: the operation refuses it.
    """
    if request.method == "POST" or queries.mine(viewer=request.actor) is not None:
        return None
    messages.info(request, _("First register as a volunteer; then you go on where you were."))
    return redirect(f"{reverse('volunteering:register')}?{urlencode({'next': request.get_full_path()})}")


def team_name(row: Team) -> str:
    """Give the name of a team, marked where it is made up."""
    return f"{row.name} · {_('Synthetic')}" if row.synthetic else row.name


def shown_name(row: Volunteer) -> str:
    """Show the masked name, marked where the person is made up."""
    return f"{row.human.name} · {_('Synthetic')}" if row.human.synthetic else str(row.human.name)


def skill_words(row: Volunteer) -> str:
    """Name a volunteer's skills."""
    comma = "、" if formatting.chinese() else ", "
    return comma.join(str(one.skill) for one in row.skills.all()) or formatting.NONE


def wish_words(row: Any) -> str:
    """Name the kinds of tasks that a volunteer, from `queries.volunteers`, would like; none wished for is any."""
    comma = "、" if formatting.chinese() else ", "
    return comma.join(row.wished) or _("Any")


def before(row: Volunteer) -> list[Answer]:
    """Tell what an office's list said of a volunteer: the number there, and hours of before."""
    minutes = queries.earlier_minutes(volunteers=[row.pk])[row.pk]
    told = [Answer(_("Number at the office before"), row.earlier_number)] if row.earlier_number else []
    return [*told, Answer(_("Hours of service before"), hours(minutes))] if minutes else told


def home_of(person: Person) -> str:
    """Give the community that somebody lives in, or what is known of it."""
    return person.area[: LENGTHS[COMMUNITY]]


def everywhere(request: Any) -> AreaSource:
    """Give all areas, for the filter of a public list."""
    return queries.serving_areas(at=request.now)


def read_areas(request: Any) -> AreaSource:
    """Give the areas whose volunteers the viewer reads."""
    return queries.read_areas(**viewing(request))


def frame(heading: str, button: str, back: str, *steps: tuple[Any, str], lead: str = "", kind: str = "main") -> Any:
    """Give what a form shows around its fields."""
    return {
        "heading": heading, "lead": lead, "button": button, "kind": kind, "back": back,
        "crumbs": [(_("Home"), "/"), *steps, (heading, "")],
    }  # fmt: skip


def team_steps(found: Team) -> list[tuple[Any, str]]:
    """Give the way to a team."""
    return [(_("Volunteer teams"), reverse("volunteering:teams")), (found.name, address_of(found))]


def address_of(found: Team) -> str:
    """Give the page of a team."""
    return reverse("volunteering:team", args=[found.pk])


def desk_of(found: Team) -> str:
    """Give the page on which a team is led."""
    return reverse("volunteering:team_desk", args=[found.pk])


def mine_steps() -> list[tuple[Any, str]]:
    """Give the way to one's own volunteering."""
    return [(_("My volunteering"), reverse("volunteering:mine"))]


def desk_steps() -> list[tuple[Any, str]]:
    """Give the way to the desk."""
    return [(_("Volunteers"), reverse("volunteering:volunteers"))]
