"""Founding a team, joining one on request or by its code, signing its agreement, leaving it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _

from shanzhi.organizations import queries as organizations
from shanzhi.organizations.policies import LEADERS
from shanzhi.people import queries as people
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.forms.teams import JoinForm, SignForm, TeamForm
from shanzhi.volunteering.forms.volunteers import ConfirmForm
from shanzhi.volunteering.models import JoinWay, Team
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.views.frames import FORM, address_of, frame, home_of, registering_first, team_steps

SIGNING = "volunteering/signing.html"


@login_required
@form_page
def found(request: Any) -> HttpResponse:
    """Found a team that one leads."""
    home = home_of(people.own(viewer=request.actor))
    bodies = [(str(key), name) for key, name in organizations_of(request)]
    first = {"area": home, "kind": "community", "join_way": JoinWay.REQUEST}
    form = TeamForm(sent(request), initial=first, areas=queries.serving_areas(at=request.now), bodies=bodies)

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        body = given.pop("organization_id", "")
        made = operations.found_team(organization_id=UUID(body) if body else None, **given, **acting(request))
        return address_of(made)

    lead = _("You lead it. The residents' committee agrees first; a team of an organisation is agreed to by who leads "
             "that.")  # fmt: skip
    back = "/teams/"
    context = frame(_("Found a team"), _("Found the team"), back, (_("Volunteer teams"), back), lead=lead)
    done = _("The team is on record. Its first agreement is an example: read it and write your own.")
    return answer_form(request, form, act, context, done=done, template=FORM)


def organizations_of(request: Any) -> list[tuple[UUID, str]]:
    """List the open organisations that the visitor leads."""
    led = request.actor.organizations(LEADERS)
    if not led:
        return []
    rows = organizations.organizations(viewer=request.actor).filter(pk__in=led, closed_at=None)
    return list(rows.order_by("name").values_list("pk", "name"))


def _others(request: Any, found: Team) -> list[tuple[str, str]]:
    """List the other teams that the visitor is in and does not lead."""
    volunteer = queries.mine(viewer=request.actor)
    if volunteer is None:
        raise refusals.NotAVolunteer
    rows = queries.places_of(volunteer)
    return [
        (str(one.team_id), one.team.name)
        for one in rows
        if one.state == "member" and one.role != "leader" and one.team_id != found.pk
    ]


def _signing(request: Any, found: Team, heading: str, button: str) -> Any:
    text = queries.agreement(found)
    context = frame(heading, button, address_of(found), *team_steps(found))
    return {**context, "agreement": text, "version": text.version}


def _signed(request: Any) -> int | None:
    """Read the version of the agreement that was on the page."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _join(request: Any, team: Team, form: JoinForm, run: Any, done: str) -> HttpResponse:
    def act(form: Any) -> str:
        leaves = form.cleaned_data.get("leaves_id", "")
        run(signed=_signed(request), leaves_id=UUID(leaves) if leaves else None, **acting(request))
        return address_of(team)

    context = _signing(request, team, _("Join the team"), _("Sign and join"))
    return answer_form(request, form, act, context, done=done, template=SIGNING)


@login_required
@form_page
def join(request: Any, team_id: UUID) -> HttpResponse:
    """Ask to join a team, with its agreement signed."""
    team = queries.team(viewer=request.actor, team_id=team_id)
    if team.state != "active":
        raise refusals.TeamOver
    if team.join_way == JoinWay.CODE:
        raise refusals.OnlyByCode
    if first := registering_first(request):
        return first
    form = JoinForm(sent(request), others=_others(request, team))

    def run(**given: Any) -> None:
        operations.ask_to_join(team_id=team_id, message=form.cleaned_data["message"], **given)

    return _join(request, team, form, run, _("Your request is with the leader, who answers on this site."))


@login_required
@form_page
def by_code(request: Any, joining_code: str) -> HttpResponse:
    """Join at once by the code that a leader handed out."""
    team_id = queries.team_of_code(token=joining_code, at=request.now)
    team = queries.team(viewer=request.actor, team_id=team_id)
    if first := registering_first(request):
        return first
    form = JoinForm(sent(request), others=_others(request, team), by_code=True)

    def run(**given: Any) -> None:
        operations.join_by_code(token=joining_code, **given)

    return _join(request, team, form, run, _("You are in the team."))


@login_required
@form_page
def sign(request: Any, team_id: UUID) -> HttpResponse:
    """Sign the newest agreement of a team that one is in."""
    team = queries.own_team(viewer=request.actor, team_id=team_id, state="member")

    def act(form: Any) -> str:
        operations.sign_agreement(team_id=team_id, signed=_signed(request), **acting(request))
        return address_of(team)

    context = _signing(request, team, _("Sign the agreement"), _("Sign"))
    done = _("The agreement is signed.")
    return answer_form(request, SignForm(sent(request)), act, context, done=done, template=SIGNING)


@login_required
@form_page
def leave(request: Any, team_id: UUID) -> HttpResponse:
    """Leave a team, or take the request to join back."""
    team = queries.own_team(viewer=request.actor, team_id=team_id)

    def act(form: Any) -> str:
        operations.leave_team(team_id=team_id, **acting(request))
        return address_of(team)

    lead = _("What you did in the team stays on record.")
    context = frame(_("Leave the team"), _("Leave"), address_of(team), *team_steps(team), lead=lead, kind="danger")
    return answer_form(request, ConfirmForm(sent(request)), act, context, done=_("You have left the team."),
                       template=FORM)  # fmt: skip
