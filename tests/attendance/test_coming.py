"""Volunteers sign in and out by the code and by the place; leaders by the list; what cannot be is doubted."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanzhi.activities.models import Shift, SignUp
from shanzhi.attendance import operations, policies, queries, refusals
from shanzhi.attendance.models import Attendance, Flag
from shanzhi.attendance.operations import quick
from shanzhi.attendance.operations.quick import ARRIVE
from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.gate import Place
from shanzhi.notices.models import Delivery
from tests.activities.support import a_shift, a_sign_up, an_activity
from tests.attendance.support import HOUR, MINUTE, SPRING, a_ground, open_gate
from tests.support.people import AT, a_person, actor, merge_away
from tests.volunteering.support import a_volunteer

pytestmark = pytest.mark.django_db
HERE = Place(*SPRING)
FAR = Place(SPRING[0] + 50_000, SPRING[1])


def flags(row: Attendance) -> list[tuple[str, int]]:
    return [(one.doubt, one.figure) for one in Flag.objects.filter(attendance=row)]


class TestTheCodeAtTheGate:
    def test_lets_in_once_however_often_it_is_sent(self) -> None:
        ground = a_ground()
        given = {"actor": ground.one(), "shift_id": ground.shift.pk, "code": ground.code(), "at": AT}
        with CaptureQueriesContext(connection) as seen:
            done = operations.arrive_by_code(**given)
        assert len(seen) <= 2  # once in a process the area of the shift, then the one statement
        first = Attendance.objects.get(pk=done.id)
        again = ground.arrive(at=AT + timedelta(seconds=5))
        assert (first.pk, first.state, first.way_in, first.arrived_at) == (again.pk, "here", "code", AT)
        event = Event.objects.get(verb="attendance.arrive")
        assert (event.subject_id, event.actor_person, event.area) == (
            str(first.pk), ground.volunteers[0].person_id, ground.shift.activity.area,
        )  # fmt: skip
        out = ground.leave(at=AT + 95 * MINUTE)
        assert (out.state, out.minutes, out.review) == ("left", 95, "clear")
        assert ground.leave(at=AT + 96 * MINUTE).left_at == out.left_at
        assert ground.arrive(at=AT + 97 * MINUTE).pk == first.pk  # who left stays on record as gone
        assert queries.numbers(ground.shift) == queries.Numbers(2, 0, 1)

    def test_of_one_who_comes_at_two_gates_in_one_statement_writes_the_first(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ground = a_ground()
        other, at = a_shift(ground.shift.activity, starts=ground.shift.ends_at, places=2), AT + 80 * MINUTE
        a_sign_up(other, ground.volunteers[0])
        sent: list[dict[str, Any]] = []
        with monkeypatch.context() as patch:
            patch.setattr(quick, "arrive_each", lambda given: sent.extend(given) or [None])
            for number, shift in ((0, ground.shift), (0, other), (1, ground.shift)):
                quick.arrive(actor=ground.one(number), shift_id=shift.pk, at=at)
        made = quick.arrive_each(sent)
        assert [one is not None for one in made] == [True, False, True]
        code = queries.code_of(other.pk, at)
        operations.arrive_by_code(actor=ground.one(), shift_id=other.pk, code=code, at=at)  # the long way, which judges
        assert sorted(flags(Attendance.objects.get(shift=other))) == sorted(flags(Attendance.objects.get(pk=made[0])))
        assert flags(Attendance.objects.get(pk=made[0])), "both are doubted"

    def test_asks_for_one_row_of_each_table_even_as_planned_while_they_are_empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {ARRIVE.numbered}")
            lines = [line.strip() for (line,) in cursor.fetchall()]
        keys = {
            line.split()[-1]: asked for line, asked in pairwise(lines)
            if "Scan using" in line and line.split()[-1] in ("s", "u", "o", "v")
        }  # fmt: skip
        assert set(keys) == {"s", "u", "o", "v"}, lines
        assert all(asked.startswith("Index Cond:") for asked in keys.values()), keys
        assert ("(id = p.shift)" in keys["s"], "(person_id = g.person)" in keys["v"]) == (True, True), keys
        assert all("volunteer_id = p.volunteer" in keys[one] for one in ("u", "o")), keys
        assert not any("attendance_once on" in line or "Seq Scan" in line for line in lines), lines

    def test_is_over_with_the_step_after_its_own_and_says_so(self) -> None:
        ground = a_ground()
        old = ground.code(AT - timedelta(seconds=60))
        with pytest.raises(refusals.CodeOver):
            ground.arrive(code=old)
        assert ground.arrive(code=ground.code(AT - timedelta(seconds=30))).state == "here"
        for made_up in ("", "x" * 40, a_ground().code()):
            with pytest.raises(refusals.CodeUnknown):
                ground.arrive(1, code=made_up or "nothing")

    def test_seen_in_time_lets_press_the_button_later_but_only_who_saw_it(self) -> None:
        ground = a_ground()
        code, later = ground.code(), AT + 10 * MINUTE
        mark = queries.seen_mark(actor=ground.one(), shift_id=ground.shift.pk, at=AT)
        assert ground.arrive(0, at=later, code=code, seen=mark).arrived_at == AT
        with pytest.raises(refusals.CodeOver):
            ground.arrive(1, at=later, code=code, seen=mark)  # a mark passed on
        own = queries.seen_mark(actor=ground.one(1), shift_id=ground.shift.pk, at=AT)
        for at, given in ((AT + 16 * MINUTE, own), (later, own + "x"), (later, ""), (AT + 16 * MINUTE, "a.b")):
            with pytest.raises(refusals.CodeOver):
                ground.arrive(1, at=at, code=code, seen=given)

    def test_lets_in_only_who_signed_up_and_only_in_time(self) -> None:
        ground = a_ground()
        stranger = actor(a_volunteer().person)
        given = {"shift_id": ground.shift.pk, "code": ground.code(), "at": AT}
        with pytest.raises(refusals.NotSignedUp):
            operations.arrive_by_code(actor=stranger, **given)
        with pytest.raises(SignInNeeded):
            operations.arrive_by_code(actor=type(stranger)(), **given)
        with pytest.raises(refusals.NotHere):
            ground.leave()
        for at, refusal in ((AT - 71 * MINUTE, refusals.TooEarly), (AT + 110 * MINUTE, refusals.ShiftOver)):
            with pytest.raises(refusal):
                ground.arrive(at=at)
        assert ground.arrive(at=AT - 70 * MINUTE).state == "here"
        SignUp.objects.filter(volunteer=ground.volunteers[1]).update(state="left", ended_at=AT)
        with pytest.raises(refusals.NotSignedUp):
            ground.arrive(1)

    def test_knows_a_person_by_a_record_that_was_merged_away(self) -> None:
        ground, kept = a_ground(), a_person()
        merge_away(ground.volunteers[0].person, kept, staff=a_person())
        code = ground.code()
        done = operations.arrive_by_code(actor=actor(kept), shift_id=ground.shift.pk, code=code, at=AT)
        assert Attendance.objects.get(pk=done.id).volunteer == ground.volunteers[0]

    def test_of_a_shift_that_was_called_off_lets_nobody_in(self) -> None:
        ground = a_ground()
        SignUp.objects.update(state="cancelled", ended_at=AT + HOUR, reason="下雨")
        Shift.objects.update(state="cancelled", cancelled_at=AT, notice="下雨", sequence=1)
        with pytest.raises(refusals.NotSignedUp):
            ground.arrive()
        taps = ground.taps((0, "arrive", AT - MINUTE))
        assert ground.sync(taps, at=AT) == ["refused shift_called_off"]


class TestThePlace:
    def test_is_compared_and_forgotten_and_doubted_where_it_is_too_far(self) -> None:
        ground = a_ground()
        near = ground.arrive(position=HERE)
        far = ground.arrive(1, position=FAR)
        assert (near.review, far.review) == ("clear", "waiting")
        assert flags(far) == [("too_far", 5)]
        assert ground.arrive(1).pk == far.pk

    def test_alone_lets_in_and_out_where_the_activity_has_one(self) -> None:
        ground = a_ground()
        given = {"actor": ground.one(), "shift_id": ground.shift.pk}
        with pytest.raises(refusals.PositionMissing):
            operations.arrive_by_place(**given, position=None, at=AT)
        done = operations.arrive_by_place(**given, position=HERE, at=AT)
        operations.leave_by_place(**given, position=FAR, at=AT + HOUR)
        row = Attendance.objects.get(pk=done.id)
        assert (row.way_in, row.way_out, row.minutes, flags(row)) == ("place", "place", 60, [("too_far", 5)])
        nowhere = a_ground(lat=None, lng=None)
        with pytest.raises(refusals.NoPosition):
            operations.arrive_by_place(actor=nowhere.one(), shift_id=nowhere.shift.pk, position=HERE, at=AT)
        operations.set_gate(actor=ground.lead, shift_id=ground.shift.pk, walk_ins=False, metres=9000, at=AT)
        assert ground.arrive(1, position=FAR).review == "clear"

    def test_of_a_shift_that_meets_elsewhere_is_not_that_of_its_activity(self) -> None:
        ground = a_ground()
        Shift.objects.filter(pk=ground.shift.pk).update(place="二号楼门口", sequence=1)
        assert ground.arrive(position=FAR).review == "clear"
        with pytest.raises(refusals.NoPosition):
            operations.arrive_by_place(actor=ground.one(1), shift_id=ground.shift.pk, position=HERE, at=AT)
        Shift.objects.filter(pk=ground.shift.pk).update(place=ground.shift.activity.place, sequence=2)
        assert ground.arrive(1, position=FAR).review == "waiting"


class TestTheLeadersList:
    def test_takes_taps_ends_the_shift_and_lets_in_who_did_not_sign_up(self) -> None:
        ground = a_ground(3)
        shift, lead = ground.shift.pk, ground.lead
        other = a_volunteer(a_person())
        with pytest.raises(refusals.NoWalkIns):
            operations.walk_in(actor=lead, shift_id=shift, number=other.number, at=AT)
        operations.set_gate(actor=lead, shift_id=shift, walk_ins=True, metres=1000, at=AT)
        for number, refusal in (
            ("370102999999999", refusals.NotLetIn), (ground.volunteers[0].number, refusals.SignedUpAlready),
            (a_volunteer(state="paused").number, refusals.NotLetIn),
        ):  # fmt: skip
            with pytest.raises(refusal):
                operations.walk_in(actor=lead, shift_id=shift, number=number, at=AT)
        assert operations.walk_in(actor=lead, shift_id=shift, number=f" {other.number} ", at=AT).new
        assert operations.walk_in(actor=lead, shift_id=shift, number=a_volunteer().number, at=AT).new
        with pytest.raises(refusals.NoPlace):
            operations.walk_in(actor=lead, shift_id=shift, number=a_volunteer().number, at=AT)
        for act, new in (("arrive", True), ("arrive", False), ("leave", True), ("leave", False)):
            done = operations.mark(
                actor=lead, shift_id=shift, volunteer_id=ground.volunteers[0].pk, act=act, at=AT + MINUTE
            )  # fmt: skip
            assert done.new is new
        with pytest.raises(refusals.NotOnTheList):
            operations.mark(actor=lead, shift_id=shift, volunteer_id=a_volunteer().pk, act="arrive", at=AT)
        ground.arrive(1)
        assert [line.state for line in queries.lines(ground.shift)] == ["left", "here", "expected", "here", "here"]
        with CaptureQueriesContext(connection) as seen:
            assert operations.end_shift(actor=lead, shift_id=shift, at=AT + 3 * HOUR) == 3
        assert len(seen) < 25
        assert {row.left_at for row in Attendance.objects.filter(way_out="list")[1:]} == {ground.shift.ends_at}
        assert operations.end_shift(actor=lead, shift_id=shift, at=AT + 4 * HOUR) == 0
        listed = queries.finished(ground.shift)
        assert [one.minutes for one in listed] == [110, 110, 110, 0]
        assert Event.objects.filter(verb="attendance.leave").count() == 4

    def test_ends_the_shift_for_who_came_while_the_request_waited(self) -> None:
        """`at` is when the request began: who came by the code between it and its lock came later."""
        ground = a_ground()
        ground.arrive(at=AT + MINUTE)
        assert operations.end_shift(actor=ground.lead, shift_id=ground.shift.pk, at=AT) == 1
        row = Attendance.objects.get()
        assert row.arrived_at == row.left_at == row.ended_at == AT + MINUTE

    def test_is_kept_by_nobody_else(self) -> None:
        ground = a_ground()
        for who, refusal in ((ground.one(), NotFound), (a_ground().lead, NotFound)):
            with pytest.raises(refusal):
                operations.mark(
                    actor=who, shift_id=ground.shift.pk, volunteer_id=ground.volunteers[1].pk, act="arrive", at=AT
                )  # fmt: skip

    def test_doubts_leaders_who_write_down_themselves(self) -> None:
        ground = a_ground()
        open_gate(ground)
        done = operations.walk_in(actor=ground.lead, shift_id=ground.shift.pk, number=ground.leader.number, at=AT)
        row = Attendance.objects.get(pk=done.id)
        assert (row.review, flags(row)) == ("waiting", [("own", 0)])

    def test_takes_from_paper_who_was_there_for_a_reason(self) -> None:
        ground = a_ground()
        who, later = ground.volunteers[0], AT + 20 * HOUR
        given = {"actor": ground.lead, "shift_id": ground.shift.pk, "at": later, "arrived_at": AT}
        for changed, refusal in (
            # who has a number is told to nobody, whatever else is wrong
            ({"number": "1"}, refusals.NotOnTheList), ({"number": a_volunteer().number}, refusals.NotOnTheList),
            ({"number": "1", "left_at": AT - MINUTE}, refusals.BadTimes),
            ({"number": ground.leader.number}, policies.OwnAttendance), ({"reason": ""}, refusals.ReasonMissing),
            ({"left_at": AT - MINUTE}, refusals.BadTimes),
        ):  # fmt: skip
            with pytest.raises(refusal):
                operations.enter(
                    **{**given, "number": who.number, "left_at": AT + HOUR, "reason": "纸质名单", **changed}
                )
        made = operations.enter(**given, number=who.number, left_at=AT + HOUR, reason="纸质名单")
        assert (made.minutes, made.way_in, made.review) == (60, "correction", "clear")
        with pytest.raises(refusals.HereAlready):
            operations.enter(**given, number=who.number, left_at=AT + HOUR, reason="纸质名单")
        assert Delivery.objects.filter(person_id=who.person_id, channel="app").count() == 1


class TestShifts:
    def test_of_a_plan_that_was_never_published_are_shown_to_nobody(self) -> None:
        activity = an_activity(state="draft")
        type(activity).objects.filter(pk=activity.pk).update(state="cancelled", ended_at=AT, reason="不办了")
        ground = a_ground()
        assert queries.shift(shift_id=ground.shift.pk) == ground.shift
        with pytest.raises(NotFound):
            queries.shift(shift_id=activity.shifts.get().pk)

    def test_that_one_leads_are_counted_each_on_its_own(self) -> None:
        ground, people = a_ground(3), 3
        empty = a_shift(ground.shift.activity, starts=AT + 30 * HOUR)
        for number in range(people - 1):
            ground.arrive(number)
        counted = queries.led_shifts(viewer=ground.lead)
        assert {one.pk: (one.expected, one.came) for one in counted} == {ground.shift.pk: (3, 2), empty.pk: (0, 0)}
        assert "GROUP BY" not in str(counted.values("pk").query)  # no join that multiplies sign-ups by presences


class TestWhatCannotBe:
    def test_two_places_at_once_doubts_both(self) -> None:
        first = a_ground()
        second = a_ground(people=[a_person()])
        open_gate(second)
        one = first.arrive()
        done = operations.walk_in(
            actor=second.lead, shift_id=second.shift.pk, number=first.volunteers[0].number, at=AT + MINUTE
        )  # fmt: skip
        rows = [Attendance.objects.get(pk=key) for key in (one.pk, done.id)]
        assert [(row.review, flags(row)) for row in rows] == [("waiting", [("overlap", 0)])] * 2
        assert queries.undecided(first.shift) == 1
        assert first.leave(at=AT + HOUR).review == "waiting"
        assert queries.finished(first.shift) == []

    def test_stays_and_days_that_are_too_long(self) -> None:
        ground = a_ground()
        ground.arrive()
        late = ground.leave(at=AT + 20 * HOUR)
        assert flags(late) == [("long_stay", 20 * 60 - 110), ("long_day", 20 * 60)]
        ground.arrive(1)
        assert ground.leave(1, at=AT + 3 * HOUR).review == "clear"
        operations.decide(actor=ground.lead, presence_id=late.pk, kept=True, reason="值夜班", at=AT + 21 * HOUR)
        for at, told in ((AT + 45 * HOUR, []), (AT + 22 * HOUR, [("long_day", 21 * 60)])):
            other = a_ground(0, at=at)
            other.volunteers.append(ground.volunteers[0])
            a_sign_up(other.shift, ground.volunteers[0])
            other.arrive(at=at)
            assert flags(other.leave(at=at + HOUR)) == told  # kept or not, what no 24 hours share is no long day

    def test_is_decided_by_others_and_the_volunteer_is_told(self) -> None:
        ground = a_ground()
        ground.arrive()
        row = ground.leave(at=AT + 20 * HOUR)
        later = AT + 21 * HOUR
        given = {"presence_id": row.pk, "at": later}
        with pytest.raises(NotFound):
            operations.decide(actor=a_ground().lead, kept=True, reason="看过", **given)
        mine = actor(ground.volunteers[0].person)
        type(ground.shift.activity).objects.filter(pk=ground.shift.activity_id).update(contact=ground.volunteers[0])
        with pytest.raises(policies.OwnAttendance):
            operations.decide(actor=mine, kept=True, reason="看过", **given)
        with pytest.raises(refusals.ReasonMissing):
            operations.decide(actor=ground.lead, kept=True, reason=" ", **given)
        assert operations.decide(actor=ground.lead, kept=True, reason="值夜班", **given).review == "kept"
        with pytest.raises(refusals.NothingToDecide):
            operations.decide(actor=ground.lead, kept=True, reason="再看", **given)
        assert [one.minutes for one in queries.finished(ground.shift)] == [20 * 60]
        assert not Delivery.objects.filter(person_id=row.volunteer.person_id).exists()
        struck = operations.decide(actor=ground.lead, kept=False, reason="没有值夜班", **given)
        assert (struck.state, struck.review) == ("struck", "kept")
        assert Delivery.objects.filter(person_id=row.volunteer.person_id, channel="app").count() == 1
        assert queries.finished(ground.shift) == []
        with pytest.raises(refusals.NothingToDecide):
            operations.decide(actor=ground.lead, kept=False, reason="再看", **given)

    def test_is_not_kept_by_who_wrote_it_down(self) -> None:
        ground = a_ground()
        shift, who = ground.shift.pk, ground.volunteers[0].pk
        done = operations.mark(actor=ground.lead, shift_id=shift, volunteer_id=who, act="arrive", at=AT)
        row = ground.leave(at=AT + 20 * HOUR)
        assert row.pk == done.id
        with pytest.raises(Forbidden) as refused:
            operations.decide(actor=ground.lead, presence_id=row.pk, kept=True, reason="看过", at=AT + 21 * HOUR)
        assert refused.value.code == "own_entry"

    def test_is_corrected_by_a_record_of_its_own(self) -> None:
        ground = a_ground()
        ground.arrive(position=FAR)
        row = ground.leave(at=AT + 20 * HOUR)
        later, given = AT + 21 * HOUR, {"presence_id": row.pk, "reason": "忘记签退"}
        for arrived, left in ((AT + 30 * HOUR, None), (AT, AT - MINUTE), (AT - 30 * HOUR, AT), (AT, AT + 22 * HOUR)):
            with pytest.raises(refusals.BadTimes):
                operations.correct(actor=ground.lead, arrived_at=arrived, left_at=left, at=later, **given)
        made = operations.correct(actor=ground.lead, arrived_at=AT, left_at=AT + HOUR, at=later, **given)
        row.refresh_from_db()
        assert (row.state, made.state, made.minutes, made.way_in) == ("replaced", "left", 60, "correction")
        assert (row.review, made.review) == ("settled", "waiting")
        assert queries.undecided(ground.shift) == 1
        assert set(queries.doubted(viewer=ground.lead).filter(review="waiting")) == {made}
        assert flags(made) == [("too_far", 5)]  # other times do not bring the phone nearer
        assert Attendance.objects.get(corrects=row) == made
        assert Delivery.objects.filter(person_id=row.volunteer.person_id, channel="app").count() == 1
