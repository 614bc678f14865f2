"""Training that a round asks of its teams: sessions, attendance, and the gate as the frozen rule says it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel import identifiers
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice as Told
from shanzhi.people.fields import NAME, mark
from shanzhi.people.models import Person
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Attendance, Call, CallTerms, Notice, TeamMember, TrainingSession
from shanzhi.ventures.policies import NotARecorder, NotYourCall
from shanzhi.ventures.queries import training
from tests.support.people import merge_away
from tests.ventures.support import ELSEWHERE, SUBDISTRICT, World, bring, day, make_call, make_person, resident, staff
from tests.ventures.training_support import after, asking, attend, close_all, give_phone, plan


def standing(call: Call, number: int) -> training.Standing:
    """Give where the team of a proposal stands."""
    one = call.proposals.get(number=number)
    return training.standings(Call.objects.get(pk=call.pk), [one])[one.pk]


def reviewed(world: World, call: Call, *attended: int) -> Call:
    """Bring a call to the review, with proposals 1 to 3 passed and those of some places having attended."""
    call = bring(world, call, "review")
    ids = list(call.proposals.values_list("pk", flat=True))
    operations.decide_many(actor=world.officer, proposal_ids=ids, decision="pass", at=day("review", 2))
    attend(world, call, *attended)
    return call


def preview(world: World, call: Call, at: Any) -> queries.MovePreview:
    """Foretell the next move."""
    return queries.preview_of_move(viewer=world.officer, call_id=call.pk, at=at)


class TestTheRule:
    def test_is_frozen_with_the_terms_and_left_out_where_there_is_none(self, world: World) -> None:
        call = bring(world, asking(world, others=1), "submission", proposals=0)
        assert CallTerms.objects.get(call=call).terms["training"] == {"gate": "notice", "others": 1}
        other = bring(world, make_call(world), "submission", proposals=0)
        assert "training" not in CallTerms.objects.get(call=other).terms
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(training={})
        with pytest.raises(operations.TermsFrozen):
            operations.save_call(
                actor=world.officer, call_id=call.pk, version=call.version, given={"training": {}}, at=day("submission")
            )

    def test_changes_in_public_only_and_not_once_the_notice_runs(self, world: World) -> None:
        call = bring(world, asking(world), "submission", proposals=1)
        call = operations.change_terms(
            actor=world.officer, call_id=call.pk, version=call.version, given={"training": {"gate": ""}},
            reason="培训改为自愿参加", at=day("submission", 30),
        )  # fmt: skip
        assert call.training == {}
        assert "training" not in CallTerms.objects.get(call=call, version=2).terms
        call = bring(world, call, "notice")
        with pytest.raises(operations.BadValue) as refused:
            operations.change_terms(
                actor=world.officer, call_id=call.pk, version=call.version, given={"training": {"gate": "voting"}},
                reason="加上培训", at=day("notice", 2),
            )  # fmt: skip
        assert refused.value.field == "training"

    def test_asks_for_no_more_sessions_than_are_planned(self, world: World) -> None:
        call = make_call(world, training={"gate": "voting", "others": 2})
        plan(world, call, 1)
        found = {
            one.code: one.ok
            for one in queries.builder_checks(viewer=world.officer, call_id=call.pk, at=call.created_at)
        }
        assert not found["training"]
        plan(world, call, 2)
        found = {
            one.code: one.ok
            for one in queries.builder_checks(viewer=world.officer, call_id=call.pk, at=call.created_at)
        }
        assert found["training"]

    def test_lets_nothing_become_required_once_frozen(self, world: World) -> None:
        call = bring(world, asking(world), "submission", proposals=0)
        with pytest.raises(operations.RequiredFrozen):
            plan(world, call, 9, required=True)
        one = plan(world, call, 9)
        with pytest.raises(operations.RequiredFrozen):
            operations.change_session(
                actor=world.officer, session_id=one.pk, version=1, at=day("submission"),
                given={"title": "改", "starts_at": one.starts_at, "place": "楼上", "minutes": 30, "required": True},
            )  # fmt: skip
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            TrainingSession.objects.filter(pk=one.pk).update(required=True)


class TestASession:
    def test_is_changed_by_who_runs_the_call_under_the_version_seen(self, world: World) -> None:
        call = asking(world)
        one = call.training_sessions.all()[1]
        given = {
            "title": "预算怎么做",
            "starts_at": one.starts_at,
            "place": "党群中心",
            "minutes": 60,
            "required": False,
        }
        for actor, refusal in ((world.outsider, NotFound), (world.team, NotFound)):
            with pytest.raises(refusal):
                operations.change_session(actor=actor, session_id=one.pk, version=1, given=given, at=day("publicity"))
        changed = operations.change_session(
            actor=world.officer, session_id=one.pk, version=1, given=given, at=day("publicity")
        )
        assert (changed.title, changed.version) == ("预算怎么做", 2)
        with pytest.raises(operations.StaleSession):
            operations.change_session(
                actor=world.officer, session_id=one.pk, version=1, given={**given, "minutes": 30}, at=day("publicity")
            )
        with pytest.raises(operations.BadValue) as refused:
            operations.change_session(
                actor=world.officer, session_id=one.pk, version=2, given={**given, "place": " "}, at=day("publicity")
            )
        assert refused.value.field == "place"

    def test_that_is_cancelled_is_asked_of_nobody(self, world: World) -> None:
        call = bring(world, asking(world, others=2), "submission")
        first, second, _third = call.training_sessions.all()
        assert (len(standing(call, 1).lacks), standing(call, 1).others) == (1, 2)
        for one in (first, second):
            operations.cancel_session(
                actor=world.officer, session_id=one.pk, reason="讲师生病", at=day("submission", 3)
            )
        assert (standing(call, 1).lacks, standing(call, 1).others) == ((), 1)
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
            TrainingSession.objects.filter(pk=first.pk).update(state="planned", cancelled_reason="")

    def test_that_was_attended_is_not_cancelled(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        attend(world, call, 0)
        with pytest.raises(operations.AttendanceThere):
            operations.cancel_session(
                actor=world.officer, session_id=call.training_sessions.all()[0].pk, reason="x", at=day("review")
            )


class TestTheList:
    def test_takes_a_person_once_from_the_beginning_of_the_session_on(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        one = call.training_sessions.all()[0]
        give_phone(world.people[0], "13800000000")
        with pytest.raises(operations.NotBegun):
            operations.record_person(
                actor=world.officer, session_id=one.pk, words="13800000000", at=one.starts_at - timedelta(minutes=1)
            )
        operations.record_person(actor=world.officer, session_id=one.pk, words=" 138 0000 0000 ", at=after(one))
        with pytest.raises(operations.RecordedAlready):
            operations.record_person(actor=world.officer, session_id=one.pk, words="13800000000", at=after(one))
        assert standing(call, 1).met
        assert not standing(call, 2).met
        assert Event.objects.filter(verb="ventures.attendance.record").count() == 1

    def test_finds_by_whole_name_and_asks_for_the_phone_where_several_carry_it(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        one = call.training_sessions.all()[0]
        with pytest.raises(operations.NobodyFound):
            operations.record_person(actor=world.officer, session_id=one.pk, words="张三", at=after(one))
        for count in (1, 2):
            pk = world.people[count].pk
            Person.objects.filter(pk=pk).update(name_mark=mark("张三", purpose=NAME))
            if count == 1:
                operations.record_person(actor=world.officer, session_id=one.pk, words="张三", at=after(one))
        with pytest.raises(operations.SeveralFound):
            operations.record_person(actor=world.officer, session_id=one.pk, words="张三", at=after(one))

    def test_finds_nobody_of_another_place(self, world: World) -> None:
        call = bring(world, asking(world), "submission", proposals=1)
        one = call.training_sessions.all()[0]
        stranger = make_person(77, area=ELSEWHERE)
        give_phone(stranger, "13900000077")
        with pytest.raises(operations.NobodyFound):
            operations.record_person(actor=world.officer, session_id=one.pk, words="13900000077", at=after(one))
        TeamMember.objects.create(proposal=call.proposals.get(), position=9, person=stranger, name="外区队员")
        operations.record_person(actor=world.officer, session_id=one.pk, words="13900000077", at=after(one))
        assert standing(call, 1).met

    def test_takes_a_team_without_a_name(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        one, proposal = call.training_sessions.all()[0], call.proposals.get(number=2)
        operations.record_team(actor=world.officer, session_id=one.pk, proposal_id=proposal.pk, at=after(one))
        assert (standing(call, 1).met, standing(call, 2).met) == (False, True)
        other = bring(world, make_call(world), "submission", proposals=1).proposals.get()
        with pytest.raises(NotFound):
            operations.record_team(actor=world.officer, session_id=one.pk, proposal_id=other.pk, at=after(one))
        with pytest.raises(IntegrityError, match="own call"), transaction.atomic():
            Attendance.objects.create(session=one, proposal=other, recorded_at=after(one))

    def test_is_kept_by_those_in_charge_of_the_area(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        one = call.training_sessions.all()[0]
        worker = staff(Role.SOCIAL_WORKER, SUBDISTRICT, 111)
        for actor in (world.outsider, world.team, world.worker):
            with pytest.raises(NotARecorder):
                operations.record_person(actor=actor, session_id=one.pk, words="13800000000", at=after(one))
        give_phone(world.people[0], "13800000000")
        operations.record_person(actor=worker, session_id=one.pk, words="13800000000", at=after(one))
        with pytest.raises(NotYourCall):
            operations.close_list(actor=worker, session_id=one.pk, at=after(one))

    def test_that_is_closed_stays_until_it_is_opened_again(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        attend(world, call, 0)
        one = call.training_sessions.all()[0]
        operations.close_list(actor=world.officer, session_id=one.pk, at=after(one))
        row = one.attendance.get()
        with pytest.raises(MoveRefused):
            operations.remove_attendance(actor=world.officer, session_id=one.pk, attendance_id=row.pk, at=after(one))
        with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
            Attendance.objects.filter(pk=row.pk).delete()
        operations.reopen_list(actor=world.officer, session_id=one.pk, at=after(one))
        operations.remove_attendance(actor=world.officer, session_id=one.pk, attendance_id=row.pk, at=after(one))
        assert not standing(call, 1).met


def row(number: int, name: str, phone: str) -> dict[str, Any]:
    """Give a row of a sheet as it was read."""
    return {"row": number, "name": name, "phone": identifiers.phone(phone), "id_number": "", "area": ""}


class TestASheet:
    def test_is_taken_whole_or_not_at_all(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        one = call.training_sessions.all()[0]
        names = []
        for place in range(2):
            names.append(give_phone(world.people[place], f"1380000000{place}").name.reveal())
        wrong = [row(2, names[0], "13800000000"), row(3, "别人", "13800000001"), row(4, "无", "13999999999")]
        outcome = operations.record_sheet(actor=world.officer, session_id=one.pk, rows=wrong, at=after(one))
        assert [(fault.row, fault.field) for fault in outcome.faults] == [(3, "name"), (4, "phone")]
        assert not one.attendance.exists()
        right = [row(2, names[0], "13800000000"), row(3, names[1], "13800000001")]
        for added, known in ((2, 0), (0, 2)):
            outcome = operations.record_sheet(actor=world.officer, session_id=one.pk, rows=right, at=after(one))
            assert (outcome.added, outcome.known, outcome.faults) == (added, known, ())


class TestTheGate:
    def test_waits_for_the_lists_and_names_who_would_leave(self, world: World) -> None:
        call = reviewed(world, asking(world), 0, 1)
        seen = preview(world, call, day("notice"))
        assert [check.code for check in seen.blocks] == ["attendance"]
        assert [(one.number, where.met) for one, where in seen.leaving] == [(3, False)]
        assert "培训0" in seen.leaving[0][1].words
        close_all(world, call)
        assert preview(world, call, day("notice")).blocks == ()

    def test_counts_who_attended_under_a_record_that_was_merged(self, world: World) -> None:
        call = reviewed(world, asking(world), 0, 1)
        first, second = (call.proposals.get(contact=world.people[place]) for place in (0, 1))
        call.proposals.filter(pk=first.pk).update(contact=world.people[5])
        assert [standing(call, one.number).met for one in (first, second)] == [False, True]
        merge_away(world.people[0], world.people[5], staff=make_person(60))
        merge_away(world.people[1], world.people[6], staff=make_person(61))
        assert [standing(call, one.number).met for one in (first, second)] == [True, True]

    def test_takes_the_others_out_tells_them_and_leaves_them_their_appeal(self, world: World) -> None:
        call = reviewed(world, asking(world), 0, 1)
        close_all(world, call)
        operations.advance(actor=world.officer, call_id=call.pk, expected="review", at=day("notice"))
        states = dict(call.proposals.values_list("number", "state"))
        assert states == {1: "passed", 2: "passed", 3: "disqualified"}
        out = call.proposals.get(number=3)
        assert "培训0" in out.decision_reason
        assert [one["number"] for one in Notice.objects.get(call=call, kind="passed").content["proposals"]] == [1, 2]
        assert Told.objects.filter(kind="proposals.disqualified").count() == 1
        appeal = operations.file_appeal(
            actor=resident(world.people[2]), proposal_id=out.pk, grounds="签到表上有我", at=day("notice", 3)
        )
        operations.rule(
            actor=staff(Role.DISTRICT_OFFICER, "370102", 120), dispute_id=appeal.pk, version=1, outcome="upheld",
            ruling="签到表核对属实", at=day("notice", 5),
        )  # fmt: skip
        out.refresh_from_db()
        assert out.state == "passed"

    def test_does_not_open_on_a_round_without_a_team(self, world: World) -> None:
        call = reviewed(world, asking(world))
        close_all(world, call)
        assert [check.code for check in preview(world, call, day("notice")).blocks] == ["training"]

    def test_before_the_vote_leaves_the_notice_alone(self, world: World) -> None:
        call = reviewed(world, asking(world, "voting", others=1), 0, 1)
        attend(world, call, 0, session=1)
        close_all(world, call)
        call = operations.advance(actor=world.officer, call_id=call.pk, expected="review", at=day("notice"))
        assert call.proposals.filter(state="passed").count() == 3
        operations.draw_roll(actor=world.officer, call_id=call.pk, at=day("voting", -20))
        operations.advance(actor=world.officer, call_id=call.pk, expected="notice", at=day("voting"))
        states = dict(call.proposals.values_list("number", "state"))
        assert states == {1: "on_ballot", 2: "disqualified", 3: "disqualified"}
        with pytest.raises(operations.GatePassed):
            plan(world, call, 8)

    def test_costs_the_same_for_many_teams(self, world: World) -> None:
        call = bring(world, asking(world), "submission")
        counts = []
        for some in (1, 3):
            rows = list(call.proposals.all()[:some])
            fresh = Call.objects.get(pk=call.pk)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                training.standings(fresh, rows)
            counts.append(len(asked))
        assert counts[0] == counts[1]
