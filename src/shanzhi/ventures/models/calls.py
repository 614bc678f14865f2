"""Call (a round), its areas and phases, its frozen terms, its public notices, its awards."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.ui.formatting import chinese
from shanzhi.ventures.lifecycle import CALL, PHASES
from shanzhi.voting.models import Poll

PROPOSERS = {
    "residents": _("Residents of the areas"),
    "teams": _("Teams of residents"),
    "organizations": _("Organisations"),
}
PROPOSE_WHERE = {
    "own_community": _("Only for the community one lives in"),
    "call_areas": _("For any community of the call"),
}
NOTICE_KINDS = {
    "call": _("A call opens"),
    "terms": _("Terms published"),
    "change": _("Terms changed"),
    "passed": _("Proposals that passed review"),
    "pitch": _("Order of the pitches"),
    "jury": _("Scores of the jury"),
    "result": _("Result"),
    "left": _("A project left the round"),
    "succession": _("Next in line"),
    "cancelled": _("Call cancelled"),
}


class Call(models.Model):
    """A round. `area` is the least area that covers all of the call's `areas`; who runs the round holds a role there.

    Deciding columns (see `operations.terms.terms_of`) are frozen once submission opens: a trigger refuses to
    change them unless a new version of the terms is written in the same transaction. The English title translates the
    other one and decides nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200, blank=True)
    about = models.TextField(blank=True)
    area = models.CharField(max_length=21, db_collation="C")
    sponsor = models.CharField(max_length=120, blank=True)
    sponsor_organization = models.UUIDField(null=True)
    operator = models.CharField(max_length=120, blank=True)
    operator_organization = models.UUIDField(null=True)
    purse_fen = models.BigIntegerField(default=0)
    limit_fen = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    themes: models.JSONField[Any] = models.JSONField(default=list)
    proposers: models.JSONField[Any] = models.JSONField(default=list)
    propose_where = models.CharField(max_length=20, choices=list(PROPOSE_WHERE.items()), default="call_areas")
    minimum_age = models.PositiveSmallIntegerField(default=18)
    roll_date = models.DateField(null=True)
    ballot: models.JSONField[Any] = models.JSONField(default=dict)
    rule: models.JSONField[Any] = models.JSONField(default=dict)
    exclusive_groups: models.JSONField[Any] = models.JSONField(default=list)
    checklist: models.JSONField[Any] = models.JSONField(default=list)
    jury: models.JSONField[Any] = models.JSONField(default=dict)
    training: models.JSONField[Any] = models.JSONField(default=dict)
    budget_rules: models.JSONField[Any] = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    reviews_needed = models.PositiveSmallIntegerField(default=1)
    notice_days = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=20, choices=CALL.choices(), default=CALL.first)
    moves_by_clock = models.BooleanField(default=True)
    terms_version = models.PositiveIntegerField(default=0)
    last_number = models.PositiveIntegerField(default=0)
    poll = models.OneToOneField(Poll, null=True, on_delete=models.PROTECT, related_name="+")
    result_digest = models.CharField(max_length=71, blank=True)
    cancelled_reason = models.TextField(blank=True)
    synthetic = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Money is not negative, a published call has its time, and past publicity there are terms."""

        constraints = [
            models.CheckConstraint(condition=Q(purse_fen__gte=0, limit_fen__gte=0), name="ventures_call_money"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled")) | Q(published_at__isnull=False),
                name="ventures_call_published",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "publicity", "cancelled")) | Q(terms_version__gte=1),
                name="ventures_call_has_terms",
            ),
            models.CheckConstraint(condition=Q(reviews_needed__gte=1), name="ventures_call_reviews"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="ventures_call_newest"),
            models.Index(fields=["area", "state"], name="ventures_call_area"),
        ]

    def __str__(self) -> str:
        """Show the title."""
        return self.title

    @property
    def shown_title(self) -> str:
        """The title in the reader's language; the one given first where there is no other."""
        return self.title if chinese() or not self.title_en else self.title_en

    @property
    def other_title(self) -> str:
        """The title given first, to stand beneath a translated one; else empty."""
        return self.title if self.shown_title != self.title else ""

    @property
    def frozen(self) -> bool:
        """Tell whether all that decides is fixed."""
        return self.terms_version > 0


class CallArea(models.Model):
    """An area in which the call runs, with all below it."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=21, db_collation="C")

    class Meta:
        """An area once a call; calls are found by area."""

        constraints = [models.UniqueConstraint(fields=["call", "code"], name="ventures_callarea_once")]
        indexes = [models.Index(fields=["code", "call"], name="ventures_callarea_code")]
        ordering = ["code"]

    def __str__(self) -> str:
        """Show the code."""
        return self.code


class Phase(models.Model):
    """A planned phase, from `starts_at` up to but not including `ends_at`; beside it when it really began and ended."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="phases")
    kind = models.CharField(max_length=12, choices=list(PHASES.items()))
    position = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Each kind once a call, in one order, none ending before it starts."""

        constraints = [
            models.UniqueConstraint(fields=["call", "kind"], name="ventures_phase_kind"),
            models.UniqueConstraint(
                fields=["call", "position"], name="ventures_phase_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="ventures_phase_period"),
        ]
        indexes = [models.Index(fields=["kind", "starts_at"], name="ventures_phase_due")]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show the kind."""
        return self.kind


class CallTerms(models.Model):
    """All that decides a call, as published: version 1 when submission opens, later ones with a public reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveIntegerField()
    terms: models.JSONField[Any] = models.JSONField()
    digest = models.CharField(max_length=71)
    reason = models.TextField(blank=True)
    published_at = models.DateTimeField()

    class Meta:
        """One row a version; a change says why. Rows are never changed (a trigger)."""

        constraints = [
            models.UniqueConstraint(fields=["call", "version"], name="ventures_terms_version"),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="ventures_terms_reason"),
        ]
        ordering = ["version"]

    def __str__(self) -> str:
        """Show version and digest."""
        return f"v{self.version} {self.digest}"


class Notice(models.Model):
    """A public notice of a call. `content` holds what is announced, such as the proposals that passed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=list(NOTICE_KINDS.items()))
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    content: models.JSONField[Any] = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        """Newest first. Rows are never changed (a trigger)."""

        indexes = [models.Index(fields=["call", "-published_at"], name="ventures_notice_call")]
        ordering = ["-published_at", "id"]

    def __str__(self) -> str:
        """Show the title."""
        return self.title

    @property
    def moved_up(self) -> list[str]:
        """The titles of the projects that a notice of succession names, in their order."""
        return [self.content["titles"][code] for code in self.content.get("moved_up", ())]


class Award(models.Model):
    """A winner, in the order of selection, with the count's sentence why (by language)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="awards")
    proposal = models.OneToOneField("ventures.Proposal", on_delete=models.PROTECT, related_name="award")
    position = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    reason: models.JSONField[Any] = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        """One winner a place."""

        constraints = [
            models.UniqueConstraint(fields=["call", "position"], name="ventures_award_place"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="ventures_award_amount"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show place and proposal."""
        return f"{self.position} {self.proposal_id}"
