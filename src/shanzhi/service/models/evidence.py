"""Files that show that somebody served: a photo written anew, or a PDF such as a scanned sheet of signatures."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.service.models.records import ServiceRecord

EVIDENCE_KINDS: Final = {"jpg": "JPEG", "pdf": "PDF"}
ERASED: Final = "erased"
"""Why a file is gone whose volunteer was erased: no person took it away then."""


class Evidence(models.Model):
    """A file beside a record, kept under its digest; `name` is only shown.

    Who is in charge of the record adds it. Taken away it stays as a row with the reason, without digest and bytes, so
    that everybody sees that there was one. A trigger holds that nothing else ever changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(ServiceRecord, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("Name of the file"), max_length=100, blank=True)
    kind = models.CharField(_("Kind of file"), max_length=4, choices=list(EVIDENCE_KINDS.items()))
    digest = models.CharField(_("Digest"), max_length=71, db_collation="C", blank=True)
    size = models.PositiveIntegerField(_("Size in bytes"))
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.TextField(_("Why it was taken away"), blank=True)

    class Meta:
        """The same file once beside a record; there with its digest, or taken away for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(EVIDENCE_KINDS)), name="service_evidence_kind"),
            models.CheckConstraint(condition=Q(size__gt=0), name="service_evidence_size"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removed_reason="")
                & Q(digest__regex=r"^sha256:[0-9a-f]{64}$", name__regex=r"\S")
                | Q(removed_at__isnull=False, removed_at__gte=F("added_at"), digest="", name="")
                & Q(removed_reason__regex=r"\S"),
                name="service_evidence_there",
            ),
            models.UniqueConstraint(fields=["record", "digest"], condition=~Q(digest=""), name="service_evidence_once"),
        ]
        indexes = [
            models.Index(fields=["record", "added_at"], name="service_evidence_of"),
            models.Index(fields=["digest"], condition=~Q(digest=""), name="service_evidence_bytes"),
        ]

    def __str__(self) -> str:
        """Name the kind."""
        return self.kind

    @property
    def erased(self) -> bool:
        """Tell whether it went because its volunteer was erased; what somebody writes as a reason never says so."""
        return self.removed_by_id is None and self.removed_reason == ERASED
