"""What a proposal said at the moments that matter: at each hand-in, and at the end of each day of writing."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.ventures.models.proposals import Proposal

DRAFT, HAND_IN, MENDED, MERGED, UNMERGED = "draft", "hand_in", "mended", "merged", "unmerged"
VERSION_KINDS = {
    DRAFT: _("A day of writing"),
    HAND_IN: _("Handed in"),
    MENDED: _("Handed in again"),
    MERGED: _("Merged with another"),
    UNMERGED: _("As before merging"),
}


class ProposalVersion(models.Model):
    """A state of a proposal's content that stays (append-only). Members are in it by their number alone.

    A day of writing has no `by`: several of a team may have written on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=list(VERSION_KINDS.items()))
    content = models.JSONField()
    digest = models.CharField(max_length=71)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Numbered within its proposal; a hand-in is somebody's act, a day of writing nobody's alone."""

        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="ventures_version_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="ventures_version_counts"),
            models.CheckConstraint(condition=~Q(kind=DRAFT) | Q(by__isnull=True), name="ventures_version_by"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        """Show number and kind."""
        return f"{self.number} {self.kind}"
