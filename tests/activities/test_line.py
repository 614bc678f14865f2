"""Signing up for a shift, its line, giving places back: first come, first served, and never more than there are."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.activities import operations, queries
from shanzhi.activities.lifecycle import SERVES_NO_MORE
from shanzhi.activities.models import Activity, QueueDecision, Shift, SignUp
from shanzhi.activities.operations import refusals
from shanzhi.activities.operations.clock import run_clock
from shanzhi.activities.operations.line import end_line
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.notices.models import Notice
from shanzhi.volunteering.models import Skill, TaskKind, Volunteer, VolunteerSkill
from shanzhi.volunteering.operations.refusals import NotAVolunteer
from tests.activities.support import DAY, HOUR, INSURED, SYSTEM, a_shift, a_task, an_activity, look_now
from tests.support.people import AREA, AT, LONG_AGO, a_person, actor, an_actor
from tests.support.races import answers
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def of(volunteer: Volunteer) -> Actor:
    return actor(volunteer.person)


def ask(volunteer: Volunteer, shift: Shift, at: Any = AT) -> SignUp:
    return operations.sign_up(actor=of(volunteer), shift_id=shift.pk, risks_read=True, at=at)


def states(shift: Shift) -> list[str]:
    return list(SignUp.objects.filter(shift=shift).order_by("turn").values_list("state", flat=True))


def told(kind: str) -> int:
    return sum(Notice.objects.filter(kind=kind).values_list("recipients", flat=True))


class TestSigningUp:
    def test_takes_free_places_in_the_order_of_coming_and_then_waits_in_line(self) -> None:
        shift = an_activity(places=1).shifts.get()
        first, second, third = a_volunteer(), a_volunteer(), a_volunteer()
        assert (ask(first, shift).state, ask(second, shift).state, ask(third, shift).state) == (
            "signed", "waiting", "waiting",
        )  # fmt: skip
        with pytest.raises(refusals.SignedUpAlready):
            ask(second, shift)
        operations.leave_shift(actor=of(first), shift_id=shift.pk, at=AT + HOUR)
        assert states(shift) == ["left", "signed", "waiting"]
        assert told("shifts.placed") == 1
        rows = QueueDecision.objects.filter(sign_up__volunteer=second).order_by("at")
        assert [(one.outcome, one.signed, one.places) for one in rows] == [("queued", 1, 1), ("moved_up", 0, 1)]
        mine: list[Any] = queries.mine(viewer=of(third), at=AT)
        assert [one.before for one in mine] == [0]
        # who comes back is behind those who wait
        assert ask(first, shift, AT + 2 * HOUR).state == "waiting"
        operations.leave_shift(actor=of(second), shift_id=shift.pk, at=AT + 3 * HOUR)
        assert states(shift) == ["left", "left", "signed", "waiting"]

    def test_is_refused_in_words_to_whom_it_does_not_suit(self) -> None:
        task = a_task("traffic", least_age=18, greatest_age=65)
        Skill.objects.create(area="", code="first_aid", name="急救", name_en="First aid", created_at=LONG_AGO)
        activity = an_activity(task_kind=task, skills=["first_aid"])
        shift, able = activity.shifts.get(), a_volunteer()
        with pytest.raises(NotAVolunteer):
            operations.sign_up(actor=an_actor(), shift_id=shift.pk, risks_read=True, at=AT)
        with pytest.raises(refusals.RisksUnread) as said:
            operations.sign_up(actor=of(able), shift_id=shift.pk, risks_read=False, at=AT)
        assert said.value.field == "risks_read"
        with pytest.raises(refusals.DoesNotSuit) as unfit:
            ask(able, shift)
        assert "急救" in unfit.value.text or "First aid" in unfit.value.text
        VolunteerSkill.objects.create(volunteer=able, skill=Skill.objects.get())
        assert ask(able, shift).state == "signed"
        with pytest.raises(refusals.DoesNotSuit) as young:
            ask(a_volunteer(a_person(AREA, born_on=AT.date() - timedelta(days=15 * 366))), shift)
        assert "consent" in young.value.text or "同意" in young.value.text

    def test_is_for_one_shift_at_a_time_and_not_for_what_is_over(self) -> None:
        activity = an_activity()
        shift, who = activity.shifts.get(), a_volunteer()
        beside = a_shift(activity, starts=shift.starts_at + HOUR)
        ask(who, shift)
        with pytest.raises(refusals.Overlapping):
            ask(who, beside)
        with pytest.raises(refusals.ShiftOver):
            ask(a_volunteer(), shift, shift.starts_at)
        with pytest.raises(refusals.ShiftOver):
            operations.leave_shift(actor=of(who), shift_id=shift.pk, at=shift.starts_at)
        with pytest.raises(refusals.NotInShift):
            operations.leave_shift(actor=of(a_volunteer()), shift_id=shift.pk, at=AT)
        draft = an_activity(activity.team, state="checked").shifts.get()
        with pytest.raises(NotFound):
            ask(who, draft)

    def test_for_dangerous_work_waits_for_the_insurance(self) -> None:
        activity = an_activity(task_kind=a_task("ladders"))
        look_now()
        activity.task_kind.dangerous = True
        activity.task_kind.save()
        shift, waits = activity.shifts.get(), a_volunteer()
        with pytest.raises(refusals.Uninsured):
            ask(waits, shift)
        assert [one.code for one in queries.against(volunteer=waits, shift=shift, at=AT)] == ["uninsured"]

    def test_until_midnight_needs_no_insurance_on_the_day_after(self) -> None:
        kind = a_task("traffic", dangerous=True)
        activity = an_activity(task_kind=kind, shifts=0, state="checked", **INSURED)
        eight = timezone.make_aware(datetime(2027, 10, 31, 20))
        shift = a_shift(activity, starts=eight, hours=4)
        operations.publish_activity(actor=SYSTEM, activity_id=activity.pk, at=AT)
        look_now()
        assert ask(a_volunteer(), shift).state == "signed"
        assert not queries.covers(activity, eight, eight + 4 * HOUR + timedelta(microseconds=1))


class TestTheLine:
    def test_passes_over_whom_it_does_not_suit_today_who_keeps_the_turn(self) -> None:
        activity = an_activity(places=1)
        shift = activity.shifts.get()
        beside = a_shift(activity, starts=shift.starts_at + HOUR, places=5)
        holder, busy, free = a_volunteer(), a_volunteer(), a_volunteer()
        for one in (holder, busy, free):
            ask(one, shift)
        ask(busy, beside)
        operations.leave_shift(actor=of(holder), shift_id=shift.pk, at=AT)
        assert states(shift) == ["left", "waiting", "signed"]
        passed = QueueDecision.objects.get(sign_up__volunteer=busy, outcome="passed_over")
        assert passed.why == ["overlap"]
        operations.leave_shift(actor=of(busy), shift_id=beside.pk, at=AT)
        operations.leave_shift(actor=of(free), shift_id=shift.pk, at=AT)
        assert states(shift) == ["left", "signed", "left"]

    def test_lets_nobody_into_dangerous_work_before_it_is_insured(self) -> None:
        activity = an_activity(places=1, task_kind=a_task("ladders"))
        shift, holder, waits = activity.shifts.get(), a_volunteer(), a_volunteer()
        ask(holder, shift), ask(waits, shift)
        look_now()
        TaskKind.objects.filter(code="ladders").update(dangerous=True)
        operations.leave_shift(actor=of(holder), shift_id=shift.pk, at=AT)
        assert states(shift) == ["left", "waiting"]
        assert QueueDecision.objects.get(outcome="passed_over").why == ["uninsured"]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        same = {name: getattr(activity, name) for name in ("area", "title", "what", "place", "risks")}
        plan = operations.Plan(task="ladders", **same, **INSURED)
        operations.change_activity(actor=SYSTEM, activity_id=activity.pk, version=1, plan=plan, at=AT)
        assert states(shift) == ["left", "signed"]

    def test_dates_nothing_before_who_came_while_the_request_waited(self) -> None:
        """`at` is when a request began: who came between it and its lock came later."""
        shift = an_activity(places=1).shifts.get()
        later = AT + timedelta(milliseconds=5)
        holder, waits, odd = a_volunteer(), a_volunteer(), a_volunteer()
        ask(holder, shift), ask(waits, shift, later), ask(odd, shift, later), ask(a_volunteer(), shift, later)
        operations.leave_shift(actor=of(holder), shift_id=shift.pk, at=AT)
        assert SignUp.objects.get(volunteer=waits).signed_at == later
        operations.leave_shift(actor=of(waits), shift_id=shift.pk, at=AT)
        Volunteer.objects.filter(pk=odd.pk).update(state="paused")
        assert run_clock(at=AT)["released"] == 1
        operations.cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason="雨", at=AT)
        other = an_activity(shift.activity.team, places=1).shifts.get()
        for one in (holder, waits):
            ask(one, other, other.starts_at - timedelta(milliseconds=5))
        begun = Shift.objects.select_related("activity").get(pk=other.pk)
        assert end_line(SYSTEM, begun, AT) == 1
        rows = SignUp.objects.filter(ended_at__isnull=False).order_by("queued_at", "turn")
        assert [(one.state, one.ended_at == one.queued_at) for one in rows] == [
            ("left", True), ("left", True), ("cancelled", True), ("cancelled", True), ("cancelled", True),
        ]  # fmt: skip

    def test_gives_the_places_of_who_serves_no_more_to_the_next(self) -> None:
        shift = an_activity(places=1).shifts.get()
        gone, child, next_one = a_volunteer(), a_volunteer(a_person(AREA)), a_volunteer()
        for one in (gone, child, next_one):
            ask(one, shift)
        Volunteer.objects.filter(pk=gone.pk).update(state="paused")
        child.person.born_on = AT.date() - timedelta(days=12 * 365)
        child.person.save()
        assert run_clock(at=AT)["released"] == 2
        assert states(shift) == ["cancelled", "cancelled", "signed"]
        assert SignUp.objects.get(volunteer=gone).reason == SERVES_NO_MORE
        assert told("shifts.released") == 2
        assert run_clock(at=AT + HOUR)["released"] == 0

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=3, max_size=14), st.integers(1, 3))
    def test_never_lets_a_later_one_in_before_an_earlier_one(self, acts: list[tuple[int, bool]], places: int) -> None:
        """Whatever people do, those signed up are the earliest of all who still want the shift."""
        activity = Activity.objects.first() or an_activity(shifts=0)
        people = list(Volunteer.objects.order_by("number")[:5])
        people += [a_volunteer() for _one in range(5 - len(people))]
        begins = AT + (Shift.objects.count() + 1) * DAY
        shift = a_shift(activity, starts=begins, places=places)
        for who, comes in acts:
            try:
                if comes:
                    ask(people[who], shift)
                else:
                    operations.leave_shift(actor=of(people[who]), shift_id=shift.pk, at=AT)
            except Refusal:
                continue
            rows = [one for one in states(shift) if one in ("signed", "waiting")]
            assert rows == ["signed"] * min(places, len(rows)) + ["waiting"] * max(0, len(rows) - places)
        look_now()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class TestTheClock:
    def test_reminds_once_a_day_before_and_ends_what_is_over(self) -> None:
        activity = an_activity(places=1)
        shift = activity.shifts.get()
        ask(a_volunteer(), shift), ask(a_volunteer(), shift)
        assert run_clock(at=shift.starts_at - 25 * HOUR)["reminded"] == 0
        assert run_clock(at=shift.starts_at - 23 * HOUR)["reminded"] == 1
        assert run_clock(at=shift.starts_at - 22 * HOUR)["reminded"] == 0
        assert told("shifts.soon") == 1
        done = run_clock(at=shift.starts_at)
        assert (done["lines"], done["finished"]) == (1, 0)
        off = {"state": "cancelled", "cancelled_at": AT, "notice": "雨", "sequence": 1}
        a_shift(activity, starts=shift.starts_at + 9 * DAY, **off)
        assert run_clock(at=shift.ends_at)["finished"] == 1
        activity.refresh_from_db()
        assert (activity.state, states(shift)) == ("finished", ["signed", "cancelled"])


@pytest.mark.django_db(transaction=True)
class TestAHundredAtOnce:
    def test_one_gets_the_last_place_and_the_others_wait_in_line(self) -> None:
        shift = an_activity(places=1).shifts.get()
        people = [of(a_volunteer()) for _one in range(100)]
        found: list[Any] = []
        for start in range(0, 100, 25):  # so many connections as the test server has
            acts = [
                lambda who=who: operations.sign_up(actor=who, shift_id=shift.pk, risks_read=True, at=AT)
                for who in people[start : start + 25]
            ]
            found += answers(*acts)
        assert all(isinstance(one, SignUp) for one in found)
        rows = SignUp.objects.filter(shift=shift).order_by("turn")
        assert [one.turn for one in rows] == list(range(1, 101))
        assert [one.state for one in rows] == ["signed"] + ["waiting"] * 99
        gone = actor(rows[0].volunteer.person)
        leaves = [lambda: operations.leave_shift(actor=gone, shift_id=shift.pk, at=AT)]
        again = [
            lambda who=who: operations.leave_shift(actor=who, shift_id=shift.pk, at=AT)
            for who in [actor(one.volunteer.person) for one in rows[5:10]]
        ]
        assert not [one for one in answers(*leaves, *again) if isinstance(one, Refusal)]
        assert states(shift)[:3] == ["left", "signed", "waiting"]
