"""Disclosures: the figures of a fund or a grant as they were published on a day. Rows only grow."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from shanzhi.funding.models.funds import Fund
from shanzhi.funding.models.grants import Grant


class Disclosure(models.Model):
    """The figures of a grant, or of a fund where no grant is named, at a moment; `digest` covers `figures`.

    `kind` is regular, final or emergency; `due_on` the day by which it was owed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="disclosures")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="disclosures")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    due_on = models.DateField()
    on = models.DateField(db_column="on_day")
    figures = models.JSONField()
    digest = models.CharField(max_length=71)
    published_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        """A number once for each thing."""

        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["regular", "final", "emergency"]), name="funding_disclosure_kind"
            ),
            models.UniqueConstraint(
                fields=["fund", "grant", "number"], nulls_distinct=False, name="funding_disclosure_once"
            ),
        ]
        indexes = [models.Index(fields=["-at", "id"], name="funding_disclosure_newest")]

    def __str__(self) -> str:
        """Give the number."""
        return str(self.number)
