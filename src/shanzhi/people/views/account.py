"""The own account: what is on record about me, how sure it is, what I agreed to, how I sign in."""

from __future__ import annotations

import time
from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.people import minors, operations, queries
from shanzhi.people.adapter import DECLARATION
from shanzhi.people.forms import DeclareForm, NewPasswordForm, OutsideForm
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.texts import PRIVACY
from shanzhi.people.views.words import event_words, grant_rows, known_places, lookers
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import next_of
from shanzhi.ui.methods import acts, form_page

FRESH_SECONDS: Final = 10 * 60


@login_required
def account(request: Any) -> HttpResponse:
    """Show the own record; who has none yet is asked for it."""
    viewer = request.actor
    try:
        person = queries.own(viewer=viewer)
    except NotFound:
        return redirect("people:welcome")
    grants = queries.grants(viewer=viewer, person=person)
    known = known_places(grants, person.area, without=person.area[:6])
    consents = queries.agreed(viewer=viewer, person_id=person.pk, at=request.now)
    looks = queries.looks(viewer=viewer)
    context = {
        "person": person,
        "account": request.user,
        "home": known.names.get(person.area, ""),
        "verified": person.real_name in VERIFIED,
        "outside": bool(getattr(settings, "PEOPLE_REAL_NAME_DRIVER", "")),
        "grants": grant_rows(grants, known, request.now),
        "consents": consents,
        "agreed": queries.agrees(consents),
        "text": PRIVACY,
        "waits": viewer.waits,
        "child": minors.is_child(person, request.now),
        "looks": event_words(looks, lookers(looks)),
        "has_passkey": queries.has_passkey(account_id=request.user.pk),
    }
    return render(request, "people/account.html", context)


@login_required
@form_page
def welcome(request: Any) -> HttpResponse:
    """Ask a new account for name, community and consent."""
    if request.actor.person_id is not None:
        return redirect("people:account")
    areas = queries.home_areas(at=request.now)
    form = DeclareForm(request.POST or None, areas=areas, consent=True, initial=request.session.get(DECLARATION, {}))
    if form.is_valid():
        try:
            operations.declare(actor=request.actor, at=request.now, **form.cleaned_data)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("You are on record. Next: have your name verified, so that you can vote."))
            return redirect(next_of(request, "/account/"))
    return render(
        request, "people/welcome.html", {"form": form, "text": PRIVACY, "next": next_of(request, "/account/")}
    )


@login_required
@form_page
def correct(request: Any) -> HttpResponse:
    """Correct the own name and home."""
    person = queries.own(viewer=request.actor)
    areas = queries.home_areas(at=request.now)
    initial = {"name": person.name.reveal(), "area": person.area}
    form = DeclareForm(request.POST or None, areas=areas, consent=False, initial=initial)
    if form.is_valid():
        try:
            operations.correct(
                actor=request.actor, at=request.now, version=ui_forms.version(request), **form.cleaned_data
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Corrected."))
            return redirect("people:account")
    return render(
        request, "people/correct.html", {"form": form, "person": person, "verified": person.real_name in VERIFIED}
    )


@login_required
@sensitive_post_parameters()
@form_page
def verify_outside(request: Any) -> HttpResponse:
    """Have the own name verified by the outside service."""
    queries.own(viewer=request.actor)
    form = OutsideForm(request.POST or None)
    if form.is_valid():
        try:
            operations.verify_outside(actor=request.actor, at=request.now, **form.cleaned_data)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Your name is verified."))
            return redirect("people:account")
    return render(request, "people/verify_outside.html", {"form": form})


@acts
@login_required
def consent(request: Any, purpose: str) -> HttpResponse:
    """Give a consent, or take it back."""
    if request.POST.get("act") == "withdraw":
        operations.withdraw_consent(actor=request.actor, purpose=purpose, at=request.now)
        messages.success(request, _("Your consent is taken back. Your record stays, marked as only declared."))
    else:
        operations.give_consent(actor=request.actor, purpose=purpose, at=request.now)
        messages.success(request, _("Thank you. Your consent is on record."))
    return redirect("people:account")


@login_required
@sensitive_post_parameters()
@form_page
def password(request: Any) -> HttpResponse:
    """Set or change the own password. The present one is asked for unless a code was just entered."""
    fresh = not request.user.has_usable_password() or _by_code_just_now(request)
    form = NewPasswordForm(request.POST or None)
    if fresh:
        del form.fields["current"]
    if form.is_valid():
        try:
            if not fresh and not request.user.check_password(form.cleaned_data["current"]):
                raise WrongPassword(field="current")
            account = operations.set_password(
                actor=request.actor,
                account_id=request.user.pk,
                password=form.cleaned_data["password"],
                at=request.now,
                keep=request.session.session_key,
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            update_session_auth_hash(request, account)
            messages.success(request, _("The password is set. Other devices are signed out."))
            return redirect("people:account")
    return render(request, "people/password.html", {"form": form, "fresh": fresh})


class WrongPassword(Refusal):
    """The present password does not fit."""

    code = "wrong_password"
    status = 422
    message = _("This is not your present password. Forgotten? Sign out, sign in by a code, and come back here.")


def _by_code_just_now(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(r.get("method") == "code" and time.time() - r.get("at", 0) < FRESH_SECONDS for r in records)
