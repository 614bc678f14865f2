"""Checking who signs in, and reading the account behind a session."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from shanzhi.people.models import Account


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signing in by password with phone or sign-in name; an account is read with its person in one query."""

    def get_user(self, user_id: Any) -> Account | None:
        """Give the account of a session, unless it was closed."""
        account = Account.objects.select_related("person").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None
