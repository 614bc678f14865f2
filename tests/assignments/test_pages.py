"""The pages of assignments: a run looked at and asked, a yes and a no, a call-up; no name, no growing queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import assignments as benchmark
from shanzhi.activities.models import Shift, SignUp
from shanzhi.assignments.models import OnCall, Proposal, Run
from shanzhi.kernel.roles import Role
from tests.activities.support import HOUR, a_shift, an_activity
from tests.assignments.support import a_pair, free, helpers
from tests.support.people import AREA, a_person, sign_in
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NAME = "欧阳示例甲"


def now() -> Any:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def a_week(team: Any, shifts: int = 2, places: int = 2) -> list[Shift]:
    """Shifts of the next days, by the clock of the pages."""
    activity = an_activity(team, shifts=0)
    return [a_shift(activity, starts=now() + timedelta(days=day + 1), places=places) for day in range(shifts)]


def keyed(client: Client, path: str, **sent: Any) -> Any:
    """Send a page's form, with the key that it carries, twice: the second press gets the first answer."""
    page = client.get(path)
    key = page.content.decode().split('name="idempotency_key" value="')[1].split('"')[0]
    answer, again = [client.post(path, {"idempotency_key": key, **sent}) for _press in range(2)]
    assert (answer.status_code, answer.get("Location")) == (again.status_code, again.get("Location"))
    return answer


def texts(answer: Any) -> str:
    """What an answer says, a sheet among them."""
    return str(answer.getvalue().decode())


class TestALeader:
    def test_has_the_team_matched_asks_and_never_reads_a_name(self, client: Client) -> None:
        leader = free(a_volunteer(a_person(name="示例队长")))
        team = a_team(leader=leader)
        member = free(a_volunteer(a_person(name=NAME)))
        join(team, member)
        a_week(team)
        sign_in(client, leader.person)
        today = timezone.localdate()
        sent = {"first_day": today, "last_day": today + timedelta(days=7), "most": 2, "reason": "本周（示例）"}
        assert keyed(client, f"/teams/{team.pk}/assignments/new/", **{**sent, "reason": ""}).status_code == 422
        began = keyed(client, f"/teams/{team.pk}/assignments/new/", **sent)
        run = Run.objects.get()
        assert began.url == f"/work/{run.job}/"
        assert run.state == "proposed"
        here = f"/assignments/{run.pk}/"
        pages = [here, f"{here}open/", f"{here}ask/", f"/assignments/pairs/{run.proposals.earliest('pk').pk}/",
                 f"/teams/{team.pk}/assignments/", f"{here}?export=csv"]  # fmt: skip
        for path in pages:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert NAME not in texts(answer), path
        assert member.number in texts(client.get(here))
        pairs = [str(key) for key in run.proposals.filter(volunteer=member).values_list("pk", flat=True)]
        assert len(pairs) == 2
        assert keyed(client, f"{here}ask/", pairs=[]).status_code == 422
        assert keyed(client, f"{here}ask/", pairs=pairs[:1]).url == here
        kept = pairs[1]
        assert keyed(client, f"/assignments/pairs/{kept}/drop/", reason="另有安排").url == here
        assert client.get(f"/assignments/pairs/{kept}/drop/").status_code == 409
        assert "另有安排" in texts(client.get(here))
        assert sorted(run.proposals.filter(pk__in=pairs).values_list("state", flat=True)) == ["asked", "dropped"]
        assert keyed(client, f"{here}close/", sure="on").url == here
        assert client.get(f"{here}ask/").status_code == 409

    def test_pages_ask_the_database_as_often_for_many_as_for_few(self, client: Client) -> None:
        leader = a_volunteer()
        team = a_team(leader=leader)
        first, *others = a_week(team, shifts=6, places=9)
        run = Run.objects.create(
            area=AREA, team=team, reason="示例", first_at=now(), last_at=now() + timedelta(days=9), state="proposed",
            made_at=now(), finished_at=now(),
        )  # fmt: skip
        a_pair(run, first, leader)
        sign_in(client, leader.person)
        paths = [f"/assignments/{run.pk}/", f"/assignments/{run.pk}/ask/", "/account/asked/"]

        def needed(path: str) -> int:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            return len(asked)

        few = [needed(path) for path in paths]
        for shift in others:
            for one in helpers(3):
                a_pair(run, shift, one)
            Proposal.objects.filter(pk=a_pair(run, shift, leader).pk).update(state="asked", decided_at=now())
        assert [needed(path) for path in paths] == few


class TestAVolunteer:
    def test_answers_with_one_press_and_agrees_to_be_called_up(self, client: Client) -> None:
        me = a_volunteer()
        sign_in(client, me.person)
        assert "/activities/" in texts(client.get("/account/asked/"))
        for step, held in (("agree", 1), ("end", 0), ("end", 0)):
            sent = client.post("/account/asked/on-call/", {"step": step})
            assert sent.headers["Location"] == "/account/asked/"
            assert OnCall.objects.filter(ended_at=None).count() == held
        one, two = a_week(a_team(), places=1)
        run = Run.objects.create(
            area=AREA, reason="示例", first_at=now(), last_at=now() + timedelta(days=9), state="proposed",
            made_at=now(), finished_at=now(),
        )  # fmt: skip
        rows = [a_pair(run, shift, me) for shift in (one, two)]
        Proposal.objects.filter(run=run).update(state="asked", decided_at=now() - HOUR)
        page = texts(client.get("/account/asked/"))
        assert page.count("穿防滑鞋") == 2
        client.post(f"/account/asked/{rows[0].pk}/", {"step": "accept"})
        client.post(f"/account/asked/{rows[1].pk}/", {"step": "decline", "reason": "要上班"})
        assert SignUp.objects.get().shift_id == one.pk
        assert "要上班" in texts(client.get("/account/asked/"))
        again = client.post(f"/account/asked/{rows[1].pk}/", {"step": "accept"}, follow=True)
        assert (again.status_code, SignUp.objects.count()) == (200, 1)
        other = sign_in(Client(), a_person())
        assert other.post(f"/account/asked/{rows[0].pk}/", {"step": "accept"}).status_code == 404


class TestAnOfficer:
    def test_calls_up_with_three_fields_and_one_look(self, client: Client) -> None:
        officer = a_person("", Role.SUBDISTRICT_OFFICER, role_area="370102001")
        sign_in(client, officer)
        assert client.get("/desk/assignments/").status_code == 200
        assert 'name="shift"' not in texts(client.get("/desk/assignments/call-up/"))
        (shift,) = a_week(a_team(), shifts=1)
        OnCall.objects.create(volunteer=helpers()[0], agreed_at=now() - HOUR)
        page = texts(client.get("/desk/assignments/call-up/"))
        assert all(f'name="{name}"' in page for name in ("shift", "reason", "wanted"))
        sent = {"shift": str(shift.pk), "reason": "暴雨（示例）", "wanted": 2}
        found = keyed(client, "/desk/assignments/call-up/", **sent)
        run = Run.objects.get()
        assert found.url == f"/assignments/{run.pk}/ask/"
        assert keyed(client, found.url, pairs=[str(run.proposals.get().pk)]).url == f"/assignments/{run.pk}/"
        assert run.proposals.get().state == "asked"
        assert "暴雨" in texts(client.get("/desk/assignments/?q=暴雨"))


def test_the_benchmark_measures_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.measure(40, 20)
    assert '"filled"' in capsys.readouterr().out
