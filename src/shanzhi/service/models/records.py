"""Records of service, how they are taken back, complaints about them, and the sums that triggers keep."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.models import Organization
from shanzhi.people.models import Person
from shanzhi.service.lifecycle import COMPLAINT, RECORD
from shanzhi.volunteering.models import TaskKind, Team, Volunteer

SEAT_SHAPE: Final = r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"
DAY: Final = 24 * 60
LONGEST_CONTENT: Final = 500
LONGEST_EVIDENCE: Final = 200
LONGEST_REASON: Final = 500


class ServiceRecord(models.Model):
    """That a volunteer served (志愿服务条例 art. 19): who organises records it, a second person verifies it.

    `team` or `organization` organised it, a team of an organisation names both; with neither it was the residents'
    committee or office of `area`. `minutes` of one day; `starts` is the minute of the day at which it began, where
    known. The notice inside the team is over at `notice_over_at`. `origin_kind` and `origin_id` name the thing of a
    room above that it was made from, such as an attendance; one thing makes one record. `corrects` is the one that was
    reversed for it. Triggers: what was recorded never changes, the moves of the state, no overlaps of known times, at
    most 24 hours of a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="service_records")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(_("Area"), max_length=12, db_collation="C")
    task_kind = models.ForeignKey(TaskKind, on_delete=models.PROTECT, related_name="+")
    served_on = models.DateField(_("Day of service"))
    starts = models.PositiveSmallIntegerField(_("Began at"), null=True)
    minutes = models.PositiveIntegerField(_("Minutes"))
    content = models.TextField(_("What the service was"))
    people_served = models.PositiveIntegerField(_("People served"), null=True)
    evidence = models.CharField(_("Evidence"), max_length=LONGEST_EVIDENCE, blank=True)
    state = models.CharField(_("State"), max_length=12, choices=RECORD.choices(), default=RECORD.first)
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True)
    notice_over_at = models.DateTimeField(_("Notice over on"), null=True)
    verified_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refused_reason = models.TextField(blank=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    origin_kind = models.CharField(max_length=60, blank=True)
    origin_id = models.UUIDField(null=True)

    class Meta:
        """Minutes of one day; each state with its dates; verified by somebody else than who recorded."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RECORD.states)), name="service_record_state"),
            models.CheckConstraint(condition=Q(area__regex=SEAT_SHAPE), name="service_record_area"),
            models.CheckConstraint(condition=Q(minutes__range=(1, DAY)), name="service_record_minutes"),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(starts__lte=DAY - F("minutes")), name="service_record_within_day"
            ),
            models.CheckConstraint(
                condition=Q(people_served__isnull=True) | Q(people_served__lte=100_000), name="service_record_served"
            ),
            models.CheckConstraint(
                condition=Q(state="recorded", noticed_at__isnull=True)
                | Q(state="refused")
                | Q(state__in=("noticed", "verified"), noticed_at__isnull=False, notice_over_at__isnull=False),
                name="service_record_noticed",
            ),
            models.CheckConstraint(
                condition=Q(state="verified", verified_at__gte=F("noticed_at"))
                | Q(~Q(state="verified"), verified_at__isnull=True, verified_by__isnull=True),
                name="service_record_verified",
            ),
            models.CheckConstraint(
                condition=Q(state="refused", refused_at__gte=F("recorded_at"), refused_reason__regex=r"\S")
                | Q(~Q(state="refused"), refused_at__isnull=True, refused_by__isnull=True, refused_reason=""),
                name="service_record_refused",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | Q(recorded_by__isnull=True) | ~Q(verified_by=F("recorded_by")),
                name="service_record_second_person",
            ),
            models.CheckConstraint(
                condition=Q(origin_kind="", origin_id__isnull=True) | Q(~Q(origin_kind=""), origin_id__isnull=False),
                name="service_record_origin",
            ),
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id"],
                condition=Q(origin_id__isnull=False) & ~Q(state="refused"),
                name="service_record_origin_once",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-served_on", "id"], name="service_record_mine"),
            models.Index(fields=["team", "-served_on", "id"], name="service_record_team"),
            models.Index(fields=["-served_on", "id"], name="service_record_newest"),
            models.Index(fields=["area", "state", "-served_on"], name="service_record_area_state"),
            models.Index(fields=["organization", "-served_on"], name="service_record_unit"),
        ]

    def __str__(self) -> str:
        """Give day and minutes."""
        return f"{self.served_on} {self.minutes}"


class Reversal(models.Model):
    """That a verified record was wrong and no longer counts. Rows are never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.OneToOneField(ServiceRecord, on_delete=models.PROTECT, related_name="reversal")
    reason = models.TextField(_("Why it is reversed"))
    reversed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField()

    class Meta:
        """For a reason; a trigger lets only verified records be reversed."""

        constraints = [models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="service_reversal_reason")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Complaint(models.Model):
    """That the volunteer or somebody of the team says a record is wrong; somebody else answers by `due_on`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(ServiceRecord, on_delete=models.PROTECT, related_name="complaints")
    complainant = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    matter = models.TextField(_("What is wrong"))
    state = models.CharField(_("State"), max_length=12, choices=COMPLAINT.choices(), default=COMPLAINT.first)
    made_at = models.DateTimeField()
    due_on = models.DateField(_("Answer due on"))
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """One open complaint of a person about a record; answered by somebody else, with words."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(COMPLAINT.states)), name="service_complaint_state"),
            models.CheckConstraint(condition=Q(matter__regex=r"\S"), name="service_complaint_words"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "withdrawn"), answer="", answered_by__isnull=True)
                | Q(state__in=("upheld", "rejected"), answer__regex=r"\S", answered_at__gte=F("made_at")),
                name="service_complaint_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(complainant__isnull=True) | ~Q(answered_by=F("complainant")),
                name="service_complaint_somebody_else",
            ),
            models.UniqueConstraint(
                fields=["record", "complainant"], condition=Q(state="open"), name="service_complaint_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on", "id"], name="service_complaint_due")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class ServiceMonth(models.Model):
    """Sums of verified service that stands: of a volunteer in a month (its first day), for an organiser, of a kind.

    Triggers alone write it: a verified record is added, a reversed one taken off. `times` counts records.
    """

    id = models.BigAutoField(primary_key=True)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="service_months")
    month = models.DateField()
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=12, db_collation="C")
    task_kind = models.ForeignKey(TaskKind, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveBigIntegerField()
    times = models.PositiveIntegerField()
    people_served = models.PositiveBigIntegerField()

    class Meta:
        """One row of each; nothing below nought."""

        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "month", "team", "organization", "area", "task_kind"], nulls_distinct=False,
                name="service_month_once",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["area", "month"], name="service_month_area")]

    def __str__(self) -> str:
        """Give month and minutes."""
        return f"{self.month} {self.minutes}"
