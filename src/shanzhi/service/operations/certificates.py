"""Certificates: issued by who organised, numbered without gaps, withdrawn when a record in them was wrong."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext, override

from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import LENGTHS, SUBDISTRICT
from shanzhi.kernel.errors import NotFound
from shanzhi.organizations import policies as organizations
from shanzhi.organizations.models import Organization
from shanzhi.places import queries as places
from shanzhi.service import policies
from shanzhi.service.models import Certificate, CertificateBatch, ServiceRecord
from shanzhi.service.operations import refusals
from shanzhi.service.operations.locks import lock_volunteers
from shanzhi.service.queries.certificates import Sum, certifiable, counted
from shanzhi.service.queries.rules import ruling
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.operations.volunteers import is_place

LONGEST: Final = {"responsible": 40, "handler": 40, "contact": 100}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is asked for: the issuer, an organisation or the office of an area, the days, and who answers for it."""

    starts_on: date
    ends_on: date
    responsible: str
    handler: str
    contact: str
    organization_id: UUID | None = None
    area: str = ""


def issue_certificate(
    *, actor: Actor, paper: Paper, at: datetime, volunteer_id: UUID | None = None, number: str = ""
) -> Certificate:  # fmt: skip
    """Certify what a volunteer did for the issuer in a span of days (民政部令 67): verified records that stand.

    The volunteer is named by the id, or by the number as it is given at the desk; whom the actor does not read and of
    whom the issuer has no record is as unknown as a number that nobody has. Since a record is verified only after its
    notice, the notice before the certificate is over too. Raises NotFound, NotServedHere, Forbidden, BadSpan,
    BadIssuer, OwnCertificate, NothingToCertify.
    """
    with transaction.atomic():
        values = issued_values(actor, paper, at)
        named = {"number": number.strip()} if volunteer_id is None else {"pk": volunteer_id}
        found = certifiable(viewer=actor, values=values).filter(**named).values_list("pk", flat=True).first()
        if found is None:
            raise refusals.NotServedHere(field="number") if volunteer_id is None else NotFound
        people = lock_volunteers([found])
        if actor.is_person(people[found].person_id):
            raise refusals.OwnCertificate
        made = write_certificates(actor=actor, values=values, volunteers=people.values(), batch=None, at=at)
        if not made:
            raise refusals.NothingToCertify
    return made[0]


def withdraw_certificate(*, actor: Actor, certificate_id: UUID, reason: str, at: datetime) -> Certificate:
    """Withdraw a certificate for a reason; its number stays, the public check says so.

    Raises NotFound, Forbidden, WithdrawnAlready, ReasonMissing.
    """
    with transaction.atomic():
        # the certificate alone: whoever reverses a record locks the volunteer first, then certificates
        rows = Certificate.objects.select_for_update(of=("self",)).filter(policies.certificates_readable(actor))
        found = rows.filter(pk=certificate_id).first()
        if found is None:
            raise NotFound
        policies.require(policies.may_withdraw(actor=actor, found=found))
        if found.withdrawn_at is not None:
            raise refusals.WithdrawnAlready
        words = reason.strip()
        if not 1 <= len(words) <= 500:
            raise refusals.ReasonMissing(field="reason")
        _withdraw(actor, [found], words, at)
    return found


def withdraw_covering(*, actor: Actor, record: ServiceRecord, at: datetime) -> None:
    """Withdraw the certificates that count a record which was reversed; the issuer issues new ones.

    A certificate counts what was verified at the moment of its issue (`standing`); that of a batch is its beginning.
    """
    rows = Certificate.objects.select_for_update().filter(
        volunteer=record.volunteer_id, withdrawn_at=None, starts_on__lte=record.served_on,
        ends_on__gte=record.served_on, issued_at__gte=record.verified_at or at,
    )  # fmt: skip
    if record.organization_id is not None:
        rows = rows.filter(organization=record.organization_id)
    else:
        rows = rows.filter(organization=None, issuer_area__in=[record.area[:n] for n in LENGTHS.values()])
    with override("zh-hans"):
        reason = gettext("A record that it counts was reversed.")
    _withdraw(actor, list(rows), reason, at)


def _withdraw(actor: Actor, rows: list[Certificate], reason: str, at: datetime) -> None:
    for found in rows:
        # who waited for a lock may carry a moment before the issue
        moment = max(at, found.issued_at)
        found.withdrawn_at, found.withdrawn_by_id, found.withdrawn_reason = moment, actor.person_id, reason
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        record(
            actor=actor, verb="service.certificate.withdraw", subject=found, area=found.issuer_area,
            change={"number": found.number}, at=at, reason=reason,
        )  # fmt: skip


def issued_values(actor: Actor, paper: Paper, at: datetime) -> dict[str, Any]:
    """Give what certificates and batches share, checked. Raises NotFound, Forbidden, BadSpan, BadIssuer."""
    name, area = _issuer(actor, paper, at)
    if not paper.starts_on <= paper.ends_on <= timezone.localdate(at):
        raise refusals.BadSpan(field="ends_on")
    values: dict[str, Any] = {
        "organization_id": paper.organization_id, "issuer_area": area, "issuer_name": name,
        "starts_on": paper.starts_on, "ends_on": paper.ends_on,
    }  # fmt: skip
    for field, most in LONGEST.items():
        words = " ".join(getattr(paper, field).split())
        if not 1 <= len(words) <= most:
            raise refusals.BadIssuer(field=field)
        values[field] = words
    return values


def _issuer(actor: Actor, paper: Paper, at: datetime) -> tuple[str, str]:
    """Give name and area of the issuer, as the actor may issue for it."""
    if paper.organization_id is not None:
        rows = Organization.objects.filter(organizations.readable(actor), pk=paper.organization_id)
        found = rows.first()
        if found is None:
            raise NotFound
        name, area = found.name, found.area[:12]
    elif is_place(paper.area, at):
        name, area = _committee(places.full_names([paper.area]).get(paper.area, paper.area)), paper.area
    else:
        raise refusals.BadOrganiser(field="area")
    policies.require(policies.may_issue(actor=actor, organization_id=paper.organization_id, area=area))
    return name[:100], area


def _committee(name: str) -> str:
    """Name the residents' committee of a community; of other areas the name of the area stands for its office."""
    return f"{name}居民委员会" if name.endswith("社区") else name


def write_certificates(
    *, actor: Actor, values: dict[str, Any], volunteers: Iterable[Volunteer], batch: CertificateBatch | None,
    at: datetime,
) -> list[Certificate]:  # fmt: skip
    """Write certificates for volunteers who are locked, numbered in a row; who has nothing verified gets none."""
    rows = {one.pk: one for one in volunteers}
    sums = counted(values, rows, at)
    day = timezone.localdate(at)
    area = values["issuer_area"][: LENGTHS[SUBDISTRICT]]
    rules = ruling(values["issuer_area"], day)
    last = _last_serial(area, day.year)
    made = [
        Certificate(
            **values, volunteer=rows[pk], batch=batch, area=area, year=day.year, serial=serial, paper=rules.paper,
            number=f"{rules.prefix}{area}〔{day.year}〕{serial:06d}号", code=secrets.token_urlsafe(16),
            minutes=found.minutes, times=found.times, content=found.content, issued_on=day, issued_at=at,
            issued_by_id=actor.person_id,
        )
        for serial, (pk, found) in enumerate(_in_order(sums, rows), last + 1)
    ]  # fmt: skip
    Certificate.objects.bulk_create(made)
    record_many(
        event_of(
            actor=actor, verb="service.certificate.issue", subject=one, area=one.issuer_area, at=at,
            change={"number": one.number, "volunteer": rows[one.volunteer_id].number, "minutes": one.minutes},
        )
        for one in made
    )  # fmt: skip
    return made


def _in_order(sums: dict[UUID, Sum], rows: dict[UUID, Volunteer]) -> list[tuple[UUID, Sum]]:
    return sorted(sums.items(), key=lambda one: rows[one[0]].number)


def _last_serial(area: str, year: int) -> int:
    """Give the last number of an area and year; the lock holds until the commit, so there is no gap."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('service_certificate'), hashtext(%s))", [f"{area}/{year}"]
        )
    return int(Certificate.objects.filter(area=area, year=year).aggregate(last=Max("serial"))["last"] or 0)
