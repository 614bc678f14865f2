"""With the whole database server in hand, before and after the close, nobody finds who cast which ballot.

Each attacker is shown to work on a site that leaks; on the real one its guesses are no better than chance.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.secrecy import leaky, real
from tests.secrecy.attackers import ATTACKERS, Attacker
from tests.secrecy.evidence import Evidence
from tests.secrecy.judge import Guess, Truth, likelihood, tail, working
from tests.secrecy.scene import CODES, VOTERS, plan

# Two votes on two servers; the attackers of paper try the same in every run.
pytestmark = pytest.mark.slow
SEED = 20261125


@dataclass(frozen=True, repr=False)
class Site:
    """A vote that was held: what was found, what was true, and the key of the real one."""

    found: Evidence
    truth: Truth
    key: bytes = b""


def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sc-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture(scope="module")
def real_site() -> Iterator[Site]:
    """A vote on the site as it is served."""
    for path in folder():
        yield Site(*real.hold(path, plan(SEED)))


@pytest.fixture(scope="module")
def leaky_site() -> Iterator[Site]:
    """A vote on a site that keeps everything in the clear."""
    for path in folder():
        yield Site(*leaky.hold(path, plan(SEED + 1)))


class TestSomebodyWithTheWholeServer:
    """All that needs the two sites, so that workers that share the tests by class make them once."""

    @pytest.mark.parametrize("attacker", ATTACKERS, ids=lambda one: one.__name__)
    def test_finds_the_voters_of_a_site_that_leaks(self, leaky_site: Site, attacker: Attacker) -> None:
        assert working(attacker(leaky_site.found), leaky_site.truth)

    @pytest.mark.parametrize("attacker", ATTACKERS, ids=lambda one: one.__name__)
    def test_guesses_no_better_than_chance_on_the_real_one(self, real_site: Site, attacker: Attacker) -> None:
        assert working(attacker(real_site.found), real_site.truth) == []

    def test_has_something_to_look_at(self, real_site: Site) -> None:
        found = real_site.found
        assert len(found.envelope_of) == len(found.ballots) == VOTERS
        assert {row["receipt"] for row in found.ballots} == set(real_site.truth.receipts)
        assert sum(one.table == found.envelope for one in found.pages["before"]) == len(found.calls)  # dead ones too
        assert found.wal_text.count(f"/{found.nodes[found.envelope]} ") >= len(found.calls)
        assert found.site_log.count('"PUT"') >= len(found.calls)
        for name in ("backup before", "backup while voting", "backup after", "log of changes", "files"):
            assert len(found.blobs[name]) > 5_000_000, name
        assert all(code.encode() in found.blobs["backup before"] for code in CODES)  # as projects, without voters

    def test_finds_no_receipt_and_no_key_before_the_close(self, real_site: Site) -> None:
        found = real_site.found
        receipts = [receipt.encode() for receipt in real_site.truth.receipts]
        for name in ("backup before", "backup while voting"):
            assert not any(receipt in found.blobs[name] for receipt in receipts)
            assert real_site.key not in found.blobs[name]
        for table, rows in found.before.items():
            text = " ".join(str(value) for row in rows for value in row.values())
            assert not any(receipt.decode() in text for receipt in receipts), table

    def test_finds_no_receipt_in_statistics_before_the_close(self, real_site: Site) -> None:
        before = real_site.found.stats.split("voting_ballot")[0]
        assert not any(receipt in before for receipt in real_site.truth.receipts)

    def test_finds_the_key_in_no_file_log_or_backup_after_the_close(self, real_site: Site) -> None:
        found = real_site.found
        for name, content in found.blobs.items():
            assert real_site.key not in content, name
            assert real_site.key.hex().encode() not in content, name
        logs = found.server_log + found.site_log
        assert real_site.key.hex() not in logs

    def test_finds_no_receipt_code_or_voter_in_logs(self, real_site: Site) -> None:
        found = real_site.found
        words = [*real_site.truth.receipts, *CODES, *(name for voter in found.voters for name in voter.names)]
        for log in (found.server_log, found.site_log):
            assert not [word for word in words if word in log]

    def test_finds_a_leak_put_into_the_evidence_of_the_real_site(self, real_site: Site) -> None:
        rows = [
            {**row, "voter": real_site.found.voters[n].names[0], "codes": f"{CODES[0]}"}
            for n, row in enumerate(real_site.found.before["voting_envelope"])
            if real_site.truth.choices[n] == "one"
        ]
        found = replace(real_site.found, before={**real_site.found.before, "leak": rows})
        assert any(working(attacker(found), real_site.truth) for attacker in ATTACKERS)


class TestTheJudge:
    def test_takes_chance_for_chance(self) -> None:
        truth = Truth(["a", "b", "c", "d"] * 30, [str(n) for n in range(120)])
        assert working([Guess("always a", dict.fromkeys(range(120), "a"))], truth) == []
        assert working([Guess("nothing", {})], truth) == []
        assert (
            working([Guess("one right", receipts={n: str((n + 1) % 120 if n else 0) for n in range(120)})], truth) == []
        )

    def test_finds_what_is_right_more_often(self) -> None:
        truth = Truth(["a", "b", "c", "d"] * 30, [str(n) for n in range(120)])
        half = {n: truth.choices[n] if n % 2 else "a" for n in range(120)}
        assert working([Guess("half", half)], truth) == ["half"]
        few = {n: str(n if n < 8 else (n + 1) % 120) for n in range(120)}
        assert working([Guess("eight receipts", receipts=few)], truth) == []
        assert working([Guess("ten receipts", receipts={**few, 9: "9", 10: "10", 11: "11", 12: "12"})], truth)

    def test_reckons_exactly(self) -> None:
        assert tail(2, 2, 0.25) == 0.0625
        assert tail(0, 5, 0.5) == 1.0
        assert likelihood(Guess("both", {0: "a", 1: "b"}), Truth(["a", "b"], ["x", "y"])) == 0.25
