"""What a run of matching proposes for requests of help: members who suit, and the requests that nobody takes."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.assignments.models import Run
from shanzhi.people.models import Person
from shanzhi.timebank.lifecycle import MATCH, MATCHING
from shanzhi.timebank.models.helping import Post
from shanzhi.timebank.models.members import Member


class HelpProposal(models.Model):
    """A member proposed for a request. `parts` are lists of name, points got, points possible, measure and whole.

    Nobody promises by it: who keeps the bank asks (`decided_*`), the member answers the request as if one had found it
    alone, or says that it is not for one. Triggers: the moves; that pair, score and parts stay; and that only for an
    open request that nobody promised, a member of its bank other than its author is asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="help_proposals")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="proposals")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="proposals")
    score = models.IntegerField(_("Points"))
    parts = models.JSONField(default=list)
    state = models.CharField(_("State"), max_length=12, choices=MATCH.choices(), default=MATCH.first)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)

    class Meta:
        """A pair once in a run; of a request one is asked at a time over all runs; dates as the state asks."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(MATCH.states)), name="timebank_match_state"),
            models.UniqueConstraint(fields=["run", "post", "member"], name="timebank_match_once"),
            models.UniqueConstraint(fields=["post"], condition=Q(state="asked"), name="timebank_match_asked_once"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True, answered_at__isnull=True, reason="")
                | Q(state="asked", decided_at__isnull=False, answered_at__isnull=True, reason="")
                | Q(state="dropped", decided_at__isnull=False, answered_at__isnull=True, reason__regex=r"\S")
                | Q(state="answered", decided_at__isnull=False, answered_at__gte=F("decided_at"), reason="")
                | Q(state="declined", decided_at__isnull=False, answered_at__gte=F("decided_at"))
                | Q(state="lapsed", decided_at__isnull=False, answered_at__isnull=True, reason__regex=r"\S"),
                name="timebank_match_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state"], name="timebank_matches_of"),
            models.Index(fields=["member", "state"], name="timebank_matches_for"),
            models.Index(fields=["post", "state"], name="timebank_matches_upon"),
            models.Index(fields=["post"], condition=Q(state__in=MATCHING), name="timebank_matches_open"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class OpenRequest(models.Model):
    """A request that a run proposes nobody for, and why. Rows are never changed.

    `hurdles` are lists of a rule, how many volunteers it kept away as the first that stood in the way, and for how many
    it was the only one; `engaged` of a reason and how many who would suit are bound by it (`matching.Unfilled`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="open_requests")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    hurdles = models.JSONField(default=list)
    engaged = models.JSONField(default=list)

    class Meta:
        """Each request once in a run."""

        constraints = [models.UniqueConstraint(fields=["run", "post"], name="timebank_open_request_once")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
