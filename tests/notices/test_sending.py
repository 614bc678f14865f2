"""Sending: each message once, retried when it surely did not go, given up in the open when nothing can be learnt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from shanzhi.notices import operations
from shanzhi.notices.drivers import NOT_TWICE, Answer, Message
from shanzhi.notices.models import Delivery, EmailAddress, Manner, OutboxEntry, Preference
from shanzhi.notices.operations.sending import LEASE
from shanzhi.notices.schedule import PAUSES
from tests.notices.support import ALARM, DAY, DUTIES, HOUR, MINUTE, NOON, a_reader, of, send, tell
from tests.support.people import an_account

pytestmark = pytest.mark.django_db


class Scripted:
    """A gateway that answers as told: a driver of the public interface, like one that an installation writes itself."""

    answers_questions = False
    language = ""
    outcomes: list[str] = []
    sent: list[Message] = []
    told: Answer | None = None
    window: timedelta = NOT_TWICE

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def send(self, batch: Sequence[Message]) -> list[Answer]:
        type(self).sent += batch
        return [self.answer(one) for one in batch]

    def answer(self, one: Message) -> Answer:
        outcome: Any = self.outcomes.pop(0) if self.outcomes else "sent"
        return Answer(
            one.token, outcome, cause="" if outcome == "sent" else "gateway", code="" if outcome == "sent" else "x:1"
        )

    def repeat_within(self, message: Message) -> timedelta:
        return self.window

    def ask(self, message: Message) -> Answer | None:
        return self.told and Answer(message.token, self.told.outcome, cause=self.told.cause)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    """The scripted gateway as the installation's only channel, text messages."""
    made = type("Made", (Scripted,), {"outcomes": [], "sent": [], "told": None})
    monkeypatch.setattr(f"{__name__}.Scripted", made)
    monkeypatch.setattr(settings, "NOTICE_DRIVERS", {"sms": f"{__name__}.Scripted"})
    return made


def state(person: Any, channel: str = "sms") -> tuple[str, str]:
    one = of(person, channel)
    return one.state, one.cause


class TestAMessage:
    def test_goes_out_once_however_often_the_worker_runs(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        tell(person)
        assert (send(), send(), send(NOON + DAY)) == (1, 0, 0)
        assert len(gateway.sent) == 1
        assert state(person) == ("sent", "")

    def test_is_stored_by_the_local_driver_on_every_channel(self) -> None:
        person = a_reader()
        tell(person)
        send()
        found = set(OutboxEntry.objects.values_list("channel", flat=True))
        assert found == {"email", "sms", "wechat"}
        assert OutboxEntry.objects.get(channel="sms").address.reveal() == person.phone.reveal()

    def test_is_written_in_the_language_of_its_reader(self) -> None:
        tell(a_reader(language="en"), a_reader())
        send()
        titles = {one.language: one.title for one in OutboxEntry.objects.filter(channel="email")}
        assert titles["en"] == "You can vote now: Spring round"
        assert titles["zh-hans"].endswith("春季微创投")

    def test_is_tried_again_at_growing_pauses_and_given_up_at_last(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        tell(person)
        at, tries = NOON - DAY, 0
        Delivery.objects.filter(channel="sms").update(next_try_at=at)
        gateway.outcomes.extend(["later"] * 20)
        Manner.objects.create(person=person, quiet_from=0, quiet_to=0)
        while of(person, "sms").state == "waiting":
            at = of(person, "sms").next_try_at or at
            assert send(at - MINUTE / 2) == 0
            assert send(at) == 1
            tries += 1
        assert tries == len(PAUSES) + 1
        assert at - (NOON - DAY) == sum(PAUSES, timedelta())
        assert (state(person), of(person, "sms").code) == (("failed", "gateway"), "x:1")

    def test_of_which_the_gateway_says_never_is_given_up_at_once(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        tell(person)
        gateway.outcomes.append("never")
        send()
        assert state(person) == ("failed", "gateway")
        assert send(NOON + DAY) == 0

    def test_waits_for_the_morning_when_its_retry_falls_into_the_night(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        tell(person)
        night = NOON + 11 * HOUR
        Delivery.objects.filter(channel="sms").update(next_try_at=night, attempts=2)
        send(night)
        assert (of(person, "sms").next_try_at, of(person, "sms").attempts) == (NOON + 20 * HOUR, 2)
        assert not gateway.sent

    def test_that_is_urgent_goes_out_at_night(self, gateway: type[Scripted]) -> None:
        tell(a_reader(), kind=ALARM, at=NOON + 12 * HOUR)
        send(NOON + 12 * HOUR)
        assert len(gateway.sent) == 1


class TestAMessageIsNotSent:
    def test_when_its_reader_no_longer_wants_it(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        tell(person)
        Preference.objects.create(person=person, category="hobby", channel="sms", wanted=False)
        send()
        assert state(person) == ("skipped", "unwanted")

    def test_when_what_it_tells_of_is_over(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        tell(person, over_at=NOON + HOUR)
        send(NOON + 2 * HOUR)
        assert state(person) == ("skipped", "over")

    def test_when_the_sign_in_of_its_reader_is_closed(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        an_account(person, is_active=False)
        tell(person)
        send()
        assert state(person) == ("skipped", "closed")

    def test_when_the_address_is_gone(self) -> None:
        person = a_reader()
        tell(person)
        EmailAddress.objects.all().delete()
        send()
        assert state(person, "email") == ("skipped", "no_address")

    def test_when_its_address_cannot_be_read_and_the_others_go_out(self) -> None:
        lost, well = a_reader(), a_reader()
        with connection.cursor() as cursor:
            broken = b"\x01" + b"x" * 60
            cursor.execute("UPDATE notices_emailaddress SET address = %s WHERE person_id = %s", [broken, lost.pk])
        tell(lost, well)
        send()
        assert (state(lost, "email"), state(well, "email")) == (("skipped", "no_address"), ("sent", ""))

    def test_when_the_channel_was_switched_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person = a_reader()
        tell(person)
        monkeypatch.setattr(settings, "NOTICE_DRIVERS", {})
        send()
        assert state(person) == ("skipped", "channel_off")


class TestAMessageLeftBehind:
    """The worker died, or the line broke, between writing the token and writing the outcome."""

    def leave(self, gateway: type[Scripted]) -> Any:
        person = a_reader()
        tell(person)
        gateway.outcomes.append("unknown")
        send()
        assert of(person, "sms").state == "sending"
        return person

    def test_is_left_alone_while_its_worker_may_live(self, gateway: type[Scripted]) -> None:
        person = self.leave(gateway)
        send(NOON + LEASE)
        assert of(person, "sms").state == "sending"

    def test_counts_as_sent_when_the_gateway_says_so(self, gateway: type[Scripted]) -> None:
        person = self.leave(gateway)
        gateway.answers_questions, gateway.told = True, Answer(uuid4(), "sent")
        send(NOON + LEASE + MINUTE)
        assert state(person) == ("sent", "")
        assert len(gateway.sent) == 1

    def test_is_sent_again_when_the_gateway_never_had_it(self, gateway: type[Scripted]) -> None:
        person = self.leave(gateway)
        gateway.answers_questions, gateway.told = True, Answer(uuid4(), "later", cause="gateway")
        send(NOON + LEASE + MINUTE)
        send(NOON + LEASE + 10 * MINUTE)
        assert state(person) == ("sent", "")
        assert len({one.token for one in gateway.sent}) == 2

    def test_is_sent_again_under_the_same_token_where_the_gateway_drops_repetitions(
        self, gateway: type[Scripted]
    ) -> None:
        person = self.leave(gateway)
        gateway.window = 9 * MINUTE
        send(NOON + LEASE + MINUTE)
        assert state(person) == ("sent", "")
        assert len({one.token for one in gateway.sent}) == 1

    def test_is_given_up_in_the_open_where_nothing_can_be_learnt(self, gateway: type[Scripted]) -> None:
        person = self.leave(gateway)
        send(NOON + LEASE + MINUTE)
        assert state(person) == ("failed", "unknown_outcome")
        assert len(gateway.sent) == 1

    def test_is_asked_about_for_a_day_before_it_is_given_up(self, gateway: type[Scripted]) -> None:
        person = self.leave(gateway)
        gateway.answers_questions = True
        send(NOON + 23 * HOUR)
        assert of(person, "sms").state == "sending"
        send(NOON + 25 * HOUR)
        assert state(person) == ("failed", "unknown_outcome")

    def test_is_left_by_a_driver_that_fails_itself(self, gateway: type[Scripted]) -> None:
        person = a_reader()
        tell(person)
        gateway.outcomes.append("sent")
        gateway.answer = lambda self, one: 1 / 0  # type: ignore[method-assign,assignment,return-value]  # fails
        send()
        assert of(person, "sms").state == "sending"

    def test_is_not_overwritten_by_an_answer_that_comes_late(self, gateway: type[Scripted]) -> None:
        person = self.leave(gateway)
        stale = of(person, "sms").token
        Delivery.objects.filter(channel="sms").update(token=uuid4())
        operations.settle_left(channel="sms", at=NOON + LEASE + MINUTE)
        assert of(person, "sms").token != stale


class TestADigest:
    def test_gathers_what_came_since_the_last_one_into_one_message(self, gateway: type[Scripted]) -> None:
        person = a_reader(digest="daily")
        for _n in range(3):
            tell(person)
        assert send(NOON + HOUR) == 0
        assert send(NOON + 21 * HOUR) == 3
        assert len(gateway.sent) == 1
        assert gateway.sent[0].title == "New notices: 3" or "3" in gateway.sent[0].title
        assert gateway.sent[0].text.count("http://localhost:8000/account/") == 3
        assert set(Delivery.objects.filter(channel="sms").values_list("state", flat=True)) == {"sent"}

    def test_leaves_out_what_is_over_or_no_longer_wanted(self, gateway: type[Scripted]) -> None:
        person = a_reader(digest="daily")
        tell(person, over_at=NOON + 3 * DAY)
        tell(person)
        Delivery.objects.filter(channel="sms", notice__over_at__isnull=False).update(created_at=NOON)
        over = Delivery.objects.get(channel="sms", notice__over_at__isnull=False)
        type(over.notice).objects.filter(pk=over.notice_id).update(over_at=NOON + HOUR)
        send(NOON + 21 * HOUR)
        assert "1" in gateway.sent[0].title
        assert Delivery.objects.get(pk=over.pk).cause == "over"

    def test_is_one_for_each_person(self, gateway: type[Scripted]) -> None:
        people = [a_reader(digest="daily") for _n in range(3)]
        for _n in range(2):
            tell(*people)
        send(NOON + 21 * HOUR)
        assert len(gateway.sent) == 3

    def test_does_not_hold_up_what_is_needed(self, gateway: type[Scripted]) -> None:
        tell(a_reader(digest="weekly"), kind=DUTIES)
        send()
        assert len(gateway.sent) == 1


def test_a_batch_takes_a_fixed_number_of_queries(gateway: type[Scripted], django_assert_max_num_queries: Any) -> None:
    tell(*(a_reader() for _n in range(30)))
    with django_assert_max_num_queries(14 + 30):  # one to settle each answer
        operations.send_due(channel="sms", at=NOON)
