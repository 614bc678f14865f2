"""Real races: several threads, each with a connection of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from threading import Thread

import pytest
from django.db import connection, transaction

from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.people.models import Person
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Ballot, Count, Envelope, Poll
from shanzhi.work.operations import KeyReused
from tests.support.people import an_actor
from tests.support.races import answers as together
from tests.voting import support
from tests.voting.support import STAFF, a_person, an_open_poll, now, vote

pytestmark = pytest.mark.django_db(transaction=True)


class TestTwoPhonesOnOneBallot:
    def test_leave_one_ballot_with_one_of_the_two_receipts(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        for _round in range(10):
            receipts = together(
                lambda: vote(person, poll.pk, ["1"]),
                lambda: vote(person, poll.pk, ["2"]),
            )
            assert Envelope.objects.count() == 1
            own = queries.own_ballot(viewer=support.actor(person), poll_id=poll.pk)
            assert own is not None
            assert own.receipt in receipts
            assert own.choices == [["1"], ["2"]][receipts.index(own.receipt)]
        support.close(poll)
        assert Ballot.objects.count() == 1

    def test_of_the_same_request_get_the_same_receipt(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        key = secrets.token_hex(8)
        answers = together(*[lambda: vote(person, poll.pk, ["1", "2"], key)] * 4)
        assert len(set(answers)) == 1
        assert Envelope.objects.count() == 1


class TestTwoBallotsUnderOneKey:
    def test_leave_the_first_to_come_and_refuse_the_other(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        for _round in range(10):
            key = secrets.token_hex(8)
            answers = together(
                lambda key=key: vote(person, poll.pk, ["1"], key),  # type: ignore[misc]
                lambda key=key: vote(person, poll.pk, ["2"], key),  # type: ignore[misc]
            )
            assert {type(answer) for answer in answers} == {str, KeyReused}
            own = queries.own_ballot(viewer=support.actor(person), poll_id=poll.pk)
            assert own is not None
            assert own.receipt in answers
            assert own.choices == [["1"], ["2"]][answers.index(own.receipt)]
        support.close(poll)
        assert Ballot.objects.count() == 1

    def test_in_a_crowd_keep_each_voter_to_one_of_the_own_receipts(self) -> None:
        people = [a_person() for _ in range(3)]
        poll = an_open_poll(people)
        acts = [
            lambda person=person, choice=choice: vote(person, poll.pk, [choice], "one-request")
            for person in people
            for choice in ("1", "2")
        ]
        answers = together(*acts)
        for place, person in enumerate(people):
            taken = [answer for answer in answers[2 * place : 2 * place + 2] if isinstance(answer, str)]
            own = queries.own_ballot(viewer=support.actor(person), poll_id=poll.pk)
            assert own is not None
            assert [own.receipt] == taken


class TestAVoteAgainstTheClose:
    def test_is_either_counted_or_refused(self) -> None:
        for _round in range(6):
            people = [a_person() for _ in range(6)]
            poll = an_open_poll(people)
            # The form is remembered, so each cast is one statement that meets the close.
            operations.casting.open_form(poll.pk)
            acts: list[Callable[[], object]] = [lambda p=p, poll=poll: vote(p, poll.pk, ["1"]) for p in people]  # type: ignore[misc]
            acts.insert(3, lambda poll=poll: support.close(poll))  # type: ignore[misc]
            answers = together(*acts)
            receipts = {answer for answer in answers if isinstance(answer, str)}
            refused = [answer for answer in answers if isinstance(answer, operations.PollOver)]
            assert len(receipts) + len(refused) == 6
            assert set(Ballot.objects.filter(poll=poll).values_list("pk", flat=True)) == receipts
            assert not Envelope.objects.filter(poll=poll).exists()
            assert Poll.objects.get(pk=poll.pk).ballots_total == len(receipts)


class TestAMergeOrItsUndoingBesideTheOpening:
    @pytest.mark.parametrize("undone", [False, True])
    def test_waits_for_it_and_leaves_one_place_for_each_person(self, undone: bool) -> None:
        staff = an_actor(Role.SUBDISTRICT_OFFICER, support.AREA), an_actor(Role.SUBDISTRICT_OFFICER, support.AREA)
        kept, merged = a_person(), a_person()
        Person.objects.filter(pk=merged.pk).update(verified_against="passport")
        poll = support.a_draft()
        operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now())
        found = people.propose_merge(actor=staff[0], kept_id=kept.pk, merged_id=merged.pk, reason="同一人", at=now())
        approve = partial(people.approve_merge, actor=staff[1], merge_id=found.pk, at=now())
        if undone:
            approve()
        undo = partial(people.undo_merge, actor=staff[0], merge_id=found.pk, reason="两个人", at=now())
        with transaction.atomic():
            operations.open_poll(actor=STAFF, poll_id=poll.pk, at=now())
            beside = Thread(target=closing, args=(undo if undone else approve,))
            beside.start()
            until_waiting(beside)
        beside.join()
        assert Envelope.objects.filter(poll=poll).count() == (0 if undone else 1)
        for one in (kept, merged):
            vote(one, poll.pk, ["1"])
        assert support.close(poll).ballots_total == (2 if undone else 1)


def closing(act: Callable[[], object]) -> None:
    """Run an act of a thread, and close its connection."""
    try:
        act()
    finally:
        connection.close()


def until_waiting(thread: Thread) -> None:
    """Wait until another thread waits for a lock, or is through."""
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # what was seen before stays otherwise, in a transaction
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone():
                return
        thread.join(0.02)


class TestTwoWhoCloseAndCount:
    def test_do_it_once(self) -> None:
        people = [a_person() for _ in range(3)]
        poll = an_open_poll(people)
        for person in people:
            vote(person, poll.pk, ["1"])
        closed = together(lambda: support.close(poll).ballots_total, lambda: support.close(poll).ballots_total)
        assert closed == [3, 3]
        counts = together(
            *[lambda: operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now()).pk] * 2,
        )
        assert counts[0] == counts[1]
        assert Count.objects.count() == 1
        assert poll.pk not in operations.keys.key_store().polls()
