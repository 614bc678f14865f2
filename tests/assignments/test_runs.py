"""A run is begun, worked out, looked at, asked, answered, closed; nobody is signed up without a yes of their own."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanzhi.activities import operations as activities
from shanzhi.activities import queries as shifts_read
from shanzhi.activities.models import Shift, SignUp
from shanzhi.activities.operations.refusals import RisksUnread, Uninsured
from shanzhi.activities.policies import NotAPlanner
from shanzhi.assignments import operations, queries
from shanzhi.assignments.models import OnCall, OpenShift, Proposal, Run
from shanzhi.assignments.operations import refusals
from shanzhi.assignments.operations.runs import FAILED
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice
from shanzhi.people import operations as people
from shanzhi.people.texts import PRIVACY
from shanzhi.volunteering.models import TaskKind, Volunteer
from shanzhi.work.models import Job
from tests.activities.support import DAY, HOUR, a_sign_up, a_task, an_activity, look_now
from tests.assignments.support import SYSTEM, TODAY, a_pair, a_run, begun, free, helpers, on_call, worked_out
from tests.support.people import AREA, AT, a_person, actor, an_actor
from tests.support.races import answers
from tests.volunteering.support import a_team, a_volunteer, join
from tests.volunteering.test_volunteers import guarded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def ask(run: Run, rows: Any = None, who: Any = SYSTEM, at: Any = AT) -> operations.Asked:
    pairs = [one.pk for one in (rows if rows is not None else run.proposals.all())]
    return operations.ask_pairs(actor=who, run_id=run.pk, pairs=pairs, at=at)


def states(run: Run) -> list[str]:
    return sorted(run.proposals.values_list("state", flat=True))


def told(kind: str) -> int:
    return sum(Notice.objects.filter(kind=kind).values_list("recipients", flat=True))


class TestARun:
    def test_is_worked_out_beside_the_plain_way_and_says_what_stays_open(self) -> None:
        an_activity(places=3, shifts=2)
        an_activity(skills=["haircut"], team=a_team(name="技队（示例）"))
        helpers(4)
        run = worked_out()
        assert (run.state, run.shifts, run.places, run.filled, run.plain_filled) == ("proposed", 3, 8, 6, 6)
        assert run.bound is not None
        assert run.bound >= run.total >= run.plain_total > 0
        assert run.total == sum(run.proposals.values_list("score", flat=True))
        assert run.volunteers == 4 + 2
        row = run.proposals.earliest("pk")
        assert row.score == sum(part[1] for part in row.parts)
        left = OpenShift.objects.get(run=run)
        assert (left.missing, left.places) == (2, 2)
        assert ["skills", 6, 4] in left.hurdles or left.hurdles[0][0] == "skills"
        job = Job.objects.get(pk=str(run.job))
        assert (job.state, job.done, job.result["url"]) == ("done", 3, f"/assignments/{run.pk}/")
        operations.work_out(actor=SYSTEM, run_id=run.pk, at=AT)
        assert run.proposals.count() == 6
        assert SignUp.objects.count() == told("asks.asked") == 0

    def test_refuses_what_makes_no_sense_and_whoever_does_not_plan(self) -> None:
        given: list[tuple[Any, dict[str, Any]]] = [
            (refusals.BadRunDays, {"last_day": TODAY - DAY}),
            (refusals.BadRunDays, {"first_day": TODAY - DAY}),
            (refusals.BadRunDays, {"last_day": TODAY + timedelta(days=70)}),
            (refusals.BadMost, {"most": 6}),
            (refusals.ReasonNeeded, {"reason": " "}),
            (refusals.BadRunArea, {"area": "3701"}),
            (refusals.NothingToFill, {}),
        ]
        for refusal, changed in given:
            with pytest.raises(refusal):
                begun(**changed)
        an_activity()
        for who in (an_actor(), an_actor(Role.TEAM_LEADER), an_actor(Role.SUBDISTRICT_OFFICER, "110114008")):
            with pytest.raises(Forbidden):
                begun(who)
        with pytest.raises(NotAPlanner):
            begun(an_actor(), team_id=a_team(name="乙队（示例）").pk)
        assert not Run.objects.exists()
        assert begun(an_actor(Role.SOCIAL_WORKER)).state == "working"

    def test_of_a_team_has_its_shifts_and_members_alone_and_its_leader_decides(self) -> None:
        team = a_team(leader=free(a_volunteer()))
        leader = actor(team.members.get().volunteer.person)
        member = helpers()[0]
        join(team, member), helpers(3), an_activity(team=team, places=5), an_activity(team=a_team(name="乙队（示例）"))
        run = worked_out(leader, team_id=team.pk)
        assert (run.volunteers, run.places, run.filled) == (2, 5, 2)
        assert ask(run, who=leader) == operations.Asked(2, 0)
        with pytest.raises(NotFound):
            ask(run, who=actor(member.person))
        with pytest.raises(NotFound):
            queries.run(viewer=an_actor(Role.SUBDISTRICT_OFFICER, "110114008"), run_id=run.pk)
        area = worked_out()
        with pytest.raises(NotFound):
            queries.run(viewer=leader, run_id=area.pk)
        assert not queries.team_runs(viewer=leader, team=team).exclude(pk=run.pk).exists()

    def test_closed_drops_what_nobody_was_asked_for(self) -> None:
        an_activity(places=2)
        helpers(2)
        run = worked_out()
        first = run.proposals.earliest("pk")
        ask(run, [first])
        operations.close_run(actor=SYSTEM, run_id=run.pk, at=AT)
        assert states(run) == ["asked", "dropped"]
        operations.accept_ask(actor=actor(first.volunteer.person), pair_id=first.pk, risks_read=True, at=AT)
        for act in (lambda: ask(run), lambda: operations.close_run(actor=SYSTEM, run_id=run.pk, at=AT)):
            with pytest.raises(refusals.RunNotReady):
                act()


class TestAsking:
    def test_looks_at_each_pair_again_and_drops_what_does_not_suit_any_more(self) -> None:
        activity = an_activity(places=6)
        shift = activity.shifts.get()
        run = a_run()
        away, twice, suits, asked, again = helpers(5)
        rows = {name: a_pair(run, shift, one) for name, one in
                {"away": away, "twice": twice, "suits": suits, "asked": asked, "again": again}.items()}  # fmt: skip
        Volunteer.objects.filter(pk=away.pk).update(state="paused")
        a_sign_up(an_activity(team=a_team(name="乙队（示例）")).shifts.get(), twice)
        a_pair(a_run(), shift, asked, "asked")
        a_sign_up(shift, again)
        assert ask(run) == operations.Asked(1, 4)
        why = {}
        for name, row in rows.items():
            row.refresh_from_db()
            why[name] = (row.state, row.reason)
        assert why == {
            "away": ("dropped", "state"), "twice": ("dropped", "overlap"), "suits": ("asked", ""),
            "asked": ("dropped", "asked_before"), "again": ("dropped", "signed_up"),
        }  # fmt: skip
        assert told("asks.asked") == 1
        assert ask(run) == operations.Asked(0, 0)
        late = a_run()
        a_pair(late, shift, helpers()[0])
        assert ask(late, at=AT + timedelta(days=3)) == operations.Asked(0, 1)
        with pytest.raises(refusals.TooManyPairs):
            ask(run, [])

    def test_never_goes_before_the_line_or_beyond_the_places(self) -> None:
        shift = an_activity(places=2).shifts.get()
        run = a_run()
        for one in helpers(2):
            a_pair(run, shift, one)
        a_sign_up(shift, state="waiting")
        assert ask(run) == operations.Asked(1, 1)
        assert run.proposals.get(state="dropped").reason == "full"

    def test_for_dangerous_work_that_is_not_insured_is_neither_proposed_nor_asked_nor_called_up(self) -> None:
        activity = an_activity(task_kind=a_task("ladders"))
        shift, run = activity.shifts.get(), a_run()
        ready = helpers()[0]
        a_pair(run, shift, ready), on_call(ready)
        look_now()
        TaskKind.objects.filter(code="ladders").update(dangerous=True)
        assert (ask(run), run.proposals.get().reason) == (operations.Asked(0, 1), "uninsured")
        with pytest.raises(refusals.NothingToFill):
            begun()
        with pytest.raises(Uninsured):
            operations.call_up(actor=SYSTEM, shift_id=shift.pk, reason="暴雨（示例）", wanted=1, at=AT)
        assert queries.to_call_up(viewer=SYSTEM, team=activity.team, at=AT) == []

    def test_for_a_call_up_offers_so_many_shifts_and_reads_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        activity = an_activity(shifts=4)
        looked: list[Any] = []
        monkeypatch.setattr(import_module("shanzhi.assignments.queries.runs"), "MOST_OFFERED", 2)
        monkeypatch.setattr(shifts_read, "safe", lambda shift: looked.append(shift.pk) is None)
        first = list(activity.shifts.order_by("starts_at").values_list("pk", flat=True)[:2])
        offered = queries.to_call_up(viewer=SYSTEM, team=activity.team, at=AT)
        assert [one.pk for one in offered] == looked == first

    def test_locks_all_shifts_before_it_writes_a_pair(self) -> None:
        run, shifts = a_run(), an_activity(shifts=3).shifts.all()
        for shift in shifts:
            a_pair(run, shift, helpers()[0])
        with CaptureQueriesContext(connection) as asked:
            assert ask(run) == operations.Asked(3, 0)
        told = [one["sql"] or "" for one in asked]
        locking = [sql for sql in told if 'FROM "activities_shift"' in sql and "FOR NO KEY" in sql]
        assert len(locking) == 1
        assert 'ORDER BY "activities_shift"."id" ASC' in locking[0]

    def test_asks_no_minor_who_lacks_a_consent(self) -> None:
        shift, run = an_activity().shifts.get(), a_run()
        a_pair(run, shift, free(a_volunteer(guarded(16).ward)))
        assert ask(run) == operations.Asked(0, 1)
        assert run.proposals.get().reason == "consent"


class TestAnAnswer:
    def test_is_ones_own_and_a_yes_signs_up_with_the_risks_read(self) -> None:
        shift = an_activity(places=3).shifts.get()
        run = a_run()
        first, second, third = helpers(3)
        rows = [a_pair(run, shift, one, "asked") for one in (first, second, third)]
        me = actor(first.person)
        assert [one.pk for one in queries.asked(viewer=me, at=AT)] == [rows[0].pk]
        with pytest.raises(RisksUnread):
            operations.accept_ask(actor=me, pair_id=rows[0].pk, risks_read=False, at=AT)
        with pytest.raises(NotFound):
            operations.accept_ask(actor=me, pair_id=rows[1].pk, risks_read=True, at=AT)
        with pytest.raises(NotFound):
            operations.accept_ask(actor=actor(a_person()), pair_id=rows[0].pk, risks_read=True, at=AT)
        assert not SignUp.objects.exists()
        operations.accept_ask(actor=me, pair_id=rows[0].pk, risks_read=True, at=AT)
        assert SignUp.objects.get().state == "signed"
        operations.decline_ask(actor=actor(second.person), pair_id=rows[1].pk, reason="那天有课", at=AT)
        # who signed up alone meanwhile says the same by a yes
        activities.sign_up(actor=actor(third.person), shift_id=shift.pk, risks_read=True, at=AT)
        operations.accept_ask(actor=actor(third.person), pair_id=rows[2].pk, risks_read=True, at=AT)
        assert states(run) == ["accepted", "accepted", "declined"]
        for row, who in zip(rows, (first, second, third), strict=True):
            with pytest.raises(refusals.NotAsked):
                operations.decline_ask(actor=actor(who.person), pair_id=row.pk, reason="", at=AT)
        assert len(queries.answered(viewer=me)) == 1

    def test_of_a_yes_counts_as_coming_with_a_place_alone(self) -> None:
        shift = an_activity(places=2).shifts.get()
        run = a_run()
        people = helpers(2)
        rows = [a_pair(run, shift, one, "asked") for one in people]
        a_sign_up(shift)
        for who, row in zip(people, rows, strict=True):
            operations.accept_ask(actor=actor(who.person), pair_id=row.pk, risks_read=True, at=AT)
        assert queries.coming(run) == {"signed": 1, "waiting": 1, "gone": 0}
        first: dict[str, Any] = {"actor": actor(people[0].person), "shift_id": shift.pk, "at": AT}
        activities.leave_shift(**first)
        assert queries.coming(run) == {"signed": 1, "waiting": 0, "gone": 1}
        activities.sign_up(**first, risks_read=True)
        assert queries.coming(run) == {"signed": 1, "waiting": 1, "gone": 0}

    def test_lapses_when_the_shift_begins_or_is_called_off(self) -> None:
        run, activity = a_run(last_at=AT + DAY + HOUR), an_activity(places=2)
        shift, off = activity.shifts.get(), an_activity(team=a_team(name="乙队（示例）")).shifts.get()
        a_pair(run, shift, helpers()[0], "asked"), a_pair(run, off, helpers()[0], "asked")
        a_pair(run, shift, helpers()[0])
        assert operations.run_clock(at=AT) == {"lapsed": 0, "closed": 0, "failed": 0}
        Shift.objects.filter(pk=off.pk).update(state="cancelled", cancelled_at=AT, sequence=1, notice="雨")
        assert operations.run_clock(at=AT)["lapsed"] == 1
        later = AT + DAY + HOUR
        begun_long_ago = begun(area=AREA)
        assert operations.run_clock(at=later) == {"lapsed": 1, "closed": 1, "failed": 1}
        assert operations.run_clock(at=later) == {"lapsed": 0, "closed": 0, "failed": 0}
        begun_long_ago.refresh_from_db()
        job = Job.objects.get(pk=str(begun_long_ago.job))
        assert (begun_long_ago.state, job.state, job.error) == ("failed", "failed", str(FAILED))
        assert sorted(run.proposals.values_list("reason", flat=True)) == ["begun", "run_closed", "shift_over"]


class TestACallUp:
    def test_finds_at_once_who_agreed_and_asks_after_one_look(self) -> None:
        shift = an_activity(places=3).shifts.get()
        given: dict[str, Any] = {"actor": SYSTEM, "shift_id": shift.pk, "reason": "暴雨（示例）", "at": AT}
        with pytest.raises(refusals.NobodyOnCall):
            operations.call_up(**given, wanted=2)
        ready, second, _quiet = helpers(3)
        for one in (ready, second):
            operations.agree_on_call(actor=actor(one.person), at=AT)
        with pytest.raises(refusals.BadWanted):
            operations.call_up(**given, wanted=0)
        run = operations.call_up(**given, wanted=2)
        assert (run.emergency, run.state, run.area, run.volunteers, run.filled) == (True, "proposed", "370102", 2, 2)
        assert ask(run) == operations.Asked(2, 0)
        assert (told("asks.called"), told("asks.asked")) == (2, 0)
        row = run.proposals.get(volunteer=ready)
        operations.accept_ask(actor=actor(ready.person), pair_id=row.pk, risks_read=True, at=AT)
        assert SignUp.objects.get(volunteer=ready).state == "signed"
        a_sign_up(shift)
        with pytest.raises(refusals.ShiftFull):
            operations.call_up(**given, wanted=1)

    def test_reaches_as_far_as_the_own_right_to_plan(self) -> None:
        team = a_team(leader=free(a_volunteer()))
        shift = an_activity(team=team).shifts.get()
        for one in (team.members.get().volunteer, helpers()[0]):
            on_call(one)
        given: dict[str, Any] = {"shift_id": shift.pk, "reason": "暴雨（示例）", "wanted": 1, "at": AT}
        leader = actor(team.members.get().volunteer.person)
        assert operations.call_up(actor=leader, **given).volunteers == 1
        officer = an_actor(Role.SUBDISTRICT_OFFICER, "370102001")
        assert (operations.call_up(actor=officer, **given).area, OnCall.objects.count()) == ("370102001", 2)
        for who in (an_actor(), an_actor(Role.SUBDISTRICT_OFFICER, "110114008")):
            with pytest.raises(NotAPlanner):
                operations.call_up(actor=who, **given)

    def test_is_agreed_to_by_grown_ups_who_serve_and_ended_at_any_time(self) -> None:
        one = a_volunteer()
        me = actor(one.person)
        held = operations.agree_on_call(actor=me, at=AT)
        assert operations.agree_on_call(actor=me, at=AT) == held == queries.on_call(viewer=me)
        for _again in range(2):
            operations.end_on_call(actor=me, at=AT)
        assert queries.on_call(viewer=me) is None
        assert (queries.may_be_called(viewer=me, at=AT), OnCall.objects.count()) == (True, 1)
        link = guarded(16)
        people.give_consent(actor=actor(link.ward), purpose=PRIVACY.purpose, at=AT)
        people.consent_for(actor=actor(link.guardian), ward_id=link.ward_id, at=AT)
        young = actor(a_volunteer(link.ward).person)
        assert not queries.may_be_called(viewer=young, at=AT)
        with pytest.raises(refusals.OnlyGrownUps):
            operations.agree_on_call(actor=young, at=AT)


@pytest.mark.django_db(transaction=True)
class TestTwoRunsAtOnce:
    def test_never_ask_beyond_the_places_of_a_shift(self) -> None:
        shift = an_activity(places=3).shifts.get()
        runs = [a_run(), a_run()]
        for run in runs:
            for one in helpers(3):
                a_pair(run, shift, one)
        found: list[Any] = answers(*[lambda run=run: ask(run) for run in runs])
        assert sum(one.asked for one in found) == Proposal.objects.filter(state="asked").count() == 3
        assert sum(one.dropped for one in found) == 3
