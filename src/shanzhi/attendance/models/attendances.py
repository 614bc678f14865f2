"""Who was at a shift from when to when, what speaks against it, and what was decided about that."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.activities.models import Shift
from shanzhi.attendance.lifecycle import ATTENDANCE, LIVING, REVIEW
from shanzhi.kernel.ordered import ordered_id
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Volunteer

LONGEST_REASON: Final = 500


class Way(models.TextChoices):
    """How somebody came in, or went."""

    CODE = "code", pgettext_lazy("attendance", "By the code at the gate")
    PLACE = "place", pgettext_lazy("attendance", "By the place")
    LIST = "list", pgettext_lazy("attendance", "By the leader's list")
    OFFLINE = "offline", pgettext_lazy("attendance", "By the leader's list without network")
    CORRECTION = "correction", pgettext_lazy("attendance", "By a correction")


class Gate(models.Model):
    """How a shift lets people in; a shift without a row has the usual manner (`queries.gate_of`).

    `metres` is how far from the position of the activity a phone may be before the record is doubted.
    """

    shift = models.OneToOneField(Shift, primary_key=True, on_delete=models.PROTECT, related_name="gate")
    walk_ins = models.BooleanField(_("People who did not sign up may come"), default=False)
    metres = models.PositiveIntegerField(_("How far away is too far, in metres"))
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        """A distance that a rough position can tell."""

        constraints = [
            models.CheckConstraint(condition=Q(metres__range=(1000, 100_000)), name="attendance_gate_metres")
        ]

    def __str__(self) -> str:
        """Name the shift."""
        return str(self.pk)


class Attendance(models.Model):
    """That a volunteer was at a shift: `arrived_at` within, `left_at` the first moment outside, none as long as here.

    `entered_by` and `ended_by` are who wrote it down where that was not the volunteer. `walk_in`: came without having
    signed up. A correction is a row of its own that names the one it stands for (`corrects`), none where somebody was
    entered afterwards, and why. Triggers: times
    and ways are filled in once and never changed, the moves of both lives, nobody comes in to a shift that was called
    off or that they did not sign up for, and no more walk-ins than places are left.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="attendances")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="attendances")
    state = models.CharField(_("State"), max_length=8, choices=ATTENDANCE.choices(), default=ATTENDANCE.first)
    review = models.CharField(_("Doubts"), max_length=8, choices=REVIEW.choices(), default=REVIEW.first)
    arrived_at = models.DateTimeField(_("Came"))
    way_in = models.CharField(_("How they came in"), max_length=10, choices=Way.choices)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(_("Went"), null=True)
    way_out = models.CharField(_("How they went"), max_length=10, choices=Way.choices, blank=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    walk_in = models.BooleanField(_("Came without having signed up"), default=False)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    reason = models.TextField(_("Why it was corrected"), blank=True)

    class Meta:
        """One record that counts of a volunteer at a shift; times in order; corrections for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ATTENDANCE.states)), name="attendance_state"),
            models.CheckConstraint(condition=Q(review__in=list(REVIEW.states)), name="attendance_review"),
            models.CheckConstraint(
                condition=Q(way_in__in=Way.values) & (Q(way_out="") | Q(way_out__in=Way.values)), name="attendance_ways"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, way_out="", ended_at__isnull=True, ended_by__isnull=True)
                | Q(left_at__gte=F("arrived_at"), way_out__in=Way.values, ended_at__gte=F("left_at")),
                name="attendance_end_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVING) & ~Q(review="settled") | ~Q(state__in=LIVING) & ~Q(review="waiting"),
                name="attendance_waits_while_it_counts",
            ),
            models.CheckConstraint(
                condition=~Q(state="here", left_at__isnull=False) & ~Q(state="left", left_at__isnull=True),
                name="attendance_here_or_left",
            ),
            models.CheckConstraint(condition=Q(arrived_at__lte=F("entered_at")), name="attendance_not_before_time"),
            models.CheckConstraint(
                condition=Q(way_in="correction", reason__regex=r"\S")
                | Q(~Q(way_in="correction"), reason="", corrects__isnull=True),
                name="attendance_corrected_why",
            ),
            models.UniqueConstraint(
                fields=["shift", "volunteer"], condition=Q(state__in=LIVING), name="attendance_once"
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-arrived_at"], name="attendance_of_volunteer"),
            models.Index(fields=["-arrived_at", "id"], condition=Q(review="waiting"), name="attendance_doubted"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)

    @property
    def living(self) -> bool:
        """Tell whether it counts."""
        return self.state in LIVING

    @property
    def minutes(self) -> int | None:
        """Give the whole minutes of the stay, none while it goes on."""
        return None if self.left_at is None else int((self.left_at - self.arrived_at).total_seconds()) // 60


class Doubt(models.TextChoices):
    """Why a record may be impossible."""

    OVERLAP = "overlap", _("Was at another shift at the same time")
    LONG_DAY = "long_day", _("More hours within a day than anybody serves")
    LONG_STAY = "long_stay", _("Far outside the time of the shift")
    TOO_FAR = "too_far", _("The phone was too far from the place")
    CLOCK = "clock", _("The clock of the phone that wrote it down was wrong")
    OWN = "own", _("The leader wrote down the own presence")


class Flag(models.Model):
    """A reason to doubt a record. Rows are never changed.

    `figure` tells how much: minutes of a clock that was wrong, of a stay or a day; whole kilometres of a distance,
    which is all that is kept of where a phone was. `other` is the record that it overlaps.
    """

    id = models.BigAutoField(primary_key=True)
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="flags")
    doubt = models.CharField(max_length=12, choices=Doubt.choices)
    figure = models.PositiveIntegerField(default=0)
    other = models.ForeignKey(Attendance, null=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()

    class Meta:
        """Each reason once."""

        constraints = [
            models.CheckConstraint(condition=Q(doubt__in=Doubt.values), name="attendance_flag_doubt"),
            models.UniqueConstraint(fields=["attendance", "doubt"], name="attendance_flag_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        """Give the reason."""
        return self.doubt


class Ruling(models.Model):
    """What was decided about a record: kept, or struck out, by whom and why. Rows are never changed."""

    id = models.BigAutoField(primary_key=True)
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="rulings")
    kept = models.BooleanField()
    reason = models.TextField(_("Reason"))
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        """For a reason."""

        constraints = [models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="attendance_ruling_reason")]
        ordering = ["decided_at", "id"]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
