"""Attacks on signing in: each test is one that was tried and must fail."""

import re
import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.errors import Forbidden
from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from shanzhi.people.fields import PHONE_OF_ACCOUNT, mark
from shanzhi.people.models import Account, Invitation, Person, Recovery, RoleGrant, SignIn
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.people import (
    AT,
    PASSWORD,
    a_person,
    actor,
    an_account,
    an_actor,
    an_id_number,
    client_for,
    sign_in,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
PHONE = "+8613800138000"


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


def with_phone(person: Person, phone: str = PHONE, **more: Any) -> Account:
    return an_account(
        person, phone=phone, phone_mark=mark(phone, purpose=PHONE_OF_ACCOUNT), phone_verified=True, **more
    )


def code_now(secret: str, offset: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + offset))


def with_generator(account: Account) -> str:
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return secret


def shown(client: Client) -> str:
    found = re.search(r'id="shown-code">(\d{6})<', client.get("/account/sign-in/code/").content.decode())
    assert found
    return found[1]


def by_code(client: Client, phone: str = "13800138000") -> Any:
    client.post("/account/sign-in/", {"phone": phone})
    return client.post("/account/sign-in/code/", {"code": shown(client), "action": "verify"})


def words(page: bytes) -> str:
    return re.sub(r'value="[^"]*"|nonce="[^"]*"|\d{6}|\d{3}\*+\d{4}', "", page.decode())


class TestWhoGuessesPhones:
    def test_reads_the_same_words_for_known_and_unknown_ones(self) -> None:
        with_phone(a_person(COMMUNITY))
        pages = []
        for phone in ("13800138000", "13900139000"):
            client = Client()
            answer = client.post("/account/sign-in/", {"phone": phone})
            page = client.get("/account/sign-in/code/")
            pages.append((answer.status_code, answer["Location"], words(page.content)))
        assert pages[0] == pages[1]

    def test_meets_the_same_work_at_the_password_page(self) -> None:
        an_account(a_person(COMMUNITY), password=PASSWORD)
        known = Account.objects.get().login_name
        costs, pages = [], []
        for name in (known, "nobody", "13900139000"):
            with patch("django.contrib.auth.hashers.MD5PasswordHasher.encode", autospec=True, return_value="x") as run:
                answer = Client().post("/account/sign-in/password/", {"login": name, "password": "wrong wrong wrong"})
            costs.append(run.call_count)
            pages.append((answer.status_code, words(answer.content)))
        assert len(set(pages)) == 1
        assert min(costs) > 0
        assert max(costs) == min(costs)

    def test_meets_the_same_work_at_the_page_of_phones(self) -> None:
        with_phone(a_person(COMMUNITY))
        Client().post("/account/sign-in/", {"phone": "13700137000"})  # what is read once a process is read now
        costs = []
        for phone in ("13800138000", "13900139000"):
            with CaptureQueriesContext(connection) as asked:
                Client(REMOTE_ADDR="203.0.113.1").post("/account/sign-in/", {"phone": phone})
            costs.append(len(asked))
        assert abs(costs[0] - costs[1]) <= 8, costs  # an unknown one makes a row and its event


class TestWhoGuessesCodes:
    def test_has_three_tries(self) -> None:
        with_phone(a_person(COMMUNITY))
        client = Client()
        client.post("/account/sign-in/", {"phone": "13800138000"})
        right = shown(client)
        for _try in range(3):
            client.post("/account/sign-in/code/", {"code": "000000" if right != "000000" else "1", "action": "verify"})
        client.post("/account/sign-in/code/", {"code": right, "action": "verify"})
        assert client.get("/account/").status_code == 302

    def test_of_a_password_is_locked_out_whichever_address_it_comes_from(self) -> None:
        an_account(a_person(COMMUNITY), password=PASSWORD)
        name = Account.objects.get().login_name
        for number in range(5):
            Client(REMOTE_ADDR=f"203.0.113.{number}").post(
                "/account/sign-in/password/", {"login": name, "password": "wrong wrong wrong"}
            )
        late = Client(REMOTE_ADDR="203.0.113.99")
        late.post("/account/sign-in/password/", {"login": name, "password": PASSWORD})
        assert late.get("/account/").status_code == 302

    def test_of_a_password_stays_locked_out_when_the_owner_signs_in_meanwhile(self) -> None:
        name = an_account(a_person(COMMUNITY), password=PASSWORD).login_name
        path, wrong, right = "/account/sign-in/password/", "wrong wrong wrong", PASSWORD
        for number in range(4):
            Client(REMOTE_ADDR=f"203.0.113.{number}").post(path, {"login": name, "password": wrong})
        owner = Client(REMOTE_ADDR="198.51.100.1")
        owner.post(path, {"login": name, "password": right})
        assert owner.get("/account/").status_code == 200
        Client(REMOTE_ADDR="203.0.113.8").post(path, {"login": name, "password": wrong})
        late = Client(REMOTE_ADDR="203.0.113.9")
        late.post(path, {"login": name, "password": right})
        assert late.get("/account/").status_code == 302

    def test_asks_for_at_most_three_codes_a_minute_for_a_phone(self) -> None:
        answers = [
            Client(REMOTE_ADDR=f"203.0.113.{n}").post("/account/sign-in/", {"phone": "13800138000"}).status_code
            for n in range(4)
        ]
        assert answers == [302, 302, 302, 200]

    def test_from_one_address_is_slowed_down_whichever_phone_is_tried(self) -> None:
        answers = [
            Client(REMOTE_ADDR="203.0.113.7").post("/account/sign-in/", {"phone": f"139{n:08d}"}).status_code
            for n in range(25)
        ]
        assert 302 not in answers[-3:]


class TestWhoPlantsASession:
    def test_finds_another_key_after_the_victim_signed_in(self) -> None:
        with_phone(a_person(COMMUNITY))
        victim = Client()
        victim.post("/account/sign-in/", {"phone": "13800138000"})
        planted = victim.cookies[settings.SESSION_COOKIE_NAME].value
        victim.post("/account/sign-in/code/", {"code": shown(victim), "action": "verify"})
        assert victim.get("/account/").status_code == 200
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = planted
        assert thief.get("/account/").status_code == 302


class TestWhoReplays:
    def test_a_sign_in_code_is_refused(self) -> None:
        with_phone(a_person(COMMUNITY))
        first = Client()
        first.post("/account/sign-in/", {"phone": "13800138000"})
        code = shown(first)
        first.post("/account/sign-in/code/", {"code": code, "action": "verify"})
        second = Client()
        second.post("/account/sign-in/", {"phone": "13800138000"})
        if shown(second) != code:
            second.post("/account/sign-in/code/", {"code": code, "action": "verify"})
            assert second.get("/account/").status_code == 302

    def test_a_generators_code_is_refused_in_the_next_half_minute_too(self) -> None:
        person = a_person(COMMUNITY, Role.SOCIAL_WORKER)
        secret = with_generator(with_phone(person))
        code = code_now(secret)
        first, second = Client(), Client()
        assert by_code(first)["Location"] == "/account/sign-in/passkey-too/"
        assert first.post("/account/sign-in/passkey-too/", {"code": code}).status_code == 302
        assert first.get("/desk/people/").status_code == 200
        by_code(second)
        with patch("allauth.mfa.totp.internal.auth.TOTP._mark_code_used", return_value=True):  # its own memory is short
            second.post("/account/sign-in/passkey-too/", {"code": code})
        assert second.get("/desk/people/").status_code == 302

    def test_a_session_that_was_ended_is_shut_out(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        stolen = Client()
        stolen.cookies = client.cookies
        assert stolen.get("/account/").status_code == 200
        other = sign_in(Client(), client.person)  # type: ignore[attr-defined]
        assert other.post("/account/sessions/others/end/").status_code == 302
        assert other.get("/account/").status_code == 200
        assert stolen.get("/account/").status_code == 302


@pytest.fixture
def demanded(settings: Any) -> None:
    settings.SECOND_FACTOR = "demand"


@pytest.mark.usefixtures("demanded")
class TestStaffWithoutASecondFactor:
    @pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.DISTRICT_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_is_led_to_set_one_up(self, role: Role) -> None:
        client = client_for(role, DISTRICT)
        assert client.get("/desk/people/")["Location"] == "/account/second-factor/"
        assert client.get("/account/second-factor/").status_code == 200
        assert client.get("/account/second-factor/generator/").status_code in (200, 302)

    def test_has_no_role_in_the_api_either(self) -> None:
        assert client_for(Role.ADMINISTRATOR, DISTRICT).get("/api/v1/people/").status_code == 403

    def test_is_sent_there_after_signing_in(self) -> None:
        with_phone(a_person(COMMUNITY, Role.SOCIAL_WORKER))
        assert by_code(Client())["Location"] == "/account/second-factor/"

    @pytest.mark.django_db(transaction=True)
    def test_works_once_one_is_set_up_and_its_other_sessions_end(self) -> None:
        person = a_person(COMMUNITY, Role.SOCIAL_WORKER)
        with_phone(person)
        client, older = Client(), Client()
        by_code(older)
        by_code(client)
        page = client.get("/account/second-factor/generator/", follow=True).content.decode()
        secret = re.search(r"<code class=\"digest\">([A-Z2-7]+)</code>", page)
        assert secret, page
        answer = client.post("/account/second-factor/generator/", {"code": code_now(secret[1])})
        assert answer["Location"] == "/account/second-factor/codes/"
        assert client.get("/account/second-factor/codes/").content.decode().count("<li><code") == 10
        assert client.get("/account/second-factor/codes/").content.decode().count("<li><code") == 0
        assert client.get("/desk/people/").status_code == 200
        assert older.get("/account/").status_code == 302

    def test_of_a_resident_is_not_asked(self) -> None:
        assert client_for(Role.RESIDENT, COMMUNITY).get("/account/").status_code == 200

    def test_keeps_its_secret_sealed(self) -> None:
        secret = with_generator(an_account(a_person(COMMUNITY)))
        assert secret not in str(Authenticator.objects.get().data)


class TestAThiefWithTheStolenPhone:
    """The phone number alone signs in, but never past the second factor, and nothing by phone removes it."""

    def test_stops_at_the_second_factor(self) -> None:
        with_generator(with_phone(a_person(COMMUNITY, Role.SOCIAL_WORKER)))
        thief = Client()
        assert by_code(thief)["Location"] == "/account/sign-in/passkey-too/"
        assert thief.get("/desk/people/").status_code == 302
        assert thief.get("/account/second-factor/").status_code == 302

    def test_needs_two_officers_the_document_and_a_day(self) -> None:
        number = an_id_number()
        person = a_person(COMMUNITY, Role.SOCIAL_WORKER, id_number=number)
        with_generator(with_phone(person))
        first, second = an_actor(Role.DISTRICT_OFFICER, DISTRICT), an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        with pytest.raises(operations.DocumentDiffers):
            operations.begin_recovery(actor=first, person_id=person.pk, id_number=an_id_number(), reason="丢失", at=AT)
        begun = operations.begin_recovery(actor=first, person_id=person.pk, id_number=number, reason="丢失", at=AT)
        with pytest.raises(operations.SecondOfficerNeeded):
            operations.approve_recovery(actor=first, recovery_id=begun.pk, at=AT)
        with pytest.raises(Forbidden):
            operations.approve_recovery(actor=actor(person), recovery_id=begun.pk, at=AT)
        operations.approve_recovery(actor=second, recovery_id=begun.pk, at=AT)
        with pytest.raises(operations.StillWaiting):
            operations.finish_recovery(actor=second, recovery_id=begun.pk, at=AT + timedelta(hours=23))
        operations.finish_recovery(actor=second, recovery_id=begun.pk, at=AT + timedelta(hours=24))
        assert not Authenticator.objects.exists()

    def test_is_stopped_by_the_owner_who_is_still_signed_in(self) -> None:
        number = an_id_number()
        person = a_person(COMMUNITY, Role.SOCIAL_WORKER, id_number=number)
        account = with_phone(person)
        with_generator(account)
        owner = sign_in(Client(), person)
        first = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        operations.begin_recovery(actor=first, person_id=person.pk, id_number=number, reason="丢失", at=AT)
        assert "second-factor" in owner.get("/today/").content.decode()
        assert owner.post("/account/second-factor/recovery/stop/").status_code == 302
        assert Recovery.objects.get().state == "stopped"

    def test_cannot_be_shortened_in_the_database_either(self) -> None:
        person = a_person(COMMUNITY, Role.SOCIAL_WORKER, id_number=(number := an_id_number()))
        with_phone(person)
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        operations.begin_recovery(actor=officer, person_id=person.pk, id_number=number, reason="丢失", at=AT)
        other = an_actor(Role.DISTRICT_OFFICER, DISTRICT).person_id
        approved: dict[str, Any] = {"approved_by": other, "approved_at": AT, "ready_at": AT + timedelta(days=1)}
        for short in (
            {"state": "waiting"},
            {"state": "waiting", **approved, "approved_by": officer.person_id},
            {"state": "waiting", **approved, "approved_by": person.pk},
            {"state": "done", **approved, "ended_at": AT + timedelta(days=2)},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                Recovery.objects.update(**short)
        Recovery.objects.update(state="waiting", **approved)
        with pytest.raises(DatabaseError), transaction.atomic():
            Recovery.objects.update(state="done", ended_at=AT + timedelta(hours=23))
        Recovery.objects.update(state="done", ended_at=AT + timedelta(hours=24))
        with pytest.raises(DatabaseError), transaction.atomic():
            Recovery.objects.update(state="waiting")


class TestARoleThatChanges:
    def test_ends_the_sessions_of_before(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        given = operations.grant(
            actor=officer, person_id=client.person.pk, role=Role.JUROR, area=COMMUNITY,  # type: ignore[attr-defined]
            starts_at=AT, reason="评审", at=AT,
        )  # fmt: skip
        assert client.get("/account/").status_code == 302
        again = sign_in(Client(), client.person)  # type: ignore[attr-defined]
        operations.end_grant(actor=officer, grant_id=given.pk, reason="结束", at=AT + timedelta(days=1))
        assert again.get("/account/").status_code == 302
        assert set(SignIn.objects.values_list("ended_why", flat=True)) == {"role"}


class TestAnInvitation:
    def made(self, role: Role = Role.SOCIAL_WORKER) -> Any:
        officer = an_actor(Role.SUBDISTRICT_OFFICER, "370102001")
        return operations.invite(actor=officer, phone=PHONE, role=role, area=COMMUNITY, reason="新同事", at=AT)

    def test_gives_the_role_to_the_phone_with_link_and_code_once(self) -> None:
        made = self.made()
        person = a_person(COMMUNITY)
        with_phone(person)
        given = operations.take_invitation(actor=actor(person), secret=made.secret, code=made.code, at=AT)
        assert (given.role, given.area, given.person_id) == ("social_worker", COMMUNITY, person.pk)
        with pytest.raises(operations.InvitationUnusable):
            operations.take_invitation(actor=actor(person), secret=made.secret, code=made.code, at=AT)

    def test_is_useless_to_another_phone_and_dies_after_five_tries(self) -> None:
        made = self.made()
        stranger = a_person(COMMUNITY)
        with_phone(stranger, "+8613900139000")
        for _try in range(5):
            with pytest.raises(operations.InvitationUnusable):
                operations.take_invitation(actor=actor(stranger), secret=made.secret, code=made.code, at=AT)
        person = a_person(COMMUNITY)
        with_phone(person)
        with pytest.raises(operations.InvitationUnusable):
            operations.take_invitation(actor=actor(person), secret=made.secret, code=made.code, at=AT)
        assert RoleGrant.objects.filter(person=person).count() == 0

    def test_that_was_taken_cannot_be_opened_again_in_the_database(self) -> None:
        made = self.made()
        with_phone(person := a_person(COMMUNITY))
        operations.take_invitation(actor=actor(person), secret=made.secret, code=made.code, at=AT)
        with pytest.raises(DatabaseError), transaction.atomic():
            Invitation.objects.update(state="open", taken_by=None)

    def test_is_over_after_its_days(self) -> None:
        made = self.made()
        person = a_person(COMMUNITY)
        with_phone(person)
        with pytest.raises(operations.InvitationUnusable):
            operations.take_invitation(
                actor=actor(person), secret=made.secret, code=made.code, at=AT + timedelta(days=7)
            )

    def test_is_never_above_the_own_role(self) -> None:
        with pytest.raises(Forbidden):
            self.made(Role.DISTRICT_OFFICER)


class TestIds:
    def test_of_another_persons_things_are_not_found(self) -> None:
        other = client_for(Role.RESIDENT, COMMUNITY)
        mine = SignIn.objects.get(account__person=other.person)  # type: ignore[attr-defined]
        thief = client_for(Role.RESIDENT, COMMUNITY)
        assert thief.post(f"/account/sessions/{mine.pk}/end/").status_code == 404
        assert other.get("/account/").status_code == 200
