"""Who agreed to be called up in an emergency."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from shanzhi.volunteering.models import Volunteer


class OnCall(models.Model):
    """That a volunteer agreed to be called up, until it is ended; a trigger holds that what ended stays so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="on_call")
    agreed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One that holds; it ends after it began."""

        constraints = [
            models.UniqueConstraint(
                fields=["volunteer"], condition=Q(ended_at__isnull=True), name="assignments_on_call_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("agreed_at")), name="assignments_on_call_ended"
            ),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
