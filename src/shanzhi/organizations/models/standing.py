"""What authorities found about a registered body, and how many organisations a community shall have."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.organizations.models.organizations import Organization
from shanzhi.people.models import Person


class Matter(models.TextChoices):
    """What a finding is about."""

    APPLIED = "applied", _("Registration applied for")
    REGISTERED = "registered", _("Registration certificate")
    REPORT = "report", _("Annual report handed in")
    INSPECTION = "inspection", _("Annual inspection")
    RATING = "rating", _("Rating")
    INVESTIGATION = "investigation", _("Investigation")
    PENALTY = "penalty", _("Penalty")
    ABNORMAL = "abnormal", _("List of abnormal operation")


# Results that a matter can have; others have none, and are open until `ends_on`.
RESULTS: Final[Mapping[Matter, Mapping[str, Any]]] = {
    Matter.REPORT: {"supervisor": _("To the supervising unit"), "registrar": _("To the registrar")},
    Matter.INSPECTION: {
        "passed": _("Inspection passed"), "basic": _("Basically passed"),
        "failed": pgettext_lazy("inspection", "Failed"),
        "missed": _("Took no part"),
    },
    Matter.RATING: {grade: grade for grade in ("5A", "4A", "3A", "2A", "1A")},
}  # fmt: skip


def _fitting() -> Q:
    fits = Q(result="", matter__in=[one for one in Matter.values if one not in RESULTS])
    for matter, results in RESULTS.items():
        fits |= Q(matter=matter.value, result__in=list(results))
    return fits


class Finding(models.Model):
    """One fact about a registered body, as an authority's paper says it: `source` names the paper.

    `year` is the year that a report or inspection is about; `on` the day of the fact; `ends_on` the last day of a
    rating, or the day on which an investigation or a listing ended. Taken back, it counts no more and stays on record.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="findings")
    matter = models.CharField(_("Matter"), max_length=14, choices=Matter.choices)
    on = models.DateField(_("On"))
    ends_on = models.DateField(_("Day of the end"), null=True)
    year = models.PositiveSmallIntegerField(_("Year"), null=True)
    result = models.CharField(_("Result"), max_length=12, blank=True)
    source = models.CharField(_("Source"), max_length=200)
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """A result that fits, a year where one is asked for, one inspection and one report to each a year."""

        constraints = [
            models.CheckConstraint(condition=_fitting(), name="organizations_finding_result"),
            models.CheckConstraint(
                condition=Q(matter__in=("report", "inspection"), year__range=(1990, 2199))
                | (~Q(matter__in=("report", "inspection")) & Q(year__isnull=True)),
                name="organizations_finding_year",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("on")), name="organizations_finding_period"
            ),
            models.CheckConstraint(
                condition=~Q(matter="rating") | Q(ends_on__isnull=False), name="organizations_finding_rating"
            ),
            models.CheckConstraint(condition=Q(source__regex=r"\S"), name="organizations_finding_source"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_reason="")
                | Q(taken_back_at__isnull=False, taken_back_reason__regex=r"\S"),
                name="organizations_finding_taken_back",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(matter="registered", taken_back_at__isnull=True),
                name="organizations_registered_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "matter", "year"],
                condition=Q(matter="inspection", taken_back_at__isnull=True),
                name="organizations_one_inspection",
            ),
            models.UniqueConstraint(
                fields=["organization", "matter", "year", "result"],
                condition=Q(matter="report", taken_back_at__isnull=True),
                name="organizations_one_report",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-created_at", "id"], name="organizations_findings")]

    def __str__(self) -> str:
        """Show the matter."""
        return self.matter


class CommunityTarget(models.Model):
    """How many living filed organisations a community of an area shall have, in versions; the nearest area counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(_("Area"), max_length=12, db_collation="C", blank=True)
    version = models.PositiveIntegerField()
    urban = models.PositiveSmallIntegerField(_("For each urban community"))
    rural = models.PositiveSmallIntegerField(_("For each rural community"))
    source = models.CharField(_("Source"), max_length=200)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One version once."""

        constraints = [
            models.UniqueConstraint(fields=["area", "version"], name="organizations_target_version"),
            models.CheckConstraint(condition=Q(area__regex=r"^[0-9]*$"), name="organizations_target_area"),
            models.CheckConstraint(
                condition=Q(urban__lte=1000, rural__lte=1000, source__regex=r"\S"), name="organizations_target_figures"
            ),
        ]

    def __str__(self) -> str:
        """Show area and version."""
        return f"{self.area or '-'} {self.version}"
