"""What a leader's phone kept while it had no network, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from shanzhi.activities.models import Shift
from shanzhi.attendance.models.attendances import Attendance
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Volunteer


class Act(models.TextChoices):
    """What a leader taps."""

    ARRIVE = "arrive", pgettext_lazy("attendance", "Here")
    LEAVE = "leave", pgettext_lazy("attendance", "Left")


class Answer(models.TextChoices):
    """What became of a tap."""

    ACCEPTED = "accepted", pgettext_lazy("attendance", "Taken over")
    ALREADY = "already", pgettext_lazy("attendance", "Was there already")
    REFUSED = "refused", pgettext_lazy("attendance", "Not taken over")


class Tap(models.Model):
    """A tap on the leader's list, under the number that the phone gave it; the number makes it count once.

    `tapped_at` is by the clock of the phone, `skew` by how many seconds that clock was behind ours when it was sent,
    `counted_at` the moment that counts. A tap that is refused has its `why`, a code; sent again it gets the same
    answer. Rows are never changed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="taps")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=6, choices=Act.choices)
    tapped_at = models.DateTimeField()
    counted_at = models.DateTimeField()
    skew = models.IntegerField()
    sent_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer.choices)
    why = models.CharField(max_length=40, blank=True)
    attendance = models.ForeignKey(Attendance, null=True, on_delete=models.PROTECT, related_name="taps")

    class Meta:
        """A refusal has a reason, everything else a record."""

        constraints = [
            models.CheckConstraint(condition=Q(act__in=Act.values, answer__in=Answer.values), name="attendance_tap"),
            models.CheckConstraint(
                condition=Q(answer="refused", why__regex=r"\S", attendance__isnull=True)
                | Q(answer__in=("accepted", "already"), why="", attendance__isnull=False),
                name="attendance_tap_answer",
            ),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
