"""What the database itself holds of activities, shifts and sign-ups, whoever writes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction

from shanzhi.activities.models import Activity, Outcome, QueueDecision, Shift, SignUp
from tests.activities.support import DAY, HOUR, INSURED, a_shift, a_sign_up, a_task, an_activity, look_now
from tests.support.people import AT, a_person
from tests.volunteering.support import a_volunteer

pytestmark = pytest.mark.django_db


def refused(run: Any, words: str) -> None:
    with pytest.raises((IntegrityError, DataError), match=words):
        _run_to_the_end(run)


def _run_to_the_end(run: Any) -> None:
    with transaction.atomic():
        run()
        look_now()


class TestAnActivitysRow:
    def test_keeps_its_moves_and_what_it_tells(self) -> None:
        rows = Activity.objects.filter(pk=an_activity(state="draft", shifts=0).pk)
        refused(rows.delete, "stays on record")
        refused(lambda: rows.update(planned_by=a_person()), "stays on record")
        refused(lambda: rows.update(state="published"), "activities_")
        refused(lambda: rows.update(state="submitted", submitted_at=AT, risks=" "), "activities_risks_told")
        refused(lambda: rows.update(title=" "), "activities_told")
        refused(lambda: rows.update(lat=36_650_000), "activities_position")
        refused(lambda: rows.update(insurer="示例保险公司（示例）"), "activities_insurance_whole")
        refused(lambda: rows.update(state="cancelled", ended_at=AT), "activities_ended")
        rows.update(state="cancelled", ended_at=AT, reason="天气")
        refused(lambda: rows.update(state="draft", ended_at=None, reason=""), "activities_move")
        refused(lambda: rows.update(place="别处"), "stays as it was")

    def test_is_checked_by_another_and_published_with_a_shift(self) -> None:
        one = a_person()
        draft = an_activity(state="submitted", planned_by=one, shifts=0)
        rows = Activity.objects.filter(pk=draft.pk)
        refused(lambda: rows.update(state="checked", checked_at=AT, checked_by=one), "checked_by_another")
        two = a_person()
        by_two = {"submitted_by": two, "checked_by": two}
        refused(lambda: rows.update(state="checked", checked_at=AT, **by_two), "checked_by_another")
        by_two = {"changed_by": two, "checked_by": two}
        refused(lambda: rows.update(state="checked", checked_at=AT, **by_two), "checked_by_another")
        rows.update(state="checked", checked_at=AT, checked_by=a_person())
        refused(lambda: rows.update(state="published", published_at=AT), "activities_no_shift")

    def test_is_insured_over_all_shifts_before_dangerous_work(self) -> None:
        risky = a_task("traffic", dangerous=True)
        draft = an_activity(state="checked", task_kind=risky)
        rows = Activity.objects.filter(pk=draft.pk)
        refused(lambda: rows.update(state="published", published_at=AT), "activities_uninsured")
        short = {**INSURED, "insured_until": date(2026, 11, 24)}
        refused(lambda: rows.update(state="published", published_at=AT, **short), "activities_uninsured")
        rows.update(state="published", published_at=AT, **INSURED)
        look_now()
        refused(lambda: a_shift(draft, starts=AT + 360 * DAY), "activities_uninsured")
        refused(lambda: rows.update(insurer="", policy_number="", insured_from=None, insured_until=None), "uninsured")

    def test_stays_as_it_was_checked_once_it_is_published(self) -> None:
        found = an_activity(risks="问李示例", skills=["haircut"])
        rows = Activity.objects.filter(pk=found.pk)
        for change in ({"title": "另一项"}, {"place": "别处"}, {"area": "370102"}, {"task_kind": a_task("other")},
                       {"lat": 1, "lng": 1}, {"skills": []}, {"risks": "没有"}, {"risks": "▇▇"[:1]}):  # fmt: skip
            refused(lambda change=change: rows.update(**change), "published_stays")
        rows.update(risks="问▇▇", what="另一句", reach="社区站", language="sign")
        refused(lambda: rows.update(language="latin"), "activities_language")


class TestAShiftsRow:
    def test_keeps_its_span_and_counts_its_changes(self) -> None:
        activity = an_activity()
        shift = activity.shifts.get()
        rows = Shift.objects.filter(pk=shift.pk)
        refused(rows.delete, "stays on record")
        refused(lambda: rows.update(ends_at=shift.starts_at, sequence=1), "activities_shift_span")
        too_long = shift.starts_at + DAY + timedelta(microseconds=1)
        refused(lambda: rows.update(ends_at=too_long, sequence=1), "activities_shift_span")
        refused(lambda: rows.update(places=0), "activities_shift_places")
        refused(lambda: rows.update(starts_at=AT + HOUR), "activities_shift_sequence")
        refused(lambda: a_shift(activity, starts=shift.starts_at), "activities_shift_once")
        rows.update(starts_at=AT + 3 * HOUR, sequence=1)
        refused(lambda: rows.update(sequence=0), "activities_shift_sequence")
        rows.update(place="王示例家", sequence=2)
        for words in ("李示例家", "", "▇▇门口"):
            refused(lambda words=words: rows.update(place=words), "activities_shift_sequence")
        rows.update(place="▇▇家")  # an erasure takes the name out, and the place is the same
        rows.update(state="cancelled", cancelled_at=AT, sequence=3, notice="暴雨")
        refused(lambda: rows.update(places=9), "stays as it was")

    def test_holds_those_who_signed_up(self) -> None:
        shift = an_activity().shifts.get()
        a_sign_up(shift), a_sign_up(shift)
        rows = Shift.objects.filter(pk=shift.pk)
        refused(lambda: rows.update(places=1), "activities_full")
        refused(lambda: rows.update(state="cancelled", cancelled_at=AT, sequence=1, notice="暴雨"), "cancelled_empty")


class TestASignUpsRow:
    def test_is_one_of_a_volunteer_and_of_no_more_than_the_places(self) -> None:
        shift = an_activity().shifts.get()
        one = a_sign_up(shift)
        refused(lambda: a_sign_up(shift, one.volunteer, state="waiting"), "activities_signup_once")
        a_sign_up(shift)
        refused(lambda: a_sign_up(shift), "activities_full")
        waits = a_sign_up(shift, state="waiting")
        refused(lambda: SignUp.objects.filter(pk=waits.pk).update(state="signed", signed_at=AT), "activities_full")
        refused(
            lambda: a_sign_up(an_activity(shift.activity.team, state="checked").shifts.get()), "activities_not_open"
        )

    def test_is_for_one_shift_at_a_time(self) -> None:
        activity = an_activity()
        shift, who = activity.shifts.get(), a_volunteer()
        a_sign_up(shift, who)
        refused(lambda: a_sign_up(a_shift(activity, starts=shift.starts_at + HOUR), who), "activities_overlap")
        later = a_shift(activity, starts=shift.ends_at)
        a_sign_up(later, who)
        refused(lambda: Shift.objects.filter(pk=later.pk).update(starts_at=shift.starts_at + HOUR, sequence=1),
                "activities_overlap")  # fmt: skip

    def test_stays_on_record_as_it_was(self) -> None:
        shift = an_activity().shifts.get()
        one = a_sign_up(shift)
        rows = SignUp.objects.filter(pk=one.pk)
        refused(rows.delete, "stays on record")
        refused(lambda: rows.update(turn=9), "stays on record")
        refused(lambda: rows.update(state="waiting", signed_at=None), "activities_signup_move")
        rows.update(state="left", ended_at=AT)
        refused(lambda: rows.update(ended_at=AT + HOUR), "stays as it was")
        told = QueueDecision.objects.create(sign_up=one, outcome=Outcome.TAKEN, signed=0, places=2, at=AT)
        refused(lambda: QueueDecision.objects.filter(pk=told.pk).update(places=3), "append-only")
        refused(lambda: QueueDecision.objects.create(sign_up=one, outcome="passed_over", signed=0, places=2, at=AT),
                "activities_decision_why")  # fmt: skip
