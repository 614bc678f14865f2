"""Damaged files never raise anything but PabulibError, whatever was cut or flipped."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanzhi.tally.pabulib import PabulibError, Treatment, read, read_all
from tests.tally.pabulib.files import PLAIN, POINTS, real_files

_LENIENT = Treatment(
    unknown_projects="drop",
    repeated_choices="first",
    repeated_projects="last",
    duplicate_voters="last",
    missing_ballots="count",
    over_limits="drop",
    many_elections="1",
    several_choices="approval",
    weights="ignore",
    partial_budgets="ignore",
    digest="ignore",
)
_PIECES = st.sampled_from(
    [
        "META",
        "PROJECTS",
        "VOTES",
        "\n",
        "\r",
        "\r\n",
        ";",
        ",",
        '"',
        ":",
        "1",
        "2",
        "-",
        "1,5",
        "budget;5",
        "key;value",
        "project_id;cost;name",
        "voter_id;vote;points",
        "vote_type;scoring",
        "default_score;2",
        "é",
        "\0",
        "\x85",
        " ",
    ]
)


def _damage(raw: bytes, chance: random.Random) -> bytes:
    """Cut, flip, drop or double a piece of the bytes."""
    data = bytearray(raw)
    way = chance.randrange(5)
    at = chance.randrange(len(data))
    if way == 0:
        return bytes(data[:at])
    if way == 1:
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data)
    end = min(len(data), at + chance.randrange(1, 200))
    if way == 2:
        return bytes(data[:at] + data[end:])
    if way == 3:
        return bytes(data[:end] + data[at:])
    return bytes(data[:at] + bytes(chance.choices(b';,"\r\n\xff\x00:-', k=3)) + data[at:])


def _refused_at(raw: bytes, treat: Treatment) -> int | None:
    """The line of the refusal, or None when the file is read."""
    try:
        read(raw, treat=treat)
    except PabulibError as error:
        return error.line
    return None


class TestADamagedFile:
    @pytest.mark.parametrize("treat", [Treatment(), _LENIENT], ids=["strict", "lenient"])
    def test_is_read_or_refused_and_nothing_else(self, treat: Treatment) -> None:
        chance = random.Random(20261124)
        sources = [PLAIN.encode(), POINTS.encode()]
        sources += [path.read_bytes() for path in real_files("official")]
        sources += [path.read_bytes() for path in real_files("pabulib")[::40] if path.stat().st_size < 200_000]
        outcomes = {"read": 0, "refused": 0}
        for number in range(1200):
            damaged = _damage(sources[number % len(sources)], chance)
            line = _refused_at(damaged, treat)
            assert line is None or 0 <= line <= damaged.count(b"\n") + damaged.count(b"\r") + 1
            outcomes["read" if line is None else "refused"] += 1
        assert min(outcomes.values()) > 50

    @given(st.lists(_PIECES, max_size=40).map("".join))
    @settings(max_examples=400, deadline=None)
    def test_made_of_loose_pieces_is_read_or_refused(self, text: str) -> None:
        for treat in (Treatment(), _LENIENT):
            with contextlib.suppress(PabulibError):
                read(b"META\nkey;value\n" + text.encode(), treat=treat)

    @given(st.binary(max_size=300))
    @settings(max_examples=200, deadline=None)
    def test_of_random_bytes_is_read_or_refused(self, raw: bytes) -> None:
        for treat in (_LENIENT, Treatment(encoding="cp1250"), Treatment(encoding="utf-16"), Treatment(encoding="hex")):
            with contextlib.suppress(PabulibError):
                read_all(raw, treat=treat)

    @given(
        st.lists(st.text(st.sampled_from('123,;:-. "'), max_size=8), max_size=6),
        st.sampled_from(["approval", "choose-1", "ordinal", "cumulative", "scoring", ""]),
        st.booleans(),
    )
    @settings(max_examples=400, deadline=None)
    def test_with_strange_votes_is_read_or_refused(self, votes: list[str], kind: str, pointed: bool) -> None:
        rows = [f"v{number};{vote}{';1,2' if pointed else ''}" for number, vote in enumerate(votes)]
        text = f"META\nkey;value\nbudget;9\nvote_type;{kind}\nmax_points;2\nPROJECTS\nproject_id;cost\n1;3\n2;4\n3;0\n"
        text += "VOTES\nvoter_id;vote" + (";points" if pointed else "") + "\n" + "\n".join(rows) + "\n"
        for treat in (Treatment(), _LENIENT):
            if _refused_at(text.encode(), treat) is None:
                reading = read(text.encode(), treat=treat)
                assert len(reading.choices) == reading.offsets[-1]
                assert reading.points is None or len(reading.points) == len(reading.choices)
