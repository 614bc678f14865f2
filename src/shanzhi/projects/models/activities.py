"""An activity of a project, its photos, and what participants say of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from shanzhi.people.models import Person
from shanzhi.projects.lifecycle import ACTIVITY
from shanzhi.projects.models.projects import Project
from shanzhi.ventures.models import BudgetLine

PHOTO_KINDS = {"jpg": "JPEG", "png": "PNG"}


class Activity(models.Model):
    """What a team does on a day: planned, announced a week ahead, held, and told of within days after.

    `expected` and `attended` are counts of people; who they were is not kept here. `line` is the row of the proposal's
    budget that pays for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="activities")
    state = models.CharField(max_length=10, choices=ACTIVITY.choices(), default=ACTIVITY.first)
    title = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    place = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(default=120)
    expected = models.PositiveIntegerField(null=True)
    line = models.ForeignKey(BudgetLine, null=True, on_delete=models.PROTECT, related_name="+")
    attended = models.PositiveIntegerField(null=True)
    helpers = models.PositiveIntegerField(default=0)
    summary = models.TextField(blank=True)
    cancelled_reason = models.TextField(blank=True)
    planned_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Named, somewhere, for a while; a report has its figures and its words, a cancelled one its reason."""

        constraints = [
            models.CheckConstraint(condition=Q(title__regex=r"\S", place__regex=r"\S"), name="projects_activity_named"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="projects_activity_minutes"),
            models.CheckConstraint(
                condition=~Q(state="reported")
                | Q(attended__isnull=False, reported_at__isnull=False, summary__regex=r"\S"),
                name="projects_activity_reported",
            ),
            models.CheckConstraint(
                condition=~Q(state="announced") | Q(announced_at__isnull=False), name="projects_activity_announced"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(cancelled_reason__regex=r"\S"), name="projects_activity_cancelled"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "starts_at"], name="projects_activity_course"),
            models.Index(
                fields=["starts_at"],
                condition=Q(state__in=("planned", "announced", "held")),
                name="projects_activity_due",
            ),
        ]
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        """Show the title."""
        return self.title


class Photo(models.Model):
    """A photo of an activity: known by its content, freed of what the camera wrote into it, kept under its digest.

    Everybody sees it only with `shown`, for which the team confirms that those in it agree.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="photos")
    kind = models.CharField(max_length=4, choices=list(PHOTO_KINDS.items()))
    digest = models.CharField(max_length=71)
    size = models.PositiveIntegerField()
    caption = models.CharField(max_length=120)
    shown = models.BooleanField(default=False)
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """The same photo once an activity; described for those who do not see it."""

        constraints = [
            models.UniqueConstraint(fields=["activity", "digest"], name="projects_photo_once"),
            models.CheckConstraint(condition=Q(size__gt=0, caption__regex=r"\S"), name="projects_photo_told"),
        ]
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        """Show the caption."""
        return self.caption


class Feedback(models.Model):
    """What somebody who took part says: 1 to 5, and words for the team and staff alone. Nobody is asked who it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="feedback")
    rating = models.PositiveSmallIntegerField()
    said = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """One to five."""

        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="projects_feedback_scale")
        ]
        indexes = [models.Index(fields=["activity", "-created_at"], name="projects_feedback_newest")]

    def __str__(self) -> str:
        """Show the rating."""
        return str(self.rating)
