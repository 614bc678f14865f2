"""Proposal with its team, schedule, budget and attachments."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from shanzhi.people.fields import SealedField, mask_person
from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import PROPOSAL
from shanzhi.ventures.models.calls import Call
from shanzhi.work.files import KINDS

TEAM_KINDS = {
    "resident": _("A resident"),
    "residents": _("Residents, not yet organised"),
    "organization": _("An organisation"),
}
SOURCES = {"asked": _("Asked from the call"), "own": _("Own money"), "other": _("Money of others")}


class Proposal(models.Model):
    """What a team proposes. Drafts may lack anything; `submit` asks for the whole.

    `number` is given at the first hand-in, per call and without gaps. `amount_fen` is what is asked from the call,
    the sum of its budget lines of that source. `left_shown`: it left the round after everybody had
    seen it. `official` is what an imported file says: won or not, beside our count.
    `template` is what the draft was given to begin from, which is not the team's own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=12, choices=PROPOSAL.choices(), default=PROPOSAL.first)
    title = models.CharField(max_length=300, blank=True)
    summary = models.TextField(blank=True)
    team_kind = models.CharField(max_length=12, choices=list(TEAM_KINDS.items()), default="residents")
    team_name = models.CharField(max_length=80, blank=True)
    organization = models.UUIDField(null=True)
    contact = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="proposals")
    community = models.CharField(max_length=21, db_collation="C", blank=True)
    theme = models.CharField(max_length=60, blank=True)
    need = models.TextField(blank=True)
    aims = models.TextField(blank=True)
    people_reached = models.PositiveIntegerField(null=True)
    people_note = models.CharField(max_length=300, blank=True)
    risks = models.TextField(blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    truthful = models.BooleanField(default=False)
    amount_fen = models.BigIntegerField(default=0)
    other_fen = models.BigIntegerField(default=0)
    exclusive = models.CharField(max_length=40, blank=True)
    official = models.BooleanField(null=True)
    code = models.CharField(max_length=80, blank=True)
    return_deadline = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)
    template: models.JSONField[Any] = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    left_shown = models.BooleanField(default=False, db_default=False)
    review_round = models.PositiveSmallIntegerField(default=0)
    synthetic = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        """Numbered once handed in; listed by call, area and age."""

        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="ventures_proposal_number"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn", "lapsed", "merged")) | Q(number__isnull=False),
                name="ventures_proposal_numbered",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0, other_fen__gte=0), name="ventures_proposal_money"),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(return_deadline__isnull=False), name="ventures_proposal_deadline"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="ventures_proposal_newest"),
            models.Index(fields=["call", "state", "number"], name="ventures_proposal_call"),
            models.Index(fields=["community", "state"], name="ventures_proposal_area"),
            models.Index(fields=["contact", "-created_at"], name="ventures_proposal_contact"),
        ]

    def __str__(self) -> str:
        """Show the title."""
        return self.title or str(self.pk)

    @property
    def total_fen(self) -> int:
        """What the project costs in all, in fen."""
        return self.amount_fen + self.other_fen


class TeamMember(models.Model):
    """A member of the team. One with a `person` may read and edit the proposal; the name is personal data."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="members")
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = SealedField(mask=mask_person, purpose="ventures.teammember.name")
    part = models.CharField(max_length=80, blank=True)

    class Meta:
        """A place once."""

        constraints = [models.UniqueConstraint(fields=["proposal", "position"], name="ventures_member_place")]
        indexes = [models.Index(fields=["person", "proposal"], name="ventures_member_person")]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show the masked name."""
        return str(self.name)


class Activity(models.Model):
    """A row of the schedule."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="activities")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    people = models.PositiveIntegerField(null=True)
    detail = models.TextField(blank=True)

    class Meta:
        """A place once."""

        constraints = [models.UniqueConstraint(fields=["proposal", "position"], name="ventures_activity_place")]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show the title."""
        return self.title


class BudgetLine(models.Model):
    """A row of the budget. `amount_fen` is quantity times unit price, rounded to the fen; the database holds that.

    `category` is the key of one that the call's budget rules name.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="budget")
    position = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    quantity = models.DecimalField(max_digits=10, decimal_places=2, default=1)
    unit_price_fen = models.BigIntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    source = models.CharField(max_length=6, choices=list(SOURCES.items()), default="asked")
    note = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        """A place once, nothing negative."""

        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="ventures_budget_place"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, unit_price_fen__gte=0, amount_fen__gte=0), name="ventures_budget_positive"
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        """Show the item."""
        return self.item

    @property
    def category_name(self) -> str:
        """The category's name in the rules of the call; empty where the line has none, or one that the call lacks."""
        named = self.proposal.call.budget_rules.get("categories", ())
        return next((one["name"] for one in named if one["key"] == self.category), "")


class Attachment(models.Model):
    """A file beside a proposal, checked by its content and kept under its digest; `name` is only shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=list(KINDS.items()))
    digest = models.CharField(max_length=71)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """The same file once a proposal."""

        constraints = [
            models.UniqueConstraint(fields=["proposal", "digest"], name="ventures_attachment_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="ventures_attachment_size"),
        ]
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        """Show the name."""
        return self.name
