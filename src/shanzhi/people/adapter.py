"""How allauth finds and keeps phones: encrypted, found by blind index; and which steps signing in takes."""

from __future__ import annotations

import base64
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.people import drivers, operations
from shanzhi.people.actors import second_factor_due
from shanzhi.people.fields import PHONE_OF_ACCOUNT, SEED_OF_FACTOR, cipher, marks
from shanzhi.people.forms import PhoneNumberField
from shanzhi.people.middleware import actor_behind, moment
from shanzhi.people.models import Account
from shanzhi.people.sign_in import SECOND_FACTOR_ROLES
from shanzhi.ui.drawing import qr

# Where the session keeps what a new person declared until the code is right; sessions are stored sealed.
DECLARATION: Final = "people_declaration"


class StaffSecondFactor(AuthenticateStage):  # type: ignore[misc]  # allauth is untyped
    """Ask those who work here for their passkey after a code or a password; for residents it is just a way in."""

    def _should_handle(self, request: HttpRequest) -> bool:
        account = self.login.user
        if not isinstance(account, Account) or not super()._should_handle(request):
            return False
        return actor_behind(account, request).holds_anywhere(SECOND_FACTOR_ROLES)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Phones of accounts, codes, and the words of signing in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("This code is wrong. Look at the newest message, or ask for a new code."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many requests. Wait a minute, then try again."),
        "username_password_mismatch": _("Name or phone and password do not fit. Try again, or sign in by a code."),
        "phone_password_mismatch": _("Name or phone and password do not fit. Try again, or sign in by a code."),
        "incorrect_password": _("This password is wrong. Try again, or sign in by a code."),
    }

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ask first for the passkey, where there is one: it is the safest way and the least to type."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return sorted(found, key=lambda one: not str(one["id"]).endswith(":webauthn"))

    def get_login_stages(self) -> list[str]:
        """Name the steps: the code, and for staff with a passkey the passkey."""
        return ["allauth.account.stages.LoginByCodeStage", "shanzhi.people.adapter.StaffSecondFactor"]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Pass on errors alone: allauth's other messages repeat the phone in plain, and our pages say what was done."""
        if kwargs.get("message") is not None:
            super().add_message(*args, **kwargs)

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        """Put on record what a new person declared before the code was sent; else ask for it on the next page."""
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        request.session.pop(drivers.SHOWN, None)
        if settings.SECOND_FACTOR == "demand" and second_factor_due(account=user, at=moment(request)):
            return HttpResponseRedirect(reverse("people:second_factor"))
        declared = request.session.pop(DECLARATION, None)
        if user.person_id is not None:
            return answer
        try:
            if declared is None:
                raise operations.ConsentNeeded
            born_on = parse_date(declared.pop("born_on", ""))
            operations.declare(actor=Actor(account_id=user.pk), at=moment(request), born_on=born_on, **declared)
        except Refusal:
            request.session[DECLARATION] = {name: (declared or {}).get(name, "") for name in ("name", "area")}
            return HttpResponseRedirect(f"{reverse('people:welcome')}?{urlencode({'next': answer['Location']})}")
        return answer

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Leave signing up to our own page, which knows of consent."""
        return False

    def phone_form_field(self, **kwargs: Any) -> PhoneNumberField:
        """Give the field that reads a phone as people write it."""
        return PhoneNumberField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        """Keep what our own field checked."""
        return phone

    def get_user_by_phone(self, phone: str) -> Account | None:
        """Find the account of a phone by its blind index."""
        return Account.objects.filter(phone_mark__in=marks(phone, purpose=PHONE_OF_ACCOUNT)).first()

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        """Give an account's phone and whether it was proven."""
        return (user.phone.reveal(), user.phone_verified) if user.phone else None

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        """Set an account's phone."""
        operations.set_account_phone(account=user, phone=phone, verified=verified, at=moment(self.request))

    def set_phone_verified(self, user: Account, phone: str) -> None:
        """Note that the phone received its code."""
        operations.set_account_phone(account=user, phone=phone, verified=True, at=moment(self.request))

    def send_verification_code_sms(self, user: Account, phone: str, code: str, **kwargs: Any) -> None:
        """Send a code by the driver that this installation names."""
        drivers.deliver(phone, code, request=self.request)


class PasskeyAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Names around passkeys, without personal data: a passkey's record leaves for the maker of the phone."""

    def _get_user_identifier(self, user: Account) -> str:
        return str(user)

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        """Describe the account by what is masked anyway."""
        return {"id": user.pk.hex.encode(), "display_name": str(user), "name": str(user)}

    def encrypt(self, text: str) -> str:
        """Keep secrets of code generators and recovery codes under the key of personal data."""
        return base64.b64encode(cipher().seal(text, purpose=SEED_OF_FACTOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` gave."""
        return cipher().open(base64.b64decode(encrypted_text), purpose=SEED_OF_FACTOR)

    def build_totp_svg(self, url: str) -> str:
        """Draw the code that a generator reads."""
        return str(qr(url))

    def _get_site_name(self) -> str:
        return gettext("Shanzhi")

    def generate_authenticator_name(self, user: Account, type: Any) -> str:  # noqa: A002 - allauth's own name
        """Propose a name for a new passkey."""
        return gettext("This device")
