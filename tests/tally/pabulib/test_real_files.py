"""Every shared real election is read, or refused with its line and its cure."""

import csv
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from shanzhi.tally.pabulib import PabulibError, Reading, Treatment, digest, read, read_all, write
from tests.tally.pabulib.files import real_file, real_files

REFUSED = {
    "poland_dabrowa-gornicza_2022.pb": ("short_row", "long_row", "unknown_projects"),
    "poland_gdansk_2020_brzezno.pb": ("unknown_projects",),
    "poland_wroclaw_2017_rejon-nr-2-250.pb": ("unknown_projects",),
    "poland_wroclaw_2017_rejon-nr-8-750.pb": ("unknown_projects",),
    "poland_krakow_2018_whole_city.pb": ("many_elections",),
    "poland_krakow_2019_whole_city.pb": ("many_elections",),
    "poland_krakow_2020_whole_city.pb": ("many_elections",),
    "poland_krakow_2021_whole_city.pb": ("many_elections",),
}


class TestTheSharedElections:
    def test_are_read_but_for_those_that_nobody_can_count_without_guessing(self) -> None:
        refused = {}
        for path in real_files("pabulib"):
            try:
                reading = read(path)
            except PabulibError as error:
                refused[path.name] = error
            else:
                assert reading.ballots > 0
                assert all(w.line > 0 and w.cure_en and w.cure_zh for w in reading.warnings)
        assert set(refused) == set(REFUSED)
        for name, fault in refused.items():
            assert fault.code in REFUSED[name]
            assert fault.line > 0
            assert fault.cure_en
            assert fault.cure_zh

    def test_have_every_file_of_the_reference_among_those_read(self) -> None:
        lines = real_file("pabulib/reference.jsonl").read_text(encoding="utf-8").splitlines()
        named = {json.loads(line)["file"] for line in lines}
        assert named
        assert not named & set(REFUSED)

    def test_state_in_the_reference_the_budget_that_is_read(self) -> None:
        from_reference = {}
        for line in real_file("pabulib/reference.jsonl").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            from_reference[entry["file"]] = entry["budget"]
        for name, budget in from_reference.items():
            assert str(read(real_file(f"pabulib/{name}")).budget) == budget

    def test_with_a_result_of_their_own_city_are_all_read(self) -> None:
        for path in real_files("official"):
            assert read(path).ballots > 0

    def test_are_the_same_after_writing_and_reading_again(self) -> None:
        for path in [*real_files("official"), *real_files("pabulib")[::9]]:
            if path.name in REFUSED:
                continue
            first = read(path)
            again = read(write(first).encode())
            assert digest(again) == digest(first)
            assert write(again) == write(first)
            assert [w.code for w in again.warnings if w.code in ("num_votes", "num_projects")] == []

    def test_hold_the_ballots_that_a_plain_parser_finds(self) -> None:
        for path in [*real_files("official"), *real_files("pabulib")]:
            if path.name in REFUSED:
                continue
            reading = read(path)
            ids = [project.id for project in reading.projects]
            ends = reading.offsets.tolist()
            named = [ids[choice] for choice in reading.choices.tolist()]
            found = [named[start:end] for start, end in pairwise(ends)]
            assert found == _plainly_read(path)


class TestAFileOfSeveralElections:
    def test_gives_the_one_asked_for(self) -> None:
        path = real_file("pabulib/poland_krakow_2018_whole_city.pb")
        first = read(path, treat=Treatment(many_elections="1"))
        third = read(path, treat=Treatment(many_elections="3"))
        assert first.meta["subunit"] != third.meta["subunit"]
        assert next(w.code for w in third.warnings) == "one_of_many"

    def test_gives_each_on_its_own(self) -> None:
        readings = read_all(real_file("pabulib/poland_krakow_2018_whole_city.pb"))
        assert len(readings) == 19
        assert sum(isinstance(reading, Reading) for reading in readings) >= 15

    def test_has_lines_counted_from_the_start_of_the_file(self) -> None:
        path = real_file("pabulib/poland_krakow_2018_whole_city.pb")
        with pytest.raises(PabulibError) as caught:
            read(path)
        assert path.read_text(encoding="utf-8").split("\n")[caught.value.line - 1].strip() == "META"


class TestVotesThatNameUnknownProjects:
    def test_lose_that_mention_when_asked(self) -> None:
        path = real_file("pabulib/poland_gdansk_2020_brzezno.pb")
        treat = Treatment(unknown_projects="drop", repeated_choices="sum")
        reading = read(path, treat=treat)
        assert reading.kind == "points"
        assert reading.ballots == 1014
        dropped = next(w for w in reading.warnings if w.code == "unknown_projects_dropped")
        assert path.read_text(encoding="utf-8").split("\n")[dropped.line - 1].split(";")[1].count("-") == 1

    def test_are_left_out_whole_when_asked(self) -> None:
        path = real_file("pabulib/poland_wroclaw_2017_rejon-nr-8-750.pb")
        dropped = read(path, treat=Treatment(unknown_projects="drop-ballot"))
        mentions = read(path, treat=Treatment(unknown_projects="drop"))
        assert dropped.ballots < mentions.ballots
        assert np.array_equal(np.bincount(dropped.choices), np.bincount(mentions.choices))


def _plainly_read(path: Path) -> list[list[str]]:
    """The votes of a well-formed file, by the csv module."""
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    start = rows.index(["VOTES"]) + 1
    column = rows[start].index("vote")
    return [[name for name in row[column].split(",") if name] for row in rows[start + 1 :] if row]
