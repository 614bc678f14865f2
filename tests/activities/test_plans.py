"""A plan is written, handed in, checked by another officer, published, changed, called off; shifts that repeat."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from shanzhi.activities import operations, queries
from shanzhi.activities.lifecycle import BEGUN
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.activities.operations import refusals
from shanzhi.activities.policies import OwnPlan
from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice
from shanzhi.volunteering.models import TaskKind, TeamMember
from shanzhi.volunteering.operations import members
from tests.activities.support import DAY, HOUR, INSURED, a_shift, a_task, an_activity, look_now
from tests.people.conftest import COMMUNITY
from tests.support.people import AT, actor, an_actor, give_role
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
PLAN: dict[str, Any] = {
    "area": COMMUNITY, "task": "clean_up", "title": " 清洁  楼道（示例）", "what": "扫楼道。", "place": "一号楼门口",
}  # fmt: skip


def leader_of(team: Any) -> Actor:
    return actor(TeamMember.objects.select_related("volunteer__person").get(team=team, role="leader").volunteer.person)


def ask(shift: Shift, at: Any = AT) -> Actor:
    who = actor(a_volunteer().person)
    operations.sign_up(actor=who, shift_id=shift.pk, risks_read=True, at=at)
    return who


def check(who: Actor, key: Any, *, passed: bool = True, words: str = "") -> Activity:
    """Decide on a plan as it stands."""
    version = Activity.objects.get(pk=key).version
    return operations.check_activity(
        actor=who, activity_id=key, version=version, passed=passed, words=words, at=AT
    )  # fmt: skip


def told(kind: str) -> int:
    return sum(Notice.objects.filter(kind=kind).values_list("recipients", flat=True))


class TestAPlan:
    def test_goes_from_its_leader_through_an_officers_check_to_the_public(self) -> None:
        a_task()
        team = a_team(COMMUNITY)
        leader, secretary = leader_of(team), an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        given: dict[str, Any] = {"actor": leader, "at": AT}
        made = operations.plan_activity(team_id=team.pk, plan=operations.Plan(**PLAN), **given)
        assert (made.state, made.title, made.contact.person_id) == ("draft", "清洁 楼道（示例）", leader.person_id)
        one: dict[str, Any] = {**given, "activity_id": made.pk}
        with pytest.raises(refusals.RisksMissing):
            operations.submit_activity(**one)
        risky = operations.Plan(**PLAN, risks="地滑")
        operations.change_activity(**one, version=1, plan=risky)
        with pytest.raises(refusals.StaleActivity):
            operations.change_activity(**one, version=1, plan=risky)
        with pytest.raises(refusals.NoShiftYet):
            operations.submit_activity(**one)
        operations.add_shifts(**one, starts_at=AT + DAY, ends_at=AT + DAY + HOUR, places=3)
        operations.submit_activity(**one)
        assert told("activity_plans.submitted") == 1
        with pytest.raises(NotFound):
            queries.activity(viewer=actor(a_volunteer().person), activity_id=made.pk)
        with pytest.raises(Forbidden):
            check(leader, made.pk)
        with pytest.raises(refusals.ActivityReason):
            check(secretary, made.pk, passed=False, words=" ")
        check(secretary, made.pk, passed=False, words="写明防滑措施")
        made.refresh_from_db()
        assert (made.state, made.check_note) == ("draft", "写明防滑措施")
        operations.submit_activity(**one)
        with pytest.raises(MoveRefused):
            operations.publish_activity(**one)
        check(secretary, made.pk)
        operations.publish_activity(**one)
        assert queries.activity(viewer=Actor.anonymous(), activity_id=made.pk).state == "published"
        assert [one.verb for one in Event.objects.filter(subject_id=str(made.pk)).order_by("pk") if
                one.verb.startswith("activities.activity")] == [
            f"activities.activity.{verb}" for verb in
            ("plan", "change", "submit", "return", "submit", "check", "publish")]  # fmt: skip

    def test_is_never_checked_by_who_changed_and_handed_it_in(self) -> None:
        team = a_team(COMMUNITY)
        found = an_activity(team, state="submitted", planned_by_id=leader_of(team).person_id)
        first, second = (an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY) for _one in range(2))
        plan = operations.Plan(**{**PLAN, "what": "改过的计划。", "risks": "地滑"})
        given: dict[str, Any] = {"activity_id": found.pk, "at": AT}
        operations.change_activity(actor=first, version=found.version, plan=plan, **given)
        operations.submit_activity(actor=first, **given)
        assert told("activity_plans.submitted") == 1
        with pytest.raises(OwnPlan):
            check(first, found.pk)
        done = check(second, found.pk, passed=False, words="再想想")
        assert (done.submitted_by_id, done.submitted_at) == (None, None)
        # handed in by the leader it is still the officer's plan
        done = operations.submit_activity(actor=leader_of(team), **given)
        assert told("activity_plans.submitted") == 2
        with pytest.raises(OwnPlan):
            check(first, found.pk)
        again = operations.Plan(**{**PLAN, "what": "负责人的计划。", "risks": "地滑"})
        operations.change_activity(actor=leader_of(team), version=done.version, plan=again, **given)
        done = operations.submit_activity(actor=leader_of(team), **given)
        # once the leader changed it and handed it in, two people stand behind it again
        assert check(first, found.pk).state == "checked"
        operations.publish_activity(actor=leader_of(team), **given)
        # what is published needs no check any more: who checked it may mend its words
        words = operations.Plan(**{**PLAN, "what": "改几个字。", "risks": "地滑"})
        done = operations.change_activity(actor=first, version=done.version + 2, plan=words, **given)
        assert (done.what, done.changed_by_id) == ("改几个字。", leader_of(team).person_id)

    def test_is_not_passed_unread_that_was_changed_while_the_officer_read(self) -> None:
        team = a_team(COMMUNITY)
        found = an_activity(team, state="submitted")
        officer, leader = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), leader_of(team)
        read, given = found.version, {"activity_id": found.pk, "at": AT}
        plan = operations.Plan(**{**PLAN, "what": "换了内容。", "risks": "地滑"})
        operations.change_activity(actor=leader, version=read, plan=plan, **given)
        operations.submit_activity(actor=leader, **given)
        for passed, words in ((True, ""), (False, "再想想")):
            with pytest.raises(refusals.StaleActivity):
                operations.check_activity(actor=officer, version=read, passed=passed, words=words, **given)
        found.refresh_from_db()
        assert (found.state, found.checked_by_id) == ("submitted", None)
        assert check(officer, found.pk).state == "checked"

    def test_is_never_checked_by_who_planned_it_or_leads_its_team(self) -> None:
        team = a_team(COMMUNITY)
        planner = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        found = an_activity(team, state="submitted", planned_by_id=planner.person_id)
        head = TeamMember.objects.get(team=team, role="leader").volunteer.person
        give_role(head, Role.SUBDISTRICT_OFFICER, area=COMMUNITY[:9])
        for one in (planner, actor(head)):
            with pytest.raises(Forbidden) as said:
                check(one, found.pk)
            assert said.value.code == "own_plan"
        stranger = actor(join(team, a_volunteer()).volunteer.person)
        with pytest.raises(NotFound):
            check(stranger, found.pk)

    def test_names_what_is_wrong_with_it_and_writes_nothing(self) -> None:
        a_task()
        team = a_team(COMMUNITY)
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("area", {"area": "110114008001"}), ("task", {"task": "flying"}), ("title", {"title": " "}),
            ("what", {"what": "长" * 2001}), ("lng", {"lat": 36_650_000}), ("skills", {"skills": ["magic"]}),
            ("language", {"language": "latin"}),
            ("policy_number", {"insurer": "示例"}),
            ("insured_until", {**INSURED, "insured_until": date(2026, 1, 1)}),
        ]  # fmt: skip
        for field, change in wrong:
            with pytest.raises(Exception) as said:  # noqa: PT011 - each has its own class; the field is what counts
                operations.plan_activity(
                    actor=leader_of(team), team_id=team.pk, plan=operations.Plan(**{**PLAN, **change}), at=AT
                )
            assert getattr(said.value, "field", None) == field
        with pytest.raises(Forbidden):
            operations.plan_activity(
                actor=an_actor(), team_id=team.pk, plan=operations.Plan(**PLAN), at=AT
            )  # fmt: skip
        assert not Activity.objects.exists()

    def test_of_dangerous_work_is_published_insured_over_all_shifts_alone(self) -> None:
        team = a_team(COMMUNITY)
        found = an_activity(team, state="submitted", task_kind=a_task("traffic", dangerous=True))
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        given: dict[str, Any] = {"activity_id": found.pk, "at": AT}
        with pytest.raises(refusals.Uninsured):
            check(secretary, found.pk)
        Activity.objects.filter(pk=found.pk).update(**INSURED)
        check(secretary, found.pk)
        late = AT + 345 * DAY
        with_late: dict[str, Any] = {"starts_at": late, "ends_at": late + HOUR, "places": 1}
        operations.add_shifts(actor=leader_of(team), **with_late, **given)
        with pytest.raises(refusals.Uninsured):
            operations.publish_activity(actor=leader_of(team), **given)
        Shift.objects.filter(starts_at=late).update(
            state="cancelled", cancelled_at=AT, sequence=1, notice="未投保（示例）"
        )
        operations.publish_activity(actor=leader_of(team), **given)
        with pytest.raises(refusals.Uninsured):
            operations.add_shifts(actor=leader_of(team), **with_late, **given)

    def test_that_is_published_stays_as_it_was_checked(self) -> None:
        found = an_activity(a_team(COMMUNITY))
        plan = {**PLAN, "title": found.title, "what": found.what, "risks": found.risks, "place": found.place}
        given: dict[str, Any] = {"actor": leader_of(found.team), "activity_id": found.pk, "version": 1, "at": AT}
        with pytest.raises(refusals.PublishedStays) as said:
            operations.change_activity(plan=operations.Plan(**{**plan, "risks": "没有"}), **given)
        assert said.value.field == "risks"
        changed = operations.change_activity(plan=operations.Plan(**{**plan, "reach": "社区站"}), **given)
        assert (changed.state, changed.reach) == ("published", "社区站")

    def test_is_led_on_the_day_by_who_leads_the_team_then(self) -> None:
        team = a_team(COMMUNITY)
        old = leader_of(team)
        draft, running = an_activity(team, state="checked"), an_activity(team)
        written, handed_in = (an_activity(team, state="draft") for _one in range(2))
        heir = join(team, a_volunteer())
        members.set_part(actor=old, member_id=heir.pk, role="leader", at=AT)
        assert draft.contact.person_id == running.contact.person_id == old.person_id
        new = leader_of(team)
        operations.publish_activity(actor=new, activity_id=draft.pk, at=AT)
        plan = operations.Plan(**PLAN)
        operations.change_activity(actor=new, activity_id=written.pk, version=1, plan=plan, at=AT)
        operations.submit_activity(actor=new, activity_id=handed_in.pk, at=AT)
        operations.plan_activity(actor=new, team_id=team.pk, plan=plan, at=AT)
        assert (operations.run_clock(at=AT)["led"], operations.run_clock(at=AT)["led"]) == (1, 0)
        assert set(Activity.objects.values_list("contact", flat=True)) == {heir.volunteer_id}
        rows = Event.objects.filter(verb="activities.activity.contact").order_by("pk")
        # each is told once, with who did it; who leads a new activity first is no change
        assert list(rows.values_list("subject_id", "actor_person", "change")) == [
            (str(one.pk), who, {"number": heir.volunteer.number})
            for one, who in (
                (draft, new.person_id), (written, new.person_id), (handed_in, new.person_id), (running, None)
            )
        ]  # fmt: skip


class TestShifts:
    def test_repeat_on_the_days_of_the_place_and_skip_some(self) -> None:
        found = an_activity(a_team(COMMUNITY), state="draft", shifts=0)
        begins = timezone.make_aware(datetime(2026, 12, 18, 23, 0))
        given: dict[str, Any] = {"actor": leader_of(found.team), "activity_id": found.pk, "places": 5, "at": AT,
                                 "starts_at": begins, "ends_at": begins + 3 * HOUR}  # fmt: skip
        made = operations.add_shifts(every_weeks=2, until=date(2027, 1, 29), skip=[date(2027, 1, 1)], **given)
        days = [timezone.localtime(one.starts_at) for one in made]
        assert [f"{one:%m-%d %H:%M}" for one in days] == ["12-18 23:00", "01-15 23:00", "01-29 23:00"]
        assert len({one.series for one in made}) == 1
        with pytest.raises(refusals.ShiftThere):
            operations.add_shifts(**given)
        for wrong in ({"every_weeks": 1, "until": None}, {"every_weeks": 13, "until": date(2027, 1, 29)},
                      {"every_weeks": 1, "until": date(2028, 12, 29)}):  # fmt: skip
            with pytest.raises(refusals.BadRepeat):
                operations.add_shifts(**given, **wrong)
        past = {**given, "starts_at": AT - HOUR, "ends_at": AT + HOUR}
        long = {**given, "starts_at": AT + DAY, "ends_at": AT + DAY + 16 * HOUR + timedelta(minutes=1)}
        for wrong in (past, long):
            with pytest.raises(refusals.BadShift):
                operations.add_shifts(**wrong)
        assert Shift.objects.count() == 3

    def test_of_a_series_change_one_or_with_those_that_follow(self) -> None:
        found = an_activity(a_team(COMMUNITY), shifts=0)
        given: dict[str, Any] = {"actor": leader_of(found.team), "at": AT}
        first, second, third = operations.add_shifts(
            activity_id=found.pk, starts_at=AT + DAY, ends_at=AT + DAY + HOUR, places=2, every_weeks=1,
            until=(AT + 15 * DAY).date(), **given,
        )  # fmt: skip
        who = ask(second)
        week = timedelta(weeks=1)
        times: dict[str, Any] = {"starts_at": second.starts_at + week, "ends_at": second.ends_at + week + HOUR}
        operations.change_shift(shift_id=second.pk, **times, places=4, place="南门", following=True, **given)
        rows = list(Shift.objects.order_by("starts_at"))
        assert [one.starts_at - AT for one in rows] == [DAY, DAY + 2 * week, DAY + 3 * week]
        assert [(one.places, one.where, one.sequence) for one in rows[1:]] == [(4, "南门", 1), (4, "南门", 1)]
        assert told("shifts.changed") == 1
        (mine,) = queries.mine(viewer=who, at=AT)
        assert mine.kept < mine.shift.sequence
        operations.keep_place(actor=who, shift_id=second.pk, at=AT)
        assert SignUp.objects.get().kept == 1
        with pytest.raises(refusals.BadPlaces):
            operations.change_shift(shift_id=second.pk, **times, places=0, place="", **given)
        operations.cancel_shift(shift_id=second.pk, reason="暴雨", following=True, **given)
        assert list(Shift.objects.order_by("starts_at").values_list("state", flat=True)) == [
            "open", "cancelled", "cancelled",
        ]  # fmt: skip
        assert (SignUp.objects.get().state, told("shifts.cancelled")) == ("cancelled", 1)
        with pytest.raises(refusals.ShiftOver):
            operations.cancel_shift(shift_id=third.pk, reason="暴雨", **given)
        assert first.state == "open"

    def test_that_moves_onto_another_gives_the_place_to_the_next(self) -> None:
        found = an_activity(a_team(COMMUNITY), places=1)
        shift = found.shifts.get()
        other = a_shift(found, starts=shift.starts_at + 5 * HOUR, places=1)
        busy, waits = ask(shift), ask(shift)
        operations.sign_up(actor=busy, shift_id=other.pk, risks_read=True, at=AT)
        operations.change_shift(
            actor=leader_of(found.team), shift_id=shift.pk, starts_at=other.starts_at + HOUR,
            ends_at=other.starts_at + 3 * HOUR, places=1, place="", at=AT,
        )  # fmt: skip
        rows = SignUp.objects.filter(shift=shift).order_by("turn")
        assert [(one.state, one.reason) for one in rows] == [("cancelled", "moved_onto"), ("signed", "")]
        assert rows[1].volunteer.person_id == waits.person_id


class TestAnEmergency:
    def test_is_told_in_three_fields_to_all_who_signed_up_or_wait(self) -> None:
        found = an_activity(a_team(COMMUNITY), shifts=2, places=1)
        one, two = found.shifts.all()
        ask(one), ask(one), ask(two)
        given: dict[str, Any] = {"actor": leader_of(found.team), "activity_id": found.pk, "at": AT}
        for words, happens, refusal in (("x", "dance", refusals.ChangeMissing), (" ", "warn", refusals.ActivityReason),
                                        ("长" * 101, "place", refusals.BadActivity)):  # fmt: skip
            with pytest.raises(refusal):
                operations.change_in_emergency(shift_id=None, happens=happens, words=words, **given)
        operations.change_in_emergency(shift_id=one.pk, happens="place", words="地下车库", **given)
        one.refresh_from_db()
        assert (one.where, one.sequence, told("shifts.emergency")) == ("地下车库", 1, 2)
        operations.change_in_emergency(shift_id=None, happens="warn", words="带雨衣", **given)
        assert told("shifts.emergency") == 5
        operations.change_in_emergency(shift_id=None, happens="cancel", words="台风", **given)
        assert told("shifts.cancelled") == 3
        assert set(SignUp.objects.values_list("state", "reason")) == {("cancelled", "台风")}
        assert set(Shift.objects.values_list("place", "sequence")) == {("地下车库", 2), ("", 1)}
        with pytest.raises(refusals.ShiftOver):
            operations.change_in_emergency(shift_id=None, happens="cancel", words="台风", **given)

    def test_asks_nobody_to_keep_the_place_for_a_warning_which_ends_with_the_next_change(self) -> None:
        found = an_activity(a_team(COMMUNITY))
        shift = found.shifts.get()
        who, leader = ask(shift), leader_of(found.team)
        given: dict[str, Any] = {"actor": leader, "activity_id": found.pk, "shift_id": shift.pk, "happens": "warn"}
        operations.change_in_emergency(words="带雨衣", at=AT, **given)
        operations.change_in_emergency(words="带雨衣，路滑", at=AT + HOUR, **given)
        (mine,) = queries.mine(viewer=who, at=AT)
        assert (mine.kept, mine.shift.sequence, mine.shift.notice) == (0, 0, "带雨衣，路滑")
        assert told("shifts.emergency") == 2
        change: dict[str, Any] = {"actor": leader, "shift_id": shift.pk, "ends_at": shift.ends_at, "place": ""}
        more = operations.change_shift(starts_at=shift.starts_at, places=9, at=AT, **change)
        assert [(one.notice, one.places) for one in more] == [("带雨衣，路滑", 9)]
        moved = operations.change_shift(starts_at=shift.starts_at + HOUR, places=9, at=AT, **change)
        assert [(one.notice, one.sequence) for one in moved] == [("", 1)]

    def test_is_told_of_work_that_was_found_dangerous_and_is_not_insured(self) -> None:
        found = an_activity(a_team(COMMUNITY), shifts=3)
        first, second, third = found.shifts.all()
        look_now()
        TaskKind.objects.filter(pk=found.task_kind_id).update(dangerous=True)
        given: dict[str, Any] = {"actor": leader_of(found.team), "at": AT}
        one: dict[str, Any] = {"activity_id": found.pk, "shift_id": first.pk}
        operations.change_in_emergency(happens="warn", words="先别上梯子", **one, **given)
        operations.change_in_emergency(happens="cancel", words="未投保", **one, **given)
        operations.cancel_shift(shift_id=second.pk, reason="未投保", **given)
        look_now()
        assert list(Shift.objects.order_by("starts_at").values_list("state", flat=True)) == [
            "cancelled", "cancelled", "open",
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        with pytest.raises(refusals.Uninsured):
            operations.change_shift(
                shift_id=third.pk, starts_at=third.starts_at + HOUR, ends_at=third.ends_at + HOUR, places=2, place="",
                **given,
            )  # fmt: skip


class TestCallingOff:
    def test_ends_the_line_of_a_shift_that_has_begun(self) -> None:
        found = an_activity(a_team(COMMUNITY), shifts=2, places=1)
        first = found.shifts.earliest("starts_at")
        came, waits = ask(first), ask(first)
        at = first.starts_at + HOUR
        operations.cancel_activity(actor=leader_of(found.team), activity_id=found.pk, reason="场地收回", at=at)
        look_now()
        rows = dict(SignUp.objects.values_list("volunteer__person", "reason"))
        assert rows == {came.person_id: "", waits.person_id: BEGUN}
        assert Event.objects.filter(verb="activities.signup.line_over").count() == 1

    def test_ends_all_shifts_to_come_and_leaves_those_that_were(self) -> None:
        found = an_activity(a_team(COMMUNITY), shifts=2)
        first, second = found.shifts.all()
        came, waits = ask(first), ask(second)
        at = first.starts_at + HOUR
        operations.cancel_activity(actor=leader_of(found.team), activity_id=found.pk, reason="场地收回", at=at)
        states = dict(SignUp.objects.values_list("volunteer__person", "state"))
        assert states == {came.person_id: "signed", waits.person_id: "cancelled"}
        assert queries.activity(viewer=Actor.anonymous(), activity_id=found.pk).reason == "场地收回"
        with pytest.raises(refusals.ActivityOver):
            operations.cancel_activity(actor=leader_of(found.team), activity_id=found.pk, reason="再来", at=at)
