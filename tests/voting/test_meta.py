"""What the published file says of its vote: where and when it was, and within which limits each ballot stood."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from shanzhi.tally.pabulib import Treatment, read
from shanzhi.voting import operations
from shanzhi.voting.models import Count, Poll
from shanzhi.voting.operations import BallotRules
from tests.support.places import load_districts
from tests.tally.pabulib.files import PLAIN
from tests.voting.support import STAFF, a_person, an_open_poll, close, now, vote
from tests.voting.test_imports import OFFICIAL, needs_data

pytestmark = pytest.mark.django_db


def counted(codes: list[str], *, without: str = "", **terms: object) -> str:
    """Hold a vote of one ballot and count it; gives the published file."""
    person = a_person()
    poll = an_open_poll([person], **terms)
    vote(person, poll.pk, codes)
    close(poll)
    made = operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
    if without:
        operations.leave_out(actor=STAFF, poll_id=poll.pk, code=without, reason="退出", at=now())
        made = operations.recount_poll(actor=STAFF, poll_id=poll.pk, at=now())
    return made.file


def meta(file: str) -> dict[str, str]:
    """Read the META of a file as it is written."""
    lines = file.partition("PROJECTS\n")[0].splitlines()[2:]
    return dict(line.split(";", 1) for line in lines)


class TestAVoteHeldHere:
    def test_names_country_district_part_and_year(self) -> None:
        load_districts()
        stated = meta(counted(["1"]))
        assert stated["country"] == "中国"
        assert (stated["unit"], stated["subunit"]) == ("山东省济南市历下区", "解放路街道")
        assert stated["instance"] == str(timezone.localtime().year)

    def test_of_a_whole_district_names_no_part(self) -> None:
        load_districts()
        stated = meta(counted(["1"], areas=("370102",)))
        assert stated["unit"] == "山东省济南市历下区"
        assert "subunit" not in stated

    def test_states_the_limits_of_its_ballots(self) -> None:
        stated = meta(counted(["1", "2"], rules=BallotRules(min_choices=2, max_choices=3, purse_limit=True)))
        assert (stated["min_length"], stated["max_length"], stated["max_sum_cost"]) == ("2", "3", "1000")
        points = meta(counted([], rules=BallotRules(kind="points", points_total=10), spec=SCORE))
        assert points["max_sum_points"] == "10"

    def test_of_one_choice_says_so(self) -> None:
        stated = meta(counted(["1"], rules=BallotRules(max_choices=1)))
        assert (stated["vote_type"], stated["max_length"]) == ("choose-1", "1")

    def test_is_read_again_without_a_doubt(self) -> None:
        rules = BallotRules(min_choices=2, max_choices=3, purse_limit=True)
        reading = read(counted(["1", "2"], rules=rules).encode())
        assert not reading.doubts
        assert not reading.warnings

    def test_states_no_least_number_once_a_project_has_left(self) -> None:
        rules = BallotRules(min_choices=2, max_choices=3)
        file = counted(["1", "2"], without="2", rules=rules)
        assert "min_length" not in meta(file)
        assert not read(file.encode()).warnings


SCORE = {"rule": "score", "satisfaction": "points", "completion": "none", "ties": ["id"]}


@needs_data
class TestAnImportedVote:
    @pytest.mark.parametrize("path", OFFICIAL, ids=lambda path: path.stem)
    def test_is_published_with_what_its_file_said(self, path: Path) -> None:
        first = read(path)
        file = Count.objects.get(poll=self.imported(path)).file
        again = read(file.encode())
        for key in ("country", "unit", "subunit", "instance", "min_length", "max_length", "max_sum_cost"):
            assert again.meta.get(key) == first.meta.get(key), key
        assert {doubt.treatment for doubt in again.doubts} <= {doubt.treatment for doubt in first.doubts}

    def test_keeps_it_frozen(self) -> None:
        poll_id = self.imported(OFFICIAL[0])
        with pytest.raises(DatabaseError, match="is frozen with it"), transaction.atomic():
            Poll.objects.filter(pk=poll_id).update(stated={"country": "elsewhere"})

    def test_without_a_currency_is_told_in_bare_amounts(self) -> None:
        election = read(PLAIN.encode())
        poll = operations.import_poll(
            actor=STAFF, election=election, source="x.pb", areas=["370102001"], title="x", at=now()
        )
        page = Client().get(f"/polls/{poll.pk}/results/").content.decode()
        assert "400.00" in page
        assert not re.search(r"\d \?", page)

    def imported(self, path: Path) -> UUID:
        election = read(path, treat=Treatment(over_limits="count"))
        return operations.import_poll(
            actor=STAFF, election=election, source=path.name, areas=["370102001"], title=path.stem, at=now()
        ).pk
