"""Attacks by two requests at once: what works once works for one of them."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from shanzhi.people.factors import SecondFactorForm
from shanzhi.people.models import Invitation, Recovery, RoleGrant
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.people.test_attacks import PHONE, code_now, shown, with_generator, with_phone
from tests.support.people import AT, a_person, actor, an_account, an_actor, an_id_number
from tests.support.races import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("areas")]


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


def taking(account: Any, code: str) -> Any:
    """Give the act of handing in a code as the page of the second factor does."""

    def act() -> None:
        with request_context(RequestFactory().post("/")):
            form = SecondFactorForm(data={"code": code}, user=account)
            if not form.is_valid():
                raise ValidationError(str(form.errors))

    return act


def test_a_recovery_code_lets_one_of_two_requests_in() -> None:
    account = an_account(a_person(COMMUNITY, Role.SOCIAL_WORKER))
    with_generator(account)
    codes = RecoveryCodes.activate(account).get_unused_codes()
    for code in codes[:3]:
        assert together(*[taking(account, code)] * 3).count(True) == 1


def test_a_code_of_a_generator_lets_one_of_two_requests_in() -> None:
    account = an_account(a_person(COMMUNITY, Role.SOCIAL_WORKER))
    code = code_now(with_generator(account))
    assert together(*[taking(account, code)] * 3).count(True) == 1


def test_guesses_at_a_phone_code_take_no_more_than_its_tries() -> None:
    """Each request reads a session in which nothing was tried yet."""
    with_phone(a_person(COMMUNITY))
    client = Client()
    client.post("/account/sign-in/", {"phone": "13800138000"})
    shown(client)
    looked_at: list[int] = []

    def guess(number: int) -> Any:
        def act() -> None:
            other = Client()
            other.cookies = client.cookies
            page = other.post("/account/sign-in/code/", {"code": f"{number:06d}x", "action": "verify"})
            if page.status_code == 200 and "试得太多" not in page.content.decode():
                looked_at.append(number)

        return act

    together(*[guess(number) for number in range(8)])
    assert 1 <= len(looked_at) <= 3


def test_guesses_at_a_second_factor_are_all_counted_also_when_the_owner_signs_in_between() -> None:
    account = an_account(a_person(COMMUNITY, Role.SOCIAL_WORKER))
    secret = with_generator(account)
    own = RecoveryCodes.activate(account).get_unused_codes()
    for turn in range(3):
        together(*[taking(account, f"wrong{turn}{n}") for n in range(4)])
        assert together(taking(account, own[turn])) == [turn < 2]
    assert together(taking(account, code_now(secret))) == [False]


def test_an_invitation_gives_the_role_once() -> None:
    officer = an_actor(Role.SUBDISTRICT_OFFICER, "370102001")
    person = a_person(COMMUNITY)
    with_phone(person)
    who = actor(person)
    made = operations.invite(
        actor=officer, phone=PHONE, role=Role.SOCIAL_WORKER, area=COMMUNITY, reason="新同事", at=AT
    )

    def take() -> None:
        operations.take_invitation(actor=who, secret=made.secret, code=made.code, at=AT)

    assert together(take, take, take).count(True) == 1
    assert RoleGrant.objects.filter(person=person).count() == 1
    assert Invitation.objects.get().state == "taken"


def test_guesses_at_an_invitation_are_all_counted() -> None:
    officer = an_actor(Role.SUBDISTRICT_OFFICER, "370102001")
    person = a_person(COMMUNITY)
    with_phone(person)
    who = actor(person)
    made = operations.invite(
        actor=officer, phone=PHONE, role=Role.SOCIAL_WORKER, area=COMMUNITY, reason="新同事", at=AT
    )

    def guess() -> None:
        operations.take_invitation(actor=who, secret=made.secret, code="no", at=AT)

    assert together(*[guess] * 6).count(True) == 0
    assert Invitation.objects.get().tries == 5
    with pytest.raises(operations.InvitationUnusable):
        operations.take_invitation(actor=who, secret=made.secret, code=made.code, at=AT)


def test_a_recovery_is_finished_once_and_a_second_factor_set_up_since_stays() -> None:
    number = an_id_number()
    person = a_person(COMMUNITY, Role.SOCIAL_WORKER, id_number=number)
    account = with_phone(person)
    with_generator(account)
    first, second = an_actor(Role.DISTRICT_OFFICER, DISTRICT), an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    begun = operations.begin_recovery(actor=first, person_id=person.pk, id_number=number, reason="丢失", at=AT)
    operations.approve_recovery(actor=second, recovery_id=begun.pk, at=AT)
    late = AT + timedelta(hours=24)

    def finish() -> None:
        operations.finish_recovery(actor=second, recovery_id=begun.pk, at=late)

    assert together(finish, finish).count(True) == 1
    assert Recovery.objects.get().state == "done"
    with_generator(account)
    with pytest.raises(Refusal):
        finish()
    assert Authenticator.objects.filter(user=account).exists()
