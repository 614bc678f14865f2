"""With the whole database server in hand, nobody finds from a vote on paper who cast which ballot.

The attacker is given more than the server: the serial of each voter's sheet, as whoever hands them out could note it.
What the paper itself gives away is shown as well, so that the limits told in docs/decisions, 'paper ballots', hold as
they are told: no more, and no less.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.secrecy import leaky_paper, paper
from tests.secrecy import paper_attackers as ways
from tests.secrecy.attackers import ATTACKERS
from tests.secrecy.evidence import PaperEvidence
from tests.secrecy.judge import Truth, likelihood, working
from tests.secrecy.paper import PaperVote, noted
from tests.secrecy.scene import CODES, REASON, paper_plan
from tests.secrecy.test_attackers import folder

pytestmark = pytest.mark.slow
SEED = 20261126
ON_BALLOTS = (*ATTACKERS, *ways.BALLOTS)
names = pytest.mark.parametrize("attacker", ON_BALLOTS, ids=lambda one: one.__name__)
sheet_names = pytest.mark.parametrize("attacker", ways.SHEETS, ids=lambda one: one.__name__)


@pytest.fixture(scope="module")
def real_vote() -> Iterator[PaperVote]:
    """A vote on the real site."""
    for path in folder():
        yield paper.hold(path, paper_plan(SEED))


@pytest.fixture(scope="module")
def leaky_vote() -> Iterator[PaperVote]:
    """A vote on a site that keeps everything in the clear."""
    for path in folder():
        yield leaky_paper.hold(path, paper_plan(SEED + 1))


@pytest.fixture(scope="module")
def noted_real(real_vote: PaperVote) -> PaperEvidence:
    """The evidence of the real vote in the hands of somebody who noted every serial."""
    return noted(real_vote)


def sheets(vote: PaperVote) -> Truth:
    """Give as the truth which sheet each voter got."""
    return Truth(vote.truth.choices, vote.sheets)


class TestSomebodyWithTheServerAndEverySerial:
    """All that needs the two votes, so that workers that share the tests by class hold them once."""

    @names
    def test_finds_the_voters_of_a_site_that_leaks(self, leaky_vote: PaperVote, attacker: ways.BallotAttacker) -> None:
        assert working(attacker(noted(leaky_vote)), leaky_vote.truth)

    @names
    def test_guesses_no_better_than_chance_on_the_real_one(
        self, real_vote: PaperVote, noted_real: PaperEvidence, attacker: ways.BallotAttacker
    ) -> None:
        assert working(attacker(noted_real), real_vote.truth) == []

    @sheet_names
    def test_finds_who_got_which_sheet_on_a_site_that_leaks(
        self, leaky_vote: PaperVote, attacker: ways.SheetAttacker
    ) -> None:
        assert working(attacker(leaky_vote.found, "hall"), sheets(leaky_vote))

    @sheet_names
    def test_does_not_find_who_got_which_sheet_where_stack_and_box_are_shuffled(
        self, real_vote: PaperVote, attacker: ways.SheetAttacker
    ) -> None:
        assert working(attacker(real_vote.found, "hall"), sheets(real_vote)) == []

    def test_has_something_to_look_at(self, real_vote: PaperVote) -> None:
        found, voters = real_vote.found, len(real_vote.truth.choices)
        assert len(found.before["voting_papermark"]) == len(found.voters) == voters
        assert len(found.before["voting_paperentry"]) == len(found.calls) == len(found.watched) > 2 * voters
        invalid = found.after["voting_invalidsheet"]
        assert {row["receipt"] for row in [*found.ballots, *invalid]} == set(real_vote.truth.receipts)
        assert len(found.after["voting_paperentry"]) == 0
        assert sum(one.table == found.envelope for one in found.pages["after"]) == len(found.calls)  # dead ones
        assert found.wal_text.count(f"/{found.nodes[found.envelope]} ") >= len(found.calls)
        assert found.site_log.count("/entries") >= len(found.calls)
        events = [row["verb"] for row in found.before["audit_event"]]
        assert events.count("voting.paper.enter") == len(found.calls)
        assert events.count("voting.booth.mark") == voters
        assert all(serial.encode() in found.blobs["backup before"] for serial in real_vote.sheets)
        assert {len(row["sealed"]) for row in found.before["voting_paperentry"]} == {5 + 2 * len(CODES) + 12 + 16}

    def test_finds_no_receipt_no_key_and_no_reading_before_the_close(self, real_vote: PaperVote) -> None:
        backup = real_vote.found.blobs["backup before"]
        for content in (backup, real_vote.left):
            assert not [receipt for receipt in real_vote.truth.receipts if receipt.encode() in content]
            assert real_vote.key not in content
            assert REASON.encode() not in content

    def test_finds_no_key_after_the_close_and_no_receipt_or_code_in_logs(self, real_vote: PaperVote) -> None:
        found = real_vote.found
        assert not [name for name, content in found.blobs.items() if real_vote.key in content]
        words = [*real_vote.truth.receipts, *CODES, REASON, real_vote.key.hex()]
        assert not [word for word in words if word in found.server_log + found.site_log]

    def test_is_not_told_at_which_place_sheets_were_invalid(self, real_vote: PaperVote) -> None:
        """All sheets of the home visits were."""
        assert real_vote.channels["invalid"] == len(real_vote.found.places["visits"])
        assert not [one for one in real_vote.channels["booths"] if "invalid" in one]

    # The limits of the paper, as they are told: nothing of them is in the server alone but order and pace of reading.

    def test_with_the_pdf_and_the_serials_every_ballot_is_found(
        self, real_vote: PaperVote, noted_real: PaperEvidence
    ) -> None:
        receipts, choices = ways.pdf_with_serials(noted_real)
        assert receipts.receipts == dict(enumerate(real_vote.truth.receipts))
        assert choices.choices == dict(enumerate(real_vote.truth.choices))

    def test_with_the_pdf_alone_nothing_is_found_where_stack_and_box_are_shuffled(self, real_vote: PaperVote) -> None:
        assert working(ways.pdf_with_serials(real_vote.found), real_vote.truth) == []
        assert working(ways.pdf_in_order(real_vote.found, "hall"), sheets(real_vote)) == []
        assert working(ways.pdf_with_readings(real_vote.found, "hall"), real_vote.truth) == []

    def test_with_the_pdf_a_stack_handed_out_as_it_was_printed_tells_everything(self, real_vote: PaperVote) -> None:
        assert working(ways.pdf_in_order(real_vote.found, "careless"), sheets(real_vote)) == ["PDF"]

    def test_a_box_that_is_not_mixed_tells_who_got_which_sheet_and_with_the_pdf_the_ballot(
        self, real_vote: PaperVote
    ) -> None:
        readings = ["reading 1", "reading 2"]
        assert working(ways.order_of_readings(real_vote.found, "careless"), sheets(real_vote)) == readings
        assert working(ways.pdf_with_readings(real_vote.found, "careless"), real_vote.truth) == readings

    def test_the_pace_of_the_first_reader_hints_at_how_much_was_chosen_on_a_noted_sheet(
        self, real_vote: PaperVote, noted_real: PaperEvidence
    ) -> None:
        (guess,) = ways.pace_of_readings(noted_real)
        assert likelihood(guess, real_vote.truth) < 1e-6
