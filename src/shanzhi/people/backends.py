"""Checking who signs in, and reading the account behind a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from shanzhi.people.actors import HELD
from shanzhi.people.models import Account, Person
from shanzhi.work.planned import fetch_one

_ACCOUNT: Final = Account._meta.concrete_fields
_PERSON: Final = Person._meta.concrete_fields
_COLUMNS: Final = ", ".join([*(f"a.{field.column}" for field in _ACCOUNT), *(f"p.{field.column}" for field in _PERSON)])
_READ: Final = (
    f"SELECT {_COLUMNS}, EXISTS (SELECT FROM mfa_authenticator m WHERE m.user_id = a.id"  # noqa: S608 - our own columns
    f" AND m.type IN ('totp', 'webauthn')), {HELD}"
    " FROM people_account a LEFT JOIN people_person p ON p.id = a.person_id WHERE a.id = %s"
)


def account_with_person(account_id: Any) -> Account | None:
    """Read an account with its person and roles by a prepared statement, since every signed-in request asks this."""
    row = fetch_one(_READ, (account_id,))
    if row is None:
        return None
    account: Account = _built(Account, _ACCOUNT, row[: len(_ACCOUNT)])
    account.has_second_factor, *held = row[-4:]
    if account.person_id is not None:
        account.person = _built(Person, _PERSON, row[len(_ACCOUNT) : -4])
        account.person.held = tuple(held)
    return account


def _built(model: Any, fields: Sequence[Any], values: Sequence[Any]) -> Any:
    """Make an object of a row, as Django's own reading does."""
    read = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], read)


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signing in by password with phone or sign-in name; an account is read with its person in one query."""

    def get_user(self, user_id: Any) -> Account | None:
        """Give the account of a session, unless it was closed."""
        account = account_with_person(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None
