"""Care for a project: mentors, visits, days; what is due, reminders; and what goes with whoever is erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice
from shanzhi.people.operations import erase_person
from shanzhi.projects import operations, queries
from shanzhi.projects.models import Activity, Photo, Visit
from shanzhi.ventures.models import TeamSeat
from shanzhi.work.files import path_of
from tests.projects.support import DAY, NOW, START, Ground, a_png, planned, refused, told
from tests.ventures.support import resident, staff

CLOCK = Actor.system("clock")


class TestCare:
    def test_is_a_mentor_of_the_place_with_visits_and_steps(self, ground: Ground) -> None:
        worker = ground.workers[0]
        assign = {"actor": ground.officer, "project_id": ground.project.pk, "at": NOW}
        for stranger in (ground.team, ground.world.outsider):
            refused("no_such_mentor", operations.assign_mentor, person_id=stranger.person(), **assign)
        operations.assign_mentor(person_id=worker.person(), **assign)
        assert told("projects.assigned") == {worker.person_id}
        step = operations.PlannedStep("补签到表", "队长", START + 20 * DAY)
        note = operations.VisitNote(START + 3 * DAY, "进展顺利", problems="签到不全", next_on=START + 40 * DAY,
                                    steps=[step])  # fmt: skip
        write = {"project_id": ground.project.pk, "given": note}
        refused("not_a_reviewer", operations.write_visit, actor=ground.neighbour, at=NOW + 4 * DAY, **write)
        assert refused("bad_days", operations.write_visit, actor=worker, at=NOW, **write).field == "visited_on"
        visit = operations.write_visit(actor=worker, at=NOW + 4 * DAY, **write)
        made = visit.steps.get()
        refused("not_found", operations.finish_step, actor=ground.neighbour, step_id=made.pk, at=NOW + 5 * DAY)
        operations.finish_step(actor=ground.team, step_id=made.pk, at=NOW + 5 * DAY)
        refused("step_done", operations.finish_step, actor=ground.team, step_id=made.pk, at=NOW + 5 * DAY)
        with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
            Visit.objects.update(next_on=None)

    def test_moves_the_days_of_a_project_within_reason(self, ground: Ground) -> None:
        move = {"actor": ground.officer, "project_id": ground.project.pk, "version": ground.project.version, "at": NOW}
        days = {"ends_on": START + 120 * DAY, "midterm_due": START + 60 * DAY, "completion_due": START + 130 * DAY}
        assert (
            refused("bad_days", operations.change_days, **move, **{**days, "midterm_due": None}).field == "midterm_due"
        )
        assert refused("bad_days", operations.change_days, **move, **{**days, "ends_on": START}).field == "ends_on"
        assert operations.change_days(**move, **days).completion_due == START + 130 * DAY


class TestWhatIsDue:
    def test_stands_in_both_lists_and_is_reminded_of_once_before_and_once_when_late(self, ground: Ground) -> None:
        one = planned(ground)
        mine = queries.own_dues(viewer=_signed(ground.team), at=NOW)
        assert [(due.what, due.due_on - START) for due in mine] == [("announce", 3 * DAY), ("midterm", 50 * DAY)]
        desk = queries.desk_dues(viewer=_signed(ground.workers[0]), at=NOW + 15 * DAY)
        assert [due.what for due in desk if due.late] == ["mentor", "report"]
        assert queries.desk_dues(viewer=_signed(ground.world.outsider), at=NOW) == []
        assert operations.remind(actor=CLOCK, at=NOW + DAY) == 1
        assert told("projects.soon") == {ground.team.person_id}
        assert operations.remind(actor=CLOCK, at=NOW + DAY) == 0
        assert operations.run_clock(at=NOW + 14 * DAY) == {"held": 1, "confirmed": 0, "reminded": 2}
        assert told("projects.late") == {ground.team.person_id, *_runners(ground)}
        assert operations.run_clock(at=NOW + 14 * DAY) == {"held": 0, "confirmed": 0, "reminded": 0}
        late = Notice.objects.get(key=f"projects.late:report:{one.pk}:{(START + 13 * DAY).isoformat()}")
        assert late.subject_id == str(ground.project.pk)


def _signed(actor: Actor) -> Actor:
    return Actor(actor.person_id, actor.person_id, actor.grants)


def _runners(ground: Ground) -> set[Any]:
    return {ground.officer.person_id}


class TestErasing:
    def test_takes_photos_and_names_away_and_leaves_figures(
        self, ground: Ground, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        editor = ground.world.people[6]
        TeamSeat.objects.create(proposal=ground.project.proposal, person=editor, role="editor", since=NOW)
        name = editor.name.reveal()
        one = planned(ground)
        shot = operations.Shot(a_png(), "合影")
        told_of = operations.Told(12, f"{name}带来了梯子。", 0, [shot])
        operations.report_activity(actor=resident(editor), activity_id=one.pk, told=told_of, at=NOW + 11 * DAY)
        Activity.objects.filter(pk=one.pk).update(planned_by=editor)
        stored = path_of(Photo.objects.get().digest, room="projects")
        officer = staff(Role.DISTRICT_OFFICER, ground.call.area[:6], 106)
        with django_capture_on_commit_callbacks(execute=True):
            erase_person(actor=officer, person_id=editor.pk, reason="本人申请", at=NOW + 12 * DAY)
        one.refresh_from_db()
        assert (one.attended, name in one.summary, "带来了梯子" in one.summary) == (12, False, True)
        assert not Photo.objects.exists()
        assert not stored.exists()
