"""A row in every audited table of service, for the tests of the log; somebody in every field that holds words."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.service import operations
from shanzhi.service.models import (
    BatchItem,
    Certificate,
    CertificateBatch,
    Complaint,
    Evidence,
    Reversal,
    ServiceRecord,
    ServiceRules,
    Thanks,
)
from shanzhi.service.operations import Organiser, Row
from shanzhi.volunteering.models import TaskKind, Volunteer
from shanzhi.work.files import store
from tests.audit.support import SYSTEM
from tests.service.support import a_kind
from tests.support.people import a_person
from tests.volunteering.support import a_volunteer

WHERE = "370102001002"
OTHER = Actor.system("second")
_ANOTHER = "(SELECT id FROM volunteering_volunteer ORDER BY joined_at DESC LIMIT 1)"
SLIPPED: dict[str, dict[str, str]] = {
    "service_servicerules": {"version": "version + 7", "star_minutes": "ARRAY[1, 2]", "paper": "'certificate'"},
    "service_servicerecord": {
        "state": "'refused'", "verified_at": "NULL", "verified_by_id": "NULL", "refused_at": "recorded_at",
        "refused_reason": "'x'", "minutes": "minutes - 1",
    },
    "service_evidence": {"digest": "''", "name": "''", "removed_at": "added_at", "removed_reason": "'x'"},
    "service_reversal": {
        "record_id": "(SELECT id FROM service_servicerecord WHERE id NOT IN (SELECT record_id FROM service_reversal)"
        " LIMIT 1)",
    },
    "service_complaint": {"state": "'withdrawn'", "answer": "''", "answered_by_id": "NULL", "answered_at": "NULL"},
    "service_staraward": {"level": "9", "turn": "turn + 2"},
    "service_thanks": {"state": "'hidden'", "reason": "'x'", "read_at": "written_at"},
    "service_certificate": {"serial": "serial + 7", "paper": "'certificate'", "withdrawn_at": "issued_at",
                            "withdrawn_reason": "'x'"},
    "service_certificatebatch": {"made": "0", "state": "'writing'", "finished_at": "NULL"},
}  # fmt: skip
PAPER = {"responsible": "示例甲", "handler": "示例乙", "contact": "示例丙"}


def fill_service(at: datetime) -> None:
    """Have a volunteer with a verified record, a reversed one, a complaint, a star, thanks and certificates."""
    one = a_volunteer(a_person(WHERE), WHERE)
    kind = TaskKind.objects.filter(area="", code="events").first() or a_kind("370102")
    values = {
        "notice_days": 0, "answer_days": 7, "star_minutes": [60], "paper": "record", "prefix": "示例",
        "core_minutes": 60, "core_times": 1, "core_months": 12, "source": "示例，非官方", "example": True,
    }  # fmt: skip
    operations.set_rules(actor=SYSTEM, area=WHERE, valid_from=at.date() + timedelta(days=1), values=values, at=at)
    before = at - timedelta(days=9)
    made = operations.record_service(
        actor=SYSTEM, organiser=Organiser(area=WHERE), served_on=before.date(), task_code=kind.code, content="示例",
        rows=[Row(one.pk, 600, 0), Row(one.pk, 30, 700)], at=before,
    )  # fmt: skip
    operations.add_evidence(
        actor=SYSTEM, record_id=made[0].pk, name="签到表（示例）.pdf", content=b"%PDF-1.4 made up %%EOF", at=before
    )
    signed = Actor(person_id=one.person_id, account_id=uuid4())
    operations.complain(actor=signed, record_id=made[1].pk, words="示例", at=before)
    complaint = Complaint.objects.get(record=made[1])
    operations.answer_complaint(actor=OTHER, complaint_id=complaint.pk, upheld=False, answer="示例", at=at)
    operations.verify_records(actor=OTHER, record_ids=[row.pk for row in made], at=at)
    operations.reverse_record(actor=OTHER, record_id=made[1].pk, reason="示例", at=at)
    _star(one, at)
    writer = Actor(person_id=a_person(WHERE).pk, account_id=uuid4())
    operations.write_thanks(actor=writer, number=one.number, words="示例", at=at)
    paper = operations.Paper(before.date(), at.date(), **PAPER, area=WHERE)
    batch = operations.order_batch(actor=SYSTEM, paper=paper, at=at)
    operations.write_batch(batch_id=batch.pk, at=at)


def _star(one: Volunteer, at: datetime) -> None:
    """Have the volunteer serve as long as the first star of the example asks for."""
    for place in range(5):
        before = at - timedelta(days=20 + place)
        made = operations.record_service(
            actor=SYSTEM, organiser=Organiser(area=WHERE), served_on=before.date(), task_code="events",
            content="示例", rows=[Row(one.pk, 1440)], at=before,
        )  # fmt: skip
        operations.verify_records(actor=OTHER, record_ids=[row.pk for row in made], at=at)


def mark_service(person: Person, *, told: str, at: datetime) -> None:
    """Have somebody behind every row of service, with words that tell who it is in every field that holds any."""
    one = Volunteer.objects.filter(person=person).first() or a_volunteer(person, WHERE)
    kind, day = a_kind("370102"), date(2026, 1, 2)
    common = {
        "area": WHERE, "task_kind": kind, "served_on": day, "minutes": 60, "content": told, "evidence": told,
        "recorded_by": person, "recorded_at": at,
    }  # fmt: skip
    record = ServiceRecord.objects.create(
        volunteer=one, **common, state="refused", refused_by=person, refused_at=at, refused_reason=told
    )
    verified = ServiceRecord.objects.create(
        volunteer=one, **common, state="verified", noticed_at=at, notice_over_at=at, verified_at=at
    )
    _mark_files(verified, person, told=told, at=at)
    Reversal.objects.create(record=verified, reason=told, reversed_by=person, reversed_at=at)
    for by, answered in ((person, None), (None, person)):
        Complaint.objects.create(
            record=record, complainant=by, matter=told, state="rejected", made_at=at, due_on=day, answer=told,
            answered_by=answered, answered_at=at,
        )  # fmt: skip
    Complaint.objects.create(record=record, complainant=person, matter=told, made_at=at, due_on=day)
    other, read = a_volunteer(area=WHERE), {"state": "hidden", "written_at": at, "read_at": at, "reason": told}
    Thanks.objects.create(volunteer=one, note=told, read_by=other.person, **read)
    Thanks.objects.create(volunteer=other, note="谢谢", read_by=person, **read)
    Thanks.objects.create(volunteer=other, author=person, note=told, written_at=at)
    _mark_papers(one, person, told=told, at=at)
    ServiceRules.objects.create(
        area=WHERE, version=99, valid_from=day, star_minutes=[60], paper="record", prefix="示例", source="示例",
        created_by=person, created_at=at,
    )  # fmt: skip


def _mark_files(own: ServiceRecord, person: Person, *, told: str, at: datetime) -> None:
    """Have files beside the own service and, put there or taken away by the person, beside that of somebody else."""
    of_other = ServiceRecord.objects.create(
        volunteer=a_volunteer(area=WHERE), area=WHERE, task_kind=own.task_kind, served_on=own.served_on, minutes=60,
        content="示例", recorded_at=at,
    )  # fmt: skip
    digest, values = "sha256:" + "0" * 64, {"kind": "pdf", "size": 9, "added_at": at}
    held = store(f"%PDF-1.4 {told}".encode(), room="service")
    Evidence.objects.create(record=own, name=told[:100], digest=held, **values)
    Evidence.objects.create(record=of_other, name=told[:100], digest=digest, added_by=person, **values)
    away = Evidence.objects.create(record=of_other, name="示例", digest=digest.replace("0", "1"), **values)
    Evidence.objects.filter(pk=away.pk).update(
        digest="", name="", removed_by=person, removed_at=at, removed_reason=told
    )  # fmt: skip


def _mark_papers(one: Volunteer, person: Person, *, told: str, at: datetime) -> None:
    """Have somebody behind a certificate, a batch that is being made, and one that is written."""
    day = date(2026, 1, 2)
    issued = {
        "issuer_area": WHERE, "issuer_name": "示例居委会", "responsible": told[:30], "handler": told[:30],
        "contact": told, "starts_on": day, "ends_on": day,
    }  # fmt: skip
    for passed in (False, True):
        batch = CertificateBatch.objects.create(**issued, wanted=1, ordered_by=person, ordered_at=at)
        BatchItem.objects.create(batch=batch, volunteer=one, passed=passed)
    CertificateBatch.objects.filter(pk=batch.pk).update(state="written", finished_at=at)
    Certificate.objects.create(
        **issued, volunteer=one, area=WHERE[:9], year=1999, serial=1, number="示例一号", code="c" * 22,
        paper="record", minutes=60, times=1, issued_on=day, issued_at=at, issued_by=person, withdrawn_at=at,
        withdrawn_by=person, withdrawn_reason=told,
    )  # fmt: skip
