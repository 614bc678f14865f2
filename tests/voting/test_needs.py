"""What losers would have needed, searched on in the background after a count that left it open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import translation

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.tally import needs
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Count, FoundNeed
from tests.voting.support import STAFF, a_person, an_open_poll, close, now, vote

pytestmark = pytest.mark.django_db
CLOCK = Actor.system("clock")
ADD1 = {"rule": "equal-shares", "satisfaction": "cost", "completion": "add1", "ties": ["id"]}
BALLOTS = (("1", "2"), ("1",), ("1", "3"), ("2",), ("3", "4"), ("4",))
OPEN_END = "what it would have needed was not searched"


def counted(monkeypatch: pytest.MonkeyPatch, work: int = 1, **terms: object) -> Count:
    """Count a vote with so little work allowed for the search; what it lets see is the whole."""
    monkeypatch.setattr(needs, "IN_ALL", work)
    voters = [a_person() for _ballot in BALLOTS]
    poll = an_open_poll(voters, spec=ADD1, **terms)
    for voter, codes in zip(voters, BALLOTS, strict=True):
        vote(voter, poll.pk, list(codes))
    close(poll)
    return operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())


def sentences(made: Count) -> dict[str, str]:
    """Give the English sentence of every project, as a reader gets it."""
    found = queries.result(viewer=Actor(), poll_id=made.poll_id)
    return {code: reason["en"] for code, reason in found.result["reasons"].items()}


class TestACountThatLeftTheSearchOpen:
    def test_gets_the_sentences_that_a_longer_search_gives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch)
        losers = operations.unsearched_projects(made)
        assert any(OPEN_END in sentences(made)[code] for code in losers)
        assert operations.waiting_searches(at=now()) == [made.pk]
        assert operations.search_needs(actor=CLOCK, at=now()) == len(losers)
        assert operations.waiting_searches(at=now()) == []
        told = sentences(made)
        assert all("it would have been chosen with" in told[code] for code in losers)
        whole = counted(monkeypatch, work=10**9)
        assert told == sentences(whole)
        assert made.digest == whole.digest

    def test_is_changed_in_nothing_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch)
        before = Count.objects.filter(pk=made.pk).values().get()
        operations.search_needs(actor=CLOCK, at=now())
        assert Count.objects.filter(pk=made.pk).values().get() == before
        event = Event.objects.get(verb="voting.poll.search")
        assert event.change["projects"] == sorted(made.found_needs.values_list("project", flat=True))

    def test_is_searched_in_stretches_and_each_need_kept_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch)
        open_ends = len(operations.unsearched_projects(made))
        assert open_ends > 1
        stretches = [operations.search_needs(actor=CLOCK, at=now(), longest=0) for _turn in range(open_ends + 1)]
        assert stretches == [1] * open_ends + [0]

    def test_is_told_of_on_the_page_until_all_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch)
        address = f"/polls/{made.poll_id}/results/"
        assert "重新计票数百次" in Client().get(address).content.decode()
        call_command("voting_clock", verbosity=0)  # tasks run at once here
        page = Client().get(address).content.decode()
        assert "重新计票数百次" not in page
        assert "即可入选" in page
        answer = Client().get(f"/api/v1/voting/polls/{made.poll_id}/result").json()["result"]
        assert all("unsearched" not in str(row.get("need")) for row in answer["outcome"]["projects"])
        with translation.override("en"):
            assert not any(OPEN_END in reason["en"] for reason in answer["reasons"].values())

    def test_is_left_as_it_is_after_a_month(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch)
        later = now() + timedelta(days=31)
        assert operations.waiting_searches(at=later) == []
        assert queries.searched_on(made, at=later) == 0

    def test_of_few_voters_is_searched_no_further_than_it_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch, smallest_electorate=50)
        assert made.publication["kind"] != "whole"
        assert operations.waiting_searches(at=now()) == []
        assert queries.searched_on(made, at=now()) == 0


class TestTheDatabase:
    def test_takes_a_need_only_where_the_count_left_the_search_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch)
        winner = made.result["outcome"]["winners"][0]
        for project in (winner, "no such project"):
            with pytest.raises(DatabaseError, match="did not leave the search"), transaction.atomic():
                FoundNeed.objects.create(count=made, project=project, need={}, sentences={}, found_at=now())

    def test_keeps_what_was_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = counted(monkeypatch)
        operations.search_needs(actor=CLOCK, at=now())
        for change in (made.found_needs.all().delete, lambda: made.found_needs.update(need={})):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()
