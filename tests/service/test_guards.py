"""What the database itself holds of records, sums, stars and certificates, whoever writes."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Sum

from shanzhi.service.models import (
    Certificate,
    CertificateBatch,
    Complaint,
    Reversal,
    ServiceMonth,
    ServiceRecord,
    ServiceRules,
    StarAward,
    Thanks,
)
from tests.service.support import SERVED, a_batch, a_certificate, a_record, put_under_notice, verify
from tests.support.people import AREA, AT, LONG_AGO, a_person
from tests.volunteering.support import a_team, a_volunteer
from tests.volunteering.test_guards import refused

pytestmark = pytest.mark.django_db


def counted(volunteer: Any) -> tuple[int, int]:
    """Give the minutes and times that the sums hold."""
    found = ServiceMonth.objects.filter(volunteer=volunteer).aggregate(m=Sum("minutes"), t=Sum("times"))
    return found["m"] or 0, found["t"] or 0


class TestARecord:
    def test_is_never_changed_nor_removed(self) -> None:
        one = a_record(a_volunteer())
        rows = ServiceRecord.objects.filter(pk=one.pk)
        refused(lambda: rows.update(minutes=60), "never changed")
        refused(lambda: rows.update(volunteer=a_volunteer()), "never changed")
        refused(lambda: rows.update(served_on=SERVED + timedelta(days=1)), "never changed")
        refused(rows.delete, "stays")
        refused(lambda: rows.update(state="verified", verified_at=AT), "service_record")
        rows.update(state="refused", refused_at=AT, refused_reason="重复（示例）")
        refused(lambda: rows.update(state="noticed", noticed_at=AT, notice_over_at=AT), "stays as it is|refused")

    def test_begins_unverified_inside_one_day_and_by_somebody_else(self) -> None:
        one = a_volunteer()
        refused(lambda: a_record(one, minutes=0), "service_record_minutes")
        refused(lambda: a_record(one, minutes=1441), "service_record_minutes")
        refused(lambda: a_record(one, minutes=61, starts=1380), "service_record_within_day")
        refused(lambda: a_record(one, recorded_by=one.person), "service_record_own")
        refused(lambda: ServiceRecord.objects.create(
            volunteer=one, area=AREA, task_kind=a_record(one).task_kind, served_on=SERVED, minutes=5, content="示例",
            recorded_at=LONG_AGO, state="verified", noticed_at=LONG_AGO, notice_over_at=LONG_AGO, verified_at=AT,
        ), "begins unverified")  # fmt: skip
        refused(lambda: a_record(one, a_team(), area="370102002"), "service_record_of_team")

    def test_overlaps_no_other_of_known_times(self) -> None:
        one = a_volunteer()
        first = a_record(one, minutes=60, starts=540, state="verified")
        refused(lambda: a_record(one, minutes=30, starts=590), "service_record_overlap")
        a_record(one, minutes=30, starts=600)
        a_record(a_volunteer(), minutes=30, starts=590)
        Reversal.objects.create(record=first, reason="时间有误（示例）", reversed_at=AT)
        a_record(one, minutes=30, starts=560, corrects=first)
        refused(lambda: a_record(one, corrects=a_record(one)), "service_record_corrects")

    def test_is_verified_by_a_second_person_after_the_notice_and_within_24_hours(self) -> None:
        one, second = a_volunteer(), a_person()
        first = a_record(one, minutes=1400, state="noticed")
        refused(lambda: verify(first, first.recorded_by or second, AT), "service_record_second_person")
        refused(lambda: verify(first, one.person, AT), "service_record_own")
        put_under_notice(late := a_record(one, minutes=41), AT)
        refused(lambda: verify(late, second, AT + timedelta(days=6)), "service_record_notice")
        complaint = Complaint.objects.create(record=late, matter="不是我（示例）", made_at=AT, due_on=SERVED)
        refused(lambda: verify(late, second, AT + timedelta(days=8)), "service_record_complaint")
        Complaint.objects.filter(pk=complaint.pk).update(state="withdrawn")
        verify(first, second, AT)
        refused(lambda: verify(late, second, AT + timedelta(days=8)), "service_record_day")
        Reversal.objects.create(record=first, reason="重复（示例）", reversed_at=AT)
        verify(late, second, AT + timedelta(days=8))
        refused(lambda: ServiceRecord.objects.filter(pk=late.pk).update(state="refused"), "stays as it is|refused")


class TestSums:
    def test_follow_verified_records_and_reversals_and_nobody_else(self) -> None:
        one, team = a_volunteer(), a_team()
        assert counted(one) == (0, 0)
        a_record(one, team)
        first = a_record(one, team, minutes=100, state="verified", people_served=3)
        a_record(one, team, minutes=20, state="verified")
        a_record(one, minutes=5, state="verified", served_on=SERVED.replace(day=1))
        assert counted(one) == (125, 3)
        assert ServiceMonth.objects.get(volunteer=one, team=team).minutes == 120
        Reversal.objects.create(record=first, reason="重复（示例）", reversed_at=AT)
        assert counted(one) == (25, 2)
        refused(lambda: ServiceMonth.objects.filter(volunteer=one).update(minutes=999), "by triggers alone")
        refused(lambda: ServiceMonth.objects.filter(volunteer=one).delete(), "by triggers alone")
        refused(lambda: Reversal.objects.create(record=first, reason="又一次", reversed_at=AT), "service_reversal_once")
        unverified = a_record(one)
        refused(lambda: Reversal.objects.create(record=unverified, reason="错", reversed_at=AT), "unverified")
        refused(lambda: Reversal.objects.filter(record=first).update(reversed_at=LONG_AGO), "stays as it was")


class TestWordsAndRules:
    def test_complaints_and_thanks_are_for_somebody_else_to_answer(self) -> None:
        one, other = a_volunteer(), a_person()
        record = a_record(one, state="verified")
        row = Complaint.objects.create(record=record, complainant=other, matter="示例", made_at=AT, due_on=SERVED)
        rows = Complaint.objects.filter(pk=row.pk)
        answer = {"state": "rejected", "answer": "核对无误（示例）", "answered_at": AT}
        refused(lambda: rows.update(**answer, answered_by=other), "service_complaint_somebody_else")
        refused(lambda: rows.update(**answer, answered_by=record.recorded_by), "somebody_else")
        refused(lambda: rows.update(**answer, answered_by=record.verified_by), "somebody_else")
        refused(lambda: rows.update(**answer, answered_by=one.person), "somebody_else")
        refused(lambda: rows.update(state="upheld"), "service_complaint_answered")
        rows.update(**answer, answered_by=a_person())
        refused(lambda: rows.update(state="open", answer="", answered_by=None, answered_at=None), "answered once")
        refused(lambda: Thanks.objects.create(volunteer=one, author=one.person, note="好", written_at=AT), "thanks_own")
        note = Thanks.objects.create(volunteer=one, author=other, note="谢谢（示例）", written_at=AT)
        notes = Thanks.objects.filter(pk=note.pk)
        refused(lambda: notes.update(state="shown", read_by=other, read_at=AT), "service_thanks_somebody_else")
        refused(lambda: notes.update(state="hidden", read_at=AT), "hidden_for_a_reason")

    def test_thresholds_rise_and_stars_take_turns(self) -> None:
        one = a_volunteer()
        common = {"valid_from": SERVED, "paper": "record", "prefix": "示例", "source": "示例，非官方", "created_at": AT}
        refused(lambda: ServiceRules.objects.create(area="", version=1, star_minutes=[60, 60], **common), "rising")
        rules = ServiceRules.objects.create(area="", version=1, star_minutes=[60, 120], **common)
        refused(lambda: ServiceRules.objects.filter(pk=rules.pk).update(notice_days=1), "append-only|refuse|change")
        star = {"volunteer": one, "level": 1, "threshold": 60, "awarded_on": SERVED, "awarded_at": AT}
        refused(lambda: StarAward.objects.create(turn=1, given=True, minutes=59, **star), "service_star_earned")
        refused(lambda: StarAward.objects.create(turn=2, given=True, minutes=60, **star), "service_star_turns")
        StarAward.objects.create(turn=1, given=True, minutes=60, **star)
        StarAward.objects.create(turn=2, given=False, minutes=10, **star)

    def test_certificates_are_numbered_without_gaps_and_withdrawn_once(self) -> None:
        one = a_volunteer()
        refused(lambda: a_certificate(one, serial=2), "service_certificate_gap")
        first = a_certificate(one, serial=1)
        a_certificate(one, serial=2)
        rows = Certificate.objects.filter(pk=first.pk)
        refused(lambda: rows.update(minutes=9999), "never changed")
        refused(rows.delete, "never changed")
        refused(lambda: rows.update(withdrawn_at=AT), "service_certificate_withdrawn")
        rows.update(withdrawn_at=AT, withdrawn_reason="记录更正（示例）")
        refused(lambda: rows.update(withdrawn_at=None, withdrawn_reason=""), "withdrawn once")

    def test_a_written_batch_stays_but_for_the_words_of_who_answered_for_it(self) -> None:
        rows = CertificateBatch.objects.filter(pk=a_batch(a_volunteer()).pk)
        later = AT + timedelta(days=1)
        for change in ({"state": "writing", "finished_at": None}, {"made": 0}, {"finished_at": later},
                       {"job": uuid4()}, {"wanted": 2}, {"ordered_by": a_person()}):  # fmt: skip
            refused(lambda change=change: rows.update(**change), "only gets on")
        assert rows.update(responsible="—", handler="—", contact="—") == 1  # as when somebody is erased
