"""A run of matching: whose volunteers and shifts, over which days, and what came of it."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Shift
from shanzhi.assignments.lifecycle import RUN
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Team

MOST_EACH: Final = 5
MOST_WANTED: Final = 200
AREA_SHAPE: Final = r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"


class Run(models.Model):
    """One matching of many volunteers with many shifts, or the call-up for one shift in an emergency.

    Shifts that begin from `first_at` up to but without `last_at` take part; with a `team` only its shifts and members.
    `most` is how many shifts one volunteer is proposed for. A call-up names its `shift` and how many are `wanted`.
    Counts: `volunteers` who took part, `shifts` with free places, `places` that were free, `filled` by the proposal and
    `plain_filled` by taking the best pair first. `total` and `plain_total` are points of both; no way of filling has
    more than `bound`. `wants` is what was to be filled beside shifts (requests of neighbours), `wants_filled` and
    `plain_wants` how much of it either way fills; the points are those of both. `job` is the work in the background.
    Triggers hold the moves, and that the row stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(_("Area"), max_length=12, db_collation="C")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    emergency = models.BooleanField(_("Call-up in an emergency"), default=False)
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="+")
    wanted = models.PositiveIntegerField(_("How many are needed"), null=True)
    reason = models.CharField(_("What it is for"), max_length=200)
    first_at = models.DateTimeField(_("From"))
    last_at = models.DateTimeField(_("Until"))
    most = models.PositiveSmallIntegerField(_("Most shifts for each"), default=3)
    state = models.CharField(_("State"), max_length=12, choices=RUN.choices(), default=RUN.first)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    volunteers = models.PositiveIntegerField(default=0)
    shifts = models.PositiveIntegerField(default=0)
    places = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField(default=0)
    plain_filled = models.PositiveIntegerField(default=0)
    wants = models.PositiveIntegerField(default=0, db_default=0)
    wants_filled = models.PositiveIntegerField(default=0, db_default=0)
    plain_wants = models.PositiveIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(default=0)
    plain_total = models.BigIntegerField(default=0)
    bound = models.BigIntegerField(null=True)
    job = models.UUIDField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        """A span of days, a call-up with its shift, dates as the state asks."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RUN.states)), name="assignments_run_state"),
            models.CheckConstraint(condition=Q(area__regex=AREA_SHAPE), name="assignments_run_area"),
            models.CheckConstraint(condition=Q(first_at__lt=F("last_at")), name="assignments_run_span"),
            models.CheckConstraint(condition=Q(most__range=(1, MOST_EACH)), name="assignments_run_most"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="assignments_run_reason"),
            models.CheckConstraint(
                condition=Q(emergency=False, shift__isnull=True, wanted__isnull=True)
                | Q(
                    emergency=True,
                    shift__isnull=False,
                    wanted__isnull=False,
                    wanted__range=(1, MOST_WANTED),
                ),
                name="assignments_run_call_up",
            ),
            models.CheckConstraint(
                condition=Q(state="working", finished_at__isnull=True, closed_at__isnull=True)
                | Q(state__in=("proposed", "failed"), finished_at__gte=F("made_at"), closed_at__isnull=True)
                | Q(state="closed", finished_at__gte=F("made_at"), closed_at__gte=F("finished_at")),
                name="assignments_run_dates",
            ),
            models.CheckConstraint(
                condition=Q(filled__lte=F("places"), plain_filled__lte=F("places")), name="assignments_run_filled"
            ),
            models.CheckConstraint(
                condition=Q(wants_filled__lte=F("wants"), plain_wants__lte=F("wants")), name="assignments_run_wants"
            ),
            models.CheckConstraint(
                condition=Q(bound__isnull=True) | Q(bound__gte=F("total")), name="assignments_run_bound"
            ),
        ]
        indexes = [
            models.Index(fields=["-made_at", "id"], name="assignments_newest"),
            models.Index(fields=["area", "state"], name="assignments_by_area"),
        ]

    def __str__(self) -> str:
        """Give what it is for."""
        return self.reason
