"""People for tests: persons, accounts, actors and signed-in clients, made straight in the tables."""

import itertools
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from django.test import Client

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_of_person
from shanzhi.people.fields import mark
from shanzhi.people.models import Account, Person, PersonMerge, RoleGrant

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
# A grant made at this moment holds at any moment that a test passes in.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
AREA = "370102001001"  # 历下区 解放路街道, its first community
PASSWORD = "a long pass phrase of 2026"
METHODS = "account_authentication_methods"
SIGN_IN = "shanzhi.people.backends.AccountBackend"

_numbers = itertools.count(1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def an_id_number(*, born_on: date = date(1980, 5, 17), place: str = "370102", order: int | None = None) -> str:
    """Make a resident identity number with a right check character (GB 11643); `order` tells numbers apart."""
    body = f"{place}{born_on:%Y%m%d}{next(_numbers) % 1000 if order is None else order:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11]


def a_phone(order: int | None = None) -> str:
    """Make a mobile number as E.164."""
    return f"+86138{next(_numbers) if order is None else order:08d}"


def a_person(
    area: str = AREA,
    role: Role | None = None,
    *,
    verified: bool = True,
    born_on: date | None = date(1980, 5, 17),
    name: str = "示例一",
    role_area: str | None = None,
    phone: str | None = None,
    id_number: str | None = None,
    organization: Any = None,
    **fields: Any,
) -> Person:
    """Make a person living in `area`; `role` is held in `role_area` (by default `area` too) from long ago, without end.

    A person of a country- or district-wide role needs no home: pass area="" or a longer `area` and the `role_area`.
    """
    serial = next(_numbers)
    number = id_number or (f"3701021980{serial:08d}" if verified else None)
    person = Person.objects.create(
        name=name,
        name_mark=mark(name, purpose="people.person.name"),
        area=area,
        born_on=born_on,
        id_number=number,
        id_mark=mark(number, purpose="people.person.id_number") if number else None,
        phone=phone,
        phone_mark=mark(phone, purpose="people.person.phone") if phone else None,
        real_name="verified" if verified else "declared",
        verified_at=LONG_AGO if verified else None,
        verified_against="resident_id" if verified else "",
        synthetic=True,
        created_at=LONG_AGO,
        **fields,
    )
    if role is not None and role is not Role.RESIDENT:
        give_role(person, role, area=area if role_area is None else role_area, organization=organization)
    return person


def give_role(person: Person, role: Role, *, area: str = "", organization: Any = None, **fields: Any) -> RoleGrant:
    """Give a role without asking who may."""
    return RoleGrant.objects.create(
        person=person,
        role=role,
        area="" if organization else area,
        organization=organization,
        **{"starts_at": LONG_AGO, "created_at": LONG_AGO, **fields},
    )


def an_account(person: Person | None = None, *, password: str | None = None, **fields: Any) -> Account:
    """Make a sign-in for a person, or for nobody known yet."""
    account = Account(person=person, login_name=f"user{next(_numbers)}", created_at=LONG_AGO, **fields)
    if password:
        account.set_password(password)
    else:
        account.set_unusable_password()
    account.save()
    return account


def actor(person: Person, *, at: datetime = AT) -> Actor:
    """Give the actor of a person: with the account's id when there is an account, else with one made up."""
    account = Account.objects.filter(person=person).first() or an_account(person)
    found = actor_of_person(person_id=person.pk, at=at)
    return replace(found, account_id=account.pk)


def an_actor(role: Role | None = None, area: str = AREA, **fields: Any) -> Actor:
    """Make a verified person with a role in an area, and give the actor; without a role a resident of the area."""
    home = area if len(area) >= 12 else ""
    return actor(a_person(home, role, role_area=area, **fields))


def sign_in(client: Client, person: Person) -> Client:
    """Sign a client in as a person."""
    account = Account.objects.filter(person=person).first() or an_account(person)
    client.force_login(account, backend=SIGN_IN)
    client.person = person  # type: ignore[attr-defined]  # tests ask who the client is
    return client


def client_for(role: Role | None = None, area: str = AREA, **fields: Any) -> Client:
    """Give a browser signed in as a new person with this role in this area; its person is `client.person`.

    The role resident is a verified resident of the area; no role is a signed-in person of whom nothing is verified.
    """
    home = area if len(area) >= 12 else ""
    return sign_in(Client(), a_person(home, role, role_area=area, verified=role is not None, **fields))


def proved(client: Client, **by: Any) -> Client:
    """Have a client who is signed in proved a moment ago, by a code unless told otherwise, to be the person."""
    session = client.session
    session[METHODS] = [{"method": "code", **by, "at": time.time()}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session.save()
    return client


def merge_away(merged: Person, kept: Person, *, staff: Person, at: datetime = AT) -> None:
    """Let one record be merged into another, as it stands in the tables after two of staff did that."""
    found = PersonMerge.objects.create(
        kept=kept, merged=merged, needs_second=False, reason="同一人", proposed_by=staff, proposed_at=at
    )
    PersonMerge.objects.filter(pk=found.pk).update(state="done", place=1, decided_by=staff, decided_at=at)
    Person.objects.filter(pk=merged.pk).update(merged_into=kept)
