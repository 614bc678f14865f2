"""Certificates of service, one or a thousand at a time (民政部令 67; fields of 民发〔2015〕149号)."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.models import Organization
from shanzhi.people.models import Person
from shanzhi.service.lifecycle import BATCH
from shanzhi.service.models.records import SEAT_SHAPE
from shanzhi.service.models.rules import PaperTitle
from shanzhi.volunteering.models import Volunteer


class Issued(models.Model):
    """What one certificate and a batch of them share: the issuer, the span of days, who answers for it.

    The issuer is an organisation, for what it or a team of it organised, or with none the residents' committee or
    office of `issuer_area`, for what it and teams of no organisation organised there. `responsible`, `handler` and
    `contact` are the issuer's own and stand on the paper.
    """

    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    issuer_area = models.CharField(_("Area"), max_length=12, db_collation="C")
    issuer_name = models.CharField(_("Issuer"), max_length=100)
    responsible = models.CharField(_("Responsible person"), max_length=40)
    handler = models.CharField(_("Handled by"), max_length=40)
    contact = models.CharField(_("Contact"), max_length=100)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"))

    class Meta:
        """Shared by certificates and batches."""

        abstract = True


def _whole(table: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=Q(issuer_area__regex=SEAT_SHAPE), name=f"service_{table}_area"),
        models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name=f"service_{table}_span"),
        models.CheckConstraint(
            condition=Q(issuer_name__regex=r"\S", responsible__regex=r"\S", handler__regex=r"\S", contact__regex=r"\S"),
            name=f"service_{table}_named",
        ),
    ]


class CertificateBatch(Issued):
    """An order to make certificates for many volunteers, worked through by a job that goes on where it stopped."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("State"), max_length=12, choices=BATCH.choices(), default=BATCH.first)
    wanted = models.PositiveIntegerField()
    made = models.PositiveIntegerField(default=0)
    job = models.UUIDField(null=True)
    ordered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Finished when written."""

        constraints = [
            *_whole("batch"),
            models.CheckConstraint(condition=Q(state__in=list(BATCH.states)), name="service_batch_state"),
            models.CheckConstraint(
                condition=Q(state="writing", finished_at__isnull=True)
                | Q(state="written", finished_at__gte=F("ordered_at")),
                name="service_batch_finished",
            ),
            models.CheckConstraint(condition=Q(wanted__gte=1, made__lte=F("wanted")), name="service_batch_counts"),
        ]
        indexes = [models.Index(fields=["-ordered_at", "id"], name="service_batch_newest")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Certificate(Issued):
    """That somebody served so long for an issuer in a span of days; `code` is what nobody can guess.

    Name and identity number stand nowhere here: they are read from the person when the holder's own PDF is set.
    `content` are minutes by code and names of the kind of task. Numbers run without gaps for each `area` (the
    subdistrict, or the district of a district's body) and year; a trigger holds that, and that all but the withdrawal
    stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="certificates")
    batch = models.ForeignKey(CertificateBatch, null=True, on_delete=models.PROTECT, related_name="certificates")
    area = models.CharField(max_length=12, db_collation="C")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(_("Certificate number"), max_length=60, unique=True)
    code = models.CharField(max_length=24, unique=True)
    paper = models.CharField(_("What the paper is called"), max_length=12, choices=PaperTitle.choices)
    minutes = models.PositiveBigIntegerField(_("Minutes"))
    times = models.PositiveIntegerField(_("Times of service"))
    content: models.JSONField[Any] = models.JSONField(default=list)
    issued_on = models.DateField(_("Date of issue"))
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        """A serial once; of a batch one a volunteer; withdrawn for a reason."""

        constraints = [
            *_whole("certificate"),
            models.UniqueConstraint(fields=["area", "year", "serial"], name="service_certificate_serial"),
            models.UniqueConstraint(
                fields=["batch", "volunteer"], condition=Q(batch__isnull=False), name="service_certificate_of_batch"
            ),
            models.CheckConstraint(condition=Q(serial__gte=1, minutes__gte=1), name="service_certificate_counts"),
            models.CheckConstraint(condition=Q(paper__in=PaperTitle.values), name="service_certificate_paper"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Za-z_-]{20,24}$"), name="service_certificate_code"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | Q(withdrawn_at__gte=F("issued_at"), withdrawn_reason__regex=r"\S"),
                name="service_certificate_withdrawn",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-issued_at"], name="service_certificate_of"),
            models.Index(fields=["-issued_at", "id"], name="service_certificate_newest"),
            models.Index(fields=["issuer_area", "-issued_at"], name="service_certificate_area"),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return self.number


class BatchItem(models.Model):
    """A volunteer in a batch: waits, got a certificate, or was passed over since nothing verified was there."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(CertificateBatch, on_delete=models.PROTECT, related_name="items")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+")
    certificate = models.OneToOneField(Certificate, null=True, on_delete=models.PROTECT, related_name="+")
    passed = models.BooleanField(default=False)

    class Meta:
        """Each volunteer once; not both made and passed over."""

        constraints = [
            models.UniqueConstraint(fields=["batch", "volunteer"], name="service_batch_item_once"),
            models.CheckConstraint(
                condition=Q(passed=False) | Q(certificate__isnull=True), name="service_batch_item_one_way"
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch", "id"],
                condition=Q(certificate__isnull=True, passed=False),
                name="service_batch_waiting",
            )
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
