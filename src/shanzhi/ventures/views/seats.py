"""The pages of a team: who is in it and in which role, inviting, joining, leaving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.ui.forms import PageForm, apply_refusal
from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.forms.seats import SeatForm, TeamInviteForm
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.models.seats import SEAT_ROLES
from shanzhi.ventures.queries import seats
from shanzhi.ventures.views.desk_frames import answer_form, sent
from shanzhi.ventures.views.rows import proposal_crumbs
from shanzhi.ventures.views.team import own

ROLES: dict[str, Any] = {"leader": _("Leader (contact person)"), **SEAT_ROLES}


def _page(proposal_id: UUID) -> str:
    return reverse("ventures:team_roles", args=[proposal_id])


def _crumbs(found: Proposal, title: Any) -> list[tuple[Any, str]]:
    return proposal_crumbs(found, (_("Team and roles"), _page(found.pk)), (title, ""))


def _led(request: Request, proposal_id: UUID) -> Proposal:
    found = own(request, proposal_id)
    if not policies.leads(request.actor, found):
        raise operations.NotTheLeader
    return found


@login_required
def team_roles(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show the team who is in it, in which role and since when."""
    found = own(request, proposal_id)
    context = {
        "proposal": found,
        "places": [
            (one, ROLES[one.role], _("(you)") if one.own else "")
            for one in seats.places(viewer=request.actor, found=found)
        ],
        "unnamed": [row for row in found.members.all() if row.person_id is None],
        "leads": policies.leads(request.actor, found),
        "back": reverse(
            "ventures:edit" if queries.may_edit(viewer=request.actor, found=found) else "ventures:proposal",
            args=[found.pk],
        ),
        "invitations": [
            (one, SEAT_ROLES[one.role])
            for one in seats.open_invitations(viewer=request.actor, found=found, at=request.now)
        ],
        "crumbs": proposal_crumbs(found, (_("Team and roles"), "")),
    }
    return render(request, "ventures/team_roles.html", context)


@never_cache
@login_required
@form_page
def seat_invite(request: Request, proposal_id: UUID) -> HttpResponse:
    """Make a link into the team; it is shown once, on this answer alone."""
    found = _led(request, proposal_id)
    form = TeamInviteForm(sent(request), initial={"role": "editor"})
    crumbs = _crumbs(found, _("Invite"))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            made = operations.invite_to_team(
                actor=request.actor, proposal_id=proposal_id, role=form.cleaned_data["role"], at=request.now
            )
        except Refusal as refusal:
            apply_refusal(form, refusal)
            status = refusal.status
        else:
            link = request.build_absolute_uri(reverse("ventures:join_team", args=[made.secret]))
            context = {
                "proposal": found, "link": link, "invitation": made.invitation,
                "role": SEAT_ROLES[made.invitation.role], "crumbs": crumbs,
            }  # fmt: skip
            return render(request, "ventures/seat_invited.html", context)
    context = {
        "heading": _("Invite to the team"),
        "lead": found.title,
        "points": [
            _("You get a link to send to one person. It works once and for seven days, and you can take it back."),
            _("Who opens it reads the project's name, the round and your masked name, and joins after signing in."),
        ],
        "label": _("Make the link"),
        "back": _page(found.pk),
        "form": form,
        "crumbs": crumbs,
    }
    return render(request, "ventures/merger_form.html", context, status=status)


@login_required
@acts
def seat_invite_end(request: Request, proposal_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    _led(request, proposal_id)
    operations.end_team_invitation(
        actor=request.actor, proposal_id=proposal_id, invitation_id=invitation_id, at=request.now
    )
    messages.success(request, _("The invitation is taken back."))
    return redirect(_page(proposal_id))


@login_required
@form_page
def seat(request: Request, proposal_id: UUID, person_id: UUID) -> HttpResponse:
    """Change somebody's role, hand the lead over, or end a place in the team."""
    found = _led(request, proposal_id)
    place = seats.place_of(viewer=request.actor, found=found, person_id=person_id)
    if place is None or place.role == "leader":
        raise NotFound
    may_lead = queries.may_edit(viewer=request.actor, found=found)

    def act(form: Any) -> str:
        role = form.cleaned_data["role"]
        given: dict[str, Any] = {
            "actor": request.actor, "proposal_id": proposal_id, "person_id": person_id, "at": request.now,
        }  # fmt: skip
        if role == "lead":
            operations.hand_over(**given)
        elif role == "end":
            operations.end_seat(**given)
        else:
            operations.set_role(**given, role=role)
        return _page(proposal_id)

    context = {
        "heading": _("Role of %(name)s") % {"name": place.name},
        "lead": found.title,
        "points": [
            _("The person is told. What is written stays as it is, and so does the list of members."),
            _("The lead can be handed over to an editor while the proposal can be changed."),
        ],
        "label": _("Save"),
        "back": _page(found.pk),
        "crumbs": _crumbs(found, _("Role")),
    }
    form = SeatForm(sent(request), role=place.role, may_lead=may_lead)
    return answer_form(request, form, act, "ventures/merger_form.html", context, done=_("The role is changed."))


@login_required
@form_page
def leave(request: Request, proposal_id: UUID) -> HttpResponse:
    """Leave the team, after saying in full what that means."""
    found = own(request, proposal_id)
    if policies.leads(request.actor, found):
        raise operations.LeaderStays

    def act(_form: Any) -> str:
        operations.leave_team(actor=request.actor, proposal_id=proposal_id, at=request.now)
        return reverse("ventures:my_proposals")

    context = {
        "heading": _("Leave the team"),
        "lead": found.title,
        "points": [
            _("You find the proposal no more, unless everybody sees it. What you wrote stays in it."),
            _("The contact person is told, and can invite you again."),
        ],
        "label": _("Leave the team"),
        "tone": "danger",
        "back": _page(found.pk),
        "crumbs": _crumbs(found, _("Leave the team")),
    }
    form = PageForm(sent(request))
    return answer_form(request, form, act, "ventures/merger_form.html", context, done=_("You left the team."))


@never_cache
@login_required
@form_page
def join(request: Request, secret: str) -> HttpResponse:
    """Show who opens a link which team and role it is for, and let them join."""
    if request.actor.person_id is None:
        return redirect(f"{reverse('people:welcome')}?next={request.path}")
    form = PageForm(sent(request))
    found = seats.team_invitation_behind(secret=secret, at=request.now)
    status = 200 if found else 404
    if form.is_bound and form.is_valid():
        try:
            joined = operations.take_seat(actor=request.actor, secret=secret, at=request.now)
        except operations.TeamInvitationUnusable:
            found, status = None, 404
        except Refusal as refusal:
            apply_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("You belong to the team now."))
            return redirect(_page(joined.pk))
    context = {
        "form": form,
        "invitation": found,
        "role": SEAT_ROLES[found.role] if found else "",
        "there": found is not None and policies.of_team(request.actor, found.proposal),
        "crumbs": [(_("Home"), "/"), (_("Invitation"), "")],
    }
    answer = render(request, "ventures/join_team.html", context, status=status)
    # The address holds the secret. With no referrer at all a browser names no origin either, and the form is refused.
    answer["Referrer-Policy"] = "strict-origin"
    return answer
