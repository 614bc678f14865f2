"""What anybody reads of teams: a list, and a page of each that works; nobody in them is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.actor import Actor
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.listing import AreaFilter, ChoiceFilter, Column, Empty, Listing, listing_response, page_of
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering import policies, queries
from shanzhi.volunteering.models import JoinWay, Team, TeamKind
from shanzhi.volunteering.views.frames import everywhere, team_name, team_state

TEAMS = Listing(
    key="volunteer_teams",
    columns=(
        Column("name", gettext_lazy("Name of the team"), value=team_name, sort="name",
               url=page_of("volunteering:team")),
        Column("kind", gettext_lazy("Kind of team"), value=lambda row: row.get_kind_display(), sort="kind"),
        Column("area", gettext_lazy("Area of service"), value="area_name", sort="area"),
        Column("size", gettext_lazy("In the team"), "number", sort="size"),
        Column("join_way", gettext_lazy("How one joins"), value=lambda row: row.get_join_way_display(), priority=3),
        Column("created_at", gettext_lazy("Founded on"), "date", sort="created_at", priority=2),
    ),
    default_sort="name",
    filters=(
        ChoiceFilter("kind", gettext_lazy("Kind of team"), choices=TeamKind.choices),
        AreaFilter("area", gettext_lazy("Area"), source=everywhere),
        ChoiceFilter("join_way", gettext_lazy("How one joins"), choices=JoinWay.choices),
    ),
    search=queries.search_teams,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("No team works here yet"),
        gettext_lazy("Any grown-up volunteer can found one; the residents' committee or the unit agrees to it."),
    ),
)  # fmt: skip


def teams(request: Any) -> HttpResponse:
    """List the teams that work."""
    context = {
        "heading": _("Volunteer teams"),
        "lead": _("Teams of communities, organisations, companies and schools. Their members are not named here."),
        "unit": queries.leads_a_unit(request.actor),
        "crumbs": [(_("Home"), "/"), (_("Volunteer teams"), "")],
    }
    rows = queries.teams(at=request.now)
    answer: HttpResponse = listing_response(request, TEAMS, rows, context, template="volunteering/teams.html")
    return answer


def team(request: Any, team_id: UUID) -> HttpResponse:
    """Show a team, with what the visitor can do there."""
    found = queries.team(viewer=request.actor, team_id=team_id)
    text = queries.agreement(found)
    own = queries.place_in(viewer=request.actor, found=found)
    inside = own is not None and own.state == "member"
    where = places.full_names({found.area}).get(found.area, found.area)
    pairs = [
        Answer(_("Kind of team"), f"{found.get_kind_display()}{' · ' + found.unit if found.unit else ''}"),
        Answer(_("Area of service"), where),
        Answer(_("In the team"), formatting.count(getattr(found, "size", 0))),
        Answer(_("How one joins"), found.get_join_way_display()),
        Answer(_("Founded on"), formatting.day(formatting.local(found.created_at).date())),
    ]
    if found.organization is not None:
        pairs.insert(1, Answer(_("Organisation"), found.organization.name))
    context = {
        "team": found, "heading": found.name, "state": team_state(found), "pairs": pairs, "agreement": text,
        "own": own, "inside": inside,
        "must_sign": inside and own is not None and (own.agreement_id != text.pk or own.signed_at is None),
        "leads": policies.may_lead(actor=request.actor, team=found) is None,
        "takes_in": _takes_in(request.actor, found),
        "may_decide": found.state == "proposed" and policies.may_agree(actor=request.actor, team=found) is None,
        "crumbs": [(_("Home"), "/"), (_("Volunteer teams"), reverse("volunteering:teams")), (found.name, "")],
    }  # fmt: skip
    return render(request, "volunteering/team.html", context)


def _takes_in(actor: Actor, found: Team) -> bool:
    """Tell whether the visitor is of an office elsewhere, which may ask that the team serves there; no move is open."""
    elsewhere = policies.may_lead(actor=actor, team=found) is not None
    begins = policies.may_begin_move(actor=actor, team=found) is None
    return elsewhere and begins and queries.open_move(found) is None
