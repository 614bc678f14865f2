"""The desk of people: find, verify, give roles. Names and numbers are masked until a reason is given."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.audit import queries as audit
from shanzhi.audit.views import timeline_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.roles import GRANTERS, Role
from shanzhi.people import minors, operations, policies, queries
from shanzhi.people.forms import GrantForm, ReasonForm, UnmaskForm, VerifyForm
from shanzhi.people.lifecycle import RECOVERERS, VERIFIED, VERIFIERS
from shanzhi.people.models import ROLE_LABELS, Account, Person
from shanzhi.people.views.listings import PEOPLE, ROLES
from shanzhi.people.views.words import (
    FIELD_WORDS,
    LONG_STATES,
    STATE_TONES,
    grant_rows,
    known_places,
    link_rows,
    merge_rows,
)  # fmt: skip
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import acts, form_page

# With a context: other rooms translate the bare word as a number of people.
PEOPLE_WORD: Final = pgettext_lazy("desk", "People")


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way from the home page to a page of this desk."""
    return [(_("Home"), "/"), (PEOPLE_WORD, reverse("people:desk")), *more]


@login_required
def people(request: Any) -> HttpResponse:
    """List the people of the own areas."""
    rows = queries.people(viewer=request.actor).defer("verified_at", "synthetic", "version")  # not shown here
    context = {
        "heading": PEOPLE_WORD,
        "lead": _("Names and numbers are masked, in the export too. Search by the whole phone, number or name."),
        "crumbs": [(_("Home"), "/"), (PEOPLE_WORD, "")],
        "may_merge": request.actor.holds_anywhere(VERIFIERS),
        "may_import": request.actor.holds_anywhere(policies.IMPORTERS),
        "may_invite": request.actor.holds_anywhere(GRANTERS),
        "may_recover": request.actor.holds_anywhere(RECOVERERS),
    }
    answer: HttpResponse = listing_response(request, PEOPLE, rows, context, template="people/desk_people.html")
    return answer


@login_required
def roles(request: Any) -> HttpResponse:
    """List who holds which role in the own areas."""
    rows = queries.role_grants(viewer=request.actor)
    context = {"heading": _("Roles"), "crumbs": crumbs((_("Roles"), ""))}
    answer: HttpResponse = listing_response(request, ROLES, rows, context)
    return answer


@login_required
def person(request: Any, person_id: UUID) -> HttpResponse:
    """Show one person, masked."""
    return _person_page(request, person_id)


def _changes(request: Any, found: Person, account: Account | None) -> dict[str, bool]:
    """Tell what the viewer may change about a person; a record that was merged away is changed no more."""
    viewer = request.actor
    closes = account is not None and policies.may_close_account(actor=viewer, person=found, at=request.now) is None
    return {
        "may_verify": policies.may_verify(actor=viewer, person=found) is None,
        "may_grant": bool(policies.grantable(actor=viewer)) and not viewer.is_person(found.pk),
        "may_close": closes,
    }


def _way_to(viewer: Actor, found: Person) -> list[tuple[Any, str]]:
    """Give the way to a person's page: over the desk, or over the own account for who has no place at the desk."""
    if viewer.holds_anywhere(policies.READERS):
        return crumbs((str(found.name), ""))
    return [(_("Home"), "/"), (_("My account"), reverse("people:account")), (str(found.name), "")]


def _person_page(request: Any, person_id: UUID, plain: dict[str, str] | None = None, form: Any = None) -> HttpResponse:
    viewer = request.actor
    found = queries.person(viewer=viewer, person_id=person_id, at=request.now)
    grants = queries.grants(viewer=viewer, person=found)
    known = known_places(grants, found.area, without=found.area[:6])
    events = audit.recent(viewer=viewer, rows=audit.history(viewer=viewer, subject=found))
    account = queries.account_of(person=found)
    may_verify = policies.may_verify(actor=viewer, person=found) is None
    context = {
        "person": found,
        "home": known.names.get(found.area, ""),
        "state": LONG_STATES[found.real_name],
        "tone": STATE_TONES[found.real_name],
        "verified": found.real_name in VERIFIED,
        "grants": grant_rows(grants, known, request.now),
        "consents": queries.agreed(viewer=viewer, person_id=found.pk, at=request.now),
        "links": link_rows(queries.guardians_of(viewer=viewer, person=found), request.now),
        "minor": minors.is_minor(found, request.now),
        "may_link": found.merged_into_id is None
        and may_verify
        and (found.born_on is None or minors.is_minor(found, request.now)),
        "events": timeline_of(events),
        "history": reverse("audit:history", args=[found._meta.label_lower, found.pk]),
        "account": account,
        "may_merge": policies.may_merge(actor=viewer, people=[found], at=request.now) is None,
        "merges": merge_rows(queries.merges_of(person=found), found),
        "may_unmask": policies.may_unmask(actor=viewer, person=found) is None and not viewer.is_person(found.pk),
        **(_changes(request, found, account) if found.merged_into_id is None else {}),
        "plain": [(FIELD_WORDS[name], value) for name, value in (plain or {}).items()],
        "unmask_form": form or UnmaskForm(),
        "end_form": ReasonForm(auto_id="end_%s"),
        "crumbs": _way_to(viewer, found),
    }
    answer = render(request, "people/desk_person.html", context, status=422 if form and form.errors else 200)
    if plain:
        answer["Cache-Control"] = "no-store"
    return answer


@acts
@login_required
def unmask(request: Any, person_id: UUID) -> HttpResponse:
    """Show values in full once, for a reason; they are on this answer alone and in no address."""
    form = UnmaskForm(request.POST)
    if form.is_valid():
        try:
            plain = operations.unmask(
                actor=request.actor,
                person_id=person_id,
                fields=form.cleaned_data["fields_wanted"],
                reason=form.cleaned_data["reason"],
                at=request.now,
            )
        except operations.ReasonNeeded as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            return _person_page(request, person_id, plain)
    return _person_page(request, person_id, form=form)


@login_required
@sensitive_post_parameters()
@form_page
def verify(request: Any, person_id: UUID) -> HttpResponse:
    """Note that a document was seen."""
    found = queries.person(viewer=request.actor, person_id=person_id, at=request.now)
    policies.require(policies.may_verify(actor=request.actor, person=found))
    form = VerifyForm(request.POST or None)
    if form.is_valid():
        try:
            operations.verify(
                actor=request.actor,
                person_id=person_id,
                version=ui_forms.version(request),
                at=request.now,
                **form.cleaned_data,
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Verified."))
            return redirect("people:person", person_id)
    context = {"form": form, "person": found, "crumbs": _below(found, _("Verify"))}
    return render(request, "people/desk_verify.html", context)


def _below(found: Any, label: str) -> list[tuple[Any, str]]:
    return crumbs((str(found.name), reverse("people:person", args=[found.pk])), (label, ""))


@login_required
@form_page
def revoke(request: Any, person_id: UUID) -> HttpResponse:
    """Take a verification back."""
    return _with_reason(request, person_id, operations.revoke, _("Take the verification back"), REVOKE_TEXT)


@login_required
@form_page
def close_account(request: Any, person_id: UUID) -> HttpResponse:
    """Close a person's sign-in."""
    return _with_reason(request, person_id, operations.close_account, _("Close the sign-in"), CLOSE_TEXT)


@login_required
@form_page
def open_account(request: Any, person_id: UUID) -> HttpResponse:
    """Open a closed sign-in again."""
    return _with_reason(request, person_id, operations.open_account, _("Open the sign-in again"), OPEN_TEXT)


REVOKE_TEXT: Final = gettext_lazy(
    "The person counts as declared only: no vote, no proposal, until verified again. The number stays on record."
)
CLOSE_TEXT: Final = gettext_lazy(
    "The person is signed out at once and cannot sign in until it is opened again. Records stay."
)
OPEN_TEXT: Final = gettext_lazy("The person can sign in again.")


def _with_reason(request: Any, person_id: UUID, act: Any, heading: str, text: Any) -> HttpResponse:
    found = queries.person(viewer=request.actor, person_id=person_id, at=request.now)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            act(actor=request.actor, person_id=person_id, reason=form.cleaned_data["reason"], at=request.now)
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Done."))
            return redirect("people:person", person_id)
    context = {"form": form, "person": found, "heading": heading, "text": text, "crumbs": _below(found, heading)}
    return render(request, "people/desk_reason.html", context)


@login_required
@form_page
def grant(request: Any, person_id: UUID) -> HttpResponse:
    """Give a role."""
    found = queries.person(viewer=request.actor, person_id=person_id, at=request.now)
    offered = policies.grantable(actor=request.actor)
    if not offered:
        raise policies.AboveOwnRole
    form = GrantForm(
        request.POST or None,
        roles=offered,
        areas=queries.granted_areas(viewer=request.actor, at=request.now),
        organizations=queries.granted_organizations(viewer=request.actor, at=request.now),
        initial={"starts_on": timezone.localdate(request.now)},
    )
    if form.is_valid():
        try:
            operations.grant(actor=request.actor, person_id=person_id, at=request.now, **_grant_values(request, form))
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("The role is given."))
            return redirect("people:person", person_id)
    context = {"form": form, "person": found, "crumbs": _below(found, _("Give a role"))}
    return render(request, "people/desk_grant.html", context)


def _grant_values(request: HttpRequest, form: GrantForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "role": Role(data["role"]),
        **form.place,
        "starts_at": _midnight(data["starts_on"]),
        "ends_at": _midnight(data["ends_on"] + timedelta(days=1)) if data["ends_on"] else None,
        "reason": data["reason"],
    }


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@login_required
@form_page
def end_grant(request: Any, grant_id: UUID) -> HttpResponse:
    """End a role."""
    given = queries.grant_in_scope(viewer=request.actor, grant_id=grant_id, at=request.now)
    form = ReasonForm(request.POST or None)
    back = "people:account" if request.actor.is_person(given.person_id) else "people:person"
    if form.is_valid():
        try:
            operations.end_grant(
                actor=request.actor, grant_id=grant_id, reason=form.cleaned_data["reason"], at=request.now
            )
            if back == "people:account":
                operations.keep_session(request=request)
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("The role has ended."))
            return redirect(back) if back == "people:account" else redirect(back, given.person_id)
    heading = _("End the role: %(role)s") % {"role": ROLE_LABELS[Role(given.role)]}
    text = _("It ends at once. What the person did in this role stays on record.")
    context = {"form": form, "person": given.person, "heading": heading, "text": text}
    return render(request, "people/desk_reason.html", context)
