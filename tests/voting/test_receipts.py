"""A receipt proves, away from the server, that the ballot is under the seal of the published file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from shanzhi.config.cli import app
from shanzhi.kernel.merkle import leaf_hash, verify_inclusion
from shanzhi.tally import receipts as checking
from shanzhi.tally.pabulib import read
from shanzhi.voting import operations
from shanzhi.voting.models import Count
from shanzhi.voting.operations import BallotRules, OptionInput, seals
from tests.voting import support
from tests.voting.support import a_person, an_open_poll, vote

pytestmark = pytest.mark.django_db
OPTIONS = [OptionInput(code=f"Z{n}", title=f"项目{n}", cost_fen=400_00) for n in range(4)]


def counted(ballots: list[Any], **terms: Any) -> tuple[Count, list[str]]:
    people = [a_person() for _ in ballots]
    poll = an_open_poll(people, options=OPTIONS, **terms)
    given = [vote(person, poll.pk, choices) for person, choices in zip(people, ballots, strict=True)]
    support.close(poll)
    return operations.count_poll(actor=support.STAFF, poll_id=poll.pk, at=support.now()), given


def proof_of(count: Count, receipt: str) -> dict[str, Any]:
    """The proof as the receipt page lets a voter download it."""
    answer = Client().post(reverse("voting:receipt", args=[count.poll_id]), {"receipt": receipt, "download": "proof"})
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    found: dict[str, Any] = json.loads(answer.content)
    return found


def shanzhi_count(tmp_path: Path, file: str, proof: dict[str, Any] | str, *words: str) -> tuple[int, str]:
    """Run `shanzhi count --receipt` on a file and a proof; give its code and what it said."""
    published, kept = tmp_path / "published.pb", tmp_path / "receipt.json"
    published.write_text(file, encoding="utf-8")
    kept.write_text(proof if isinstance(proof, str) else json.dumps(proof), encoding="utf-8")
    done = CliRunner().invoke(app, ["count", "--receipt", str(kept), str(published), *words])
    return done.exit_code, done.output


class TestAVoterWithTheProofAndThePublishedFile:
    def test_finds_the_own_ballot_in_a_whole_file(self, tmp_path: Path) -> None:
        count, given = counted([["Z0"]] * 3 + [["Z1", "Z2"]] + [[]] * 2)
        code, said = shanzhi_count(tmp_path, count.file, proof_of(count, given[3]), "--language", "en")
        assert code == 0
        assert "under the seal of the file" in said
        assert "say the same: 1 (number 6)" in said
        code, said = shanzhi_count(tmp_path, count.file, proof_of(count, given[0]), "--json")
        answer = json.loads(said)
        assert (code, answer["sealed"], answer["merged"], len(answer["ballots"])) == (0, True, False, 3)

    def test_is_told_when_the_file_merged_it_with_others(self, tmp_path: Path) -> None:
        small = {"smallest_electorate": 50, "smallest_group": 5}
        count, given = counted([["Z0"]] * 8, **small)
        code, said = shanzhi_count(tmp_path, count.file, proof_of(count, given[0]), "--language", "zh")
        assert code == 0
        assert "与其他选票合并或未公布" in said

    @pytest.mark.parametrize(
        ("rules", "ballot"),
        [
            (BallotRules(kind="ranked"), ["Z2", "Z0", "Z1"]),
            (BallotRules(kind="points", points_total=10), {"Z2": 7, "Z0": 3}),
        ],
    )
    def test_finds_ballots_of_every_kind(self, tmp_path: Path, rules: BallotRules, ballot: Any) -> None:
        spec = {"rule": "score", "satisfaction": "points" if rules.kind == "points" else "borda"}
        count, given = counted([ballot, [] if rules.kind == "ranked" else {}], rules=rules, spec=spec)
        code, said = shanzhi_count(tmp_path, count.file, proof_of(count, given[0]), "--json")
        assert (code, json.loads(said)["ballots"]) == (0, [2])

    @pytest.mark.parametrize("part", ["choices", "salt", "index", "size", "receipt", "path", "seal", "poll"])
    def test_is_not_fooled_by_a_proof_that_was_changed(self, tmp_path: Path, part: str) -> None:
        count, given = counted([["Z0"]] * 5 + [["Z1"]] * 4)
        proof = proof_of(count, given[0])
        changed = {
            "choices": ["Z1"],
            "salt": "0" * 32,
            "index": (proof["index"] + 1) % 9,
            "size": 900,
            "receipt": given[-1],
            "path": [*proof["path"][:-1], "0" * 64],
            "seal": "merkle:" + "0" * 64,
            "poll": "0" * 8,
        }[part]
        code, said = shanzhi_count(tmp_path, count.file, {**proof, part: changed}, "--json")
        assert (code, json.loads(said)["sealed"]) == (1, False)

    def test_is_not_fooled_by_a_file_from_which_the_ballot_was_taken(self, tmp_path: Path) -> None:
        count, given = counted([["Z0"]] * 5 + [["Z1"]])
        lines = count.file.replace("num_votes;6", "num_votes;5").splitlines()
        less = "\n".join(line for line in lines if not line.startswith(("6;", "digest;"))) + "\n"
        code, said = shanzhi_count(tmp_path, less, proof_of(count, given[-1]), "--json")
        assert (code, json.loads(said)["verdict"]) == (1, "missing")

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "shanzhi-receipt-1"}', "[" * 100_000, "\x00"])
    def test_is_told_that_something_else_is_no_proof(self, tmp_path: Path, text: str) -> None:
        count, _given = counted([["Z0"]])
        code, said = shanzhi_count(tmp_path, count.file, text)
        assert code == 2
        assert "Traceback" not in said


class TestThePathOfAReceipt:
    @pytest.mark.parametrize("number", [1, 2, 5, 255, 256, 257, 700])
    def test_leads_to_the_seal_in_a_tree_of_any_size(self, number: int) -> None:
        voter = a_person()
        poll = an_open_poll([voter], options=OPTIONS)
        others = [(seals.base64.b32encode(number.to_bytes(15)).decode(), ()) for number in range(1, number)]
        mine = vote(voter, poll.pk, ["Z1"])
        support.close(poll)
        rows = [(receipt, operations.closing.Choices(choices)) for receipt, choices in others]
        with support.beside_the_guards():
            operations.closing.write_ballots(poll.pk, rows)
            type(poll).objects.filter(pk=poll.pk).update(ballots_total=number)
        poll.refresh_from_db()
        count = operations.count_poll(actor=support.STAFF, poll_id=poll.pk, at=support.now())
        some = [(receipt, []) for receipt, _choices in others[:: max(number // 7, 1)]]
        for receipt, codes in [(mine, ["Z1"]), *some]:
            found = seals.inclusion(count, receipt)
            assert found is not None
            leaf = leaf_hash(seals.leaf_bytes(poll.pk, receipt, found.salt, codes, None))
            path = [bytes.fromhex(step) for step in found.path]
            root = bytes.fromhex(count.seal.removeprefix(seals.PREFIX))
            assert verify_inclusion(leaf, found.index, found.size, path, root)
            assert found.size == number
        assert operations.seal_holds(count)

    def test_is_given_by_the_api_too(self) -> None:
        count, given = counted([["Z0"]] * 2)
        answer = Client().post(
            f"/api/v1/voting/polls/{count.poll_id}/receipt",
            json.dumps({"receipt": given[0]}),
            content_type="application/json",
        )
        assert answer.json()["proof"] == proof_of(count, given[0])
        assert checking.check(read(count.file.encode()), answer.json()["proof"]).holds

    def test_tells_nobody_what_others_chose(self) -> None:
        count, given = counted([["Z0"], ["Z1"]])
        proof = proof_of(count, given[0])
        guesses = {
            leaf_hash(seals.leaf_bytes(count.poll_id, given[1], salt, codes, None)).hex()
            for salt in ("", proof["salt"])
            for codes in ([], ["Z0"], ["Z1"], ["Z2"], ["Z3"])
        }
        assert not guesses & set(proof["path"])  # not even with the other's receipt: each leaf has a salt of its own

    def test_is_lacking_for_counts_from_before_there_were_proofs(self) -> None:
        count, given = counted([["Z0"]])
        with support.beside_the_guards():
            Count.objects.filter(pk=count.pk).update(seal_key=None, seal=seals.old_seal(count.poll), publication={})
        page = Client().post(reverse("voting:receipt", args=[count.poll_id]), {"receipt": given[0]})
        assert page.status_code == 200
        assert 'name="download"' not in page.content.decode()
        assert operations.seal_holds(Count.objects.get(pk=count.pk))
        assert Client().get(reverse("voting:results", args=[count.poll_id])).status_code == 200
