"""A ceremony at which projects graduate."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from shanzhi.people.models import Person
from shanzhi.projects.lifecycle import CEREMONY


class Ceremony(models.Model):
    """Where and when projects graduate; its list is public. Once held it stays as it was (a trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(max_length=21, db_collation="C")
    title = models.CharField(max_length=120)
    held_on = models.DateField()
    place = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=CEREMONY.choices(), default=CEREMONY.first)
    cancelled_reason = models.TextField(blank=True)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Named, somewhere; cancelled for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(title__regex=r"\S", place__regex=r"\S"), name="projects_ceremony_named"),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_reason__regex=r"\S")
                | (~Q(state="cancelled") & Q(cancelled_reason="")),
                name="projects_ceremony_cancelled",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "id"], name="projects_ceremony_newest")]

    def __str__(self) -> str:
        """Show the title."""
        return self.title
