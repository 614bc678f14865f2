"""The desk of safety: recoveries by two officers, invitations, the yearly review of roles, sessions ended."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people import operations, policies, queries, rights_queries
from shanzhi.people.forms import ReasonForm
from shanzhi.people.lifecycle import INVITATION, RECOVERY
from shanzhi.people.models import ROLE_LABELS, Invitation, Recovery, RoleGrant
from shanzhi.people.operations.reviews import GRACE, YEAR
from shanzhi.people.rights_forms import InviteForm, RecoveryForm, ReviewForm
from shanzhi.people.views.desk import crumbs
from shanzhi.people.views.listings import role_options
from shanzhi.people.views.words import place_of
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import acts, form_page

TONES: Final = {"asked": "warn", "waiting": "warn", "done": "good", "stopped": "plain", "open": "warn",
                "taken": "good", "ended": "plain"}  # fmt: skip


def _recovery_tag(row: Recovery) -> tuple[str, Any]:
    return TONES[row.state], RECOVERY.states[row.state]


def _invitation_tag(row: Invitation) -> tuple[str, Any]:
    return TONES[row.state], INVITATION.states[row.state]


RECOVERIES = Listing(
    key="recoveries",
    columns=(
        Column("person", gettext_lazy("Name"), value=lambda row: str(row.person.name), url=page_of("people:recovery")),
        Column("area", gettext_lazy("Community"), value="area_name"),
        Column("state", gettext_lazy("State"), "tag", value=_recovery_tag, sort="state"),
        Column("asked_at", gettext_lazy("Reported lost on"), "datetime", sort="asked_at"),
        Column("ready_at", gettext_lazy("Not before"), "datetime", sort="ready_at", priority=2),
    ),
    default_sort="-asked_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=list(RECOVERY.states.items())),
        DateRangeFilter("asked_at", gettext_lazy("Reported lost on")),
    ),
    search=queries.search_holders,
    search_label=gettext_lazy("Whole phone, document number or name"),
    empty=Empty(
        gettext_lazy("No recoveries"),
        gettext_lazy("A recovery is begun on the page of the person who stands before you."),
    ),
)
INVITATIONS = Listing(
    key="invitations",
    columns=(
        Column("role", gettext_lazy("Role"), value=lambda row: ROLE_LABELS[Role(row.role)], sort="role",
               url=page_of("people:end_invitation")),
        Column("area", gettext_lazy("Where it holds"), value=place_of, sort="area"),
        Column("phone", gettext_lazy("Mobile phone"), value=lambda row: str(row.phone) if row.phone else ""),
        Column("state", gettext_lazy("State"), "tag", value=_invitation_tag, sort="state"),
        Column("by", gettext_lazy("Invited by"), value=lambda row: str(row.invited_by.name), priority=2),
        Column("expires_at", gettext_lazy("Good until"), "datetime", sort="expires_at", priority=2),
    ),
    default_sort="-expires_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=list(INVITATION.states.items())),
        ChoiceFilter("role", gettext_lazy("Role"), choices=role_options),
    ),
    search=rights_queries.search_invitations,
    search_label=gettext_lazy("Whole phone, or words of the reason"),
    empty=Empty(gettext_lazy("No invitations"), gettext_lazy("Invite a colleague by phone; the role waits for them.")),
)  # fmt: skip


def _box(row: RoleGrant) -> str:
    words = _("Pick %(role)s") % {"role": ROLE_LABELS[Role(row.role)]}
    return format_html(
        '<label class="check"><input type="checkbox" name="grant" value="{}" form="review">'
        '<span class="unseen">{} {}</span></label>',
        row.pk, words, row.person.name,
    )  # fmt: skip


REVIEW = Listing(
    key="role_review",
    columns=(
        Column("person", gettext_lazy("Name"), value=lambda row: str(row.person.name),
               url=page_of("people:person", "person_id")),
        Column("pick", gettext_lazy("Pick"), value=_box, in_export=False),
        Column("role", gettext_lazy("Role"), value=lambda row: ROLE_LABELS[Role(row.role)], sort="role"),
        Column("area", gettext_lazy("Where it holds"), value=place_of, sort="area"),
        Column("confirmed", gettext_lazy("Last confirmed"), "date", sort="confirmed"),
        Column("lapses", gettext_lazy("Lapses on"), "date", value=lambda row: row.confirmed + YEAR + GRACE),
    ),
    default_sort="confirmed",
    filters=(ChoiceFilter("role", gettext_lazy("Role"), choices=role_options),),
    search=queries.search_holders,
    search_label=gettext_lazy("Whole phone, document number or name"),
    empty=Empty(gettext_lazy("Every role was confirmed within a year"), gettext_lazy("Nothing to do.")),
)  # fmt: skip


@login_required
def recoveries(request: Any) -> HttpResponse:
    """List recoveries of the own areas."""
    context = {
        "heading": _("Lost second factors"),
        "lead": _("One officer sees person and document, another one confirms, then a day passes."),
        "crumbs": crumbs((_("Lost second factors"), "")),
    }
    rows = rights_queries.recoveries(viewer=request.actor)
    answer: HttpResponse = listing_response(request, RECOVERIES, rows, context)
    return answer


@login_required
@sensitive_post_parameters()
@form_page
def begin_recovery(request: Any, person_id: UUID) -> HttpResponse:
    """Begin a recovery for who stands at the desk."""
    found = rights_queries.person_for_recovery(viewer=request.actor, person_id=person_id, at=request.now)
    form = RecoveryForm(request.POST or None)
    if form.is_valid():
        try:
            begun = operations.begin_recovery(
                actor=request.actor, person_id=person_id, at=request.now, **form.cleaned_data
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            return redirect("people:recovery", begun.pk)
    context = {"form": form, "person": found}
    return render(request, "people/recovery_begin.html", context, status=422 if form.errors else 200)


@login_required
@form_page
def recovery(request: Any, recovery_id: UUID) -> HttpResponse:
    """Show a recovery and take its next step."""
    found = rights_queries.recovery(viewer=request.actor, recovery_id=recovery_id, at=request.now)
    form = ReasonForm(request.POST if request.POST.get("act") == "stop" else None)
    act = request.POST.get("act")
    try:
        if act == "approve":
            operations.approve_recovery(actor=request.actor, recovery_id=recovery_id, at=request.now)
        elif act == "finish":
            operations.finish_recovery(actor=request.actor, recovery_id=recovery_id, at=request.now)
        elif act == "stop" and form.is_valid():
            operations.stop_recovery(actor=request.actor, recovery_id=recovery_id, at=request.now, **form.cleaned_data)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, refusal.text)
    if request.method == "POST" and not form.errors:
        return redirect("people:recovery", recovery_id)
    context = {
        "recovery": found, "form": form, "tag": _recovery_tag(found),
        "ripe": bool(found.ready_at) and found.ready_at <= request.now,
        "own": request.actor.is_person(found.asked_by_id),
        "crumbs": crumbs((_("Lost second factors"), reverse("people:recoveries")), (str(found.person.name), "")),
    }  # fmt: skip
    return render(request, "people/recovery.html", context, status=422 if form.errors else 200)


@login_required
def invitations(request: Any) -> HttpResponse:
    """List invitations into the own areas."""
    context = {"heading": _("Invitations"), "crumbs": crumbs((_("Invitations"), ""))}
    rows = rights_queries.invitations(viewer=request.actor)
    answer: HttpResponse = listing_response(
        request, INVITATIONS, rows, context, template="people/invitations.html"
    )  # fmt: skip
    return answer


@never_cache
@login_required
@form_page
def invite(request: Any) -> HttpResponse:
    """Invite a colleague; link and code are shown once, on this answer alone."""
    rights_queries.require_granters(request.actor)
    form = InviteForm(
        request.POST or None,
        roles=policies.grantable(actor=request.actor),
        areas=queries.granted_areas(viewer=request.actor, at=request.now),
        organizations=queries.granted_organizations(viewer=request.actor, at=request.now),
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = operations.invite(
                actor=request.actor, phone=data["phone"], role=Role(data["role"]), reason=data["reason"],
                at=request.now, **form.place,
            )  # fmt: skip
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            link = request.build_absolute_uri(reverse("people:invited", args=[made.secret]))
            answer = render(request, "people/invitation_made.html", {"made": made, "link": link})
            answer["Cache-Control"] = "no-store"
            return answer
    return render(request, "people/invite.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@form_page
def end_invitation(request: Any, invitation_id: UUID) -> HttpResponse:
    """Show an invitation and take it back."""
    found = rights_queries.invitation(viewer=request.actor, invitation_id=invitation_id)
    if request.method == "POST":
        try:
            operations.end_invitation(actor=request.actor, invitation_id=invitation_id, at=request.now)
        except Refusal as refusal:
            messages.error(request, refusal.text)
        else:
            messages.success(request, _("The invitation is taken back."))
        return redirect("people:invitations")
    label = ROLE_LABELS[Role(found.role)]
    context = {
        "invitation": found, "label": label, "tag": _invitation_tag(found), "place": place_of(found),
        "crumbs": crumbs((_("Invitations"), reverse("people:invitations")), (label, "")),
    }  # fmt: skip
    return render(request, "people/invitation.html", context)


@login_required
@form_page
def review(request: Any) -> HttpResponse:
    """List the roles that are due for their yearly review, and confirm or end those picked."""
    rows = rights_queries.due_for_review(viewer=request.actor, at=request.now)
    form = ReviewForm(request.POST or None)
    if form.is_valid() and _reviewed(request, form):
        return redirect("people:review")
    context = {
        "heading": _("Yearly review of roles"),
        "lead": _("Roles that nobody confirmed for a year. What is not confirmed lapses by itself on the day shown."),
        "crumbs": crumbs((_("Yearly review of roles"), "")),
        "form": form,
    }
    answer: HttpResponse = listing_response(request, REVIEW, rows, context, template="people/role_review.html")
    return answer


def _reviewed(request: Any, form: ReviewForm) -> bool:
    """Do what the form asks with the roles picked; tell whether it was done."""
    picked = [UUID(text) for text in request.POST.getlist("grant") if len(text) == 36]
    if not picked:
        messages.error(request, _("Pick at least one role in the list."))
        return False
    try:
        if form.cleaned_data["act"] == "confirm":
            done = operations.confirm_grants(actor=request.actor, grant_ids=picked, at=request.now)
        else:
            done = operations.end_grants(
                actor=request.actor, grant_ids=picked, reason=form.cleaned_data["reason"], at=request.now
            )
    except Refusal as refusal:
        ui_forms.apply_refusal(form, refusal)
        return False
    messages.success(request, ngettext("%(n)d role done.", "%(n)d roles done.", done) % {"n": done})
    return True


@acts
@login_required
def end_sessions(request: Any, person_id: UUID) -> HttpResponse:
    """End all sessions of a person, for a reason."""
    queries.person(viewer=request.actor, person_id=person_id, at=request.now)
    try:
        operations.end_sessions_of(
            actor=request.actor, person_id=person_id, reason=request.POST.get("reason", ""), at=request.now
        )
    except operations.ReasonNeeded as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("Signed out everywhere."))
    return redirect("people:person", person_id)
