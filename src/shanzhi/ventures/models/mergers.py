"""Two teams making one proposal of theirs: proposed, agreed on, merged with both leaders' consent, perhaps undone."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import LIVE_MERGERS, MERGER
from shanzhi.ventures.models.calls import Call
from shanzhi.ventures.models.proposals import Proposal

SIDES = ("first", "second")


class Merger(models.Model):
    """The merging of two proposals of a call, `first` that of the team that asked, or the lower number.

    A side that `shows` its proposal lets the other team read it; once both do, it is `open` and `plan` says what the
    one proposal will be. A consent is the digest of plan and both proposals as they were read: it falls by itself when
    either changes. `kept` is what the one that stays said before, and who of the other team was in it already.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=MERGER.choices(), default=MERGER.first)
    suggested = models.BooleanField(default=False)
    begun_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    message = models.CharField(max_length=500, blank=True)
    first_shows = models.BooleanField(default=False)
    second_shows = models.BooleanField(default=False)
    plan = models.JSONField(default=dict)
    first_consent = models.CharField(max_length=71, blank=True)
    second_consent = models.CharField(max_length=71, blank=True)
    stays = models.ForeignKey(Proposal, null=True, on_delete=models.PROTECT, related_name="taken_in")
    goes = models.ForeignKey(Proposal, null=True, on_delete=models.PROTECT, related_name="went_into")
    kept = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lapses_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    merged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Two proposals, one live merger each; merged only where both consented to the very same (more in triggers)."""

        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="ventures_merger_two"),
            models.UniqueConstraint(
                fields=["first"], condition=Q(state__in=LIVE_MERGERS), name="ventures_merger_first_once"
            ),
            models.UniqueConstraint(
                fields=["second"], condition=Q(state__in=LIVE_MERGERS), name="ventures_merger_second_once"
            ),
            models.UniqueConstraint(fields=["goes"], condition=Q(state="merged"), name="ventures_merger_goes_once"),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(first_shows=True, second_shows=True), name="ventures_merger_shown"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("merged", "undone"), first_consent=F("second_consent"))
                & Q(merged_at__isnull=False, stays__isnull=False, goes__isnull=False)
                & ~Q(first_consent="")
                & (Q(stays=F("first"), goes=F("second")) | Q(stays=F("second"), goes=F("first")))
                | (~Q(state__in=("merged", "undone")) & Q(stays=None, goes=None, merged_at=None)),
                name="ventures_merger_consented",
            ),
            models.CheckConstraint(condition=~Q(state="undone") | ~Q(reason=""), name="ventures_merger_reason"),
            models.CheckConstraint(condition=Q(lapses_at__gt=F("created_at")), name="ventures_merger_lapses_later"),
        ]
        indexes = [
            models.Index(fields=["first", "-created_at"], name="ventures_merger_first"),
            models.Index(fields=["second", "-created_at"], name="ventures_merger_second"),
            models.Index(fields=["lapses_at"], condition=Q(state__in=LIVE_MERGERS), name="ventures_merger_lapse"),
        ]

    def __str__(self) -> str:
        """Show the state."""
        return self.state

    @property
    def live(self) -> bool:
        """Tell whether it can still come to a merging."""
        return self.state in LIVE_MERGERS

    def other(self, proposal_id: Any) -> Proposal:
        """Give the proposal that is not this one."""
        return self.second if self.first_id == proposal_id else self.first
