"""Moves of teams between areas, and the teams of organisations that the visitor leads."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering import operations, policies, queries
from shanzhi.volunteering.forms.moves import MoveAnswerForm, MoveForm
from shanzhi.volunteering.lifecycle import MOVE, TEAM
from shanzhi.volunteering.models import Team, TeamMove
from shanzhi.volunteering.views.frames import (
    FORM,
    address_of,
    desk_of,
    desk_steps,
    frame,
    team_name,
    team_state,
    team_steps,
)

TONES: Final = {"asked": "warn", "done": "good"}


def move_state(row: TeamMove) -> tuple[str, str]:
    """Say where a move stands."""
    return TONES.get(row.state, "plain"), str(MOVE.states[row.state])


MOVES: Final = Listing(
    key="team_moves",
    columns=(
        Column("team_name", gettext_lazy("Name of the team"), value=lambda row: team_name(row.team),
               sort="team__name", url=page_of("volunteering:move")),
        Column("from_name", gettext_lazy("Moves from"), sort="from_area"),
        Column("to_name", gettext_lazy("Moves to"), sort="to_area"),
        Column("state", gettext_lazy("State"), "tag", value=move_state, sort="state"),
        Column("asked_at", gettext_lazy("Asked on"), "date", sort="asked_at", priority=2),
    ),
    default_sort="-asked_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=MOVE.choices()),
        DateRangeFilter("asked_at", gettext_lazy("Asked on")),
    ),
    search=lambda rows, words: rows.filter(team__name__has=words.strip()),
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("No team moves from or to your areas"),
        gettext_lazy("Who leads a team asks for it at the desk of the team; then it stands here for both areas."),
    ),
)  # fmt: skip


def _way(row: Team) -> str:
    """Give the page on which a team that waits is decided on, else its own."""
    return reverse("volunteering:decide", args=[row.pk]) if row.state == "proposed" else address_of(row)


UNIT_TEAMS: Final = Listing(
    key="unit_teams",
    columns=(
        Column("name", gettext_lazy("Name of the team"), value=team_name, sort="name", url=_way),
        Column("unit_name", gettext_lazy("Organisation"), sort="unit_name"),
        Column("area", gettext_lazy("Area of service"), value="area_name", sort="area"),
        Column("size", gettext_lazy("In the team"), "number", sort="size"),
        Column("state", gettext_lazy("State"), "tag", value=team_state, sort="state"),
        Column("created_at", gettext_lazy("Founded on"), "date", sort="created_at", priority=2),
    ),
    default_sort="-state",
    filters=(ChoiceFilter("state", gettext_lazy("State"), choices=TEAM.choices()),),
    search=queries.search_teams,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("Your organisations have no team yet"),
        gettext_lazy("A volunteer who founds a team of an organisation names it; the team then waits here."),
    ),
)  # fmt: skip


@login_required
def moves(request: Any) -> HttpResponse:
    """List the moves from and to the own areas."""
    heading = _("Moves of teams")
    context = {"heading": heading, "lead": "", "crumbs": [(_("Home"), "/"), *desk_steps(), (heading, "")]}
    rows = queries.desk_moves(viewer=request.actor)
    answer: HttpResponse = listing_response(request, MOVES, rows, context)
    return answer


@login_required
def unit_teams(request: Any) -> HttpResponse:
    """List the teams of the organisations that one leads, those that wait for a yes first."""
    rows = queries.unit_teams(viewer=request.actor)
    heading = _("Teams of my organisations")
    context = {
        "heading": heading, "lead": _("Those that wait work once you, or the residents' committee, agree."),
        "crumbs": [(_("Home"), "/"), (_("Volunteer teams"), reverse("volunteering:teams")), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, UNIT_TEAMS, rows, context)
    return answer


@login_required
@form_page
def move_new(request: Any, team_id: UUID) -> HttpResponse:
    """Ask that a team serves in another area."""
    found = queries.movable_team(viewer=request.actor, team_id=team_id)
    policies.require(policies.may_begin_move(actor=request.actor, team=found))
    led = policies.may_lead(actor=request.actor, team=found) is None
    form = MoveForm(sent(request), areas=queries.serving_areas(at=request.now))

    def act(form: Any) -> str:
        made = operations.ask_move(team_id=team_id, **form.cleaned_data, **acting(request))
        return reverse("volunteering:move", args=[made.pk])

    lead = _("The offices of both areas say yes before; members and what they served stay with the team.")
    back = desk_of(found) if led else address_of(found)
    context = frame(_("Move to another area"), _("Ask"), back, *team_steps(found), lead=lead)
    return answer_form(request, form, act, context, done=_("It is asked; the offices of both areas answer."),
                       template=FORM)  # fmt: skip


@login_required
@form_page
def move(request: Any, move_id: UUID) -> HttpResponse:
    """Show how far a move is; who may, answers it here."""
    found = queries.team_move(viewer=request.actor, move_id=move_id)
    waits = found.state == "asked"
    decides = waits and policies.may_decide_move(actor=request.actor, move=found) is None
    withdraws = waits and policies.may_withdraw_move(actor=request.actor, move=found) is None
    context = {
        **frame(_("Move of the team"), _("Save"), address_of(found.team), *team_steps(found.team)),
        "state": move_state(found), "pairs": _told(found), "lead": team_name(found.team),
    }  # fmt: skip
    if not decides and not withdraws:
        policies.require(None if request.method != "POST" else policies.may_decide_move(
            actor=request.actor, move=found))  # fmt: skip
        return render(request, "volunteering/move.html", context)
    form = MoveAnswerForm(sent(request), decides=decides, withdraws=withdraws)

    def act(form: Any) -> str:
        _answer(request, move_id, form.cleaned_data)
        return reverse("volunteering:move", args=[move_id])

    return answer_form(request, form, act, context, done=_("It is on record."), template="volunteering/move.html")


def _answer(request: Any, move_id: UUID, given: dict[str, str]) -> None:
    if given["answer"] == "agree":
        operations.agree_move(move_id=move_id, **acting(request))
    elif given["answer"] == "refuse":
        operations.refuse_move(move_id=move_id, reason=given["reason"], **acting(request))
    else:
        operations.withdraw_move(move_id=move_id, **acting(request))


def _told(found: TeamMove) -> list[Answer]:
    """Give a move in words: from, to, why, and which area said yes when."""
    yes = {
        name: formatting.moment(at) if at else _("not yet")
        for name, at in (("left", found.left_at), ("taken", found.taken_at))
    }
    pairs = [
        Answer(_("Moves from"), getattr(found, "from_name", "") or found.from_area),
        Answer(_("Moves to"), getattr(found, "to_name", "") or found.to_area),
        Answer(_("Why the team moves"), found.reason),
        Answer(_("Yes of the area that it leaves"), yes["left"]),
        Answer(_("Yes of the area that it comes to"), yes["taken"]),
    ]
    return [*pairs, Answer(_("Why the team does not move"), found.refusal)] if found.refusal else pairs
