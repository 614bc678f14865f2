"""Who writes on which section of a proposal, and when it changed last."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shanzhi.people.models import Person
from shanzhi.ventures.models.proposals import Proposal


class Section(models.Model):
    """A section of a proposal that somebody has saved.

    `changed_version` is the proposal's version that its last change made. `holder` writes on it `since`, and holds it
    `until` a moment that each save puts off; a trigger lets nobody but the contact person take it before.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="sections")
    part = models.CharField(max_length=12)
    changed_version = models.PositiveIntegerField(default=0)
    holder = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        """One row a section; whoever holds it holds it for some time."""

        constraints = [
            models.UniqueConstraint(fields=["proposal", "part"], name="ventures_section_once"),
            models.CheckConstraint(
                condition=Q(holder__isnull=True, since__isnull=True, until__isnull=True)
                | Q(holder__isnull=False, since__isnull=False, until__gte=F("since")),
                name="ventures_section_held",
            ),
        ]
        indexes = [models.Index(fields=["holder"], name="ventures_section_holder")]

    def __str__(self) -> str:
        """Show the part."""
        return self.part
