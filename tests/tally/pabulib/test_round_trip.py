"""What is written reads back as the same election, and the same election always gives the same bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import random
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanzhi.tally.election import BallotKind, Election, Project, from_lists
from shanzhi.tally.pabulib import CannotWrite, PabulibError, digest, read, spec_as_json, spec_from_json, write
from shanzhi.tally.pabulib.canonical import ballot_lines
from shanzhi.tally.pabulib.projects import clean_name
from shanzhi.tally.spec import Composite, Spec, Threshold
from tests.tally.pabulib.files import PLAIN

_IDS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=","), min_size=1, max_size=12)
_AMOUNTS = st.integers(0, 10**9).map(lambda cents: Fraction(cents, 100))


@st.composite
def elections(draw: st.DrawFn) -> Election:
    """Any election that the format can hold."""
    ids = draw(st.lists(_IDS, min_size=1, max_size=8, unique=True))
    kind: BallotKind = draw(st.sampled_from(get_args(BallotKind)))
    projects = [
        Project(name, draw(_AMOUNTS), draw(st.text(max_size=20)), draw(st.sampled_from(["", "A", "乙"])))
        for name in ids
    ]
    ballot = st.lists(st.integers(0, len(ids) - 1), unique=True, max_size=len(ids))
    ballots = draw(st.lists(ballot, max_size=12))
    points = None
    if kind == "points":
        points = [[draw(st.integers(0, 500)) for _ in one] for one in ballots]
    made = from_lists(projects=projects, budget=draw(_AMOUNTS), kind=kind, ballots=ballots, points=points)
    return dataclasses.replace(made, points_scale=100) if kind == "points" else made


class TestAnElectionWritten:
    @given(elections())
    @settings(max_examples=300, deadline=None)
    def test_reads_back_as_the_same(self, election: Election) -> None:
        again = read(write(election).encode())
        assert [p.id for p in again.projects] == [p.id for p in election.projects]
        assert [p.cost for p in again.projects] == [p.cost for p in election.projects]
        assert [p.name for p in again.projects] == [clean_name(p.name) for p in election.projects]
        assert [p.exclusive for p in again.projects] == [p.exclusive for p in election.projects]
        assert (again.budget, again.kind, again.ballots) == (election.budget, election.kind, election.ballots)
        assert sorted(ballot_lines(again)) == sorted(ballot_lines(election))
        assert digest(again) == digest(election)
        assert write(again) == write(election)
        assert {w.code for w in again.warnings} <= {"zero_cost", "above_budget", "no_ballots"}

    @given(elections(), st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_does_not_tell_the_order_of_ballots(self, election: Election, chance: random.Random) -> None:
        ends = election.offsets.tolist()
        order = list(range(election.ballots))
        chance.shuffle(order)
        flat = election.choices.tolist()
        worth = None if election.points is None else election.points.tolist()
        shuffled = from_lists(
            projects=election.projects,
            budget=election.budget,
            kind=election.kind,
            ballots=[flat[ends[b] : ends[b + 1]] for b in order],
            points=None if worth is None else [worth[ends[b] : ends[b + 1]] for b in order],
        )
        shuffled = dataclasses.replace(shuffled, points_scale=election.points_scale)
        assert write(shuffled) == write(election)

    def test_keeps_its_blank_ballots(self) -> None:
        projects = [Project("1", Fraction(5), "Bench")]
        blank = from_lists(projects=projects, budget=10, kind="approval", ballots=[[], [0], []])
        again = read(write(blank).encode())
        assert again.ballots == 3
        assert sorted(np.diff(again.offsets).tolist()) == [0, 0, 1]

    def test_carries_what_was_published_with_it(self) -> None:
        spec = Spec("equal-shares", "cost", "add1", ("votes", "cost"), Threshold(3, Fraction(1, 20), 3))
        text = write(read(PLAIN.encode()), rule=spec, seal="seal-of-the-box", call_id="call-1")
        again = read(text.encode())
        assert again.spec == spec
        assert again.meta["rule"] == "equal-shares"
        assert again.meta["seal"] == "seal-of-the-box"
        assert again.meta["call_id"] == "call-1"
        assert again.meta["digest"] == digest(again)

    def test_is_refused_when_it_was_changed_after_publication(self) -> None:
        text = write(read(PLAIN.encode()))
        line = next(n for n, row in enumerate(text.split("\n"), 1) if row.startswith("digest;"))
        with pytest.raises(PabulibError) as caught:
            read(text.replace(";300;", ";30;").encode())
        assert (caught.value.code, caught.value.line) == ("wrong_digest", line)

    @pytest.mark.parametrize(
        "project",
        [
            Project("1,2", Fraction(5)),
            Project(" 1", Fraction(5)),
            Project("1", Fraction(1, 3)),
            Project("", Fraction(5)),
        ],
    )
    def test_is_refused_where_the_format_cannot_hold_it(self, project: Project) -> None:
        with pytest.raises(CannotWrite):
            write(from_lists(projects=[project], budget=10, kind="approval", ballots=[[0]]))

    def test_is_refused_with_a_digest_of_something_else(self) -> None:
        with pytest.raises(CannotWrite):
            write(read(PLAIN.encode()), digest_="sha256:00")


class TestADigest:
    def test_is_that_of_the_lines_that_the_documentation_lists(self) -> None:
        content = "shanzhi-election-1\napproval\n1000\n" + (
            '["1","400","Bench",""]\n["2","300","Lamp",""]\n["3","500","Tree",""]\nballots\n0\n0,1\n2\n'
        )
        assert digest(read(PLAIN.encode())) == f"sha256:{_sha256(content)}"

    def test_changes_with_a_vote_a_cost_and_the_purse(self) -> None:
        texts = [PLAIN, PLAIN.replace("b;3", "b;2"), PLAIN.replace("2;300", "2;301"), PLAIN.replace(";1000", ";1001")]
        assert len({digest(read(text.encode())) for text in texts}) == 4


class TestARule:
    @pytest.mark.parametrize(
        "spec",
        [
            Spec("score"),
            Spec("phragmen", ties=("listed", "cost")),
            Spec("equal-shares", "points", "exhaustive-all", threshold=Threshold(share=Fraction(1, 3))),
            Spec("composite", composite=Composite(Fraction(2, 5), Fraction(3, 5), jury={"1": 8550, "乙": 0})),
        ],
    )
    def test_survives_as_json(self, spec: Spec) -> None:
        assert spec_from_json(spec_as_json(spec)) == spec


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
