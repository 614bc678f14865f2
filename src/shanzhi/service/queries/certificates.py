"""Reading certificates: one's own, those that one's office issues, and the check that anybody makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models import Sum as SumOf

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.organizations.models import Organization
from shanzhi.places import queries as places
from shanzhi.service import policies
from shanzhi.service.models import BatchItem, Certificate, CertificateBatch, ServiceRecord
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.policies import volunteers_readable


@dataclass(frozen=True, slots=True)
class Sum:
    """What a certificate counts; `content` are rows of code, Chinese and English name of the kind, and minutes."""

    minutes: int
    times: int
    content: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the public check says of a certificate."""

    state: Literal["valid", "withdrawn", "unknown"]
    certificate: Certificate | None = None

    @property
    def number(self) -> str:
        """The volunteer number, of which the district and the last three digits are told."""
        known = self.certificate.volunteer.number if self.certificate else ""
        return f"{known[:6]}******{known[-3:]}" if known else ""


def of_issuer(values: Mapping[str, Any]) -> Q:
    """Give the condition that a record is the issuer's to certify."""
    if values["organization_id"] is not None:
        return Q(organization=values["organization_id"])
    return places.within("area", values["issuer_area"]) & Q(organization=None)


def standing(values: Mapping[str, Any], at: datetime) -> QuerySet[ServiceRecord]:
    """Give the records verified by `at` that stand, of an issuer in a span of days; of who was erased there is none."""
    return ServiceRecord.objects.filter(
        of_issuer(values), state="verified", verified_at__lte=at, reversal=None, volunteer__person__erased_at=None,
        served_on__range=(values["starts_on"], values["ends_on"]),
    )  # fmt: skip


def certifiable(*, viewer: Actor, values: Mapping[str, Any]) -> QuerySet[Volunteer]:
    """Give whom an issuer may name: of whom it has a record, and whom the viewer reads; nobody who was erased."""
    known = Exists(ServiceRecord.objects.filter(of_issuer(values), volunteer=OuterRef("pk")))
    return Volunteer.objects.filter(volunteers_readable(viewer) | Q(known), person__erased_at=None)


def counted(values: Mapping[str, Any], volunteers: Iterable[UUID], at: datetime) -> dict[UUID, Sum]:
    """Sum up what volunteers did for an issuer in a span of days, by kind of task; who has nothing is left out."""
    rows = standing(values, at).filter(volunteer__in=list(volunteers)).order_by()
    kinds = rows.values(
        "volunteer", code=F("task_kind__code"), name=F("task_kind__name"), name_en=F("task_kind__name_en")
    ).annotate(sum=SumOf("minutes"), times=Count("id"))
    found: dict[UUID, Sum] = {}
    for one in kinds.order_by("volunteer", "-sum", "code"):
        before = found.get(one["volunteer"], Sum(0, 0, []))
        row = {"code": one["code"], "name": one["name"], "name_en": one["name_en"], "minutes": one["sum"]}
        found[one["volunteer"]] = Sum(
            before.minutes + one["sum"], before.times + one["times"], [*before.content, row]
        )  # fmt: skip
    return found


def certificates(*, viewer: Actor) -> QuerySet[Certificate]:
    """Give the certificates that exist for the viewer, each with its volunteer and person."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Certificate.objects.filter(policies.certificates_readable(viewer))
    return rows.select_related("volunteer__person__merged_into", "organization")


def certificate(*, viewer: Actor, certificate_id: UUID) -> Certificate:
    """Give one of them. Raises SignInNeeded, NotFound."""
    found = certificates(viewer=viewer).filter(pk=certificate_id).first()
    if found is None:
        raise NotFound
    return found


def check(*, number: str, code: str) -> Checked:
    """Say whether a certificate with this number and code holds, for anybody; who does not have both learns nothing."""
    if "\x00" in number + code:  # the database takes no such text
        return Checked("unknown")
    rows = Certificate.objects.select_related("volunteer__person", "organization")
    found = rows.filter(code=code.strip(), number=number.strip()).first()
    if found is None:
        return Checked("unknown")
    return Checked("withdrawn" if found.withdrawn_at is not None else "valid", found)


def by_code(*, code: str) -> Checked:
    """Say the same of the address in the QR code, which holds what nobody can guess."""
    found = Certificate.objects.select_related("volunteer__person", "organization").filter(code=code).first()
    if found is None:
        return Checked("unknown")
    return Checked("withdrawn" if found.withdrawn_at is not None else "valid", found)


def issuing_bodies(*, viewer: Actor) -> list[Organization]:
    """Give the organisations that the viewer leads, and so issues for."""
    units = viewer.organizations(policies.LEADERS)
    return list(Organization.objects.filter(pk__in=units, closed_at=None).order_by("name")) if units else []


def batches(*, viewer: Actor) -> QuerySet[CertificateBatch]:
    """Give the batches of the issuers for whom the viewer acts."""
    if not viewer.signed_in:
        raise SignInNeeded
    return CertificateBatch.objects.filter(policies.batches_readable(viewer))


def batch(*, viewer: Actor, batch_id: UUID) -> CertificateBatch:
    """Give one of them. Raises SignInNeeded, NotFound."""
    found = batches(viewer=viewer).filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    return found


def of_batch(found: CertificateBatch) -> QuerySet[Certificate]:
    """Give the certificates of a batch in the order of their numbers."""
    rows = Certificate.objects.filter(batch=found).select_related("volunteer__person__merged_into", "organization")
    return rows.order_by("serial")


def passed_over(found: CertificateBatch) -> int:
    """Count who of a batch got none, since nothing verified was there any more."""
    return BatchItem.objects.filter(batch=found, passed=True).count()


def search_certificates(rows: QuerySet[Certificate], words: str) -> QuerySet[Certificate]:
    """Find by the number of the certificate or of the volunteer, or how it begins."""
    text = words.strip()
    return rows.filter(Q(number__startswith=text) | Q(volunteer__number__startswith=text))
