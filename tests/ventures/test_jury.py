"""A jury: who sits in it, own interests, the lot, sheets sealed until the closing, scores by the declared method."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people.models import RoleGrant
from shanzhi.ventures import operations
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.models import Call, Conflict, JuryClosing, Notice, Pitch, PitchOrder, ScoreSheet
from shanzhi.ventures.operations.sheets import due_sheets
from shanzhi.ventures.queries.naming import option_code
from shanzhi.voting.models import Count
from tests.ventures.jury_support import CRITERIA, JURY, RULE, Panel, juror, phases_with_pitch, pitching
from tests.ventures.support import World, bring, day, make_call


@pytest.fixture
def world(panel: Panel) -> World:
    return panel.world


class TestAppointing:
    def test_takes_only_who_holds_the_role_of_juror_there(self, world: World, panel: Panel) -> None:
        with pytest.raises(operations.NotAJuror):
            operations.appoint_juror(
                actor=world.officer, call_id=panel.call.pk, person_id=world.people[5].pk, at=pitching()
            )

    def test_takes_nobody_twice_and_one_chair(self, world: World, panel: Panel) -> None:
        for person, chair in ((panel.actors[1].person(), False), (juror(230).person(), True)):
            with pytest.raises(operations.JurorAlready):
                operations.appoint_juror(
                    actor=world.officer, call_id=panel.call.pk, person_id=person, chair=chair, at=pitching()
                )

    def test_is_for_those_who_run_the_call(self, world: World, panel: Panel) -> None:
        with pytest.raises(Forbidden):
            operations.appoint_juror(
                actor=world.outsider, call_id=panel.call.pk, person_id=juror(231).person(), at=pitching()
            )

    def test_gives_a_member_of_a_team_the_conflict_at_once(self, world: World, panel: Panel) -> None:
        contact = panel.projects[0].contact
        assert contact is not None
        RoleGrant.objects.create(
            person=contact, role=Role.JUROR, area=panel.call.area, starts_at=day("review"), created_at=day("review")
        )
        seat = operations.appoint_juror(actor=world.officer, call_id=panel.call.pk, person_id=contact.pk, at=pitching())
        assert [one.proposal_id for one in seat.conflicts.all()] == [panel.projects[0].pk]

    def test_is_refused_where_the_terms_name_no_jury(self, world: World) -> None:
        call = bring(world, make_call(world), "voting")
        with pytest.raises(operations.NoJury):
            operations.appoint_juror(
                actor=world.officer, call_id=call.pk, person_id=juror(232).person(), at=day("voting")
            )


def insert_interest(panel: Panel, place: int, proposal_id: Any) -> None:
    """Write an interest as no operation does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ventures_conflict (juror_id, proposal_id, interest, declared_at) VALUES (%s, %s, 'other', %s)",
            [panel.jurors[place].pk, proposal_id, pitching(3)],
        )


class TestAnInterest:
    def test_is_declared_before_the_first_sheet(self, panel: Panel) -> None:
        with pytest.raises(operations.DeclareFirst):
            panel.score(1, 0, (50, 50))
        panel.declare(1)
        assert panel.score(1, 0, (50, 50)).state == "handed_in"

    def test_keeps_the_sheet_from_the_juror(self, panel: Panel) -> None:
        panel.declare(1, {0: "relative"})
        with pytest.raises(operations.OwnInterest):
            panel.score(1, 0, (50, 50))

    def test_is_held_by_the_database_too(self, panel: Panel) -> None:
        panel.declare(1, {0: "other"})
        with pytest.raises(IntegrityError, match="own interest"), transaction.atomic():
            ScoreSheet.objects.create(
                juror=panel.jurors[1], proposal=panel.projects[0], content="{}", changed_at=pitching()
            )

    def test_declared_late_leaves_the_sheet_out_but_on_record(self, panel: Panel) -> None:
        panel.declare(1)
        sheet = panel.score(1, 0, (50, 50))
        panel.declare(1, {0: "relative"})
        sheet.refresh_from_db()
        assert sheet.state == "void"
        assert json.loads(sheet.content.reveal())["scores"] == {"need": 50, "plan": 50}

    def test_written_past_the_operations_voids_the_sheet_too(self, panel: Panel) -> None:
        panel.declare(1)
        sheet, other = panel.score(1, 0, (50, 50)), panel.score(1, 1, (50, 50))
        insert_interest(panel, 1, panel.projects[0].pk)
        sheet.refresh_from_db()
        other.refresh_from_db()
        assert (sheet.state, other.state) == ("void", "handed_in")
        with pytest.raises(IntegrityError, match="own interest"), transaction.atomic():
            ScoreSheet.objects.filter(pk=sheet.pk).update(state="handed_in")

    def test_lies_in_the_own_call_and_before_the_closing(self, world: World, panel: Panel) -> None:
        elsewhere = bring(world, make_call(world), "submission").proposals.first()
        assert elsewhere is not None
        with pytest.raises(IntegrityError, match="own call"), transaction.atomic():
            insert_interest(panel, 1, elsewhere.pk)
        panel.score_all()
        panel.close()
        with pytest.raises(IntegrityError, match="has closed"), transaction.atomic():
            insert_interest(panel, 1, panel.projects[0].pk)

    def test_is_never_taken_back(self, panel: Panel) -> None:
        panel.declare(1, {0: "relative"})
        panel.declare(1)
        assert Conflict.objects.filter(juror=panel.jurors[1]).count() == 1
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Conflict.objects.all().delete()


class TestTheOrderOfPitches:
    def test_is_drawn_once_and_can_be_drawn_again_by_anyone(self, world: World, panel: Panel) -> None:
        made = operations.draw_pitches(actor=world.officer, call_id=panel.call.pk, at=pitching())
        notice = Notice.objects.get(call=panel.call, kind="pitch")
        seed, codes = notice.content["seed"], [option_code(one) for one in panel.projects]
        assert notice.content["order"] == sorted(codes, key=lambda code: operations.lot(seed, code))
        assert [option_code(one.proposal) for one in made] == notice.content["order"]
        with pytest.raises(operations.OrderDrawn):
            operations.draw_pitches(actor=world.officer, call_id=panel.call.pk, at=pitching())
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            PitchOrder.objects.update(seed="x")

    def test_keeps_the_time_of_each_pitch(self, world: World, panel: Panel) -> None:
        operations.draw_pitches(actor=world.officer, call_id=panel.call.pk, at=pitching())
        for who, move, hours in ((panel.actors[0], "start", 1), (world.officer, "end", 1.1), (world.officer, "end", 2)):
            operations.time_pitch(actor=who, call_id=panel.call.pk, position=1, move=move, at=pitching(hours))
        pitch = Pitch.objects.get(call=panel.call, position=1)
        assert (pitch.started_at, pitch.ended_at) == (pitching(1), pitching(1.1))

    def test_is_timed_by_no_other_juror(self, world: World, panel: Panel) -> None:
        operations.draw_pitches(actor=world.officer, call_id=panel.call.pk, at=pitching())
        with pytest.raises(Refusal):
            operations.time_pitch(actor=panel.actors[1], call_id=panel.call.pk, position=1, move="start", at=pitching())


class TestASheet:
    def test_is_saved_in_parts_and_handed_in_whole(self, panel: Panel) -> None:
        panel.declare(1)
        part = operations.save_sheet(
            actor=panel.actors[1], call_id=panel.call.pk, proposal_id=panel.projects[0].pk, version=0,
            scores={"need": 80, "plan": ""}, at=pitching(),
        )  # fmt: skip
        assert (part.state, part.version) == ("draft", 1)
        with pytest.raises(operations.SheetIncomplete) as refused:
            operations.save_sheet(
                actor=panel.actors[1], call_id=panel.call.pk, proposal_id=panel.projects[0].pk, version=1,
                scores={"need": 80}, hand_in=True, at=pitching(),
            )  # fmt: skip
        assert refused.value.field == "score_plan"

    @pytest.mark.parametrize("points", [-1, 101, "5.5", "x", "１２"])
    def test_takes_whole_points_within_the_scale(self, panel: Panel, points: object) -> None:
        panel.declare(1)
        with pytest.raises(operations.BadValue):
            panel.score(1, 0, (points, 50), hand_in=False)  # type: ignore[arg-type]  # wrong on purpose

    def test_sent_again_by_a_bad_network_changes_nothing(self, panel: Panel) -> None:
        panel.declare(1)
        first, again = (panel.score(1, 0, (80, 70), comment="好") for _turn in range(2))
        assert (first.pk, first.version) == (again.pk, again.version)
        assert Event.objects.filter(verb="ventures.sheet.hand_in").count() == 1

    def test_of_an_older_version_is_refused(self, panel: Panel) -> None:
        panel.declare(1)
        panel.score(1, 0, (80, 70))
        with pytest.raises(operations.StaleSheet):
            panel.score(1, 0, (10, 10))
        assert panel.score(1, 0, (10, 10), version=1).version == 2

    def test_is_ciphertext_in_the_database_and_absent_from_events(self, panel: Panel) -> None:
        panel.declare(1)
        panel.score(1, 0, (83, 71), comment="很好的想法")
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM ventures_scoresheet")
            assert "很好".encode() not in bytes(cursor.fetchone()[0])
        event = Event.objects.get(verb="ventures.sheet.hand_in")
        assert event.change == {"juror": 2, "project": "001"}
        assert event.reason == ""

    def test_is_for_jurors_in_the_phase_of_pitches(self, world: World, panel: Panel) -> None:
        for stranger in (world.officer, world.team):
            with pytest.raises(NotFound):
                operations.save_sheet(
                    actor=stranger, call_id=panel.call.pk, proposal_id=panel.projects[0].pk, version=0,
                    scores={}, at=pitching(),
                )  # fmt: skip


class TestTheClosing:
    def test_waits_for_every_sheet_and_says_how_many_are_due(self, panel: Panel) -> None:
        panel.declare(0)
        with pytest.raises(operations.SheetsDue, match="9"):
            panel.close()
        assert len(due_sheets(panel.call, pitching())) == 9

    def test_does_not_wait_for_an_own_interest_nor_for_who_left(self, world: World, panel: Panel) -> None:
        panel.declare(0, {0: "relative"})
        operations.end_juror(
            actor=world.officer, call_id=panel.call.pk, juror_id=panel.jurors[2].pk, reason="生病", at=pitching(2)
        )
        assert due_sheets(panel.call, pitching()) == [(1, "002"), (1, "003"), (2, "001"), (2, "002"), (2, "003")]

    def test_is_the_chairs(self, world: World, panel: Panel) -> None:
        panel.score_all()
        for other in (panel.actors[1], world.officer):
            with pytest.raises(operations.NotTheChair):
                operations.close_jury(actor=other, call_id=panel.call.pk, at=pitching(5))

    def test_publishes_every_voice_by_number_and_the_method(self, panel: Panel) -> None:
        panel.score_all({(0, 0): (100, 100), (1, 0): (50, 50)})
        closed = panel.close()
        first = closed.results[0]
        assert (first["project"], first["score"]) == ("001", 7200)  # (100 + 50 + 66) / 3
        assert [voice["juror"] for voice in first["voices"]] == [1, 2, 3]
        assert closed.method["normalise"] == "none"
        assert "person" not in json.dumps(closed.results)
        assert panel.close().pk == closed.pk

    def test_leaves_out_the_sheets_of_who_left(self, world: World, panel: Panel) -> None:
        panel.score_all({(2, 0): (0, 0)})
        operations.end_juror(
            actor=world.officer, call_id=panel.call.pk, juror_id=panel.jurors[2].pk, reason="回避", at=pitching(2)
        )
        assert panel.close().results[0]["score"] == 6600
        assert ScoreSheet.objects.filter(juror=panel.jurors[2], state="void").count() == 3

    def test_seals_the_sheets_for_good(self, panel: Panel) -> None:
        panel.score_all()
        panel.close()
        with pytest.raises(operations.NoJury):
            panel.score(1, 0, (1, 1), version=1)
        with pytest.raises(IntegrityError, match="jury has closed"), transaction.atomic():
            ScoreSheet.objects.update(version=9)

    def test_lets_its_sheets_be_sealed_anew_and_nothing_else_of_them_change(self, panel: Panel) -> None:
        panel.score_all()
        panel.close()
        grown = "UPDATE ventures_scoresheet SET content = set_byte(content, 0, get_byte(content, 0) + 1)"
        with connection.cursor() as cursor:
            cursor.execute(grown)
            for other in (", version = 9", ", state = 'void'"):
                with pytest.raises(IntegrityError, match="jury has closed"), transaction.atomic():
                    cursor.execute(grown + other)
            with pytest.raises(IntegrityError, match="jury has closed"), transaction.atomic():
                cursor.execute("UPDATE ventures_scoresheet SET content = set_byte(content, 12, 0)")
            with pytest.raises(IntegrityError, match="are kept"), transaction.atomic():
                cursor.execute("DELETE FROM ventures_scoresheet")

    def test_comes_before_the_award_and_decides_it_with_the_votes(self, world: World, panel: Panel) -> None:
        with pytest.raises(operations.Blocked, match=r"jury|评审"):
            rounds.move(world.officer, panel.call, day("award"))
        panel.score_all({(place, 2): (100, 100) for place in range(3)})
        panel.close()
        call = rounds.move(world.officer, panel.call, day("award"))
        count = Count.objects.get(poll=call.poll)
        assert '"jury"' in count.spec
        assert count.result["outcome"]["winners"][0] == "001"  # all votes and a fair score; then the jury's favourite
        assert {one["key"] for one in count.result["sensitivity"]} >= {"votes", "jury", "-5", "+5"}

    def test_is_one_however_many_press_at_once(self, panel: Panel) -> None:
        panel.score_all()
        panel.close()
        panel.close()
        assert JuryClosing.objects.filter(call=panel.call).count() == 1


def with_jury(world: World, **jury: Any) -> Call:
    return make_call(world, rule=RULE, jury={**JURY, **jury}, phases=phases_with_pitch(day("publicity", 0)))


class TestTheTermsOfAJury:
    def test_are_frozen_with_the_call(self, world: World) -> None:
        call = bring(
            world, make_call(world, rule=RULE, jury=JURY, phases=phases_with_pitch(day("publicity", 0))), "review"
        )
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE ventures_call SET jury = '{}' WHERE id = %s", [call.pk])
        with pytest.raises(operations.TermsFrozen):
            operations.save_call(
                actor=world.officer, call_id=call.pk, version=call.version, given={"jury": {}}, at=day("review")
            )

    def test_change_in_public_with_a_reason(self, world: World) -> None:
        call = bring(
            world, make_call(world, rule=RULE, jury=JURY, phases=phases_with_pitch(day("publicity", 0))), "review"
        )
        changed = operations.change_terms(
            actor=world.officer, call_id=call.pk, version=call.version, given={"jury": {**JURY, "normalise": "shift"}},
            reason="评委尺度不一", at=day("review"),
        )  # fmt: skip
        assert (changed.terms_version, changed.jury["normalise"]) == (2, "shift")

    def test_must_add_up(self, world: World) -> None:
        call = with_jury(world, criteria=[{**CRITERIA[0], "weight": 50}, CRITERIA[1]])
        with pytest.raises(operations.Blocked):
            bring(world, call, "publicity")

    def test_leave_the_digest_of_a_call_without_a_jury_as_it_was(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        assert "jury" not in call.terms.get().terms
