"""The own safety: second factor, recovery codes, devices and sessions, invitations to take up."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from allauth.mfa.base import views as factor
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people import operations, rights_queries
from shanzhi.people.actors import second_factor_due
from shanzhi.people.models import ROLE_LABELS
from shanzhi.people.rights_forms import TakeForm
from shanzhi.people.views.words import known_places
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.methods import acts, form_page

NETWORKS: Final = {
    "machine": gettext_lazy("from this machine itself"),
    "house": gettext_lazy("from a network inside the house"),
    "internet": gettext_lazy("over the internet"),
    "unknown": gettext_lazy("from an unknown network"),
}


@never_cache
@login_required
def sessions(request: Any) -> HttpResponse:
    """List the devices on which one is signed in."""
    rows = rights_queries.sign_ins(viewer=request.actor, at=request.now)
    shown = [(row, NETWORKS[row.network], row.session_key == request.session.session_key) for row in rows]
    context = {"rows": shown, "others": sum(not current for _row, _words, current in shown)}
    return render(request, "people/sessions.html", context)


@acts
@login_required
def end_session(request: Any, sign_in_id: UUID) -> HttpResponse:
    """End one session."""
    operations.end_session(actor=request.actor, sign_in_id=sign_in_id, at=request.now)
    messages.success(request, _("That device is signed out."))
    return redirect("people:sessions")


@acts
@login_required
def end_others(request: Any) -> HttpResponse:
    """End all sessions but this one."""
    operations.end_other_sessions(actor=request.actor, keep=request.session.session_key or "", at=request.now)
    operations.keep_session(request=request)
    messages.success(request, _("All other devices are signed out."))
    return redirect("people:sessions")


@never_cache
@login_required
def second_factor(request: Any) -> HttpResponse:
    """Tell which second factors there are and lead to each."""
    context = {
        "factors": rights_queries.factors(account_id=request.user.pk),
        "due": second_factor_due(account=request.user, at=request.now),
        "demanded": settings.SECOND_FACTOR == "demand",
        "recovery": rights_queries.own_recovery(viewer=request.actor),
    }
    return render(request, "people/second_factor.html", context)


@acts
@login_required
def stop_own_recovery(request: Any) -> HttpResponse:
    """Stop the recovery of the own account: nobody is locked out by an officer who was deceived."""
    found = rights_queries.own_recovery(viewer=request.actor)
    if found is None:
        raise NotFound
    operations.stop_recovery(actor=request.actor, recovery_id=found.pk, reason=_("Stopped by the person"),
                             at=request.now)  # fmt: skip
    messages.success(request, _("Stopped. Your second factor stays."))
    return redirect("people:second_factor")


@never_cache
@sensitive_post_parameters()
@login_required
@form_page
def invited(request: Any, secret: str) -> HttpResponse:
    """Take up an invitation: the link, the code and the phone must fit together."""
    found = rights_queries.invitation_behind(secret=secret, at=request.now)
    form = TakeForm(request.POST or None)
    if request.actor.person_id is None:
        return redirect(f"{reverse('people:welcome')}?next={request.path}")
    if form.is_valid():
        try:
            operations.take_invitation(
                actor=request.actor, secret=secret, code=form.cleaned_data["code"], at=request.now
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            operations.keep_session(request=request)
            messages.success(request, _("The role is yours. Set up a second factor before you work with it."))
            return redirect("people:second_factor")
    label = ROLE_LABELS[Role(found.role)] if found else ""
    place = known_places([found]).words(found) if found else ""
    context = {"form": form, "label": label, "place": place, "usable": found is not None}
    answer = render(request, "people/invited.html", context, status=422 if form.errors else 200)
    # The address holds the secret. With no referrer at all a browser names no origin either, and the form is refused.
    answer["Referrer-Policy"] = "strict-origin"
    return answer


class Generator(totp.ActivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    """Set up a code generator."""

    template_name = "people/generator.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Count the code just shown as a proof, so that the recovery codes are not asked for by yet another one."""
        answer: HttpResponse = super().form_valid(form)
        made = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        post_authentication(self.request, made, reauthenticated=True)
        return answer

    def get_success_url(self) -> str:
        """Show the recovery codes when they were just made."""
        return reverse("mfa_view_recovery_codes" if self.did_generate_recovery_codes else "people:second_factor")


class RemoveGenerator(totp.DeactivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    """Remove the code generator."""

    template_name = "people/generator_remove.html"


class RecoveryCodes(codes.ViewRecoveryCodesView):  # type: ignore[misc]  # allauth is untyped
    """Show the recovery codes once."""

    template_name = "people/recovery_codes.html"


class NewRecoveryCodes(codes.GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth is untyped
    """Make new recovery codes; the old ones are void."""

    template_name = "people/recovery_codes_new.html"


class FactorAgain(factor.ReauthenticateView):  # type: ignore[misc]  # allauth is untyped
    """Ask for a code of the second factor once more."""

    template_name = "people/factor_again.html"


generator = form_page(Generator.as_view())
generator_remove = form_page(RemoveGenerator.as_view())
recovery_codes = never_cache(RecoveryCodes.as_view())
recovery_codes_new = form_page(NewRecoveryCodes.as_view())
factor_again = form_page(FactorAgain.as_view())
