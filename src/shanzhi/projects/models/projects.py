"""The project: a proposal that won, being carried out; and the rules by which an area has it carried out."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from shanzhi.people.models import Person
from shanzhi.projects.lifecycle import OVER, PROJECT
from shanzhi.projects.models.graduation import Ceremony
from shanzhi.ventures.models import Proposal


class Rules(models.Model):
    """Days, criteria and marks of an area, by version; only grows. The latest version of the nearest area counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(max_length=21, db_collation="C", blank=True)
    version = models.PositiveIntegerField()
    content: models.JSONField[Any] = models.JSONField()
    synthetic = models.BooleanField(default=False)
    written_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """A version once an area."""

        constraints = [
            models.UniqueConstraint(fields=["area", "version"], name="projects_rules_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="projects_rules_from_one"),
        ]
        indexes = [models.Index(fields=["-created_at", "id"], name="projects_rules_newest")]

    def __str__(self) -> str:
        """Show area and version."""
        return f"{self.area} {self.version}"


class Project(models.Model):
    """A won proposal being carried out. `rules` are those of its beginning and stay, whatever the area writes later.

    Title, team, need and budget are read from the proposal, which nobody changes any more. `rules_version` 0 is the
    example of the program. `mark` is the mean of the completion's sheets, in hundredths of a point of 100.
    `stopped_from` is the state in which it was terminated, to which an upheld appeal leads back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="project")
    state = models.CharField(max_length=12, choices=PROJECT.choices(), default=PROJECT.first)
    community = models.CharField(max_length=21, db_collation="C")
    starts_on = models.DateField()
    ends_on = models.DateField()
    midterm_due = models.DateField(null=True)
    completion_due = models.DateField()
    mentor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    rules: models.JSONField[Any] = models.JSONField()
    rules_area = models.CharField(max_length=21, db_collation="C", blank=True)
    rules_version = models.PositiveIntegerField(default=0)
    mark = models.PositiveIntegerField(null=True)
    completed_at = models.DateTimeField(null=True)
    ceremony = models.ForeignKey(Ceremony, null=True, on_delete=models.PROTECT, related_name="projects")
    graduated_on = models.DateField(null=True)
    stopped_from = models.CharField(max_length=12, blank=True)
    stopped_reason = models.TextField(blank=True)
    stopped_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(null=True)
    settle_by = models.DateField(null=True)
    settlement = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    begun_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Days in order; terminated with a reason and a day of settlement; graduated at a ceremony."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PROJECT.states)), name="projects_state"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="projects_days"),
            models.CheckConstraint(
                condition=Q(completion_due__gte=F("starts_on"))
                & (Q(midterm_due__isnull=True) | Q(midterm_due__gte=F("starts_on"))),
                name="projects_due_days",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        state="terminated",
                        stopped_at__isnull=False,
                        settle_by__isnull=False,
                        stopped_reason__regex=r"\S",
                    )
                    | ~Q(state="terminated")
                ),
                name="projects_terminated",
            ),
            models.CheckConstraint(
                condition=Q(state="graduated", ceremony__isnull=False, graduated_on__isnull=False)
                | (~Q(state="graduated") & Q(graduated_on__isnull=True)),
                name="projects_graduated",
            ),
            models.CheckConstraint(condition=Q(mark__isnull=True) | Q(mark__lte=10_000), name="projects_mark"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settlement="")
                | Q(settled_at__isnull=False, settlement__regex=r"\S"),
                name="projects_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="projects_newest"),
            models.Index(fields=["community", "state"], name="projects_area"),
            models.Index(fields=["state"], name="projects_working", condition=~Q(state__in=OVER)),
            models.Index(fields=["mentor"], name="projects_mentor"),
        ]

    def __str__(self) -> str:
        """Show the title of the proposal."""
        return str(self.proposal)

    @property
    def origin(self) -> tuple[str, uuid.UUID]:
        """Name the project as what something else grew out of."""
        return self._meta.label_lower, self.pk
