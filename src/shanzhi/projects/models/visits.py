"""A mentor's visit to a project, and the steps agreed on."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from shanzhi.people.models import Person
from shanzhi.projects.lifecycle import VISIT_KINDS
from shanzhi.projects.models.projects import Project


class Visit(models.Model):
    """A note after a visit: overall, strengths, problems and advice, outlook. The team and staff read it.

    It may be written up later; once written it stays (a trigger), and what comes after is another note.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField()
    kind = models.CharField(max_length=10, choices=list(VISIT_KINDS.items()))
    overall = models.TextField()
    strengths = models.TextField(blank=True)
    problems = models.TextField(blank=True)
    outlook = models.TextField(blank=True)
    next_on = models.DateField(null=True)
    visitor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """Tells something."""

        constraints = [models.CheckConstraint(condition=Q(overall__regex=r"\S"), name="projects_visit_told")]
        indexes = [models.Index(fields=["project", "-visited_on"], name="projects_visit_newest")]
        ordering = ["-visited_on", "id"]

    def __str__(self) -> str:
        """Show the day."""
        return str(self.visited_on)


class Step(models.Model):
    """A step of the plan that a visit ended with: what, by whom (a part in the team, in words), until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=200)
    who = models.CharField(max_length=80)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        """A place once."""

        constraints = [
            models.UniqueConstraint(fields=["visit", "position"], name="projects_step_place"),
            models.CheckConstraint(condition=Q(what__regex=r"\S"), name="projects_step_told"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show what is to be done."""
        return self.what
