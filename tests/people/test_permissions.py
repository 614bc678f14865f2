"""Every address of people meets every role, inside and outside its area."""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import Role
from shanzhi.people.models import (
    Account,
    Consent,
    Guardianship,
    Person,
    PersonMerge,
    Recovery,
    RoleGrant,
    SignIn,
)
from shanzhi.people.operations import invite, propose_merge
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.people import AT, a_person, a_phone, an_account, an_actor, client_for, give_role, proved
from tests.support.people import SIGN_IN as SIGNED_IN_BY
from tests.support.permissions import ANONYMOUS, NO_ROLE, Roles, operations, settled

OUTSIDE = "110114008001"
ROLES = Roles(inside=COMMUNITY, outside=OUTSIDE)
VERIFIERS = (
    Role.SOCIAL_WORKER, Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR,
)  # fmt: skip
READERS = (*VERIFIERS, Role.AUDITOR)
GRANTERS = (Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
CLOSERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
WHO = (ANONYMOUS, NO_ROLE, *Role)
SIGN_IN = 302  # pages lead to signing in
EVERYBODY = ("people:processing", "people:own_data_schema")
OPEN = ("account_request_login_code", "account_login", "people:sign_up", "account_inactive")
OWN = ("people:account", "people:correct", "people:verify_outside", "people:password", "mfa_list_webauthn",
       "mfa_add_webauthn", "people:sessions", "people:second_factor", "mfa_index", "people:own_data",
       "people:own_data_file", "people:erase", "people:consents", "people:wards", "people:guardians")  # fmt: skip
# A stranger's ward does not exist, for staff neither: the desk has pages of its own.
OF_A_WARD = ("people:ward", "people:ward_file", "people:ward_erase", "POST people:ward_consent",
             "POST people:ward_erase")  # fmt: skip


def rights() -> dict[str, dict[str, Any]]:
    """Give the desk's addresses of people's rights, and those open to everybody."""
    desk = {"anonymous": SIGN_IN, "others": 404, "outside": 404}
    refused = dict.fromkeys((Role.SOCIAL_WORKER, Role.COMMUNITY_SECRETARY, Role.AUDITOR), 403)
    erasing = {"roles": CLOSERS, **desk, "instead": refused}
    return {
        "people:erase_other": erasing,
        "POST people:erase_other": {**erasing, "data": {"reason": "x"}, "allowed": 302},
        "people:consent_text": {"roles": READERS, **desk},
        **{name: {"roles": WHO, "anonymous": 200, "others": 200, "outside": None} for name in EVERYBODY},
    }


def merging() -> dict[str, dict[str, Any]]:
    """Give the desk's addresses of records that may be one person's."""
    lists = {"roles": VERIFIERS, "anonymous": SIGN_IN, "others": 403, "outside": 200}
    one = {"roles": VERIFIERS, "anonymous": SIGN_IN, "others": 403, "outside": 404}
    return {
        "people:twins": lists,
        "people:merges": lists,
        "people:merge_with": {**one, "others": 404, "instead": {Role.AUDITOR: 403}},
        "people:merge": one,
        "POST people:merge": {**one, "data": {"act": "undo", "reason": "x"}, "allowed": 302},
    }


def guarding() -> dict[str, dict[str, Any]]:
    """Give the addresses of guardian links."""
    desk = {"anonymous": SIGN_IN, "others": 404, "outside": 404}
    page = {"roles": VERIFIERS, **desk, "instead": {Role.AUDITOR: 403}}
    one = {"roles": READERS, "anonymous": SIGN_IN, "others": 403, "outside": 404}
    return {
        **{name: {"roles": (), **desk, "data": {"act": "give", "confirmed": "on"}} for name in OF_A_WARD},
        "people:guardians_desk": {"roles": READERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:link_guardian": page,
        "POST people:link_guardian": {**page, "data": {"kind": "parent"}, "allowed": 422},
        "people:guardianship": one,
        "POST people:guardianship": {
            **one, "roles": VERIFIERS, "data": {"reason": "x"}, "allowed": 302, "instead": {Role.AUDITOR: 403}
        },
    }  # fmt: skip


def safety() -> dict[str, dict[str, Any]]:
    """Give the addresses of signing in and out, of second factors, sessions, recoveries and invitations.

    What takes a state is made ready for each client: `ready` makes it, and gives what the address wants.
    """
    desk = {"anonymous": SIGN_IN, "others": 404, "outside": 404}
    own = {"roles": WHO[1:], "anonymous": SIGN_IN, "others": 200, "outside": 200}
    done = {**own, "allowed": 302, "others": 302, "outside": 302}
    led_on = {**done, "anonymous": 302}  # needs a sign-in that is half done; without one, who comes is led on
    refused = dict.fromkeys((Role.SOCIAL_WORKER, Role.COMMUNITY_SECRETARY, Role.AUDITOR), 403)
    return {
        **dict.fromkeys(("account_confirm_login_code", "mfa_login_webauthn", "mfa_authenticate"), led_on),
        **dict.fromkeys(("account_logout", "mfa_activate_totp", "mfa_generate_recovery_codes"), own),
        "people:welcome": {**own, "ready": as_nobody_known},
        "people:invited": {**own, "ready": lambda _client, person: [an_invitation(person)[1]]},
        "account_reauthenticate": {**own, "ready": with_password},
        **{name: {**own, "ready": with_generator} for name in ("mfa_reauthenticate", "mfa_deactivate_totp")},
        "mfa_view_recovery_codes": {**own, "ready": with_codes},
        "mfa_remove_webauthn": {**own, "ready": with_passkey},
        "POST people:consent": {**done, "ready": lambda _client, _person: ["real_name"]},
        "POST people:end_others": done,
        "POST people:end_session": {**done, "ready": lambda client, _person: [a_sign_in(client)]},
        "POST people:stop_own_recovery": {**done, "ready": lambda one, _person: a_recovery(person_of(one)) and []},
        "people:recovery": {"roles": CLOSERS, "anonymous": SIGN_IN, "others": 403, "outside": 404,
                            "ready": lambda _client, person: [a_recovery(person)]},
        "people:end_invitation": {"roles": GRANTERS, "anonymous": SIGN_IN, "others": 403, "outside": 404,
                                  "ready": lambda _client, person: [an_invitation(person)[0]]},
        "POST people:end_sessions": {"roles": CLOSERS, **desk, "data": {"reason": "x"}, "allowed": 302,
                                     "instead": refused},
    }  # fmt: skip


def person_of(client: Client) -> Person | None:
    """Give the person who is signed in, if anybody is."""
    return getattr(client, "person", None)


def account_of(client: Client) -> Account | None:
    """Give the account that a client is signed in with."""
    person = person_of(client)
    return Account.objects.filter(person=person).first() if person else None


def as_nobody_known(client: Client, _person: Person) -> list[Any]:
    """Have the account belong to no person yet, as after its first sign-in."""
    if account := account_of(client):
        Account.objects.filter(pk=account.pk).update(person=None)
    return []


def with_password(client: Client, _person: Person) -> list[Any]:
    """Give the account a password, and sign it in again."""
    if account := account_of(client):
        account.set_password("a long password of words")
        account.save()
        client.force_login(account, backend=SIGNED_IN_BY)
    return []


def with_generator(client: Client, _person: Person) -> list[Any]:
    """Give the account a code generator, and have its owner proved a moment ago."""
    if account := account_of(client):
        TOTP.activate(account, "ABCDEFGHABCDEFGH")
        proved(client, method="mfa", reauthenticated=True)
    return []


def with_codes(client: Client, person: Person) -> list[Any]:
    """Give the account recovery codes beside a code generator."""
    with_generator(client, person)
    if account := account_of(client):
        RecoveryCodes.activate(account)
    return []


def with_passkey(client: Client, _person: Person) -> list[Any]:
    """Give the account a passkey, its owner proved; gives its number."""
    account = account_of(client)
    if account is None:
        return [1]
    proved(client, method="mfa", reauthenticated=True)
    made = Authenticator.objects.create(user=account, type="webauthn", data={"name": "手机", "credential": {}})
    return [made.pk]


def a_sign_in(client: Client) -> Any:
    """Note a sign-in of the client's account from another device; a stranger's, where nobody is signed in."""
    account = account_of(client) or an_account(a_person(COMMUNITY))
    return SignIn.objects.create(account=account, network="home", started_at=AT, seen_at=AT).pk


def a_recovery(person: Person | None) -> Any:
    """Report the second factor of a person lost."""
    person = person or a_person(COMMUNITY)
    account = Account.objects.filter(person=person).first() or an_account(person)
    asked_by = a_person(COMMUNITY)
    return Recovery.objects.create(account=account, person=person, asked_by=asked_by, asked_at=AT, reason="x").pk


def an_invitation(person: Person) -> tuple[Any, str]:
    """Invite somebody to the community of a person; gives the invitation and the secret of its link."""
    officer = an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])
    made = invite(actor=officer, phone=a_phone(), role=Role.VOLUNTEER, area=person.area, reason="x", at=timezone.now())
    return made.invitation.pk, made.secret


def table() -> dict[str, dict[str, Any]]:
    """Give each address: who inside gets 200, what others get, and what those outside get."""
    desk = {"anonymous": SIGN_IN, "others": 404, "outside": 404}
    pages: dict[str, dict[str, Any]] = {
        "people:desk": {"roles": READERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:roles": {"roles": READERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:recoveries": {"roles": CLOSERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:invitations": {"roles": GRANTERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:invite": {"roles": GRANTERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:review": {"roles": GRANTERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:begin_recovery": {"roles": CLOSERS, **desk, "instead": {
            Role.SOCIAL_WORKER: 403, Role.COMMUNITY_SECRETARY: 403, Role.AUDITOR: 403}},
        "people:import": {"roles": VERIFIERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:import_sheet": {"roles": VERIFIERS, "anonymous": SIGN_IN, "others": 403, "outside": 200},
        "people:person": {"roles": READERS, **desk},
        "people:verify": {"roles": VERIFIERS, **desk, "instead": {Role.AUDITOR: 403}},
        "people:revoke": {"roles": READERS, **desk},
        "people:close_account": {"roles": READERS, **desk},
        "people:open_account": {"roles": READERS, **desk},
        "people:grant": {"roles": GRANTERS, **desk, "instead": {Role.SOCIAL_WORKER: 403, Role.AUDITOR: 403}},
        "people:end_grant": {"roles": READERS, **desk},
        "POST people:unmask": {"roles": VERIFIERS, **desk, "instead": {Role.AUDITOR: 403},
                               "data": {"fields_wanted": "name", "reason": "x"}},
        "POST people:revoke": {"roles": VERIFIERS, **desk, "instead": {Role.AUDITOR: 403}, "data": {"reason": "x"},
                               "allowed": 302},
        "POST people:close_account": {"roles": CLOSERS, **desk, "data": {"reason": "x"}, "allowed": 302, "instead": {
            Role.SOCIAL_WORKER: 403, Role.COMMUNITY_SECRETARY: 403, Role.AUDITOR: 403}},
        "POST people:end_grant": {"roles": GRANTERS, **desk, "data": {"reason": "x"}, "allowed": 302,
                                  "instead": {Role.SOCIAL_WORKER: 403, Role.AUDITOR: 403}},
        "people:import_preview": {"roles": (), "anonymous": SIGN_IN, "others": 403, "outside": 404,
                                  "instead": dict.fromkeys(VERIFIERS, 404)},
    }  # fmt: skip
    for name in OWN:
        pages[name] = {"roles": WHO[1:], "anonymous": SIGN_IN, "others": 200, "outside": 200}
    pages |= rights() | merging() | guarding() | safety()
    for name in OPEN:
        instead = {} if name == "account_inactive" else dict.fromkeys(WHO[1:], 302)
        pages[name] = {"roles": WHO, "anonymous": 200, "others": 200, "outside": None, "instead": instead}
    pages["people:areas"] = {"roles": WHO, "anonymous": 200, "others": 200, "outside": None}
    return pages


def api() -> dict[str, dict[str, Any]]:
    """Give each operation of the API."""
    base = {"anonymous": 401, "others": 404, "outside": 404}
    one = "/api/v1/people/{person_id}"
    return {
        "GET /api/v1/people/me": {"roles": WHO[1:], "anonymous": 401, "others": 200, "outside": 200},
        "GET /api/v1/people/": {"roles": READERS, "anonymous": 401, "others": 403, "outside": 200},
        f"GET {one}": {"roles": READERS, **base},
        f"POST {one}/verify": {"roles": VERIFIERS, **base, "instead": {Role.AUDITOR: 403}, "allowed": 422,
                               "data": {"document": "resident_id", "id_number": "1"}},
        f"POST {one}/revoke": {"roles": VERIFIERS, **base, "instead": {Role.AUDITOR: 403}, "data": {"reason": "x"}},
        f"POST {one}/grants": {"roles": GRANTERS, **base, "data": {"role": "juror", "area": COMMUNITY, "reason": "x"},
                               "instead": {Role.SOCIAL_WORKER: 403, Role.AUDITOR: 403}},
        "POST /api/v1/people/grants/{grant_id}/end": {"roles": GRANTERS, **base, "data": {"reason": "x"},
                                                      "instead": {Role.SOCIAL_WORKER: 403, Role.AUDITOR: 403}},
    }  # fmt: skip


def expected(row: dict[str, Any], who: str, *, inside: bool) -> int:
    if who == ANONYMOUS:
        return int(row["anonymous"])
    if not inside and row["outside"] is not None:
        holder = who in row["roles"] or who in row.get("instead", {})
        if row["outside"] == 404:
            return 404 if row["others"] == 404 or holder else int(row["others"])
        return int(row["outside"]) if who in row["roles"] else int(row["others"])
    if who in row.get("instead", {}):
        return int(row["instead"][who])
    return int(row.get("allowed", 200)) if who in row["roles"] else int(row["others"])


def target(name: str) -> tuple[Person, RoleGrant]:
    person = a_person(COMMUNITY, name="示例对象")
    client_for(None)  # someone else
    return person, give_role(person, Role.VOLUNTEER, area=COMMUNITY)


def clients() -> Iterator[tuple[str, bool, Client]]:
    for who in WHO:
        for inside, client in zip((True, False), ROLES.clients(who), strict=True):
            yield who, inside, client


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the areas, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, make_areas):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", table())
def test_every_page_meets_every_role(name: str) -> None:
    row, plain = table()[name], name.removeprefix("POST ")
    more = "?name=area" if name == "people:areas" else ""
    wanted, found = {}, {}
    for who, inside, client in clients():
        person, given = target(name)
        ready = row.get("ready")
        path = reverse(plain, args=ready(client, person)) if ready else path_of(plain, person, given) + more
        if plain == "people:consent_text":
            path = reverse(plain, args=[a_consent(person).pk])
        if plain == "people:merge":
            path = reverse(plain, args=[a_merge(person).pk])
        if plain == "people:guardianship":
            path = reverse(plain, args=[a_link(person).pk])
        if "close" in name or "open" in name:
            an_account(person)
        method = client.post if name.startswith("POST") else client.get
        found[who, inside] = method(path, row.get("data", {})).status_code
        wanted[who, inside] = expected(row, who, inside=inside)
    assert found == wanted


def a_merge(person: Person) -> PersonMerge:
    staff = an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])
    merged = a_person(COMMUNITY, verified=False)
    return propose_merge(actor=staff, kept_id=person.pk, merged_id=merged.pk, reason="x", at=AT)


def a_consent(person: Person) -> Consent:
    return Consent.objects.create(person=person, purpose="real_name", text_version="1", text_digest="x", given_at=AT)


def a_link(guardian: Person) -> Guardianship:
    ward = a_person(COMMUNITY, verified=False, born_on=AT.date().replace(year=AT.year - 10))
    return Guardianship.objects.create(
        ward=ward, guardian=guardian, kind="parent", starts_on=AT.date(), document="birth_certificate",
        document_tail="12", verified_by=a_person(COMMUNITY), verified_at=AT,
    )  # fmt: skip


def path_of(name: str, person: Person, given: RoleGrant) -> str:
    for arguments in (
        [],
        ["home"] if name == "people:areas" else [given.pk] if name == "people:end_grant" else [person.pk],
    ):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


@pytest.mark.parametrize("name", api())
def test_every_operation_meets_every_role(name: str) -> None:
    row = api()[name]
    method, template = name.split(" ")
    wanted, found = {}, {}
    for who, inside, client in clients():
        person, given = target(name)
        path = template.format(person_id=person.pk, grant_id=given.pk)
        body = json.dumps(row.get("data", {})) if method == "POST" else ""
        found[who, inside] = client.generic(method, path, body, content_type="application/json").status_code
        wanted[who, inside] = expected(row, who, inside=inside)
    assert found == wanted


def test_the_table_of_operations_is_complete() -> None:
    assert set(api()) == operations("/api/v1/people/")


def test_the_table_of_pages_is_complete() -> None:
    module = import_module("shanzhi.people.urls")
    names = {f"people:{pattern.name}" for pattern in module.own}
    names |= {str(pattern.name) for pattern in module.urlpatterns if isinstance(pattern, URLPattern)}
    names.remove("mfa_reauthenticate_webauthn")  # opens for who has a real passkey: tests/browser/test_passkeys.py
    assert {name.removeprefix("POST ") for name in table()} == names
