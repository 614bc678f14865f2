"""Warnings about an account and words about roles; rounds and proposals."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import signing
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.notices.kinds import LANGUAGES, render
from shanzhi.notices.models import Delivery, Notice
from shanzhi.notices.telling import ENDED
from shanzhi.people import operations as people
from shanzhi.people.fields import ID_NUMBER, mark
from shanzhi.ventures import operations as ventures
from shanzhi.ventures.models import Proposal
from tests.notices.support import CLOCK, a_reader
from tests.support import people as making
from tests.support.people import PASSWORD, actor, an_account, an_actor
from tests.support.places import load_districts
from tests.ventures.test_permissions import made

pytestmark = pytest.mark.django_db
AREA = "370102001002"
AT = making.AT


def kinds_of(person: Any) -> list[str]:
    """List the kinds of notices that a person has on this site."""
    return list(
        Delivery.objects.filter(person=person, channel="app")
        .order_by("created_at")
        .values_list("notice__kind", flat=True)
    )


class TestAPassword:
    def test_that_is_changed_is_told_at_once_by_every_channel(self) -> None:
        person = a_reader()
        account = an_account(person)
        people.set_password(actor=actor(person), account_id=account.pk, password="a long pass phrase", at=AT)
        assert set(Delivery.objects.values_list("channel", flat=True)) == {"app", "email", "sms", "wechat"}
        assert set(Delivery.objects.exclude(channel="app").values_list("next_try_at", flat=True)) == {AT}

    def test_that_is_refused_tells_nothing(self) -> None:
        person = a_reader()
        account = an_account(person)
        with pytest.raises(people.accounts.WeakPassword):  # type: ignore[attr-defined]  # a module of the room
            people.set_password(actor=actor(person), account_id=account.pk, password="1", at=AT)
        assert not Notice.objects.exists()


class TestARole:
    @pytest.fixture(autouse=True)
    def areas(self) -> None:
        load_districts()

    def test_is_told_to_its_holder_when_it_is_given_and_when_it_ends(self) -> None:
        person, officer = a_reader(AREA), an_actor(Role.DISTRICT_OFFICER, "370102")
        given = people.grant(
            actor=officer, person_id=person.pk, role=Role.JUROR, area=AREA, starts_at=AT, reason="评审", at=AT
        )
        people.end_grant(actor=officer, grant_id=given.pk, reason="期满", at=AT + timedelta(days=1))
        assert kinds_of(person) == ["roles.given", "roles.ended"]

    def test_that_ends_by_its_date_is_told_once_and_without_a_word_of_who_or_what(self) -> None:
        person, officer = a_reader(AREA), an_actor(Role.DISTRICT_OFFICER, "370102")
        end = AT + timedelta(days=1)
        people.grant(
            actor=officer, person_id=person.pk, role=Role.JUROR, area=AREA, starts_at=AT, ends_at=end, reason="评审",
            at=AT,
        )  # fmt: skip
        for minutes in (1, 2):
            people.expire_grants(at=end + timedelta(minutes=minutes))
        assert kinds_of(person) == ["roles.given", "roles.ended"]
        told = Notice.objects.get(kind="roles.ended")
        assert told.values["moment"] == end.isoformat()
        shown = [render(ENDED, told.values, language) for language in LANGUAGES]
        words = " ".join(part for one in shown for part in (one.title, one.text))
        assert all(word not in words for word in (person.name.reveal(), "评审", "Juror", AREA, "解放路"))

    def test_laid_down_by_its_holder_tells_nothing(self) -> None:
        person = a_reader(AREA)
        given = making.give_role(person, Role.JUROR, area=AREA)
        people.end_grant(actor=actor(person), grant_id=given.pk, reason="不再担任", at=AT)
        assert kinds_of(person) == []


class TestASecondFactor:
    @pytest.mark.django_db(transaction=True)
    def test_that_is_set_up_or_removed_is_told_by_every_channel(self, django_capture_on_commit_callbacks: Any) -> None:
        person = a_reader()
        browser = making.sign_in(Client(), person)
        page = browser.get("/account/second-factor/generator/").content.decode()
        secret = re.search(r"<code class=\"digest\">([A-Z2-7]+)</code>", page)
        assert secret, page
        code = format_hotp_value(hotp_value(secret[1], int(time.time()) // 30))
        browser.post("/account/second-factor/generator/", {"code": code})
        assert kinds_of(person) == ["security.factor"]
        browser.post("/account/second-factor/generator/remove/")
        assert kinds_of(person) == ["security.factor"] * 2
        assert set(Delivery.objects.values_list("channel", flat=True)) == {"app", "email", "sms", "wechat"}

    def test_that_officers_remove_is_told_at_each_step(self) -> None:
        load_districts()
        number = making.an_id_number()
        person = a_reader(AREA)
        person.id_number, person.id_mark = number, mark(number, purpose=ID_NUMBER)
        person.save()
        an_account(person)
        first, second = (an_actor(Role.DISTRICT_OFFICER, "370102") for _n in range(2))
        begun = people.begin_recovery(actor=first, person_id=person.pk, id_number=number, reason="丢失", at=AT)
        people.approve_recovery(actor=second, recovery_id=begun.pk, at=AT)
        people.finish_recovery(actor=second, recovery_id=begun.pk, at=AT + timedelta(days=1))
        assert sorted(kinds_of(person)) == ["security.recovery", "security.recovery", "security.removed"]


class TestANewDevice:
    def sign_in(self, browser: Client, name: str) -> None:
        answer = browser.post("/account/sign-in/password/", {"login": name, "password": PASSWORD})
        assert answer.status_code == 302

    def test_is_told_and_a_known_one_is_not(self) -> None:
        person = a_reader()
        name = an_account(person, password=PASSWORD).login_name or ""
        known = Client()
        self.sign_in(known, name)
        assert kinds_of(person) == []  # the first device of all is no news
        known.cookies.pop("sessionid")
        self.sign_in(known, name)
        assert kinds_of(person) == []
        self.sign_in(Client(), name)
        assert kinds_of(person) == ["security.device"]

    def test_is_not_made_known_by_a_forged_cookie(self) -> None:
        person = a_reader()
        name = an_account(person, password=PASSWORD).login_name or ""
        self.sign_in(Client(), name)
        forger = Client()
        forger.cookies["device"] = "forged"
        self.sign_in(forger, name)
        assert kinds_of(person) == ["security.device"]

    def test_keeps_nothing_that_tells_whose_it_is(self) -> None:
        person = a_reader()
        account = an_account(person, password=PASSWORD)
        browser = Client()
        self.sign_in(browser, account.login_name or "")
        cookie = browser.cookies["device"]
        assert cookie["httponly"]
        marks = signing.loads(cookie.value, salt="shanzhi.people.devices")
        assert str(account.pk) not in str(marks)
        assert account.pk.hex not in str(marks)


class TestARound:
    def test_that_takes_proposals_is_told_where_it_runs(self) -> None:
        load_districts()
        here, there = a_reader("370102001002"), a_reader("110114008001")
        made("submission")
        assert kinds_of(here) == ["calls.open"]
        assert kinds_of(there) == []

    def test_tells_a_team_what_became_of_its_proposal(self) -> None:
        load_districts()
        call = made("review")
        one = call.proposals.get()
        assert kinds_of(one.contact) == ["proposals.returned"]

    def test_tells_a_team_once_that_a_day_is_left_for_mending(self) -> None:
        load_districts()
        call = made("review")
        one = call.proposals.get()
        at = one.changed_at
        Proposal.objects.filter(pk=one.pk).update(state="returned", return_deadline=at + timedelta(hours=20))
        assert [ventures.remind_deadlines(actor=CLOCK, at=at + timedelta(minutes=m)) for m in range(3)] == [1, 0, 0]
        assert kinds_of(one.contact)[-1] == "proposals.mend_soon"

    def test_tells_teams_with_a_draft_once_that_a_day_is_left_for_handing_in(self) -> None:
        load_districts()
        call = made("submission")
        ends = call.phases.get(kind="submission").ends_at
        person = making.a_person("370102001002")
        ventures.create_proposal(actor=actor(person), call_id=call.pk, at=ends - timedelta(days=2))
        at = ends - timedelta(hours=23)
        assert [ventures.remind_deadlines(actor=CLOCK, at=at + timedelta(minutes=m)) for m in range(2)] == [1, 0]
        assert kinds_of(person) == ["proposals.hand_in_soon"]

    def test_names_the_round_and_never_the_proposal(self) -> None:
        load_districts()
        call = made("review")
        one = call.proposals.get()
        told = Notice.objects.filter(subject_id=str(one.pk))
        assert told
        assert all(call.title in notice.words and one.title not in notice.words for notice in told)
