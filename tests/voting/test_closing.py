"""Closing and counting: nothing lost, nothing linkable, the same round the same digest."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from shanzhi.audit.models import Event
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import NotFound
from shanzhi.people.models import Person
from shanzhi.tally.counting import count as count_election
from shanzhi.tally.pabulib import read
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Ballot, Count, Envelope, Poll
from shanzhi.voting.operations import BallotRules
from shanzhi.voting.operations.envelopes import Sealer
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.policies import PollSealed
from tests.support.database import as_owner
from tests.voting import support
from tests.voting.support import STAFF, a_person, actor, an_open_poll, now, vote

pytestmark = pytest.mark.django_db
VOTES: tuple[list[str], ...] = (["1", "2"], ["2"], [], ["1", "2", "3"], ["3"], ["1"])


def play(votes: tuple[list[str], ...] = VOTES) -> tuple[Poll, list[Person], list[str]]:
    """A poll in which each voter cast one of `votes`; gives it with voters and receipts."""
    people = [a_person() for _ in votes]
    poll = an_open_poll(people)
    receipts = [vote(person, poll.pk, choices) for person, choices in zip(people, votes, strict=True)]
    return poll, people, receipts


class TestAClosedPoll:
    def test_has_every_ballot_as_cast_and_no_envelope(self) -> None:
        poll, _people, receipts = play()
        closed = support.close(poll)
        assert (closed.ballots_total, closed.blank_total, closed.state) == (6, 1, "closed")
        assert not Envelope.objects.exists()
        positions = [[int(code) - 1 for code in choices] for choices in VOTES]
        assert [Ballot.objects.get(pk=receipt).choices for receipt in receipts] == positions

    def test_lies_in_the_order_of_its_random_receipts(self) -> None:
        with as_owner(), connection.cursor() as cursor:  # written anew: room that vacuum freed is filled in any order
            cursor.execute("CLUSTER voting_ballot USING voting_ballot_pkey")
        poll, _people, receipts = play()
        support.close(poll)
        with connection.cursor() as cursor:
            cursor.execute("SELECT receipt FROM voting_ballot ORDER BY ctid")
            assert [row[0] for row in cursor.fetchall()] == sorted(receipts)
            cursor.execute("SELECT count(DISTINCT xmin::text) FROM voting_ballot")
            assert cursor.fetchone() == (1,)

    def test_has_no_key_any_more(self, django_capture_on_commit_callbacks: object) -> None:
        poll, _people, _receipts = play()
        path = Path(settings.KEYS_FOLDER) / "polls" / f"{poll.pk}.key"
        assert path.stat().st_mode & 0o077 == 0
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture without a type
            support.close(poll)
        assert not path.exists()

    def test_loses_a_key_that_a_crash_left_behind(self) -> None:
        poll, _people, _receipts = play()
        support.close(poll)
        assert operations.leftover_keys() == [poll.pk]
        assert poll.pk in operations.tidy_keys()
        assert operations.leftover_keys() == []
        assert poll.pk not in key_store().polls()

    def test_keeps_the_key_of_a_poll_that_still_runs(self) -> None:
        poll, people, _receipts = play()
        assert operations.tidy_keys() == []
        vote(people[0], poll.pk, ["3"])

    def test_closes_once(self) -> None:
        poll, _people, _receipts = play()
        support.close(poll)
        again = support.close(poll)
        assert again.ballots_total == 6
        assert Event.objects.filter(verb="voting.poll.close").count() == 1

    def test_needs_a_reason_before_its_time(self) -> None:
        poll, _people, _receipts = play()
        with pytest.raises(operations.TooEarlyToClose):
            operations.close_poll(actor=STAFF, poll_id=poll.pk, at=now())
        operations.close_poll(actor=STAFF, poll_id=poll.pk, at=poll.closes_at)

    def test_leaves_no_trace_from_voter_to_ballot_in_any_table(self) -> None:
        poll, people, receipts = play()
        support.close(poll)
        operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
            tables = [row[0] for row in cursor.fetchall()]
            rows = {}
            for table in tables:
                cursor.execute(f'SELECT t::text FROM "{table}" AS t')
                rows[table] = [row[0] for row in cursor.fetchall()]
        for receipt in receipts:
            assert [table for table in tables if any(receipt in row for row in rows[table])] == ["voting_ballot"]
        for person in people:
            with_person = {table for table in tables if any(str(person.pk) in row for row in rows[table])}
            # everybody on the roll is told alike, so a delivery tells no more than the roll does
            named = {"people_person", "voting_rollentry", "people_account", "notices_delivery", "audit_rowchange"}
            assert with_person <= named
            # The audit names a person as the key of the person's own row alone.
            changes = [row for row in rows["audit_rowchange"] if str(person.pk) in row]
            assert all(",people_person," in row for row in changes)


class TestBeforeTheClose:
    def test_nobody_learns_anything(self) -> None:
        poll, people, receipts = play()
        for viewer in (STAFF, actor(people[0])):
            with pytest.raises(PollSealed):
                queries.turnout(viewer=viewer, poll_id=poll.pk)
            with pytest.raises(PollSealed):
                queries.result(viewer=viewer, poll_id=poll.pk)
            with pytest.raises(PollSealed):
                queries.published_file(viewer=viewer, poll_id=poll.pk)
            with pytest.raises(PollSealed):
                queries.receipt(viewer=viewer, poll_id=poll.pk, code=receipts[0])

    def test_no_table_holds_a_receipt_or_a_choice(self) -> None:
        _poll, _people, receipts = play()
        with connection.cursor() as cursor:
            cursor.execute("SELECT encode(sealed, 'escape') || encode(voter_mac, 'hex') FROM voting_envelope")
            stored = " ".join(row[0] for row in cursor.fetchall())
            cursor.execute("SELECT change::text || reason FROM audit_event")
            events = " ".join(row[0] for row in cursor.fetchall())
        assert not any(receipt in stored + events for receipt in receipts)
        assert "ballots" not in events

    def test_the_same_choice_twice_looks_different(self) -> None:
        _poll, _people, _receipts = play((["1"], ["1"], ["1"]))
        assert len({bytes(e.sealed) for e in Envelope.objects.all()}) == 3
        assert len({bytes(e.sealed)[:12] for e in Envelope.objects.all()}) == 3


class TestACountedPoll:
    def test_gives_winners_reasons_and_a_file_that_counts_the_same(self) -> None:
        poll, _people, _receipts = play()
        support.close(poll)
        count = operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        outcome = count.result["outcome"]
        assert sorted(outcome["winners"]) == ["1", "2", "3"]
        assert set(count.result["reasons"]) == {"1", "2", "3", "4", "5"}
        assert all(words["zh"] and words["en"] for words in count.result["reasons"].values())
        reading = read(count.file.encode())
        assert reading.ballots == 6
        assert reading.meta["seal"] == count.seal
        assert reading.spec is not None
        again = count_election(reading, reading.spec)
        assert again.digest == count.digest
        assert count.file_digest == digest_bytes(count.file.encode())

    def test_counts_once(self) -> None:
        poll, _people, _receipts = play()
        support.close(poll)
        first = operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        assert operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now()).pk == first.pk
        assert Count.objects.count() == 1

    def test_has_the_same_digest_when_the_round_is_played_again(self) -> None:
        digests, bodies = set(), set()
        for votes in (VOTES, tuple(reversed(VOTES))):
            poll, _people, _receipts = play(votes)
            support.close(poll)
            count = operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
            digests.add((count.digest, count.result["content_digest"]))
            bodies.add(count.file.split("VOTES\n")[1])
        assert len(digests) == len(bodies) == 1

    def test_tells_by_receipt_what_was_counted(self) -> None:
        poll, people, receipts = play()
        support.close(poll)
        typed = receipts[1].lower()[:4] + "-" + receipts[1][4:] + " "
        found = queries.receipt(viewer=actor(people[0]), poll_id=poll.pk, code=typed)
        assert [option.code for option, _points in found.options] == ["2"]
        assert found.alike == 1
        with pytest.raises(queries.ReceiptUnknown):
            queries.receipt(viewer=STAFF, poll_id=poll.pk, code="A" * 24)

    def test_does_not_know_a_superseded_receipt(self) -> None:
        person = a_person()
        poll = an_open_poll([person])
        first = vote(person, poll.pk, ["1"])
        last = vote(person, poll.pk, ["2"])
        support.close(poll)
        assert queries.receipt(viewer=STAFF, poll_id=poll.pk, code=last).alike == 1
        with pytest.raises(queries.ReceiptUnknown):
            queries.receipt(viewer=STAFF, poll_id=poll.pk, code=first)

    @pytest.mark.parametrize("kind", ["points", "ranked"])
    def test_counts_points_and_ranks(self, kind: str) -> None:
        people = [a_person() for _ in range(3)]
        points = kind == "points"
        rules = BallotRules(kind="points", points_total=10) if points else BallotRules(kind="ranked")
        satisfaction = "points" if points else "borda"
        poll = an_open_poll(people, rules=rules, spec={"rule": "score", "satisfaction": satisfaction})
        for person in people:
            vote(person, poll.pk, {"4": 7, "2": 3} if points else ["4", "2", "1"])
        support.close(poll)
        count = operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        assert count.result["outcome"]["winners"][:2] == ["4", "2"]

    def test_waits_for_the_jury_where_the_rule_needs_one(self) -> None:
        person = a_person()
        spec = {"rule": "composite", "satisfaction": "cardinality", "composite": {"vote_weight": "1/2"}}
        poll = an_open_poll([person], spec=spec)
        vote(person, poll.pk, ["1"])
        support.close(poll)
        with pytest.raises(operations.JuryMissing):
            operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        jury = {str(n): 1000 * n for n in range(1, 6)}
        count = operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now(), jury=jury)
        assert count.result["outcome"]["winners"]


class TestAStranger:
    def test_cannot_run_anothers_poll(self) -> None:
        poll, people, _receipts = play()
        stranger = actor(people[0])
        with pytest.raises(NotFound):
            operations.close_poll(actor=stranger, poll_id=poll.pk, at=now(), reason="x")
        with pytest.raises(NotFound):
            operations.count_poll(actor=stranger, poll_id=poll.pk, at=now())


COPY = "COPY voting_envelope (voter_mac, sealed, poll_id) FROM STDIN"


class TestManyVoters:
    def test_are_closed_in_seconds(self) -> None:
        poll = an_open_poll([a_person()])
        sealer = Sealer(poll_id=poll.pk, key=key_store().read(poll.pk))
        form = operations.casting.open_form(poll.pk)
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for number in range(5000):
                mark = number.to_bytes(32, "big")
                choices = operations.envelopes.Choices((number % 5,))
                sealed = sealer.seal(mark=mark, receipt=secrets.token_bytes(15), choices=choices, width=form.width)
                copy.write_row((f"\\x{mark.hex()}", f"\\x{sealed.hex()}", poll.pk))
        assert support.close(poll).ballots_total == 5000
