"""What a run proposes: pairs of a volunteer and a shift, and the shifts with places left open."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Shift
from shanzhi.assignments.lifecycle import PROPOSAL
from shanzhi.assignments.models.runs import Run
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Volunteer


class OpenShift(models.Model):
    """A shift of a run with `missing` of its free `places` left open, and why. Rows are never changed.

    `hurdles` are lists of a rule, how many volunteers it kept away as the first that stood in the way, and for how many
    it was the only one; `engaged` of a reason and how many who would suit are bound by it (`matching.Unfilled`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="open_shifts")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")
    places = models.PositiveIntegerField(_("Free places"))
    missing = models.PositiveIntegerField(_("Left open"))
    hurdles = models.JSONField(default=list)
    engaged = models.JSONField(default=list)

    class Meta:
        """Each shift once in a run."""

        constraints = [
            models.UniqueConstraint(fields=["run", "shift"], name="assignments_open_once"),
            models.CheckConstraint(
                condition=Q(missing__gte=1, missing__lte=F("places")), name="assignments_open_missing"
            ),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Proposal(models.Model):
    """A volunteer proposed for a shift. `parts` are lists of name, points got, points possible, measure and whole.

    Nobody is signed up by it: a planner asks (`decided_*`), the volunteer answers. What was asked stays asked until the
    answer or until the shift begins. Triggers: the moves; that pair, score and parts stay; and that for a shift never
    more are asked, signed up and in line than it has places, at the moment in which somebody is asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="proposals")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="proposals")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="proposals")
    score = models.IntegerField(_("Points"))
    parts = models.JSONField(default=list)
    state = models.CharField(_("State"), max_length=12, choices=PROPOSAL.choices(), default=PROPOSAL.first)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)

    class Meta:
        """A pair once in a run, asked once at a time over all runs; dates as the state asks."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PROPOSAL.states)), name="assignments_pair_state"),
            models.UniqueConstraint(fields=["run", "shift", "volunteer"], name="assignments_pair_once"),
            models.UniqueConstraint(
                fields=["shift", "volunteer"], condition=Q(state="asked"), name="assignments_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True, answered_at__isnull=True, reason="")
                | Q(state="asked", decided_at__isnull=False, answered_at__isnull=True, reason="")
                | Q(state="dropped", decided_at__isnull=False, answered_at__isnull=True, reason__regex=r"\S")
                | Q(state="accepted", decided_at__isnull=False, answered_at__gte=F("decided_at"), reason="")
                | Q(state="declined", decided_at__isnull=False, answered_at__gte=F("decided_at"))
                | Q(state="lapsed", decided_at__isnull=False, answered_at__isnull=True, reason__regex=r"\S"),
                name="assignments_pair_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state"], name="assignments_pairs_of"),
            models.Index(fields=["volunteer", "state"], name="assignments_asked_of"),
            models.Index(fields=["shift", "state"], name="assignments_asked_for"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
