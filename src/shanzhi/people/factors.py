"""Forms of the second factor: a code passes once, whichever page takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from allauth.account.adapter import get_adapter as sign_in_words
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.people.forms import plain
from shanzhi.people.models import Account

# A code is good for its own half minute and the ones before and after it; it is remembered for longer than that.
REMEMBERED_SECONDS: Final = 180
# So many wrong codes of an account, whoever types them and wherever; then none is looked at for an hour.
MOST_WRONG: Final = 10
WRONG_SECONDS: Final = 3600


def pass_once(account_id: Any, code: str) -> None:
    """Refuse a code that passed before: to who watched it being typed, and to the second of two requests at once."""
    if not cache.add(f"people.factor.used:{account_id}:{code}", "1", timeout=REMEMBERED_SECONDS):
        raise get_adapter().validation_error("incorrect_code")


def checked(account_id: Any, check: Callable[[], str]) -> str:
    """Check a code while no other request checks one of the same account, and count those that are wrong.

    The count is our own: the one of the package is emptied by every right code, so that whoever guesses would begin
    anew each time the owner signs in; and requests sent at once would each find it empty.
    """
    wrong: ValidationError | None = None
    code, key = "", f"people.factor.wrong:{account_id}"
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account_id)
        tried = cache.get(key, 0)
        if tried >= MOST_WRONG:
            raise sign_in_words().validation_error("too_many_login_attempts")
        try:
            code = check()
            pass_once(account_id, code)
        except ValidationError as refused:
            cache.set(key, tried + 1, timeout=WRONG_SECONDS)
            wrong = refused  # raised once the count is kept
    if wrong is not None:
        raise wrong
    return code


class _Code:
    """The field of the code in our own words."""

    fields: dict[str, Any]

    def describe(self) -> None:
        """Name the field and what may stand in it."""
        plain(self)  # type: ignore[arg-type]  # a form by its other base
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("6 digits from your code generator, or one of your recovery codes.")


class SecondFactorForm(_Code, AuthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The code after a phone code or a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        self.describe()

    def clean_code(self) -> str:
        """Let a code pass once."""
        return checked(self.user.pk, super().clean_code)


class SecondFactorAgainForm(_Code, ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The code once more, before ways of signing in are changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        self.describe()

    def clean_code(self) -> str:
        """Let a code pass once."""
        return checked(self.user.pk, super().clean_code)


class ActivateForm(_Code, ActivateTOTPForm):  # type: ignore[misc]  # allauth is untyped
    """The first code of a new generator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        self.describe()
        self.fields["code"].help_text = _("The 6 digits that the generator shows now.")

    def clean_code(self) -> str:
        """Let the code not sign in afterwards."""
        code: str = super().clean_code()
        pass_once(self.user.pk, code)
        return code
