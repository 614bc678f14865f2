"""Forms of the second factor: a code passes once, whichever page takes it."""

from __future__ import annotations

from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from shanzhi.people.forms import plain

# A code is good for its own half minute and the ones before and after it; it is remembered for longer than that.
REMEMBERED_SECONDS: Final = 180


def pass_once(account_id: Any, code: str) -> None:
    """Refuse a code that passed before: to who watched it being typed, and to the second of two requests at once."""
    if not cache.add(f"people.factor.used:{account_id}:{code}", "1", timeout=REMEMBERED_SECONDS):
        raise get_adapter().validation_error("incorrect_code")


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
        code: str = super().clean_code()
        pass_once(self.user.pk, code)
        return code


class SecondFactorAgainForm(_Code, ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The code once more, before ways of signing in are changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        self.describe()

    def clean_code(self) -> str:
        """Let a code pass once."""
        code: str = super().clean_code()
        pass_once(self.user.pk, code)
        return code


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
