"""What neighbours say of a public project: comments with the team's answers, and backing before the vote."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import COMMENT
from shanzhi.ventures.models.proposals import Proposal

COMMENT_KINDS = {"comment": _("A comment"), "answer": _("An answer of the team")}


class Comment(models.Model):
    """A neighbour's words, or the team's answer to them. The author is never shown, only the community.

    Words are never changed: a comment taken back by its author loses them, a hidden one keeps them for the audit.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="comments")
    answers = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="given_answers")
    kind = models.CharField(max_length=8, choices=list(COMMENT_KINDS.items()))
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    community = models.CharField(max_length=12, db_collation="C", blank=True)
    text = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=COMMENT.choices(), default=COMMENT.first)
    reason = models.CharField(max_length=300, blank=True)
    hidden_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """Words as long as they are shown or hidden, a public reason for hiding; read by project and by author."""

        constraints = [
            models.CheckConstraint(
                condition=Q(kind="comment", answers__isnull=True) | Q(kind="answer", answers__isnull=False),
                name="ventures_comment_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", text="") | (~Q(state="withdrawn") & ~Q(text="")),
                name="ventures_comment_words",
            ),
            models.CheckConstraint(condition=~Q(state="hidden") | ~Q(reason=""), name="ventures_comment_reason"),
        ]
        indexes = [
            models.Index(fields=["proposal", "-created_at", "id"], name="ventures_comment_newest"),
            models.Index(fields=["author", "-created_at"], name="ventures_comment_author"),
            models.Index(fields=["answers", "created_at"], name="ventures_comment_answers"),
        ]

    def __str__(self) -> str:
        """Show the kind and the state, never the words."""
        return f"{self.kind} {self.state}"


class Endorsement(models.Model):
    """That a neighbour backs a project. Nobody is shown who; the number alone is public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="endorsements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One a person and project (triggers: before the vote alone, and never changed)."""

        constraints = [models.UniqueConstraint(fields=["proposal", "person"], name="ventures_endorsement_once")]

    def __str__(self) -> str:
        """Show nothing of the person."""
        return "endorsement"


class EndorsementCount(models.Model):
    """How many backed a project when the vote opened; append-only."""

    proposal = models.OneToOneField(
        Proposal, primary_key=True, on_delete=models.PROTECT, related_name="endorsement_count"
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Show the number."""
        return str(self.number)
