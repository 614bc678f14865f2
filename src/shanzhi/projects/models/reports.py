"""What a team reports at mid-term and at the end, the sheets of reviewers, the decision, and objections to it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from shanzhi.people.models import Person
from shanzhi.projects.lifecycle import OBJECTION, OBJECTION_KINDS, OUTCOMES, REPORTS, RULINGS
from shanzhi.projects.models.projects import Project
from shanzhi.ventures.models.disputes import STANDINGS


class Report(models.Model):
    """A report as it was handed in; mended, it is handed in anew under the next number, and the earlier one stays.

    `held`, `attended` and `rated` are the figures of that moment: activities reported, people counted, and the mean of
    the feedback in hundredths. A trigger keeps number, figures and moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=10, choices=list(REPORTS.items()))
    number = models.PositiveSmallIntegerField()
    done = models.TextField()
    problems = models.TextField(blank=True)
    ahead = models.TextField(blank=True)
    held = models.PositiveIntegerField(default=0)
    attended = models.PositiveIntegerField(default=0)
    rated = models.PositiveIntegerField(null=True)
    handed_in_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField()

    class Meta:
        """Numbered by kind."""

        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "number"], name="projects_report_number"),
            models.CheckConstraint(condition=Q(kind__in=list(REPORTS), done__regex=r"\S"), name="projects_report_told"),
        ]
        ordering = ["handed_in_at", "id"]

    def __str__(self) -> str:
        """Show kind and number."""
        return f"{self.kind} {self.number}"


class Sheet(models.Model):
    """A reviewer's points for one report, 0 to 10 by criterion, with a comment; once given it stays (a trigger).

    `mark` is the weighted sum in hundredths of a point of 100.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="sheets")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    points: models.JSONField[Any] = models.JSONField()
    mark = models.PositiveIntegerField()
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """One for each reviewer and report."""

        constraints = [
            models.UniqueConstraint(fields=["report", "reviewer"], name="projects_sheet_once"),
            models.CheckConstraint(condition=Q(mark__lte=10_000), name="projects_sheet_mark"),
        ]
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        """Show the mark."""
        return str(self.mark)


class Decision(models.Model):
    """What was decided on a report, by the mean of its sheets; `notice_until` is the last day of the public notice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=4, choices=list(OUTCOMES.items()))
    mark = models.PositiveIntegerField(null=True)
    comment = models.TextField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    notice_until = models.DateField(null=True)

    class Meta:
        """With its grounds; passed or not by a mark, to be mended without one."""

        constraints = [
            models.CheckConstraint(
                condition=Q(comment__regex=r"\S", outcome__in=list(OUTCOMES)), name="projects_decision_told"
            ),
            models.CheckConstraint(
                condition=Q(outcome="mend") | Q(mark__isnull=False), name="projects_decision_by_mark"
            ),
        ]

    def __str__(self) -> str:
        """Show the outcome."""
        return self.outcome


class Objection(models.Model):
    """An objection to a mid-term result under notice, or a team's appeal against a stop. Nobody is shown who filed it.

    `against` is the state that it is against, `decided_at` when that was decided.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=10, choices=list(OBJECTION_KINDS.items()))
    state = models.CharField(max_length=10, choices=OBJECTION.choices(), default=OBJECTION.first)
    against = models.CharField(max_length=12)
    decided_at = models.DateTimeField()
    text = models.TextField()
    standing = models.CharField(max_length=10, choices=list(STANDINGS.items()))
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=list(RULINGS.items()), blank=True)
    ruling = models.TextField(blank=True)
    ruled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One open objection a person, one appeal a decision; a ruling is whole, by another than filed."""

        constraints = [
            models.UniqueConstraint(
                fields=["project", "filed_by"],
                condition=Q(kind="objection", state="filed"),
                name="projects_objection_one_open",
            ),
            models.UniqueConstraint(
                fields=["project", "decided_at"], condition=Q(kind="appeal"), name="projects_objection_one_appeal"
            ),
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="projects_objection_grounds"),
            models.CheckConstraint(
                condition=(~Q(state="ruled") & Q(outcome="", ruling="", ruled_by__isnull=True, ruled_at__isnull=True))
                | (Q(state="ruled", ruled_by__isnull=False, ruled_at__isnull=False) & ~Q(outcome="") & ~Q(ruling="")),
                name="projects_objection_ruling",
            ),
            models.CheckConstraint(
                condition=Q(ruled_by__isnull=True) | ~Q(ruled_by=F("filed_by")), name="projects_objection_not_own"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("filed_at")), name="projects_objection_due_later"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="filed"), name="projects_objection_due")]
        ordering = ["filed_at", "id"]

    def __str__(self) -> str:
        """Show kind and state."""
        return f"{self.kind} {self.state}"
