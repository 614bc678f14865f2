"""Elections of others as finished polls: every official file, a sample of Pabulib, and files that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.tally.command import Choices, count_file
from shanzhi.tally.counting import count
from shanzhi.tally.pabulib import Treatment, digest, read
from shanzhi.voting import exchange, operations, queries
from shanzhi.voting.models import Ballot, Option, Poll, Upload
from shanzhi.work.models import Job
from tests.support import people as making
from tests.tally.pabulib.files import SHARED
from tests.voting.support import AREA, STAFF, now

OFFICIAL = sorted((SHARED / "official").glob("*.pb"))
SAMPLE = sorted((SHARED / "pabulib").glob("*.pb"))[::25]
SMALL = (
    "META\nkey;value\ndescription;Kleines\ncountry;X\nunit;Y\ninstance;2024\nbudget;100,5\nvote_type;approval\n"
    "currency;EUR\nPROJECTS\nproject_id;cost;name;selected\n1;50;A;1\n2;60;B;0\nVOTES\nvoter_id;vote\n1;1\n2;1,2\n3;\n"
)
pytestmark = pytest.mark.django_db
needs_data = pytest.mark.skipif(not OFFICIAL, reason="the folder of real elections is missing")


@needs_data
class TestARealElection:
    @pytest.mark.parametrize("path", [*OFFICIAL, *SAMPLE], ids=lambda path: path.stem)
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


def upload(client: Client, content: bytes, name: str = "test.pb") -> Any:
    """Send a file."""
    return client.post("/desk/polls/import/", {"file": SimpleUploadedFile(name, content)})


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


class TestAnOperatorWithAFile:
    @pytest.fixture
    def client(self) -> Client:
        """An operator of the subdistrict."""
        return making.client_for(Role.OPERATOR, AREA)

    def test_sees_what_it_holds_and_makes_it_a_poll(
        self, client: Client, django_capture_on_commit_callbacks: object
    ) -> None:
        answer = upload(client, SMALL.encode())
        assert answer.status_code == 302
        preview = client.get(answer["Location"])
        assert "Kleines" in preview.content.decode()
        assert not Poll.objects.exists()
        values = {"title": "小选举", "area": AREA, "rule": "equal-shares", "completion": "add1", "by_cost": ""}
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture without a type
            sent = client.post(answer["Location"], values)
        assert sent["Location"].startswith("/work/")
        job = Job.objects.get()
        assert (job.state, job.error) == ("done", "")
        poll = Poll.objects.get()
        assert job.result["url"] == f"/polls/{poll.pk}/results/"
        assert (poll.budget_fen, poll.currency, poll.state) == (10050, "EUR", "counted")
        assert list(Option.objects.values_list("selected", flat=True)) == [True, False]
        assert Upload.objects.get().content is None
        again = client.post(answer["Location"], values)
        assert again.status_code == 422

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", ""),
            (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, ""),
            (b"PK\x03\x04 a sheet", ""),
            (SMALL.replace("1;50;A;1", "1;fifty;A;1").encode(), "fifty"),
            (SMALL.encode()[:120], ""),
        ],
    )
    def test_is_told_line_and_cure_when_it_is_none(self, client: Client, content: bytes, words: str) -> None:
        answer = upload(client, content)
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "error-summary" in html
        assert words in html
        assert not Upload.objects.exists()

    def test_may_write_it_in_gb18030(self, client: Client) -> None:
        answer = upload(client, SMALL.replace("Kleines", "社区微创投").encode("gb18030"))
        assert answer.status_code in (302, 422)

    def test_too_large_is_refused(self, client: Client, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        answer = upload(client, SMALL.encode() * 20)
        assert answer.status_code == 413
        with pytest.raises(exchange.FileTooLarge):
            exchange.read_file(b"x" * 1001)

    def test_cannot_import_into_anothers_area(self, client: Client) -> None:
        place = upload(client, SMALL.encode())["Location"]
        answer = client.post(place, {"title": "x", "area": "110114", "rule": "", "completion": "none"})
        assert answer.status_code == 422
        assert not Job.objects.exists()

    @pytest.mark.parametrize("role", [None, Role.RESIDENT, Role.JUROR, Role.AUDITOR])
    def test_is_refused_in_any_other_role(self, role: Role | None) -> None:
        stranger = making.client_for(role, AREA)
        assert stranger.get("/desk/polls/import/").status_code == 403
        assert upload(stranger, SMALL.encode()).status_code == 403

    def test_of_somebody_else_is_not_there(self, client: Client) -> None:
        place = upload(client, SMALL.encode())["Location"]
        assert making.client_for(Role.OPERATOR, AREA).get(place).status_code == 404
        assert UUID(place.split("/")[-2])
