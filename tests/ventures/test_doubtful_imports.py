"""Files whose faults could change who wins: shown with their lines, treated as the importer says, and told so."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Account
from shanzhi.tally.pabulib import SETTLED_BY, PabulibError, Treatment, digest, read, survey
from shanzhi.ventures.exchange import elections
from shanzhi.voting import exchange, forms, operations, queries
from shanzhi.voting.models import Poll, Upload
from shanzhi.work.models import Job
from tests.support import people as making
from tests.support.places import load_districts
from tests.tally.pabulib.files import PLAIN, POINTS, real_file
from tests.tally.pabulib.test_malformed import REFUSED, Case
from tests.voting import support
from tests.voting.support import AREA, STAFF, now

pytestmark = pytest.mark.django_db
SETTLED = [case for case in REFUSED if case.code in SETTLED_BY]
# An unknown project in two lines, and a voter who stands twice though the file counts four.
DOUBTFUL = (
    PLAIN.replace("num_votes;3", "num_votes;3\nlanguage;polish")
    .replace("a;1,2", "a;1,7,2")
    .replace("b;3", "b;8,3")
    .replace("c;1", "c;1\na;3\nd;3")
)


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


@pytest.fixture
def client() -> Client:
    """An operator of the subdistrict."""
    return making.client_for(Role.OPERATOR, AREA)


def send(client: Client, content: bytes, name: str = "test.pb") -> str:
    """Upload a file that must be kept; gives the address of its page."""
    answer = client.post("/desk/calls/import/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return str(answer["Location"])


def shown(client: Client, address: str, status: int = 200, **data: str) -> str:
    """Give the text of a page, asked for or answered."""
    answer = client.post(address, data) if data else client.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def treat(client: Client, address: str, **ways: str) -> str:
    """Choose treatments that fit, and give the page that follows."""
    answer = client.post(address, {"treat": "1", **ways})
    assert (answer.status_code, answer["Location"]) == (302, address)
    return shown(client, address)


def offers(html: str) -> dict[str, list[str]]:
    """Give the ways that a page offers, by the name of the treatment."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="radio" name="(\w+)" value="([^"]+)"', html):
        found.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        if name in forms.FAULTS:
            found[name] = re.findall(r'<option value="([^"]+)"', options)
    return found


def imported(client: Client, address: str, capture: Any) -> Poll:
    """Import what the page shows, and give the poll."""
    values = {"title": "外地选举", "area": AREA, "rule": "", "completion": "none", "by_cost": ""}
    with capture(execute=True):
        assert client.post(address, values)["Location"].startswith("/work/")
    job = Job.objects.get()
    assert (job.state, job.error) == ("done", "")
    return Poll.objects.get()


class TestThePageOfADoubtfulFile:
    def test_lists_every_fault_with_line_and_cure_and_asks(self, client: Client) -> None:
        client.cookies["language"] = "en"
        html = shown(client, send(client, DOUBTFUL.encode()))
        for words in ("Line 16: The vote names 7,", "Line 17: The vote names 8,", "Line 19: Voter a has voted already"):
            assert words in html
        assert "or use the treatment unknown_projects=drop or drop-ballot" in html
        assert offers(html) == {
            "unknown_projects": ["drop", "drop-ballot"],
            "duplicate_voters": ["keep", "first", "last"],
        }
        assert " checked" not in html
        assert 'name="area"' not in html
        assert not Poll.objects.exists()

    def test_speaks_chinese_too(self, client: Client) -> None:
        html = shown(client, send(client, DOUBTFUL.encode()))
        assert "选票中的 7 不是本次选举的项目" in html
        assert "舍去该项，保留选票其余部分" in html

    @pytest.mark.parametrize("case", SETTLED, ids=lambda case: case.name)
    def test_offers_a_way_for_each_kind_of_fault(self, client: Client, case: Case) -> None:
        address = send(client, case.content())
        name = SETTLED_BY[case.code]
        client.cookies["language"] = "en"
        html = shown(client, address)
        assert f"Line {case.line}: " in html
        assert name in offers(html)
        for _turn in range(2):  # what all else depends on is asked first
            html = treat(client, address, **{asked: ways[0] for asked, ways in offers(html).items()})
        assert 'name="title"' in html

    def test_asks_again_for_what_was_left_out(self, client: Client) -> None:
        address = send(client, DOUBTFUL.encode())
        html = shown(client, address, 422, treat="1", unknown_projects="drop")
        assert 'id="error-summary"' in html
        assert 'href="#id_duplicate_voters_0"' in html
        assert re.search(r'name="unknown_projects" value="drop"[^>]* checked', html)
        assert Upload.objects.get().treatments == {}

    @pytest.mark.parametrize("way", ["refuse", "count", "<script>"])
    def test_takes_no_way_that_it_does_not_offer(self, client: Client, way: str) -> None:
        address = send(client, PLAIN.replace("b;3", "b;7").encode())
        assert 'id="error-summary"' in shown(client, address, 422, treat="1", unknown_projects=way)

    def test_imports_nothing_before_it_is_answered(self, client: Client) -> None:
        address = send(client, DOUBTFUL.encode())
        shown(client, address, 422, title="x", area=AREA, rule="", completion="none")
        assert not Job.objects.exists()

    def test_tells_a_long_list_by_its_first_places_and_their_number(self, client: Client) -> None:
        client.cookies["language"] = "en"
        votes = "".join(f"v{n};99\n" for n in range(200))
        html = shown(client, send(client, (PLAIN.replace("num_votes;3\n", "") + votes).encode()))
        assert html.count("The vote names 99") == 50
        assert "200 places" in html
        assert "150 more places are not listed." in html

    def test_adds_points_up_only_where_there_are_points(self, client: Client) -> None:
        ranked = PLAIN.replace("approval", "ordinal").replace("a;1,2", "a;1,2,1")
        assert 'value="sum"' not in shown(client, send(client, ranked.encode()))
        assert 'value="sum"' in shown(client, send(client, POINTS.replace("a;1,2;3,2", "a;1,1;3,2").encode()))


class TestAFileThatWasTreated:
    def test_is_shown_as_it_is_counted_and_may_be_treated_otherwise(self, client: Client) -> None:
        client.cookies["language"] = "en"
        address = send(client, DOUBTFUL.encode())
        html = treat(client, address, unknown_projects="drop", duplicate_voters="first")
        assert 'name="area"' in html
        assert "Leave out that mention and keep the rest of the ballot" in html
        assert Upload.objects.get().summary["ballots"] == 4
        treat(client, address, unknown_projects="drop-ballot", duplicate_voters="keep")
        kept = Upload.objects.get()
        assert kept.treatments == {"unknown_projects": "drop-ballot", "duplicate_voters": "keep"}
        assert kept.summary["ballots"] == 3

    def test_keeps_its_answers_when_another_question_follows(self, client: Client) -> None:
        text = DOUBTFUL.replace("vote_type;approval\n", "")
        address = send(client, text.encode())
        html = treat(client, address, vote_type="ordinal")
        assert 'name="unknown_projects"' in html
        html = treat(client, address, vote_type="ordinal", unknown_projects="drop", duplicate_voters="keep")
        assert 'name="title"' in html
        assert Upload.objects.get().summary["kind"] == "ranked"

    def test_shows_a_fault_that_no_treatment_settles(self, client: Client) -> None:
        client.cookies["language"] = "en"
        text = PLAIN.replace("Bench", "Ławka przy wodzie").replace("2;300", "2;n/a")
        html = shown(client, address := send(client, text.encode("cp1250")), 200)
        assert "not UTF-8" in html
        html = shown(client, address, 422, treat="1", encoding="cp1250")
        assert "Line 11: " in html
        assert "not a clear amount" in html
        assert Upload.objects.get().treatments == {}

    def test_may_be_one_of_several_elections(self, client: Client) -> None:
        both = PLAIN.replace("Test", "第一场") + PLAIN.replace("Test", "第二场").replace("budget;1000", "budget;700")
        address = send(client, both.encode())
        html = shown(client, address)
        assert "第二场" in html
        treat(client, address, many_elections="2")
        assert Upload.objects.get().summary["budget"] == "700"

    def test_over_its_own_limits_is_counted_as_filed_unless_told(self, client: Client) -> None:
        address = send(client, PLAIN.replace("budget", "max_length;1\nbudget").encode())
        html = shown(client, address)
        assert 'name="title"' in html
        assert re.search(r'name="over_limits" value="count"[^>]*checked', html)
        assert Upload.objects.get().summary["ballots"] == 3
        treat(client, address, over_limits="drop")
        assert Upload.objects.get().summary["ballots"] == 2

    def test_tells_its_treatments_with_the_result(
        self, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        address = send(client, DOUBTFUL.encode())
        treat(client, address, unknown_projects="drop", duplicate_voters="first")
        poll = imported(client, address, django_capture_on_commit_callbacks)
        assert poll.treatments == [
            {"name": "unknown_projects", "value": "drop", "times": 2, "line": 16},
            {"name": "duplicate_voters", "value": "first", "times": 1, "line": 19},
        ]
        event = Event.objects.get(verb="voting.poll.import")
        assert event.change["treatments"] == {"unknown_projects": "drop", "duplicate_voters": "first"}
        public = Client(headers={"cookie": "language=en"})
        html = shown(public, f"/polls/{poll.pk}/recount/")
        assert "Votes for projects that are not listed" in html
        assert "2 places, the first in line 16" in html
        assert "--treat unknown_projects=drop --treat duplicate_voters=first" in html
        assert "/recount/#treatments" in shown(public, f"/polls/{poll.pk}/results/")
        again = read(DOUBTFUL.encode(), treat=Treatment(unknown_projects="drop", duplicate_voters="first"))
        assert queries.result(viewer=STAFF, poll_id=poll.pk).result["content_digest"] == digest(again)

    def test_keeps_them_as_they_were(self, client: Client, django_capture_on_commit_callbacks: Any) -> None:
        address = send(client, DOUBTFUL.encode())
        treat(client, address, unknown_projects="drop", duplicate_voters="first")
        poll = imported(client, address, django_capture_on_commit_callbacks)
        for change in ("treatments = '[]'", "language = 'de'", "title_language = 'de'"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE voting_poll SET {change} WHERE id = %s", [poll.pk])


class TestARealFile:
    def test_of_gdansk_is_counted_without_the_mentions_of_no_project(
        self, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        path = real_file("pabulib/poland_gdansk_2020_brzezno.pb")
        client.cookies["language"] = "en"
        address = send(client, path.read_bytes(), path.name)
        html = shown(client, address)
        assert "384 places" in html
        assert "Line 34: The vote names -," in html
        treat(client, address, unknown_projects="drop")
        poll = imported(client, address, django_capture_on_commit_callbacks)
        assert [(entry["name"], entry["times"]) for entry in poll.treatments] == [("unknown_projects", 384)]
        assert poll.ballots_total == 1014
        again = read(path, treat=Treatment(unknown_projects="drop"))
        assert queries.result(viewer=STAFF, poll_id=poll.pk).result["content_digest"] == digest(again)

    def test_that_is_cut_stays_refused_with_line_and_cure(self, client: Client) -> None:
        path = real_file("pabulib/poland_dabrowa-gornicza_2022.pb")
        client.cookies["language"] = "en"
        with pytest.raises(PabulibError) as caught:
            survey(path)
        sent = SimpleUploadedFile(path.name, path.read_bytes())
        answer = client.post("/desk/calls/import/", {"file": sent})
        assert answer.status_code == 422
        assert f"Line {caught.value.line}: " in answer.content.decode()
        assert not Upload.objects.exists()


class TestTheOperation:
    def kept(self, client: Client, text: str = DOUBTFUL) -> tuple[Any, UUID]:
        upload_id = UUID(send(client, text.encode()).split("/")[-2])
        account = Account.objects.get(person=Upload.objects.get(pk=upload_id).owner)
        return support.actor(account.person, (Role.OPERATOR, AREA)), upload_id  # type: ignore[arg-type]  # is there

    def test_is_for_the_own_file_alone(self, client: Client) -> None:
        _owner, upload_id = self.kept(client)
        stranger = support.actor(support.a_person(), (Role.OPERATOR, AREA))
        with pytest.raises(NotFound):
            exchange.treat_file(actor=stranger, upload_id=upload_id, treatments={"unknown_projects": "drop"})

    @pytest.mark.parametrize("named", [{"nothing": "drop"}, {"unknown_projects": "all"}, {"many_elections": "x"}])
    def test_refuses_what_is_no_treatment(self, client: Client, named: dict[str, str]) -> None:
        owner, upload_id = self.kept(client)
        with pytest.raises(exchange.BadTreatment):
            exchange.treat_file(actor=owner, upload_id=upload_id, treatments=named)
        assert Upload.objects.get().treatments == {}

    def test_must_come_before_the_import(self, client: Client) -> None:
        owner, upload_id = self.kept(client)
        with pytest.raises(operations.DoubtsOpen):
            elections.start_import(actor=owner, upload_id=upload_id, title="x", area=AREA, at=now())
        exchange.treat_file(actor=owner, upload_id=upload_id, treatments={"unknown_projects": "drop"})
        with pytest.raises(operations.DoubtsOpen):
            elections.start_import(actor=owner, upload_id=upload_id, title="x", area=AREA, at=now())
        exchange.treat_file(actor=owner, upload_id=upload_id, treatments={"duplicate_voters": "last"})
        elections.start_import(actor=owner, upload_id=upload_id, title="x", area=AREA, at=now())
        with pytest.raises(operations.AlreadyImported):
            exchange.treat_file(actor=owner, upload_id=upload_id, treatments={"duplicate_voters": "first"})

    def test_has_words_for_every_treatment(self) -> None:
        names = set(SETTLED_BY.values())
        assert names == set(forms.FAULTS)
        for name in names - {"many_elections", "encoding"}:
            assert forms.ways_of(name, None, [])
