"""Looking up accounts; writing goes through operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager

if TYPE_CHECKING:
    from shanzhi.people.models import Account


class AccountManager(BaseUserManager["Account"]):
    """The manager that Django's sign-in asks for an account by its sign-in name."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find an account by its sign-in name, in any case."""
        return self.get(login_name__iexact=username)
