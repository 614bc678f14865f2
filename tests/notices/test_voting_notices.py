"""Votes tell everybody on their roll: opened, last day, closed, result; and never how the vote stands."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction

from shanzhi.kernel.canonical import digest
from shanzhi.notices.kinds import LANGUAGES, kind_of, render
from shanzhi.notices.models import Delivery, Notice, OutboxEntry
from shanzhi.people.models import Person
from shanzhi.voting import operations, telling
from shanzhi.voting.models import Poll
from tests.notices.support import CLOCK, a_reader, send
from tests.voting import support as voting
from tests.voting.support import STAFF, now, vote

pytestmark = pytest.mark.django_db
Told = dict[str, set[UUID]]


def play(casts: list[list[str]], community: str = voting.COMMUNITY) -> tuple[Poll, list[Person]]:
    """Play a vote of six from the opening to the result; the first voters cast these ballots."""
    people = [a_reader(community) for _n in range(6)]
    a_reader(voting.ELSEWHERE)
    poll = voting.an_open_poll(people, closes=timedelta(days=7), areas=[community])
    for person, choices in zip(people, casts, strict=False):
        vote(person, poll.pk, choices)
    operations.remind_last_day(actor=CLOCK, at=poll.closes_at - timedelta(hours=20))
    operations.close_poll(actor=STAFF, poll_id=poll.pk, at=poll.closes_at)
    operations.count_poll(actor=STAFF, poll_id=poll.pk, at=poll.closes_at + timedelta(minutes=1))
    return poll, people


def told(poll: Poll) -> Told:
    """Give who was told what, by kind."""
    rows = Delivery.objects.filter(notice__subject_id=str(poll.pk)).values_list("notice__kind", "channel", "person_id")
    found: Told = {}
    for kind, channel, person in rows:
        found.setdefault(f"{kind} {channel}", set()).add(person)
    return found


def texts(poll: Poll) -> list[str]:
    """Give every text of a vote's notices in both languages, without its dates."""
    notices = Notice.objects.filter(subject_id=str(poll.pk)).order_by("kind")
    shown = [render(kind_of(one.kind), one.values, language) for one in notices for language in LANGUAGES]
    return [re.sub(r"[\d:年月日周一二三四五六日A-Za-z]*\d[\d:]*", "#", f"{s.title}|{s.text}") for s in shown]


class TestARoll:
    def test_is_told_that_the_vote_opened_has_its_last_day_closed_and_has_its_result(self) -> None:
        poll, people = play([["1"]])
        everybody = {person.pk for person in people}
        found = told(poll)
        assert {kind.split()[0] for kind in found} == {
            "voting.opened", "voting.last_day", "voting.closed", "voting.result",
        }  # fmt: skip
        assert all(found[f"voting.{name} app"] == everybody for name in ("opened", "last_day", "closed", "result"))
        assert found["voting.opened sms"] == found["voting.last_day sms"] == everybody

    def test_is_told_in_one_statement_whatever_its_size(self, django_assert_max_num_queries: Any) -> None:
        people = [voting.a_person() for _n in range(60)]
        poll = voting.an_open_poll(people)
        with django_assert_max_num_queries(12), transaction.atomic():
            telling.tell_closed(actor=STAFF, poll=poll, area=voting.AREA, at=now())
        assert Delivery.objects.filter(notice__kind="voting.closed").count() == 60

    def test_is_reminded_once_by_a_clock_that_runs_every_minute(self) -> None:
        voting.an_open_poll([a_reader()], closes=timedelta(days=2))
        first = [operations.remind_last_day(actor=CLOCK, at=now() + timedelta(hours=25, minutes=m)) for m in range(3)]
        assert first == [1, 0, 0]

    def test_is_not_reminded_before_the_last_day_nor_after_the_close(self) -> None:
        poll = voting.an_open_poll([a_reader()], closes=timedelta(days=3))
        for at in (poll.closes_at - timedelta(hours=25), poll.closes_at):
            assert operations.remind_last_day(actor=CLOCK, at=at) == 0

    def test_is_not_reminded_of_a_vote_so_short_that_its_opening_said_it(self) -> None:
        voting.an_open_poll([a_reader()], closes=timedelta(hours=20))
        assert operations.remind_last_day(actor=CLOCK, at=now()) == 0

    def test_gets_no_call_to_a_vote_that_closed_before_the_message_went_out(self) -> None:
        person = a_reader(quiet_from=0, quiet_to=1439)
        poll = voting.an_open_poll([person])
        voting.close(poll)
        send(now() + timedelta(days=1))
        calls = Delivery.objects.filter(notice__kind="voting.opened").exclude(channel="app")
        assert set(calls.values_list("state", "cause")) == {("skipped", "over")}

    def test_of_an_imported_vote_is_told_nothing(self) -> None:
        poll = voting.a_draft()
        Poll.objects.filter(pk=poll.pk).update(imported=True)
        poll.refresh_from_db()
        telling.tell_result(actor=STAFF, poll=poll, area=voting.AREA, at=now())
        assert not Notice.objects.exists()

    def test_is_reminded_by_the_command_of_the_clock(self) -> None:
        poll = voting.an_open_poll([a_reader()], closes=timedelta(days=2))
        with time_machine.travel(poll.closes_at - timedelta(hours=23)):
            call_command("ventures_clock")
        assert Notice.objects.filter(kind="voting.last_day").count() == 1


class TestNoNotice:
    @pytest.mark.parametrize("casts", [[["1"]], [["1"], ["2"], ["1", "2"], [], ["3"], ["1"]]])
    def test_tells_who_voted_how_many_did_or_how_it_stands(self, casts: list[list[str]]) -> None:
        nobody, _people = play([], "370102001002")
        some, people = play(casts)
        everybody = {person.pk for person in people}
        assert texts(some) == texts(nobody)
        assert {kind: len(who) for kind, who in told(some).items()} == {k: len(w) for k, w in told(nobody).items()}
        assert all(who == everybody for who in told(some).values())

    def test_is_written_by_a_cast(self) -> None:
        people = [a_reader() for _n in range(3)]
        poll = voting.an_open_poll(people)
        before = state_of_everything()
        vote(people[0], poll.pk, ["1"])
        vote(people[0], poll.pk, ["2"])
        assert state_of_everything() == before

    def test_goes_out_that_differs_between_who_voted_and_who_did_not(self) -> None:
        _poll, people = play([["1"], ["2"], ["3"]])
        for hours in range(0, 9 * 24, 6):  # often enough to meet each notice between its moment and its end
            send(now() + timedelta(hours=hours))
        by_person: dict[UUID, set[tuple[str, str, str]]] = {person.pk: set() for person in people}
        addresses = {f"reader{person.pk.hex[:8]}@example.cn": person.pk for person in people}
        for entry in OutboxEntry.objects.filter(channel="email"):
            by_person[addresses[entry.address.reveal()]].add((entry.title, entry.text, entry.link))
        assert len({digest(sorted(sent)) for sent in by_person.values()}) == 1
        assert len(by_person[people[0].pk]) == 3  # opened, last day, result


def state_of_everything() -> list[Any]:
    """Give all rows of this room, as the database writes them."""
    found = []
    with connection.cursor() as cursor:
        for table in ("notices_notice", "notices_delivery", "notices_outboxentry"):
            cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
            found.append(cursor.fetchall())
    return found
