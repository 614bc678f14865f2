"""Casting ballots: eligibility, rules, repetition, time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal, SignInNeeded
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Ballot, Envelope, Option, Poll, RollEntry
from shanzhi.voting.operations import BallotRules, CastChoices, OptionInput
from shanzhi.work.models import AnsweredRequest
from shanzhi.work.operations import KeyReused
from tests.voting import support
from tests.voting.support import STAFF, a_draft, a_person, actor, an_open_poll, now, projects, vote

pytestmark = pytest.mark.django_db
POINTS = BallotRules(kind="points", points_total=10)
RANKED = BallotRules(kind="ranked", max_choices=3)


class TestAVoterOnTheRoll:
    def test_casts_and_reads_the_own_ballot(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        receipt = vote(person, poll.pk, ["3", "1"])
        own = queries.own_ballot(viewer=actor(person), poll_id=poll.pk)
        assert own is not None
        assert (own.receipt, list(own.choices)) == (receipt, ["1", "3"])

    def test_changes_the_ballot_until_the_close(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        first = vote(person, poll.pk, ["1"])
        second = vote(person, poll.pk, ["2"])
        own = queries.own_ballot(viewer=actor(person), poll_id=poll.pk)
        assert own is not None
        assert (own.receipt, list(own.choices)) == (second, ["2"])
        assert first != second
        assert Envelope.objects.count() == 1

    def test_gets_the_same_receipt_for_a_repeated_request(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        receipts = {vote(person, poll.pk, choices, "one-request") for choices in (["1", "2"], ["2", "1"])}
        assert len(receipts) == 1
        assert not AnsweredRequest.objects.exists()

    def test_may_vote_blank(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        vote(person, poll.pk, [])
        own = queries.own_ballot(viewer=actor(person), poll_id=poll.pk)
        assert own is not None
        assert own.blank

    @pytest.mark.parametrize(
        ("rules", "choices", "kept"),
        [
            (POINTS, {"2": 4, "1": 6, "3": 0}, {"1": 6, "2": 4}),
            (RANKED, ["3", "1", "2"], ["3", "1", "2"]),
        ],
    )
    def test_gives_points_and_ranks(self, rules: BallotRules, choices: CastChoices, kept: CastChoices) -> None:
        person = a_person()
        poll = an_open_poll([person], rules=rules)
        vote(person, poll.pk, choices)
        own = queries.own_ballot(viewer=actor(person), poll_id=poll.pk)
        assert own is not None
        assert own.choices == kept


class TestAKeyThatComesAgainWithOtherChoices:
    @pytest.mark.parametrize(
        ("rules", "first", "second"),
        [
            (BallotRules(), ["1"], ["2"]),
            (BallotRules(), ["1"], []),
            (RANKED, ["1", "2"], ["2", "1"]),
            (POINTS, {"1": 6}, {"1": 7}),
        ],
    )
    def test_is_refused_and_changes_nothing(self, rules: BallotRules, first: CastChoices, second: CastChoices) -> None:
        person = a_person()
        poll = an_open_poll([person], rules=rules)
        receipt = vote(person, poll.pk, first, "one-request")
        before = Envelope.objects.values().get()
        with pytest.raises(KeyReused) as caught:
            vote(person, poll.pk, second, "one-request")
        assert (caught.value.code, caught.value.status, caught.value.field) == ("key_reused", 409, "key")
        assert Envelope.objects.values().get() == before
        assert vote(person, poll.pk, first, "one-request") == receipt
        assert vote(person, poll.pk, second, "another-request") != receipt

    def test_is_free_again_once_another_ballot_lies_there(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        for key, choices in (("key-first", ["1"]), ("key-later", ["2"]), ("key-first", ["3"])):
            vote(person, poll.pk, choices, key)
        own = queries.own_ballot(viewer=actor(person), poll_id=poll.pk)
        assert own is not None
        assert own.choices == ["3"]

    def test_is_anothers_own_matter(self) -> None:
        people = [a_person(), a_person()]
        poll = an_open_poll(people)
        for person, choices in zip(people, (["1"], ["2"]), strict=True):
            vote(person, poll.pk, choices, "one-request")
        assert Envelope.objects.count() == 2

    def test_replaces_a_ballot_from_before_there_were_tags(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        vote(person, poll.pk, ["1"], "one-request")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE voting_envelope SET request_tag = NULL, content_tag = NULL")
        vote(person, poll.pk, ["2"], "one-request")
        own = queries.own_ballot(viewer=actor(person), poll_id=poll.pk)
        assert own is not None
        assert own.choices == ["2"]

    def test_is_told_that_the_vote_is_over_when_it_is(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        vote(person, poll.pk, ["1"], "one-request")
        support.close(poll)
        with pytest.raises(operations.PollOver):
            vote(person, poll.pk, ["2"], "one-request")

    def test_is_refused_in_told_time_too(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        with operations.told_time():
            vote(person, poll.pk, ["1"], "one-request")
            with pytest.raises(KeyReused):
                vote(person, poll.pk, ["2"], "one-request")


class TestABallotAgainstTheRules:
    @pytest.mark.parametrize(
        ("rules", "choices", "code"),
        [
            (BallotRules(), ["9"], "unknown_option"),
            (BallotRules(), ["1", "1"], "chosen_twice"),
            (BallotRules(max_choices=2), ["1", "2", "3"], "too_many"),
            (BallotRules(min_choices=2), ["1"], "too_few"),
            (BallotRules(blank_allowed=False), [], "blank_not_allowed"),
            (BallotRules(purse_limit=True), ["1", "2", "3", "4"], "over_purse"),
            (BallotRules(), {"1": 1}, "unknown_option"),
            (POINTS, {"1": 6, "2": 5}, "over_points"),
            (POINTS, {"1": -1}, "bad_points"),
            (POINTS, {"1": True}, "bad_points"),
            (POINTS, ["1"], "bad_points"),
            (POINTS, {"9": 1}, "unknown_option"),
            (RANKED, ["1", "2", "1"], "chosen_twice"),
            (RANKED, ["1", "2", "3", "4"], "too_many"),
        ],
    )
    def test_is_refused_with_a_reason_and_leaves_nothing(
        self, rules: BallotRules, choices: CastChoices, code: str
    ) -> None:
        person = a_person()
        poll = an_open_poll([person], rules=rules)
        with pytest.raises(Refusal) as caught:
            vote(person, poll.pk, choices)
        assert (caught.value.code, caught.value.field) == (code, "choices")
        assert not Envelope.objects.exists()

    def test_is_not_repeated_by_the_refusal(self) -> None:
        person = a_person()
        options = [OptionInput(code="SECRETCODE", title="x", cost_fen=1)]
        poll = an_open_poll([person], options=options)
        with pytest.raises(Refusal) as caught:
            vote(person, poll.pk, ["SECRETCODE", "SECRETCODE"])
        assert "SECRETCODE" not in str(caught.value) + repr(caught.value) + repr(caught.value.params)


class TestSomebodyNotOnTheRoll:
    @pytest.mark.parametrize("kind", ["elsewhere", "too young", "not verified", "verified later"])
    def test_is_turned_away(self, kind: str) -> None:
        voter, stranger = a_person(), a_person()
        stranger = {
            "elsewhere": lambda: a_person(support.ELSEWHERE),
            "too young": lambda: a_person(born=now().date() - timedelta(days=365 * 17)),
            "not verified": lambda: a_person(verified=False),
            "verified later": lambda: stranger,
        }[kind]()
        if kind == "verified later":
            stranger.verified_at = now() + timedelta(days=2)
            stranger.save()
        poll = an_open_poll([voter, stranger])
        with pytest.raises(operations.NotOnRoll):
            vote(stranger, poll.pk, ["1"])
        vote(voter, poll.pk, ["1"])

    def test_must_sign_in_first(self) -> None:
        poll = an_open_poll()
        with pytest.raises(SignInNeeded):
            operations.cast(actor=Actor.anonymous(), poll_id=poll.pk, choices=["1"], key="key-12345", at=now())


class TestTheWrongTime:
    def test_before_the_opening(self) -> None:
        person = a_person()
        poll = a_draft()
        operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now())
        with pytest.raises(operations.NotOpenYet):
            vote(person, poll.pk, ["1"])

    def test_after_closes_at_though_nobody_closed_yet(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        late = poll.closes_at
        with pytest.raises(operations.PollOver):
            operations.cast(actor=actor(person), poll_id=poll.pk, choices=["1"], key="key-12345", at=late)

    def test_by_the_databases_clock_when_ours_is_slow(self) -> None:
        person = a_person()
        poll = an_open_poll([person], closes=timedelta(microseconds=1) + timedelta(milliseconds=700))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.8)")
        slow = poll.opens_at + timedelta(minutes=1)
        with pytest.raises(operations.PollOver):
            operations.cast(actor=actor(person), poll_id=poll.pk, choices=["1"], key="key-12345", at=slow)
        with operations.told_time():
            operations.cast(actor=actor(person), poll_id=poll.pk, choices=["1"], key="key-12345", at=slow)

    def test_after_the_close(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        vote(person, poll.pk, ["1"])
        support.close(poll)
        with pytest.raises(operations.PollOver):
            vote(person, poll.pk, ["2"])


class TestAForgedId:
    def test_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            vote(a_person(), uuid4(), ["1"])

    def test_of_a_draft_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            vote(a_person(), a_draft().pk, ["1"])


class TestTheFastPath:
    def test_is_one_statement_once_the_form_is_known(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        with CaptureQueriesContext(connection) as first:
            vote(person, poll.pk, ["1"])
        with CaptureQueriesContext(connection) as second:
            vote(person, poll.pk, ["2"])
        assert len(first) <= 4
        assert len(second) == 1

    def test_stores_bytes_of_one_length_whatever_is_chosen(self) -> None:
        people = [a_person() for _ in range(3)]
        poll = an_open_poll(people, rules=BallotRules(max_choices=3))
        for person, choices in zip(people, ([], ["1"], ["1", "2", "3"]), strict=True):
            vote(person, poll.pk, choices)
        assert len({len(bytes(e.sealed)) for e in Envelope.objects.all()}) == 1


class TestTheDatabaseItself:
    def refuse(self, statement: str, *values: Any) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            self.run(statement, *values)

    def run(self, statement: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, list(values))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_freezes_rules_options_and_roll_of_an_open_poll(self) -> None:
        poll = an_open_poll()
        for change in ("budget_fen = 1", "spec = '{}'", "closes_at = now()", "max_choices = NULL", "areas = '{11}'"):
            self.refuse(f"UPDATE voting_poll SET {change} WHERE id = %s", poll.pk)
        self.refuse("UPDATE voting_option SET cost_fen = 1 WHERE poll_id = %s", poll.pk)
        self.refuse("DELETE FROM voting_option WHERE poll_id = %s", poll.pk)
        self.refuse("DELETE FROM voting_rollentry WHERE poll_id = %s", poll.pk)
        self.refuse("DELETE FROM voting_poll WHERE id = %s", poll.pk)
        newcomer = a_person()
        self.refuse("INSERT INTO voting_rollentry (poll_id, person_id, area) VALUES (%s, %s, '')", poll.pk, newcomer.pk)

    def test_takes_ballots_only_at_the_close(self) -> None:
        poll = an_open_poll()
        insert = "INSERT INTO voting_ballot (receipt, poll_id, choices, imported) VALUES ('A', %s, '{}', false)"
        self.refuse(insert, poll.pk)
        support.close(poll)
        self.refuse(insert, poll.pk)
        self.refuse("UPDATE voting_poll SET ballots_total = 5 WHERE id = %s", poll.pk)
        self.refuse("UPDATE voting_poll SET state = 'open' WHERE id = %s", poll.pk)

    def test_keeps_ballots_as_they_are(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        vote(person, poll.pk, ["1"])
        support.close(poll)
        assert Ballot.objects.count() == 1
        self.refuse("UPDATE voting_ballot SET choices = '{}'")
        self.refuse("DELETE FROM voting_ballot")

    def test_refuses_a_close_that_leaves_ballots_behind(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        vote(person, poll.pk, ["1"])
        self.refuse("DELETE FROM voting_envelope")
        self.refuse(
            "UPDATE voting_poll SET state = 'closed', ballots_total = 0, blank_total = 0 WHERE id = %s", poll.pk
        )
        self.refuse("UPDATE voting_poll SET state = 'closed' WHERE id = %s", poll.pk)

    def test_takes_envelopes_only_while_the_vote_runs(self) -> None:
        poll = a_draft()
        insert = "INSERT INTO voting_envelope (poll_id, voter_mac, sealed) VALUES (%s, '\\x00', '\\x00')"
        self.refuse(insert, poll.pk)

    def test_has_no_time_number_or_person_beside_an_envelope_or_ballot(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name, data_type FROM information_schema.columns"
                " WHERE table_name IN ('voting_envelope', 'voting_ballot') ORDER BY 1, ordinal_position"
            )
            columns = cursor.fetchall()
        assert columns == [
            ("voting_ballot", "receipt", "character varying"),
            ("voting_ballot", "choices", "ARRAY"),
            ("voting_ballot", "points", "ARRAY"),
            ("voting_ballot", "imported", "boolean"),
            ("voting_ballot", "poll_id", "uuid"),
            ("voting_envelope", "voter_mac", "bytea"),
            ("voting_envelope", "sealed", "bytea"),
            ("voting_envelope", "poll_id", "uuid"),
            ("voting_envelope", "request_tag", "bytea"),
            ("voting_envelope", "content_tag", "bytea"),
            ("voting_envelope", "since", "bytea"),  # the minute of the first cast, sealed
        ]


class TestTheRoll:
    def test_counts_years_on_the_roll_date(self) -> None:
        today = Poll(roll_date=date(2026, 11, 24)).roll_date
        assert operations.polls.latest_birth(today, 18) == date(2008, 11, 24)
        assert operations.polls.latest_birth(date(2028, 2, 29), 18) == date(2010, 2, 28)

    def test_may_be_drawn_again_until_the_opening(self) -> None:
        a_person()
        poll = a_draft()
        assert operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now()) == 1
        a_person()
        assert operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now()) == 2
        assert RollEntry.objects.filter(poll=poll).count() == 2

    def test_is_not_drawn_before_its_date(self) -> None:
        a_person()
        poll = a_draft()
        with pytest.raises(operations.RollTooEarly):
            operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now() - timedelta(days=2))

    def test_needs_somebody(self) -> None:
        with pytest.raises(operations.NobodyOnRoll):
            operations.draw_roll(actor=STAFF, poll_id=a_draft().pk, at=now())

    def test_freezes_options_with_the_opening(self) -> None:
        poll = an_open_poll()
        with pytest.raises(operations.OptionsFrozen):
            operations.set_options(actor=STAFF, poll_id=poll.pk, options=projects(2), at=now())
        assert Option.objects.filter(poll=poll).count() == 5
