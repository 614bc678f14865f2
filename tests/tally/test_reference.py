"""Every reference outcome of Pabulib's elections is reproduced, and the official winners of two cities."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shanzhi.tally import Election, Spec, Threshold, count
from shanzhi.tally.pabulib import read
from shanzhi.tally.spec import Completion, RuleName, Satisfaction
from tests.tally.pabulib.files import SHARED

REFERENCE = SHARED / "pabulib" / "reference.jsonl"
SHIPPED = Path(__file__).resolve().parents[2] / "src/shanzhi/ventures/demo/Poland_Swiecie_2023.pb"
LINES = 990
SATISFACTIONS: dict[str | None, Satisfaction] = {
    "Cost_Sat": "cost",
    "Cardinality_Sat": "cardinality",
    "Additive_Cardinal_Sat": "points",
    "Additive_Borda_Sat": "borda",
    None: "cost",
}
RULES: dict[str, tuple[RuleName, Completion]] = {
    "phragmen": ("phragmen", "none"),
    "equal_shares": ("equal-shares", "none"),
    "equal_shares_add1_exhaustive_supported": ("equal-shares", "exhaustive-supported"),
    "equal_shares_add1_exhaustive_all": ("equal-shares", "exhaustive-all"),
}


@cache
def election(path: Path) -> Election:
    return read(path)


def spec_of(line: dict[str, Any]) -> Spec:
    satisfaction = SATISFACTIONS[line["satisfaction"]]
    if line["rule"] == "greedy":
        return Spec("score" if satisfaction == "cost" else "per-cost", satisfaction)
    rule, completion = RULES[line["rule"]]
    return Spec(rule, satisfaction, completion)


def lines() -> list[dict[str, Any]]:
    if not REFERENCE.exists():
        pytest.skip(f"the reference outcomes are not here: {REFERENCE} (set SHANZHI_SHARED_DATA)")
    return [json.loads(line) for line in REFERENCE.read_text(encoding="utf-8").splitlines()]


class TestTheReferenceOutcomes:
    def test_are_all_here(self) -> None:
        assert len(lines()) == LINES

    @pytest.mark.parametrize("rule", ["greedy", *RULES])
    def test_are_reproduced(self, rule: str) -> None:
        chosen = [line for line in lines() if line["rule"] == rule]
        assert chosen
        wrong = []
        for line in chosen:
            outcome = count(election(SHARED / "pabulib" / line["file"]), spec_of(line))
            same = sorted(outcome.winners) == sorted(line["winners"])
            if not same or outcome.total_cost != Fraction(line["total_cost"]):
                wrong.append((line["file"], line["satisfaction"], outcome.winners))
        assert wrong == []


class TestTheOfficialWinners:
    def test_of_the_election_that_is_shipped_are_those_of_add1(self) -> None:
        shipped = election(SHIPPED)
        outcome = count(shipped, Spec("equal-shares", "cost", "add1", threshold=Threshold(by_cost=3)))
        assert set(outcome.winners) == {project.id for project in shipped.projects if project.selected}
        assert (len(outcome.winners), outcome.total_cost) == (17, 1_040_337)

    @pytest.mark.parametrize(
        ("name", "threshold", "winners", "cost"),
        [
            ("Netherlands_Assen_2024.pb", Threshold(), 9, 76_700),
            ("Poland_Swiecie_2023.pb", Threshold(by_cost=3), 17, 1_040_337),
        ],
    )
    def test_are_those_of_add1(self, name: str, threshold: Threshold, winners: int, cost: int) -> None:
        path = SHARED / "official" / name
        if not path.exists():
            pytest.skip(f"the official election is not here: {path} (set SHANZHI_SHARED_DATA)")
        official = election(path)
        outcome = count(official, Spec("equal-shares", "cost", "add1", threshold=threshold))
        assert set(outcome.winners) == {project.id for project in official.projects if project.selected}
        assert (len(outcome.winners), outcome.total_cost) == (winners, cost)
