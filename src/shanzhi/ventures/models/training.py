"""Training that a call asks of its teams: named sessions, and who attended; a plain record."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import TRAINING
from shanzhi.ventures.models.calls import Call
from shanzhi.ventures.models.proposals import Proposal

GATES = {"notice": _("Before the public notice"), "voting": _("Before the vote")}


class TrainingSession(models.Model):
    """A session. A `required` one is asked of every team; of the others the call's rule asks for a number.

    One that was cancelled is asked of nobody. While it is `planned` its list of attendance is open.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="training_sessions")
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=120)
    required = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=TRAINING.choices(), default=TRAINING.first)
    cancelled_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Named, with a place and a length; cancelled for a reason. What is required is frozen with the terms."""

        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(place="") & Q(minutes__gte=1, minutes__lte=1440),
                name="ventures_training_whole",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(cancelled_reason=""))
                | (~Q(state="cancelled") & Q(cancelled_reason="")),
                name="ventures_training_cancelled",
            ),
        ]
        indexes = [models.Index(fields=["call", "starts_at", "id"], name="ventures_training_call")]
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        """Show the title."""
        return self.title


class Attendance(models.Model):
    """That a person attended a session; or somebody of a team, who is not on record and stays without a name here.

    A person's attendance counts for every proposal of the call to whose team the person belongs.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="attendance")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        """A person once a session, a team once a session, and one of the two."""

        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(person__isnull=False), name="ventures_attendance_person"
            ),
            models.UniqueConstraint(
                fields=["session", "proposal"], condition=Q(proposal__isnull=False), name="ventures_attendance_team"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, proposal__isnull=True)
                | Q(person__isnull=True, proposal__isnull=False),
                name="ventures_attendance_one",
            ),
        ]
        indexes = [models.Index(fields=["session", "-recorded_at", "id"], name="ventures_attendance_newest")]

    def __str__(self) -> str:
        """Name the session."""
        return str(self.session_id)
