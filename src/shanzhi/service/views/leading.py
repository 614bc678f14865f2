"""Records of a team: the list, the table in which its leader records, and the notice that members read."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.places.views.frames import answer_form, sent
from shanzhi.service import operations, policies, queries
from shanzhi.service.forms.records import TeamTableForm
from shanzhi.service.views.frames import frame, kinds_of, recorded, team_steps
from shanzhi.service.views.listings import NOTICE, TEAM
from shanzhi.ui.http import acting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.volunteering.models import Team
from shanzhi.volunteering.views.frames import desk_of, team_name

PAGE: Final = 100
"""Volunteers in one table: a row of each is sent, and an operation takes 200."""


def may_record(request: Any, team: Team) -> bool:
    """Tell whether the reader records for the team."""
    refused = policies.may_organise(
        actor=request.actor, team=team, organization_id=team.organization_id, area=team.area
    )  # fmt: skip
    return refused is None


@login_required
def records(request: Any, team_id: UUID) -> HttpResponse:
    """List the records of a team for who leads it."""
    team, rows = queries.team_records(viewer=request.actor, team_id=team_id)
    heading = _("Service of the team")
    context = {
        "team": team, "heading": heading, "lead": team_name(team), "may_record": may_record(request, team),
        "waiting": queries.to_verify(viewer=request.actor, at=request.now).filter(team=team).count(),
        "unnoticed": queries.to_notice(viewer=request.actor).filter(team=team).count(),
        "crumbs": [(_("Home"), "/"), *team_steps(team), *_desk(request, team), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, TEAM, rows, context, template="service/team.html")
    return answer


@login_required
@form_page
def table(request: Any, team_id: UUID) -> HttpResponse:
    """Record what many members did on a day, in one table."""
    team, _rows = queries.team_records(viewer=request.actor, team_id=team_id)
    policies.require(
        policies.may_organise(actor=request.actor, team=team, organization_id=team.organization_id, area=team.area)
    )
    own = reverse("service:team", args=[team.pk])
    asked = _asked(request, team)
    members = [(one.pk, f"{one.number} {one.human.name}") for one in asked["shown"]]
    form = TeamTableForm(
        sent(request), kinds=kinds_of(team.area), members=members, initial={"served_on": asked["on"], "minutes": 120}
    )

    def act(form: Any) -> str:
        organiser = operations.Organiser(team_id=team.pk)
        operations.record_service(organiser=organiser, rows=form.rows(), **form.common(), **acting(request))
        return own

    days = queries.ruling(team.area, timezone.localdate(request.now)).notice_days
    lead = _("Tick who took part. It is under notice in the team for %(days)s days; then a second person verifies it. "
             "Your own service is recorded by a deputy or the committee.") % {"days": days}  # fmt: skip
    steps = (*team_steps(team), (_("Service of the team"), own))
    context = {**frame(_("Record service"), _("Record it"), own, *steps, lead=lead), **asked}
    return answer_form(request, form, act, context, done=recorded(request), template="service/table.html")


def _asked(request: Any, team: Team) -> dict[str, Any]:
    """Give the page of those who were in the team on the day that the address names, found by the number it names."""
    today = timezone.localdate(request.now)
    on, words = day_of(request.GET.get("on", ""), today), request.GET.get("q", "").strip()
    known = words if words.isascii() and words.isdigit() else ""
    rows = queries.recordable(viewer=request.actor, team=team, on=on, words=known)
    pages = Paginator(rows if known or not words else rows.none(), PAGE)
    return {
        "on": on,
        "today": today,
        "q": words,
        "shown": pages.get_page(request.GET.get("page")),
        "number": pages.count,
    }


def day_of(text: str, else_day: date) -> date:
    """Read a day of an address, or give another where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return else_day


def _desk(request: Any, team: Team) -> list[tuple[Any, str]]:
    """Give the step by the desk of a team, which leaders of its organisation do not have."""
    leads = policies.leads(request.actor, team) or request.actor.holds(policies.READERS, team.area)
    return [(_("Desk of the team"), desk_of(team))] if leads else []


@login_required
def notice(request: Any, team_id: UUID) -> HttpResponse:
    """Show what is under notice in a team, to everybody in it."""
    team, rows = queries.noticed_in(viewer=request.actor, team_id=team_id)
    heading = _("Under notice in the team")
    context = {
        "heading": heading,
        "lead": _("Look whether it is right. Open a record to complain; somebody else answers with reasons."),
        "crumbs": [(_("Home"), "/"), *team_steps(team), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, NOTICE, rows, context, template="service/list.html")
    return answer
