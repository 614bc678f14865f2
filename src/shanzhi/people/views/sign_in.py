"""Signing in and up: allauth's flows in our pages."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth
from allauth.account.internal.stagekit import clear_login
from allauth.decorators import rate_limit
from allauth.mfa.base import views as factor
from allauth.mfa.webauthn import views as passkey
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator

from shanzhi.kernel.identifiers import mask_phone
from shanzhi.people import drivers, queries
from shanzhi.people.adapter import DECLARATION
from shanzhi.people.forms import SignUpForm
from shanzhi.people.texts import PRIVACY
from shanzhi.ui.methods import form_page


class SignIn(allauth.RequestLoginCodeView):  # type: ignore[misc]  # allauth is untyped
    """Ask for a phone and send it a code."""

    template_name = "people/sign_in.html"

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        """Start over for who comes back to this page with a code still asked for: the number may have been wrong."""
        clear_login(request)


@method_decorator(rate_limit(action="signup"), name="dispatch")
class SignUp(SignIn):
    """The same with name, community and consent; they are kept sealed in the session until the code is right."""

    template_name = "people/sign_up.html"

    def get_form_class(self) -> type[SignUpForm]:
        """Ask for more than the phone."""
        return SignUpForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the communities."""
        return {**super().get_form_kwargs(), "areas": queries.home_areas(at=self.request.now)}

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """Keep what was declared, then send the code."""
        data = form.cleaned_data
        born_on = data["born_on"].isoformat() if data["born_on"] else ""
        self.request.session[DECLARATION] = {
            "name": data["name"], "area": data["area"], "consent": data["consent"], "born_on": born_on
        }  # fmt: skip
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the text to agree to."""
        return {**super().get_context_data(**kwargs), "text": PRIVACY}


class EnterCode(allauth.ConfirmLoginCodeView):  # type: ignore[misc]  # allauth is untyped
    """Take the code."""

    template_name = "people/enter_code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the phone masked, and in a demo the code itself."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["phone"] = mask_phone(str(context.get("phone") or ""))
        context["shown_code"] = self.request.session.get(drivers.SHOWN, "")
        return context


class ByPassword(allauth.LoginView):  # type: ignore[misc]  # allauth is untyped
    """Take phone or sign-in name, and password."""

    template_name = "people/by_password.html"

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        clear_login(request)


class SignOut(allauth.LogoutView):  # type: ignore[misc]  # allauth is untyped
    """End the session."""

    template_name = "people/sign_out.html"


class Closed(allauth.AccountInactiveView):  # type: ignore[misc]  # allauth is untyped
    """Say that the sign-in was closed."""

    template_name = "people/closed.html"


class PasswordAgain(allauth.ReauthenticateView):  # type: ignore[misc]  # allauth is untyped
    """Ask for the password once more."""

    template_name = "people/password_again.html"


class Passkeys(passkey.ListWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """List the own passkeys."""

    template_name = "people/passkeys.html"


class AddPasskey(passkey.AddWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """Add a passkey."""

    template_name = "people/passkey_add.html"

    def get_success_url(self) -> str:
        """Go back to the list."""
        return reverse("mfa_list_webauthn")


class RemovePasskey(passkey.RemoveWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """Remove a passkey."""

    template_name = "people/passkey_remove.html"


class PasskeySignIn(passkey.LoginWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """Sign in by passkey."""


class PasskeyAgain(passkey.ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """Ask for the passkey once more."""

    template_name = "people/passkey_again.html"


class PasskeyToo(factor.AuthenticateView):  # type: ignore[misc]  # allauth is untyped
    """Ask staff for their passkey after a code or a password."""

    template_name = "people/passkey_too.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether there is a passkey to ask for."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["has_passkey"] = queries.has_passkey(account_id=self.stage.login.user.pk)
        return context


sign_in = form_page(SignIn.as_view())
sign_up = form_page(SignUp.as_view())
enter_code = form_page(EnterCode.as_view())
by_password = form_page(ByPassword.as_view())
sign_out = form_page(SignOut.as_view())
closed = Closed.as_view()
password_again = form_page(PasswordAgain.as_view())
passkeys = Passkeys.as_view()
passkey_add = form_page(AddPasskey.as_view())
passkey_remove = form_page(RemovePasskey.as_view())
passkey_sign_in = form_page(PasskeySignIn.as_view())
passkey_again = form_page(PasskeyAgain.as_view())
passkey_too = form_page(PasskeyToo.as_view())
