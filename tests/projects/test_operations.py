"""A project from its beginning to its graduation, and each way off that road."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.projects import operations, queries
from shanzhi.projects.models import Activity, Decision, Feedback, Objection, Photo, Project, Rules, Sheet
from shanzhi.projects.operations.feedback import MOST_IN_A_PACE, link_of
from shanzhi.ventures.models import Call, Proposal
from tests.projects.support import (
    COMPLETION,
    DAY,
    MIDTERM,
    NOW,
    PLAN,
    START,
    Ground,
    a_png,
    decided,
    handed_in,
    marked,
    planned,
    refused,
    reported,
    through_completion,
    through_midterm,
    told,
)
from tests.ventures.support import staff

CLOCK = Actor.system("clock")


def verbs(project: Project) -> list[str]:
    found = Event.objects.filter(subject_type="projects.project", subject_id=str(project.pk))
    return [verb.removeprefix("projects.") for verb in found.order_by("id").values_list("verb", flat=True)]


class TestBeginning:
    def test_takes_what_won_in_a_closed_round_once_by_who_runs_it(self, ground: Ground) -> None:
        project, call = ground.project, ground.call
        assert (project.state, project.midterm_due, project.rules_version) == ("running", START + 50 * DAY, 0)
        assert told("projects.begun") == {ground.team.person_id}
        begin = {"call_id": call.pk, "plan": PLAN, "at": NOW}
        refused("not_your_call", operations.begin_projects, actor=ground.world.worker, **begin)
        refused("not_your_call", operations.begin_projects, actor=ground.world.outsider, **begin)
        backwards = operations.Plan(PLAN.ends_on, PLAN.starts_on)
        fault = refused(
            "bad_days", operations.begin_projects, actor=ground.officer, call_id=call.pk, plan=backwards, at=NOW
        )
        assert fault.field == "ends_on"
        (second,) = operations.begin_projects(actor=ground.officer, **begin)
        assert second.proposal_id == ground.other.pk
        refused("nothing_to_begin", operations.begin_projects, actor=ground.officer, **begin)
        with pytest.raises(IntegrityError, match="projects_begun_stays_won"), transaction.atomic():
            Proposal.objects.filter(pk=ground.other.pk).update(state="withdrawn")
        Call.objects.filter(pk=call.pk).update(state="award")
        refused("round_not_closed", operations.begin_projects, actor=ground.officer, **begin)

    def test_keeps_the_rules_of_its_day_whatever_the_area_writes_later(self, ground: Ground) -> None:
        content = {"announce_days": 3, "midterm": False, "pass_mark": 70}
        refused("not_your_round", operations.write_rules, actor=ground.world.worker, area=ground.call.area,
                content=content, at=NOW)  # fmt: skip
        bad: list[tuple[dict[str, Any], str]] = [
            ({"announce_days": 401}, "announce_days"),
            ({"reviewers": 0}, "reviewers"),
            ({"midterm_criteria": [{"name": "进度", "weight": 99}]}, "midterm_criteria"),
            ({"completion_criteria": []}, "completion_criteria"),
        ]
        write = {"actor": ground.officer, "area": ground.call.area, "at": NOW}
        for given, field in bad:
            assert refused("bad_rules", operations.write_rules, content=given, **write).field == field
        made = operations.write_rules(content=content, **write)
        assert (made.version, operations.write_rules(content=content, **write).version) == (1, 2)
        (second,) = operations.begin_projects(actor=ground.officer, call_id=ground.call.pk, plan=PLAN, at=NOW)
        assert (second.rules["announce_days"], second.rules_version, second.midterm_due) == (3, 2, None)
        assert ground.fresh().rules["announce_days"] == 7
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Rules.objects.filter(pk=made.pk).update(version=9)

    def test_without_a_mid_term_goes_straight_to_completion_and_is_mended_from_there(self, ground: Ground) -> None:
        operations.write_rules(actor=ground.officer, area=ground.call.area, content={"midterm": False}, at=NOW)
        (ground.project,) = operations.begin_projects(actor=ground.officer, call_id=ground.call.pk, plan=PLAN, at=NOW)
        ground.world.people[0], ground.world.people[1] = ground.world.people[1], ground.world.people[0]
        try:
            refused("no_midterm", handed_in, ground)
            report = handed_in(ground, "completion")
            decided(ground, report, "mend")
            assert ground.fresh().state == "running"
            again = handed_in(ground, "completion")
            assert again.number == 2
        finally:
            ground.world.people[0], ground.world.people[1] = ground.world.people[1], ground.world.people[0]


class TestAnActivity:
    def test_is_planned_announced_held_and_reported(self, ground: Ground, settings: Any, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path
        one = planned(ground)
        announced = operations.announce_activity(actor=ground.team, activity_id=one.pk, at=NOW + DAY)
        assert announced.state == "announced"
        told_of = operations.Told(attended=25, summary="来了 25 人。")
        early = {"actor": ground.team, "activity_id": one.pk, "told": told_of}
        refused("not_yet_held", operations.report_activity, at=NOW + DAY, **early)
        assert operations.hold_activities(actor=CLOCK, at=NOW + 10 * DAY) == 1
        png = a_png((b"tEXt", b"Author\x00somebody"), (b"eXIf", b"MM\x00\x2a"))
        shot = operations.Shot(png, "邻居们在换灯", shown=True)
        done = operations.report_activity(
            actor=ground.team, activity_id=one.pk, at=NOW + 11 * DAY,
            told=operations.Told(25, "来了 25 人。", 4, [shot, shot]),
        )  # fmt: skip
        (photo,) = Photo.objects.filter(activity=one)
        stored = queries.photo(viewer=Actor(), activity_id=one.pk, photo_id=photo.pk)[1].read_bytes()
        assert b"somebody" not in stored
        assert Image.open(BytesIO(stored)).size == Image.open(BytesIO(a_png())).size
        assert (done.state, done.attended, done.helpers) == ("reported", 25, 4)
        kept = ["activity.plan", "activity.announce", "activity.hold", "activity.report"]
        assert verbs(ground.project)[-4:] == kept
        refused("move_refused", operations.cancel_activity, actor=ground.team, activity_id=one.pk, reason="x", at=NOW)
        with pytest.raises(IntegrityError, match="projects_told_stays"), transaction.atomic():
            Activity.objects.filter(pk=one.pk).update(state="planned")
        operations.remove_photo(actor=ground.team, activity_id=one.pk, photo_id=photo.pk, at=NOW)
        assert not Photo.objects.exists()

    def test_refuses_what_does_not_fit_beside_its_field(self, ground: Ground) -> None:
        wrong: list[tuple[str, str, dict[str, Any]]] = [
            ("words_missing", "title", {"title": " \n"}),
            ("bad_value", "place", {"place": "很" * 121}),
            ("outside_the_run", "starts_at", {"starts_at": NOW - 5 * DAY}),
            ("bad_days", "starts_at", {"starts_at": NOW.replace(year=2201)}),
            ("bad_days", "minutes", {"minutes": 0}),
            ("bad_value", "expected", {"expected": -1}),
            ("no_such_line", "line", {"line": ground.other.budget.all()[0].pk}),
        ]
        for code, field, changed in wrong:
            assert refused(code, planned, ground, **changed).field == field
        assert not Activity.objects.exists()
        one = planned(ground, line=ground.project.proposal.budget.all()[0].pk)
        change = {"activity_id": one.pk, "at": NOW, "given": operations.Given("新", "新", NOW + 12 * DAY)}
        refused("not_your_project", operations.change_activity, actor=ground.neighbour, version=1, **change)
        refused("stale_project", operations.change_activity, actor=ground.team, version=7, **change)
        assert operations.change_activity(actor=ground.team, version=1, **change).line_id is None
        refused("words_missing", operations.cancel_activity, actor=ground.team, activity_id=one.pk, reason="", at=NOW)
        operations.cancel_activity(actor=ground.team, activity_id=one.pk, reason="下雨", at=NOW)
        refused("activity_fixed", operations.change_activity, actor=ground.team, version=3, **change)
        shots = {b"GIF89a": "not_a_picture", a_png()[:-4]: "not_a_picture", b"\0" * 10_485_761: "picture_too_large"}
        for shot, code in shots.items():
            report = operations.Told(1, "x", 0, [operations.Shot(shot, "x")])
            refused(code, operations.report_activity, actor=ground.team, activity_id=planned(ground, -DAY / 9).pk,
                    told=report, at=NOW)  # fmt: skip

    def test_takes_feedback_by_its_link_within_its_days_and_not_without_end(self, ground: Ground) -> None:
        one = reported(ground)
        token, then = link_of(one), NOW + 10 * DAY + timedelta(hours=1)
        for at in (NOW, NOW + 30 * DAY):
            refused("feedback_closed", operations.give_feedback, token=token, rating=5, said="", at=at)
        refused("not_found", operations.give_feedback, token=token + "x", rating=5, said="", at=then)
        for rating in (0, 6):
            refused("bad_value", operations.give_feedback, token=token, rating=rating, said="", at=then)
        operations.give_feedback(token=token, rating=4, said="灯亮了", at=then)
        assert [row.said for row in queries.feedback_of(viewer=ground.team, found=_activity(ground, one))] == ["灯亮了"]
        assert not queries.feedback_of(viewer=ground.neighbour, found=_activity(ground, one)).exists()
        Feedback.objects.bulk_create(
            Feedback(activity=one, rating=5, created_at=then) for _one in range(MOST_IN_A_PACE)
        )
        refused("too_much_feedback", operations.give_feedback, token=token, rating=5, said="", at=then)
        assert Event.objects.get(verb="projects.feedback.give").actor_label == "system:resident"


def _activity(ground: Ground, one: Activity) -> Activity:
    return queries.activity(viewer=ground.team, activity_id=one.pk)


class TestTheMidterm:
    def test_is_reported_marked_by_two_noticed_and_passed(self, ground: Ground) -> None:
        reported(ground)
        report = handed_in(ground)
        assert (report.held, report.attended, report.rated) == (1, 25, None)
        give = {"report_id": report.pk, "points": MIDTERM, "comment": "", "at": NOW}
        refused("not_a_reviewer", operations.give_sheet, actor=ground.team, **give)
        refused("not_a_reviewer", operations.give_sheet, actor=ground.world.outsider, **give)
        refused("sheets_missing", decided, ground, report)
        for points, field in (
            ({**MIDTERM, "money": 11}, "money"),
            ({"progress": 3}, "money"),
            ({**MIDTERM, "x": 1}, "points"),
        ):
            assert refused("bad_points", operations.give_sheet, actor=ground.workers[0], report_id=report.pk,
                           points=points, comment="", at=NOW).field == field  # fmt: skip
        marked(ground, report, MIDTERM)
        refused("sheet_given", operations.give_sheet, actor=ground.workers[0], **give)
        own = Sheet(report=report, reviewer_id=ground.team.person(), points={}, mark=0, created_at=NOW)
        with pytest.raises(IntegrityError, match="projects_sheet_not_own"), transaction.atomic():
            own.save(force_insert=True)
        assert set(Sheet.objects.values_list("mark", flat=True)) == {7500}
        refused("mark_against", decided, ground, report, "fail")
        refused("not_your_round", operations.decide_report, actor=ground.workers[0], report_id=report.pk,
                outcome="pass", comment="x", at=NOW)  # fmt: skip
        decision = decided(ground, report)
        assert (decision.mark, ground.fresh().state) == (7500, "notice")
        confirm = {"actor": ground.officer, "project_id": ground.project.pk}
        refused("notice_runs", operations.confirm_midterm, at=decision.decided_at + 5 * DAY, **confirm)
        assert operations.confirm_over(actor=CLOCK, at=decision.decided_at + 5 * DAY) == 0
        assert operations.confirm_over(actor=CLOCK, at=decision.decided_at + 6 * DAY) == 1
        assert (ground.fresh().state, verbs(ground.project)[-1]) == ("passed", "project.midterm_pass")
        for table in (Sheet, Decision):
            with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
                table.objects.update(mark=1)
            with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
                table.objects.all().delete()

    def test_is_mended_under_the_next_number(self, ground: Ground) -> None:
        first = handed_in(ground, at=NOW + 50 * DAY)
        decided(ground, first, "mend")
        assert (ground.fresh().state, ground.project.midterm_due) == ("running", START + 59 * DAY)
        second = handed_in(ground, at=NOW + 55 * DAY)
        assert (first.number, second.number) == (1, 2)
        refused("not_under_review", marked, ground, first, MIDTERM)

    def test_objected_to_waits_and_is_judged_anew_when_upheld(self, ground: Ground) -> None:
        report = handed_in(ground)
        marked(ground, report, MIDTERM)
        decided(ground, report)
        at = report.handed_in_at + 3 * DAY
        given = {"project_id": ground.project.pk, "grounds": "活动没有办", "at": at}
        refused("own_objection", operations.file_objection, actor=ground.team, **given)
        found = operations.file_objection(actor=ground.neighbour, **given)
        refused("objected_here", operations.file_objection, actor=ground.neighbour, **given)
        assert Event.objects.get(verb="projects.objection.objection").actor_person is None
        late = report.handed_in_at + 20 * DAY
        assert operations.confirm_over(actor=CLOCK, at=late) == 0
        ruling = {"objection_id": found.pk, "version": 1, "outcome": "upheld", "ruling": "另请人评", "at": late}
        refused("not_impartial_here", operations.rule, actor=ground.officer, **ruling)
        other = _another_officer(ground)
        operations.rule(actor=other, **ruling)
        assert ground.fresh().state == "midterm"
        again = ground.project.reports.get(number=2)
        assert again.done == report.done
        marked(ground, again, MIDTERM, late)
        refused("no_notice", operations.file_objection, actor=ground.neighbour, **{**given, "at": late + 30 * DAY})
        with pytest.raises(IntegrityError, match="projects_ruling_stays"), transaction.atomic():
            Objection.objects.filter(pk=found.pk).update(outcome="dismissed")

    def test_not_passed_stops_the_project_and_the_team_may_appeal_once(self, ground: Ground) -> None:
        low = dict.fromkeys(MIDTERM, 3)
        project = through_midterm(ground, points=low, outcome="fail")
        assert (project.state, told("projects.stopped")) == ("failed", {ground.team.person_id})
        refused("not_working", planned, ground)
        assert project.stopped_at is not None
        given = {"project_id": project.pk, "grounds": "当时楼里在装修"}
        refused("appeal_days_over", operations.file_appeal, actor=ground.team, at=project.stopped_at + 6 * DAY, **given)
        appeal = operations.file_appeal(actor=ground.team, at=project.stopped_at + DAY, **given)
        refused("appealed_here", operations.file_appeal, actor=ground.team, at=project.stopped_at + DAY, **given)
        operations.rule(actor=_another_officer(ground), objection_id=appeal.pk, version=1, outcome="dismissed",
                        ruling="评分有据", at=project.stopped_at + 2 * DAY)  # fmt: skip
        assert ground.fresh().state == "failed"


def _another_officer(ground: Ground) -> Actor:
    return staff(Role.DISTRICT_OFFICER, ground.call.area[:6], 105)


class TestTheEnd:
    def test_is_completion_by_marks_then_a_ceremony(self, ground: Ground) -> None:
        refused("midterm_first", handed_in, ground, "completion")
        through_midterm(ground)
        project = through_completion(ground)
        assert (project.state, project.mark) == ("completed", 7750)
        area = ground.call.area
        plan = {"area": area, "title": "结业礼（示例）", "place": "街道礼堂", "at": NOW}
        refused("not_your_round", operations.plan_ceremony, actor=ground.world.outsider, held_on=START, **plan)
        made = operations.plan_ceremony(actor=ground.officer, held_on=START + 120 * DAY, **plan)
        hold = {"actor": ground.officer, "ceremony_id": made.pk}
        refused("not_yet_day", operations.hold_ceremony, version=1, at=NOW + 130 * DAY, **hold)
        (second,) = operations.begin_projects(actor=ground.officer, call_id=ground.call.pk, plan=PLAN, at=NOW)
        refused("not_completed", operations.list_projects, version=1, project_ids=[second.pk], at=NOW, **hold)
        operations.list_projects(version=1, project_ids=[project.pk], at=NOW, **hold)
        refused("stale_project", operations.hold_ceremony, version=1, at=NOW + 130 * DAY, **hold)
        operations.hold_ceremony(version=2, at=NOW + 121 * DAY, **hold)
        assert (ground.fresh().state, project.pk) == ("graduated", ground.project.pk)
        assert told("projects.graduated") == {ground.team.person_id}
        with pytest.raises(IntegrityError, match="projects_graduated_stays"), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(state="ended", graduated_on=None)

    def test_without_enough_marks_is_no_graduation_until_an_appeal_is_upheld(self, ground: Ground) -> None:
        through_midterm(ground)
        project = through_completion(ground, points=dict.fromkeys(COMPLETION, 4), outcome="fail")
        assert project.state == "ended"
        at = NOW + 93 * DAY
        appeal = operations.file_appeal(actor=ground.team, project_id=project.pk, grounds="漏看了附件", at=at)
        operations.rule(actor=_another_officer(ground), objection_id=appeal.pk, version=1, outcome="upheld",
                        ruling="重评", at=at + DAY)  # fmt: skip
        assert (ground.fresh().state, ground.project.mark) == ("completion", None)

    def test_is_termination_with_a_settlement(self, ground: Ground) -> None:
        end = {"actor": ground.officer, "project_id": ground.project.pk}
        version = ground.project.version
        refused("words_missing", operations.terminate, version=version, reason=" ", at=NOW, **end)
        refused("nothing_to_settle", operations.settle, settlement="x", at=NOW, **end)
        project = operations.terminate(version=version, reason="团队解散", at=NOW, **end)
        assert (project.state, project.settle_by) == ("terminated", START + 30 * DAY)
        appeal = operations.file_appeal(actor=ground.team, project_id=project.pk, grounds="仍可继续", at=NOW + DAY)
        operations.rule(actor=_another_officer(ground), objection_id=appeal.pk, version=1, outcome="upheld",
                        ruling="恢复", at=NOW + 2 * DAY)  # fmt: skip
        assert (ground.fresh().state, ground.project.settle_by) == ("running", None)
        again = operations.terminate(version=ground.project.version, reason="团队解散", at=NOW + 3 * DAY, **end)
        settled = operations.settle(settlement="余额已退回", at=NOW + 9 * DAY, **end)
        assert (again.pk, settled.settled_at) == (project.pk, NOW + 9 * DAY)
        refused("nothing_to_settle", operations.settle, settlement="x", at=NOW, **end)
