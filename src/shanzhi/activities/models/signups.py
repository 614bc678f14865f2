"""Who signed up for a shift or waits in line, how each place was given, and the secret address of one's calendar."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.activities.lifecycle import LIVING, SIGNUP
from shanzhi.activities.models.activities import Shift
from shanzhi.volunteering.models import Volunteer


class SignUp(models.Model):
    """A place in a shift, or in the line for one.

    `turn` is the place in the order of coming, 1 for the first, given once and never changed. `kept` is the shift's
    `sequence` that the volunteer knows of: below the shift's, one is asked to keep the place or to give it back.
    `reminded_of` is the beginning that one was reminded of. Triggers, under a lock on the shift: never more `signed`
    than places, nobody in two shifts that overlap, living ones in open shifts of published activities alone, and what
    is over stays as it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="signups")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="signups")
    state = models.CharField(_("State"), max_length=12, choices=SIGNUP.choices(), default=SIGNUP.first)
    turn = models.PositiveIntegerField(_("Place in the order of coming"))
    queued_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    kept = models.PositiveIntegerField()
    reminded_of = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Why it was ended"), blank=True)

    class Meta:
        """One living sign-up of a volunteer in a shift, each turn once; dates as the state asks."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SIGNUP.states)), name="activities_signup_state"),
            models.CheckConstraint(
                condition=Q(state="waiting", signed_at__isnull=True, ended_at__isnull=True)
                | Q(state="signed", signed_at__isnull=False, signed_at__gte=F("queued_at"), ended_at__isnull=True)
                | Q(state="left", ended_at__isnull=False, ended_at__gte=F("queued_at"))
                | Q(state="cancelled", ended_at__isnull=False, ended_at__gte=F("queued_at"), reason__regex=r"\S"),
                name="activities_signup_dates",
            ),
            models.CheckConstraint(condition=Q(turn__gte=1), name="activities_signup_turn"),
            models.UniqueConstraint(fields=["shift", "turn"], name="activities_signup_turn_once"),
            models.UniqueConstraint(
                fields=["shift", "volunteer"], condition=Q(state__in=LIVING), name="activities_signup_once"
            ),
        ]
        indexes = [
            models.Index(fields=["shift", "state", "turn"], name="activities_line"),
            models.Index(fields=["volunteer", "state"], name="activities_signups_of"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Outcome(models.TextChoices):
    """What the order of coming made of a sign-up."""

    TAKEN = "taken", pgettext_lazy("sign-up", "A place was free: signed up")
    QUEUED = "queued", pgettext_lazy("sign-up", "No place was free: waits in line")
    MOVED_UP = "moved_up", pgettext_lazy("sign-up", "Moved up from the line: a place fell free")
    PASSED_OVER = "passed_over", pgettext_lazy("sign-up", "Passed over this time: the shift does not suit")


class QueueDecision(models.Model):
    """Why a sign-up got a place, or did not yet: rows are never changed.

    `signed` of `places` were taken when it was decided; `why` are codes of what stood against it
    (`volunteering.queries.Reason`, `overlap`, `skill`, `uninsured`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sign_up = models.ForeignKey(SignUp, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    signed = models.PositiveIntegerField()
    places = models.PositiveIntegerField()
    why = ArrayField(models.CharField(max_length=24), default=list)
    at = models.DateTimeField()

    class Meta:
        """Who is passed over is so for a reason, and nobody else."""

        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="activities_decision_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="passed_over", why__len__gt=0) | Q(~Q(outcome="passed_over"), why=[]),
                name="activities_decision_why",
            ),
        ]
        indexes = [models.Index(fields=["sign_up", "at"], name="activities_decisions_of")]
        ordering = ["at", "id"]

    def __str__(self) -> str:
        """Give the outcome."""
        return self.outcome


class CalendarFeed(models.Model):
    """The secret address of a volunteer's own calendar; a new `serial` makes the old address void."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.OneToOneField(Volunteer, on_delete=models.PROTECT, related_name="+")
    serial = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """It ends after it began."""

        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")), name="activities_feed_ended"
            )
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
