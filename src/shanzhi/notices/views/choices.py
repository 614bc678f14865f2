"""How I want to be told: channels, manner, addresses."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.notices import drivers, operations, queries
from shanzhi.notices.forms import ChoicesForm, EmailCodeForm, EmailForm
from shanzhi.notices.kinds import APP, EMAIL, SMS, WECHAT
from shanzhi.notices.links import whole
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts, form_page

STATE: Final = "notices_wechat_state"


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("My account"), "/account/"), (_("My notices"), "/account/notices/"), *more]


@never_cache
@login_required
@form_page
def choices(request: Any) -> HttpResponse:
    """Choose what reaches me by which channel, in which language, when."""
    if request.actor.person_id is None:
        return redirect("people:welcome")
    viewer = request.actor
    channels = (APP, *drivers.open_channels())
    form = ChoicesForm(
        request.POST or None,
        wishes=queries.wishes(viewer=viewer, channels=channels),
        manner=queries.manner(viewer=viewer),
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                operations.choose(actor=viewer, wishes=form.chosen(), at=request.now)
                operations.set_manner(actor=viewer, at=request.now, **form.manner())
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Your choice holds from the next notice on."))
            return redirect("notices:choices")
    context = {
        "form": form,
        "email": queries.email(viewer=viewer),
        "wechat": queries.wechat(viewer=viewer),
        "has_email": EMAIL in channels,
        "has_wechat": WECHAT in channels,
        "has_sms": SMS in channels,
        "crumbs": _crumbs((_("What reaches me"), "")),
    }
    return render(request, "notices/choices.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@form_page
def email(request: Request) -> HttpResponse:
    """Put down an e-mail address; a code is sent to it."""
    viewer = request.actor
    held = queries.email(viewer=viewer)
    form = EmailForm(request.POST or None)
    if form.is_valid():
        try:
            operations.set_email(actor=viewer, at=request.now, **form.cleaned_data)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            return redirect("notices:email_code")
    context = {"form": form, "held": held, "crumbs": _crumbs((_("E-mail address"), ""))}
    return render(request, "notices/email.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@form_page
def email_code(request: Request) -> HttpResponse:
    """Take the code that came by e-mail."""
    held = queries.email(viewer=request.actor)
    if held is None or held.wanted is None:
        return redirect("notices:email")
    form = EmailCodeForm(request.POST or None)
    if form.is_valid():
        try:
            operations.verify_email(actor=request.actor, at=request.now, **form.cleaned_data)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Your address is verified. Notices reach you there from now on."))
            return redirect("notices:choices")
    context = {"form": form, "crumbs": _crumbs((_("E-mail address"), reverse("notices:email")), (_("Code"), ""))}
    return render(request, "notices/email_code.html", context, status=422 if form.errors else 200)


@acts
@login_required
def email_remove(request: Request) -> HttpResponse:
    """Forget my e-mail address."""
    operations.remove_email(actor=request.actor, at=request.now)
    messages.success(request, _("Your e-mail address is forgotten."))
    return redirect("notices:choices")


@never_cache
@login_required
def wechat(request: Request) -> HttpResponse:
    """Go to WeChat, which says who I am there; only WeChat's own browser can."""
    request.actor.person()
    driver: Any = drivers.driver_of(WECHAT)
    if driver is None:
        raise NotFound
    state = secrets.token_urlsafe(16)
    request.session[STATE] = state
    address: str = driver.identity_address(back=whole(reverse("notices:wechat_back")), state=state)
    return redirect(address)


@never_cache
@login_required
def wechat_back(request: Request) -> HttpResponse:
    """Come back from WeChat with its word for who I am there."""
    driver: Any = drivers.driver_of(WECHAT)
    expected = request.session.pop(STATE, "")
    if driver is None or not expected or not constant_time_compare(expected, request.GET.get("state", "")):
        raise NotFound
    openid = driver.identity(request.GET.get("code", ""))
    if openid:
        operations.link_wechat(actor=request.actor, openid=openid, at=request.now)
        messages.success(request, _("WeChat is linked. Notices reach you there from now on."))
    else:
        messages.error(request, _("WeChat did not say who you are. Open this page in WeChat and try again."))
    return redirect("notices:choices")


@acts
@login_required
def wechat_remove(request: Request) -> HttpResponse:
    """Forget my WeChat identity."""
    operations.unlink_wechat(actor=request.actor, at=request.now)
    messages.success(request, _("WeChat is no longer linked."))
    return redirect("notices:choices")
