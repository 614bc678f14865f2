"""Review of a proposal by check list."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import DECISIONS, OUTCOMES, REVIEW
from shanzhi.ventures.models.proposals import Proposal


class Review(models.Model):
    """One reviewer's check of one hand-in (`round` counts the hand-ins). `deadline` is when it is due."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=REVIEW.choices(), default=REVIEW.first)
    decision = models.CharField(max_length=8, choices=list(DECISIONS.items()), blank=True)
    reason = models.TextField(blank=True)
    deadline = models.DateTimeField(null=True)
    assigned_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """One review a reviewer and hand-in; one that is done has a decision, and anything but a pass a reason."""

        constraints = [
            models.UniqueConstraint(fields=["proposal", "round", "reviewer"], name="ventures_review_once"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="ventures_review_decided",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=("", "pass")) | ~Q(reason=""), name="ventures_review_reason"
            ),
        ]
        indexes = [models.Index(fields=["reviewer", "state"], name="ventures_review_due")]
        ordering = ["round", "created_at", "id"]

    def __str__(self) -> str:
        """Show round and decision."""
        return f"{self.round} {self.decision or self.state}"


class ReviewItem(models.Model):
    """The answer to one item of the check list, with its words as they were then."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    outcome = models.CharField(max_length=4, choices=list(OUTCOMES.items()))
    remark = models.TextField(blank=True)

    class Meta:
        """An item once a review."""

        constraints = [models.UniqueConstraint(fields=["review", "key"], name="ventures_reviewitem_once")]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show item and outcome."""
        return f"{self.key} {self.outcome}"
