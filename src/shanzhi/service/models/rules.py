"""What an area lays down for records: days, stars, the paper's name, and the steps from helper to founder."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person


class PaperTitle(models.TextChoices):
    """What the paper is called: until a platform is a designated one it gives records, organisations certify."""

    RECORD = "record", _("Volunteer service record")
    CERTIFICATE = "certificate", _("Volunteer service certificate")


class ServiceRules(models.Model):
    """Rules of an area, in versions; of the nearest area up the tree the newest counts whose `valid_from` has come.

    Days are calendar days. `star_minutes` are the thresholds of one star, two stars and so on, in minutes of verified
    service, rising. A core member served `core_minutes` and `core_times` times in the last `core_months`. `example`
    says that the values are made up. Rows are never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(_("Area"), max_length=12, db_collation="C", blank=True)
    version = models.PositiveIntegerField()
    valid_from = models.DateField(_("Holds from"))
    notice_days = models.PositiveSmallIntegerField(_("Days of notice inside the team"), default=7)
    answer_days = models.PositiveSmallIntegerField(_("Days to answer a complaint"), default=7)
    star_minutes = ArrayField(models.PositiveIntegerField(), verbose_name=_("Thresholds of the stars"))
    paper = models.CharField(_("What the paper is called"), max_length=12, choices=PaperTitle.choices)
    prefix = models.CharField(_("Words before the number"), max_length=20)
    core_minutes = models.PositiveIntegerField(_("A core member's service"), default=3000)
    core_times = models.PositiveSmallIntegerField(_("A core member's times of service"), default=10)
    core_months = models.PositiveSmallIntegerField(_("Months that are looked back"), default=12)
    source = models.CharField(_("Source"), max_length=200)
    example = models.BooleanField(_("Example values, not official"), default=True)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One version once; figures within reason. A trigger holds that thresholds rise."""

        constraints = [
            models.UniqueConstraint(fields=["area", "version"], name="service_rules_version"),
            models.CheckConstraint(condition=Q(area__regex=r"^[0-9]*$", version__gte=1), name="service_rules_area"),
            models.CheckConstraint(
                condition=Q(notice_days__range=(0, 90), answer_days__range=(1, 90)), name="service_rules_days"
            ),
            models.CheckConstraint(condition=Q(star_minutes__len__range=(1, 10)), name="service_rules_stars"),
            models.CheckConstraint(condition=Q(paper__in=PaperTitle.values), name="service_rules_paper"),
            models.CheckConstraint(
                condition=Q(core_minutes__range=(1, 600_000), core_times__range=(1, 1000), core_months__range=(1, 60)),
                name="service_rules_core",
            ),
            models.CheckConstraint(condition=Q(prefix__regex=r"\S", source__regex=r"\S"), name="service_rules_named"),
        ]
        indexes = [models.Index(fields=["-created_at", "id"], name="service_rules_newest")]

    def __str__(self) -> str:
        """Show area and version."""
        return f"{self.area or '-'} {self.version}"
