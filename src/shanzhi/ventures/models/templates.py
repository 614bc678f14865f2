"""What a round offers to begin a proposal from, a template for each theme."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from shanzhi.people.models import Person
from shanzhi.ventures.models.calls import Call


class Template(models.Model):
    """Headings, activities and lines for one theme of a call. It decides nothing, so it may be worded anew at any time.

    `content` holds `summary`, `need`, `aims`, `risks`, and the rows `activities` and `budget`; a draft that begins from
    it keeps a copy (`Proposal.template`), against which its own words are told apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="templates")
    theme = models.CharField(max_length=60)
    content: models.JSONField[Any] = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One a theme; an empty one is no template."""

        constraints = [
            models.UniqueConstraint(fields=["call", "theme"], name="ventures_template_theme"),
            models.CheckConstraint(condition=~Q(content={}) & ~Q(theme=""), name="ventures_template_whole"),
        ]
        ordering = ["theme"]

    def __str__(self) -> str:
        """Show the theme."""
        return self.theme
