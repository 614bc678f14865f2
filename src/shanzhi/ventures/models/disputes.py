"""Objections to proposals under notice, and appeals against what was decided on one; answers and rulings."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import DISPUTE, DISPUTE_KINDS, EFFECTS, OPEN_DISPUTES, RULINGS
from shanzhi.ventures.models.proposals import Proposal

STANDINGS = {"resident": _("A resident"), "staff": _("A member of staff"), "team": _("The team")}


class Dispute(models.Model):
    """An objection or an appeal. Everybody who sees the proposal reads it, and never learns who filed it.

    `standing` and `place` (a resident's community) are what is shown instead of the filer. `decided_at` is the moment
    of the decision that an appeal is against. `effect` says what an upheld one brought about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="disputes")
    kind = models.CharField(max_length=10, choices=list(DISPUTE_KINDS.items()))
    state = models.CharField(max_length=10, choices=DISPUTE.choices(), default=DISPUTE.first)
    text = models.TextField()
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=10, choices=list(STANDINGS.items()))
    place = models.CharField(max_length=21, db_collation="C", blank=True)
    filed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=list(RULINGS.items()), blank=True)
    effect = models.CharField(max_length=12, choices=list(EFFECTS.items()), blank=True)
    ruling = models.TextField(blank=True)
    ruled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One open objection a person and proposal, one appeal a decision; a ruling is whole, by another than filed."""

        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "filed_by"],
                condition=Q(kind="objection", state__in=OPEN_DISPUTES),
                name="ventures_dispute_one_open",
            ),
            models.UniqueConstraint(
                fields=["proposal", "decided_at"], condition=Q(kind="appeal"), name="ventures_dispute_one_appeal"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="ventures_dispute_grounds"),
            models.CheckConstraint(
                condition=Q(kind="appeal", decided_at__isnull=False, standing="team", answer="")
                | (Q(kind="objection", decided_at__isnull=True) & ~Q(standing="team")),
                name="ventures_dispute_kinds",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="ventures_dispute_answer",
            ),
            models.CheckConstraint(
                condition=(~Q(state="ruled") & Q(outcome="", ruling="", ruled_by__isnull=True, ruled_at__isnull=True))
                | (Q(state="ruled", ruled_by__isnull=False, ruled_at__isnull=False) & ~Q(outcome="") & ~Q(ruling="")),
                name="ventures_dispute_ruling",
            ),
            models.CheckConstraint(
                condition=(Q(outcome="upheld") & ~Q(effect="")) | (~Q(outcome="upheld") & Q(effect="")),
                name="ventures_dispute_effect",
            ),
            models.CheckConstraint(
                condition=Q(ruled_by__isnull=True) | ~Q(ruled_by=F("filed_by")), name="ventures_dispute_not_own"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("filed_at")), name="ventures_dispute_due_later"),
        ]
        indexes = [
            models.Index(fields=["-filed_at", "id"], name="ventures_dispute_newest"),
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN_DISPUTES), name="ventures_dispute_due"),
        ]
        ordering = ["filed_at", "id"]

    def __str__(self) -> str:
        """Show kind and state."""
        return f"{self.kind} {self.state}"

    @property
    def open(self) -> bool:
        """Tell whether it waits for its ruling."""
        return self.state in OPEN_DISPUTES
