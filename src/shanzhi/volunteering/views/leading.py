"""The desk of a team: requests, members with their parts, the joining code, agreement, handing over, dissolving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.errors import NotFound
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.volunteering import operations, policies, queries
from shanzhi.volunteering.forms.teams import AgreementForm, DecideForm, EditTeamForm, PartForm
from shanzhi.volunteering.forms.volunteers import ReasonForm
from shanzhi.volunteering.lifecycle import MEMBER
from shanzhi.volunteering.models import Team, TeamMember, TeamRole
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.views.frames import (
    FORM,
    address_of,
    desk_of,
    frame,
    place_state,
    shown_name,
    team_name,
    team_state,
    team_steps,
)


def way_on(row: Any) -> str:
    """Give the page on which the reader may decide something about a place that is not over."""
    names = {"requested": "volunteering:request", "member": "volunteering:part"}
    return reverse(names[row.state], args=[row.pk]) if row.decides and row.state in names else ""


def name_words(row: TeamMember) -> str:
    """Show the masked name."""
    return shown_name(row.volunteer)


def _signed(row: TeamMember) -> int | None:
    """Give the version of the agreement that somebody signed, None for none yet."""
    return row.agreement.version if row.signed_at else None


MEMBERS = Listing(
    key="team_members",
    columns=(
        Column("number", gettext_lazy("Volunteer number"), sort="volunteer__number", url=way_on),
        Column("name", gettext_lazy("Name"), value=name_words),
        Column("role", gettext_lazy("Part in the team"), value=lambda row: row.get_role_display(), sort="role"),
        Column("state", gettext_lazy("State"), "tag", value=place_state, sort="state"),
        Column("message", gettext_lazy("A word to the leader"), priority=2),
        Column("asked_at", gettext_lazy("Asked on"), "date", sort="asked_at", priority=2),
        Column("joined_at", gettext_lazy("Joined on"), "date", sort="joined_at"),
        Column("agreement", gettext_lazy("Version signed"), "number", value=_signed, priority=2),
        Column("ended_at", gettext_lazy("Over since"), "date", on_page=False),
    ),
    default_sort="-asked_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=MEMBER.choices()),
        ChoiceFilter("role", gettext_lazy("Part in the team"), choices=TeamRole.choices),
        DateRangeFilter("asked_at", gettext_lazy("Asked on")),
    ),
    search=queries.search_members,
    search_label=gettext_lazy("Volunteer number, or how it begins"),
    empty=Empty(
        gettext_lazy("Nobody fits"),
        gettext_lazy("Hand out the joining code, or wait for requests from the page of the team.")
    ),
)  # fmt: skip


@login_required
def desk(request: Any, team_id: UUID) -> HttpResponse:
    """Show who is in the team and asks to be, with all that its leader does."""
    found = queries.led_team(viewer=request.actor, team_id=team_id)
    leads = found.living and policies.may_lead(actor=request.actor, team=found) is None
    context = {
        "team": found, "heading": _("Desk of the team"), "lead": team_name(found), "state": team_state(found),
        "leads": leads, "moving": queries.open_move(found),
        "rules": found.living and policies.may_rule(actor=request.actor, team=found) is None,
        "waiting": queries.members(found).filter(state="requested").count(),
        "may_decide": found.state == "proposed" and policies.may_agree(actor=request.actor, team=found) is None,
        "crumbs": [(_("Home"), "/"), *team_steps(found), (_("Desk of the team"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(
        request, MEMBERS, queries.members(found, decides=leads), context,
        template="volunteering/team_desk.html",
    )  # fmt: skip
    return answer


def _ruled(request: Any, team_id: UUID) -> Team:
    """Give a living team to its leader or the office of its area."""
    found = queries.led_team(viewer=request.actor, team_id=team_id)
    policies.require(policies.may_rule(actor=request.actor, team=found))
    if not found.living:
        raise refusals.TeamOver
    return found


@login_required
@form_page
def edit(request: Any, team_id: UUID) -> HttpResponse:
    """Change name, purpose and way of joining."""
    found = _ruled(request, team_id)
    first = {"name": found.name, "about": found.about, "join_way": found.join_way}
    form = EditTeamForm(sent(request), initial=first)

    def act(form: Any) -> str:
        operations.change_team(
            team_id=team_id, version=version(request) or 0, **form.cleaned_data, **acting(request)
        )  # fmt: skip
        return desk_of(found)

    context = {**frame(_("Change the team"), _("Save"), desk_of(found), *team_steps(found)), "version": found.version}
    return answer_form(request, form, act, context, done=_("The team is changed."), template=FORM)


@login_required
@form_page
def agreement(request: Any, team_id: UUID) -> HttpResponse:
    """Write a new version of the agreement."""
    found = _ruled(request, team_id)
    form = AgreementForm(sent(request), initial={"text": queries.agreement(found).text})

    def act(form: Any) -> str:
        operations.set_agreement(team_id=team_id, **form.cleaned_data, **acting(request))
        return address_of(found)

    context = frame(_("New version of the agreement"), _("Publish"), desk_of(found), *team_steps(found))
    return answer_form(request, form, act, context, done=_("The new version is there."), template=FORM)


@login_required
@form_page
def code(request: Any, team_id: UUID) -> HttpResponse:
    """Show the joining code as a sheet to print, and make a new one."""
    found = queries.led_team(viewer=request.actor, team_id=team_id)
    policies.require(policies.may_lead(actor=request.actor, team=found))
    if request.method == "POST":
        operations.renew_code(team_id=team_id, **acting(request))
        messages.success(request, _("There is a new code; older ones are void."))
        return redirect("volunteering:code", team_id=team_id)
    holds = found.state == "active" and found.code_until is not None and found.code_until > request.now
    path = reverse("volunteering:by_code", args=[queries.code_of(found)])
    context = {
        "team": found, "shown_team": team_name(found), "heading": _("Joining code"),
        "holds": holds, "link": request.build_absolute_uri(path),
        "crumbs": [(_("Home"), "/"), *team_steps(found), (_("Joining code"), "")],
    }  # fmt: skip
    return render(request, "volunteering/code.html", context)


@login_required
@form_page
def decide(request: Any, team_id: UUID) -> HttpResponse:
    """Agree to a team that waits, or not."""
    found = queries.team(viewer=request.actor, team_id=team_id)
    policies.require(policies.may_agree(actor=request.actor, team=found))

    def act(form: Any) -> str:
        given = {"agreed": form.cleaned_data["decision"] == "yes", "reason": form.cleaned_data["reason"]}
        operations.decide_team(team_id=team_id, **given, **acting(request))
        return address_of(found)

    lead = f"{team_name(found)} · {found.get_kind_display()} · {found.about}"
    context = frame(_("Decide on the team"), _("Decide"), address_of(found), *team_steps(found), lead=lead)
    return answer_form(request, DecideForm(sent(request)), act, context, done=_("It is decided."), template=FORM)


@login_required
@form_page
def dissolve(request: Any, team_id: UUID) -> HttpResponse:
    """Dissolve a team."""
    found = _ruled(request, team_id)

    def act(form: Any) -> str:
        operations.dissolve_team(team_id=team_id, **form.cleaned_data, **acting(request))
        return reverse("volunteering:teams")

    lead = _("All places in the team end today. What people did in it stays on record. This cannot be undone.")
    context = frame(_("Dissolve the team"), _("Dissolve"), desk_of(found), *team_steps(found), lead=lead, kind="danger")
    return answer_form(
        request, ReasonForm(sent(request)), act, context, done=_("The team is dissolved."), template=FORM
    )


def _place(request: Any, place_id: UUID, state: str) -> TeamMember:
    """Give a place in a living team to who leads the team."""
    row = queries.member(viewer=request.actor, member_id=place_id)
    policies.require(policies.may_lead(actor=request.actor, team=row.team))
    if row.state != state:
        raise NotFound
    return row


@login_required
@form_page
def request(request: Any, place_id: UUID) -> HttpResponse:
    """Let somebody into the team, or not."""
    row = _place(request, place_id, "requested")

    def act(form: Any) -> str:
        given = {"accepted": form.cleaned_data["decision"] == "yes", "reason": form.cleaned_data["reason"]}
        operations.decide_request(member_id=place_id, **given, **acting(request))
        return desk_of(row.team)

    lead = f"{row.volunteer.number} · {shown_name(row.volunteer)}{' · ' + row.message if row.message else ''}"
    context = frame(_("Request to join"), _("Decide"), desk_of(row.team), *team_steps(row.team), lead=lead)
    return answer_form(request, DecideForm(sent(request)), act, context, done=_("It is decided."), template=FORM)


@login_required
@form_page
def part(request: Any, place_id: UUID) -> HttpResponse:
    """Change what somebody is in the team, or hand the team over."""
    row = _place(request, place_id, "member")
    if policies.may_rule(actor=request.actor, team=row.team) is not None:  # a deputy, who may end places alone
        return redirect("volunteering:end_place", place_id=place_id)

    def act(form: Any) -> str:
        operations.set_part(member_id=place_id, **form.cleaned_data, **acting(request))
        return (
            desk_of(row.team) if policies.may_lead(actor=request.actor, team=row.team) is None else address_of(row.team)
        )

    lead = f"{row.volunteer.number} · {shown_name(row.volunteer)}"
    context = frame(_("Part in the team"), _("Save"), desk_of(row.team), *team_steps(row.team), lead=lead)
    ending = reverse("volunteering:end_place", args=[row.pk]) if row.role != TeamRole.LEADER else ""
    form = PartForm(sent(request), initial={"role": row.role})
    return answer_form(request, form, act, {**context, "ending": ending}, done=_("It is on record."),
                       template="volunteering/part.html")  # fmt: skip


@login_required
@form_page
def end(request: Any, place_id: UUID) -> HttpResponse:
    """End somebody's place in the team."""
    row = _place(request, place_id, "member")

    def act(form: Any) -> str:
        operations.end_place(member_id=place_id, **form.cleaned_data, **acting(request))
        return desk_of(row.team)

    lead = f"{row.volunteer.number} · {shown_name(row.volunteer)}"
    context = frame(_("End the place in the team"), _("End it"), desk_of(row.team), *team_steps(row.team), lead=lead,
                    kind="danger")  # fmt: skip
    return answer_form(request, ReasonForm(sent(request)), act, context, done=_("It is on record."), template=FORM)
