"""A call's jury: who sits in it, their conflicts of interest, the order of the pitches, the sheets, the closing."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.fields import SealedField
from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import SHEET
from shanzhi.ventures.models.calls import Call
from shanzhi.ventures.models.proposals import Proposal

INTERESTS = {
    "team": _("Member of the team"),
    "relative": _("Relative or close friend of the team"),
    "organization": _("Works for the same organisation"),
    "other": _("Another interest"),
}


class Juror(models.Model):
    """A person in the jury of a call, for a time. `number` stands for the name wherever the public looks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="jurors")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    chair = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    # The planned end of the term; without one it lasts until the jury closes. `ends_at` is the leaving before that.
    term_ends_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)
    declared_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        """A person sits once in a jury, which has one chair, without a planned end; who left, left for a reason."""

        constraints = [
            models.UniqueConstraint(fields=["call", "person"], name="ventures_juror_once"),
            models.UniqueConstraint(fields=["call", "number"], name="ventures_juror_number"),
            models.UniqueConstraint(
                fields=["call"], condition=Q(chair=True, ends_at__isnull=True), name="ventures_juror_chair"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | (Q(ends_at__gte=F("starts_at")) & ~Q(ended_reason="")),
                name="ventures_juror_ended",
            ),
            models.CheckConstraint(
                condition=Q(term_ends_at__isnull=True) | Q(term_ends_at__gt=F("starts_at"), chair=False),
                name="ventures_juror_term",
            ),
        ]
        indexes = [models.Index(fields=["person", "call"], name="ventures_juror_person")]
        ordering = ["number"]

    def __str__(self) -> str:
        """Show the number."""
        return str(self.number)


class Conflict(models.Model):
    """A juror's interest in a project: then the sheet of that project is never the juror's to see or to fill in."""

    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="conflicts")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    interest = models.CharField(max_length=12, choices=list(INTERESTS.items()))
    declared_at = models.DateTimeField()

    class Meta:
        """One for each juror and project."""

        constraints = [models.UniqueConstraint(fields=["juror", "proposal"], name="ventures_conflict_once")]

    def __str__(self) -> str:
        """Name the interest."""
        return self.interest


class PitchOrder(models.Model):
    """The lot that ordered the pitches: projects by SHA-256 of seed and number, so that anyone can draw it again."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.PROTECT, related_name="pitch_order")
    seed = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        """Show the seed."""
        return self.seed


class Pitch(models.Model):
    """A project's place in the order of pitches, with when it began and ended."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="pitches")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="pitch")
    position = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One project a place."""

        constraints = [
            models.UniqueConstraint(fields=["call", "position"], name="ventures_pitch_place"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False, ended_at__gte=F("started_at")),
                name="ventures_pitch_time",
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show the place."""
        return str(self.position)


class ScoreSheet(models.Model):
    """A juror's scores and comment for one project, encrypted: nobody but the juror reads them before the closing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="sheets")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    content = SealedField(purpose="ventures.scoresheet.content")
    state = models.CharField(max_length=10, choices=SHEET.choices(), default=SHEET.first)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)

    class Meta:
        """One for each juror and project (triggers: never beside a conflict, never changed after the closing)."""

        constraints = [
            models.UniqueConstraint(fields=["juror", "proposal"], name="ventures_sheet_once"),
            models.CheckConstraint(
                condition=~Q(state="handed_in") | Q(handed_in_at__isnull=False), name="ventures_sheet_handed_in"
            ),
        ]

    def __str__(self) -> str:
        """Show the state alone."""
        return self.state


class JuryClosing(models.Model):
    """The chair's closing: the method, each project's score with all voices by juror's number, and their digest."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.PROTECT, related_name="jury_closing")
    closed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    method: models.JSONField[Any] = models.JSONField()
    results: models.JSONField[Any] = models.JSONField()
    digest = models.CharField(max_length=71)

    def __str__(self) -> str:
        """Show the digest."""
        return self.digest
