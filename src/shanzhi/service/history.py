"""How the history of service records reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.service import policies
from shanzhi.service.lifecycle import RECORD
from shanzhi.service.models import Certificate, CertificateBatch, PaperTitle, ServiceRecord


def _record(viewer: Actor, record_id: str, at: datetime) -> Shown | None:
    rows = ServiceRecord.objects.select_related("volunteer").filter(pk=uuid_of(record_id))
    found = rows.first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.area) and policies.in_charge(actor=viewer, record=found) is not None:
        raise NotFound
    title = f"{found.volunteer.number} {found.served_on}"
    return Shown(title, reverse("service:record", args=[found.pk]), whole=True)


def _records(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return ServiceRecord.objects.filter(policies.records_readable(viewer, timezone.now())), "served_on"


def _certificate(viewer: Actor, certificate_id: str, at: datetime) -> Shown | None:
    found = Certificate.objects.filter(pk=uuid_of(certificate_id)).first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.issuer_area) and policies.may_withdraw(actor=viewer, found=found):
        raise NotFound
    return Shown(found.number, reverse("service:certificate", args=[found.pk]), whole=True)


def _certificates(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Certificate.objects.filter(policies.certificates_readable(viewer)), "number"


def _batch(viewer: Actor, batch_id: str, at: datetime) -> Shown | None:
    found = CertificateBatch.objects.filter(pk=uuid_of(batch_id)).first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.issuer_area) and policies.may_withdraw(actor=viewer, found=found):
        raise NotFound
    return Shown(found.issuer_name, reverse("service:batch", args=[found.pk]), whole=True)


register(
    Subject(
        type="service.servicerecord",
        label=_("Service record"),
        find=_record,
        titles=_records,
        readers=policies.READERS,
        fields={"number": _("Volunteer number"), "day": _("Day of service"), "minutes": _("Minutes"),
                "state": _("State"), "kind": _("Kind of file"), "digest": _("Digest"), "size": _("Size in bytes")},
        values={"state": lambda value: RECORD.states.get(value, value)},
    )
)  # fmt: skip
register(
    Subject(
        type="service.certificate",
        label=_("Service certificate"),
        find=_certificate,
        titles=_certificates,
        readers=policies.READERS,
        fields={"number": _("Certificate number"), "volunteer": _("Volunteer number"), "minutes": _("Minutes")},
    )
)
register(
    Subject(
        type="service.certificatebatch",
        label=_("Batch of certificates"),
        find=_batch,
        readers=policies.READERS,
        fields={"wanted": _("Ordered"), "made": _("Made")},
    )
)
for _type, _label, _fields in (
    ("complaint", _("Complaint about a record"), {"state": _("State"), "due_on": _("Answer due on")}),
    ("thanks", _("Thanks to a volunteer"), {"number": _("Volunteer number"), "state": _("State")}),
    ("staraward", _("Star"), {"level": _("Star"), "minutes": _("Minutes"), "number": _("Volunteer number")}),
):
    register(Subject(type=f"service.{_type}", label=_label, readers=policies.READERS, fields=_fields))
register(
    Subject(
        type="service.servicerules",
        label=_("Rules of service records"),
        readers=policies.READERS,
        fields={
            "version": _("Version"), "valid_from": _("Holds from"), "notice_days": _("Days of notice inside the team"),
            "answer_days": _("Days to answer a complaint"), "star_minutes": _("Thresholds of the stars"),
            "paper": _("What the paper is called"), "prefix": _("Words before the number"),
            "core_minutes": _("A core member's service"), "core_times": _("A core member's times of service"),
            "core_months": _("Months that are looked back"), "source": _("Source"),
            "example": _("Example, not official"),
        },
        values={"paper": lambda value: dict(PaperTitle.choices).get(value, value)},
    )
)  # fmt: skip
register_verbs(
    {
        "service.record.add": _("Service recorded"),
        "service.record.notice": _("Record put under notice"),
        "service.record.verify": _("Record verified"),
        "service.record.refuse": _("Record refused"),
        "service.record.reverse": _("Record reversed"),
        "service.evidence.add": _("File put beside the record"),
        "service.evidence.remove": _("File beside the record taken away"),
        "service.complaint.make": _("Complained about a record"),
        "service.complaint.uphold": _("Complaint upheld"),
        "service.complaint.reject": _("Complaint not upheld"),
        "service.complaint.withdraw": _("Complaint taken back"),
        "service.thanks.write": _("Thanks written"),
        "service.thanks.show": _("Thanks shown"),
        "service.thanks.hide": _("Thanks not shown"),
        "service.star.give": _("Star given"),
        "service.star.take": _("Star taken back"),
        "service.certificate.issue": _("Certificate issued"),
        "service.certificate.print": _("Certificate fetched by its holder, in full"),
        "service.certificate.withdraw": _("Certificate withdrawn"),
        "service.batch.order": _("Certificates ordered"),
        "service.batch.finish": _("Certificates made"),
        "service.rules.set": _("Rules of service records set"),
        "service.export.take": _("Records taken out for the national system"),
    },
    tones={"service.record.reverse": "warn", "service.certificate.withdraw": "warn",
           "service.certificate.print": "accent"},
)  # fmt: skip
