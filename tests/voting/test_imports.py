"""Elections of others as finished polls: every official file, a sample of Pabulib, and titles in their language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shanzhi.tally.command import Choices, count_file
from shanzhi.tally.counting import count
from shanzhi.tally.pabulib import Treatment, digest, read
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Ballot, Poll
from tests.support import people as making
from tests.tally.pabulib.files import PLAIN, SHARED
from tests.voting import support
from tests.voting.support import AREA, STAFF, now

OFFICIAL = sorted((SHARED / "official").glob("*.pb"))
SAMPLE = sorted((SHARED / "pabulib").glob("*.pb"))[::25]
SMALL = (
    "META\nkey;value\ndescription;Kleines\ncountry;X\nunit;Y\ninstance;2024\nbudget;100,5\nvote_type;approval\n"
    "currency;EUR\nPROJECTS\nproject_id;cost;name;selected\n1;50;A;1\n2;60;B;0\nVOTES\nvoter_id;vote\n1;1\n2;1,2\n3;\n"
)
pytestmark = pytest.mark.django_db
needs_data = pytest.mark.skipif(not OFFICIAL, reason="the folder of real elections is missing")


def later(path: Path) -> Any:
    """Leave a sampled election to the thorough run."""
    return pytest.param(path, marks=pytest.mark.thorough)


@needs_data
@pytest.mark.thorough
class TestARealElection:
    @pytest.mark.parametrize("path", [*OFFICIAL, *map(later, SAMPLE)], ids=lambda path: path.stem)
    def test_becomes_a_finished_poll_with_the_same_content_and_winners(self, path: Path) -> None:
        treat = Treatment(
            unknown_projects="drop", repeated_choices="first", over_limits="count", weights="ignore", many_elections="1"
        )
        election = read(path, treat=treat)
        poll = operations.import_poll(
            actor=STAFF, election=election, source=path.name, areas=[AREA], title=path.stem, at=now()
        )
        assert (poll.state, poll.imported, poll.ballots_total) == ("counted", True, election.ballots)
        found = queries.result(viewer=STAFF, poll_id=poll.pk)
        assert found.result["content_digest"] == digest(election)
        spec = operations.usual_spec(election)
        assert found.result["outcome"]["winners"] == list(count(election, spec).winners)
        assert not Ballot.objects.filter(poll=poll, imported=False).exists()

    @pytest.mark.parametrize("path", OFFICIAL, ids=lambda path: path.stem)
    def test_gives_the_digest_that_the_command_gives(self, path: Path) -> None:
        poll = operations.import_poll(
            actor=STAFF, election=read(path), source=path.name, areas=[AREA], title=path.stem, at=now()
        )
        assert queries.result(viewer=STAFF, poll_id=poll.pk).digest == count_file(str(path), Choices()).outcome.digest

    @pytest.mark.parametrize(("name", "winners"), [("Netherlands_Assen_2024", 9), ("Poland_Swiecie_2023", 17)])
    def test_of_assen_and_swiecie_names_the_official_winners(self, name: str, winners: int) -> None:
        election = read(SHARED / "official" / f"{name}.pb")
        poll = operations.import_poll(actor=STAFF, election=election, source=name, areas=[AREA], title=name, at=now())
        found = queries.result(viewer=STAFF, poll_id=poll.pk)
        assert len(found.result["outcome"]["winners"]) == winners
        assert sorted(found.result["outcome"]["winners"]) == sorted(found.result["official"])
        html = Client().get(f"/polls/{poll.pk}/results/").content.decode()
        assert html.count('class="outcome won"') == winners
        assert html.count("官方入选") == winners
        cost = sum(project.cost for project in election.projects if project.selected)
        table = html[html.index("本站计票") :].partition("</table>")[0]
        assert table.count(f"{int(cost):,}.00 {election.meta['currency']}") == 2


class TestTheDays:
    @pytest.mark.parametrize(
        ("begin", "end", "first", "last"),
        [
            ("11.09.2023", "18.09.2023", "11.09.2023", "18.09.2023"),
            ("2023-09-11", "2023-09-11", "11.09.2023", "11.09.2023"),
            ("2023", "2024", "01.01.2023", "01.01.2024"),
        ],
    )
    def test_are_published_as_they_came(self, begin: str, end: str, first: str, last: str) -> None:
        dated = SMALL.replace("budget;", f"date_begin;{begin}\ndate_end;{end}\nbudget;")
        found = _published(dated)
        assert f"\ndate_begin;{first}\n" in found
        assert f"\ndate_end;{last}\n" in found

    @pytest.mark.parametrize("day", ["31.12.9999", "0001"])
    def test_at_the_ends_of_the_calendar_are_none(self, day: str) -> None:
        found = _published(SMALL.replace("budget;", f"date_begin;{day}\ndate_end;{day}\nbudget;"))
        assert f"\ndate_end;{timezone.localdate():%d.%m.%Y}\n" in found


def _published(text: str) -> str:
    poll = operations.import_poll(
        actor=STAFF, election=read(text.encode()), source="x", areas=[AREA], title="x", at=now()
    )
    return queries.published_file(viewer=STAFF, poll_id=poll.pk).file


def shown(client: Client, address: str) -> str:
    """Give the text of a page."""
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


class TestForeignTitles:
    @pytest.fixture
    def source(self) -> str:
        return PLAIN.replace("num_votes;3", "num_votes;3\nlanguage;polish").replace("Test", "Budżet")

    def read_in(self, text: str, title: str) -> Poll:
        return operations.import_poll(
            actor=STAFF, election=read(text.encode()), source="x.pb", areas=[AREA], title=title, at=now()
        )

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_say_their_language(self, source: str, language: str) -> None:
        poll = self.read_in(source, "Budżet")
        assert (poll.language, poll.title_language) == ("pl", "pl")
        client = Client(headers={"cookie": f"language={language}"})
        html = shown(client, f"/polls/{poll.pk}/results/")
        assert '<h1><span lang="pl">Budżet</span></h1>' in html
        assert '<h3 lang="pl">Bench</h3>' in html
        main = html.split("<main")[1].split("</main>")[0]
        assert len(re.findall(r"<h3", main)) == len(re.findall(r'<h3 lang="pl"', main)) == 3
        assert '<p lang="pl">Budżet</p>' in shown(client, f"/polls/{poll.pk}/recount/")
        assert '<p lang="pl">Budżet</p>' in shown(client, f"/polls/{poll.pk}/receipt/")

    def test_do_not_make_our_own_title_foreign(self, source: str) -> None:
        poll = self.read_in(source, "波兰的选举")
        assert (poll.language, poll.title_language) == ("pl", "")
        assert "<h1><span>波兰的选举</span></h1>" in shown(Client(), f"/polls/{poll.pk}/results/")

    def test_say_nothing_where_the_file_does_not(self) -> None:
        poll = self.read_in(PLAIN, "Test")
        html = shown(Client(), f"/polls/{poll.pk}/results/").split("<main")[1].split("</main>")[0]
        assert "lang=" not in html

    def test_are_published_with_their_language(self, source: str) -> None:
        poll = self.read_in(source, "Budżet")
        file = queries.published_file(viewer=STAFF, poll_id=poll.pk).file
        again = read(file.encode())
        assert again.meta["language"] == "pl"
        assert not again.warnings

    def test_of_our_own_are_chinese_on_an_english_page(self) -> None:
        person = support.a_person()
        poll = support.an_open_poll([person])
        client = making.sign_in(Client(), person)
        client.cookies["language"] = "en"
        html = shown(client, f"/polls/{poll.pk}/vote/")
        assert '<span class="ballot-name" lang="zh-Hans">项目1</span>' in html
        assert "<h1><span>Spring round</span></h1>" in html
        client.cookies["language"] = "zh-hans"
        assert "lang=" not in shown(client, f"/polls/{poll.pk}/vote/").split("<main")[1].split("</main>")[0]
