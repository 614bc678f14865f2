"""Telling people: who gets what by which channel, once, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from shanzhi.audit.models import Event
from shanzhi.notices import operations
from shanzhi.notices.models import Delivery, EmailAddress, Notice, Preference, WeChatLink
from shanzhi.people.models import Person
from tests.notices.support import ALARM, CLOCK, DUTIES, HOME, NEWS, NOON, a_reader, of, tell
from tests.support import people as making
from tests.support.people import an_account
from tests.voting import support as voting

pytestmark = pytest.mark.django_db


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """Give a moment of November 2026 by the clock of the place."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


class TestANotice:
    def test_goes_to_everybody_meant_by_each_channel_where_there_is_an_address(self) -> None:
        full, bare = a_reader(), a_reader(phone=False, email=False, wechat=False)
        notice = tell(full, bare)
        assert set(Delivery.objects.filter(person=full).values_list("channel", "state")) == {
            ("app", "sent"), ("email", "waiting"), ("sms", "waiting"), ("wechat", "waiting"),
        }  # fmt: skip
        assert list(Delivery.objects.filter(person=bare).values_list("channel", flat=True)) == ["app"]
        assert notice.recipients == 2

    def test_takes_a_query_and_makes_one_statement_of_any_number_of_people(
        self, django_assert_max_num_queries: object
    ) -> None:
        for _n in range(40):
            voting.a_person()
        with django_assert_max_num_queries(8):  # type: ignore[operator]  # pytest-django's fixture
            operations.notify(
                actor=CLOCK, kind=DUTIES, values={"moment": NOON, "link": HOME}, key="all", at=NOON,
                to=Person.objects.filter(area__startswith=voting.AREA).values_list("pk"),
            )  # fmt: skip
        assert Delivery.objects.filter(channel="app").count() == 40

    def test_is_told_once_under_its_key(self) -> None:
        person = a_reader()
        tell(person, key="same")
        again = operations.notify(
            actor=CLOCK,
            kind=NEWS,
            values={"title": voting.a_draft(), "link": HOME},
            to=[person.pk],
            key="same",
            at=NOON,
        )
        assert again is None
        assert Delivery.objects.filter(channel="app").count() == 1

    def test_counts_a_person_named_twice_once(self) -> None:
        person = a_reader()
        assert tell(person, person).recipients == 1

    def test_uses_a_phone_of_the_sign_in_only_when_it_is_proven(self) -> None:
        proven, unproven = a_reader(phone=False), a_reader(phone=False)
        an_account(proven, phone="+8613800000001", phone_mark=b"1", phone_verified=True)
        an_account(unproven, phone="+8613800000002", phone_mark=b"2", phone_verified=False)
        tell(proven, unproven)
        assert list(Delivery.objects.filter(channel="sms").values_list("person", flat=True)) == [proven.pk]

    def test_uses_no_address_before_its_code_came_back_nor_a_dead_one(self) -> None:
        unproven, dead = a_reader(), a_reader()
        asked = {"verified_at": None, "code_mark": b"x", "code_until": NOON, "wanted": "new@example.cn"}
        EmailAddress.objects.filter(person=unproven).update(**asked)
        EmailAddress.objects.filter(person=dead).update(dead_at=NOON)
        WeChatLink.objects.filter(person=dead).update(dead_at=NOON)
        tell(unproven, dead)
        assert not Delivery.objects.filter(channel="email").exists()
        assert list(Delivery.objects.filter(channel="wechat").values_list("person", flat=True)) == [unproven.pk]

    def test_is_on_record_with_its_kind_and_number_and_no_person(self) -> None:
        person = a_reader()
        notice = tell(person, area=voting.AREA)
        event = Event.objects.get(subject_id=str(notice.pk))
        assert (event.verb, event.change, event.area) == (
            "notices.notice.give", {"kind": "test.news", "recipients": 1}, voting.AREA,
        )  # fmt: skip
        assert str(person.pk) not in str(event.__dict__)

    def test_is_undone_with_the_transaction_that_gave_it(self) -> None:
        person = a_reader()
        with transaction.atomic():
            tell(person)
            transaction.set_rollback(True)
        assert not Notice.objects.exists()
        assert not Delivery.objects.exists()


class TestAWish:
    def test_against_a_channel_keeps_an_optional_notice_from_it(self) -> None:
        person = a_reader()
        for channel in ("app", "sms"):
            Preference.objects.create(person=person, category="hobby", channel=channel, wanted=False)
        tell(person)
        assert set(Delivery.objects.values_list("channel", flat=True)) == {"email", "wechat"}

    def test_against_a_channel_does_not_keep_a_needed_notice_from_it(self) -> None:
        person = a_reader()
        Preference.objects.create(person=person, category="duty", channel="sms", wanted=False)
        tell(person, kind=DUTIES)
        assert Delivery.objects.filter(channel="sms").exists()


class TestTheTime:
    @pytest.mark.parametrize(
        ("at", "manner", "due"),
        [
            (local(25, 12), {}, local(25, 12)),
            (local(25, 22), {}, local(26, 8)),
            (local(25, 23, 59), {}, local(26, 8)),
            (local(25, 3), {}, local(25, 8)),
            (local(25, 8), {}, local(25, 8)),
            (local(25, 12), {"quiet_from": 11 * 60, "quiet_to": 13 * 60 + 30}, local(25, 13, 30)),
            (local(25, 3), {"quiet_from": 0, "quiet_to": 0}, local(25, 3)),
            (local(25, 8), {"digest": "daily"}, local(25, 9)),
            (local(25, 9), {"digest": "daily"}, local(26, 9)),
            (local(25, 12), {"digest": "weekly"}, local(30, 9)),
            (local(30, 8), {"digest": "weekly"}, local(30, 9)),
            (local(29, 10), {"digest": "weekly", "quiet_from": 540, "quiet_to": 600}, local(30, 10)),
        ],
    )  # fmt: skip
    def test_waits_for_the_end_of_quiet_hours_and_for_the_digest(
        self, at: datetime, manner: dict[str, object], due: datetime
    ) -> None:
        person = a_reader(**manner)
        tell(person, at=at)
        assert of(person, "email").next_try_at == due
        assert of(person, "email").gathered == ("digest" in manner)

    def test_waits_for_no_digest_when_the_matter_would_be_over_by_then(self) -> None:
        person = a_reader(digest="weekly")
        tell(person, at=NOON, over_at=local(29, 9))
        assert (of(person, "sms").next_try_at, of(person, "sms").gathered) == (NOON, False)

    def test_of_a_needed_notice_waits_for_quiet_hours_but_for_no_digest(self) -> None:
        person = a_reader(digest="daily")
        tell(person, kind=DUTIES, at=local(25, 23))
        assert of(person, "sms").next_try_at == local(26, 8)

    def test_of_an_urgent_notice_is_now_at_any_hour(self) -> None:
        person = a_reader(digest="daily")
        tell(person, kind=ALARM, at=local(25, 3))
        assert of(person, "sms").next_try_at == local(25, 3)

    def test_of_a_notice_on_this_site_is_now(self) -> None:
        person = a_reader(digest="daily")
        tell(person, at=local(25, 3))
        assert (of(person, "app").state, of(person, "app").next_try_at) == ("sent", None)


class TestTheDatabase:
    def test_refuses_to_change_what_was_told(self) -> None:
        notice = tell(a_reader())
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(values={})

    @pytest.mark.parametrize("state", ["waiting", "sending"])
    def test_refuses_to_send_again_what_arrived(self, state: str) -> None:
        person = a_reader()
        tell(person)
        mine = Delivery.objects.filter(person=person, channel="sms")
        mine.update(state="sending", token=uuid4(), sending_since=NOON)
        mine.update(state="sent")
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(state=state, next_try_at=NOON)

    def test_refuses_a_second_delivery_of_a_notice_to_a_person_by_a_channel(self) -> None:
        person = a_reader()
        tell(person)
        one = of(person, "sms")
        one.pk = uuid4()
        with pytest.raises(IntegrityError), transaction.atomic():
            one.save(force_insert=True)


def test_a_person_without_any_address_has_the_notice_on_this_site() -> None:
    person = making.a_person(voting.COMMUNITY)
    tell(person)
    assert of(person, "app").state == "sent"
