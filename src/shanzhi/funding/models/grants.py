"""Grants: agreement with its signatures, budget lines, tranches, payments, and who is of the team."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.funding.lifecycle import GRANT, PAYMENT, TRANCHE
from shanzhi.funding.models.funds import MOST_FEN, Fund
from shanzhi.work.search import search_index

CONDITION_SHAPE: Final = r"^[a-z][a-z_-]{0,39}$"


class Custody(models.TextChoices):
    """On whose account the team's money lies."""

    OWN = "own", _("On the team's own account")
    COMMUNITY = "community", _("Kept by the community")


class Party(models.TextChoices):
    """Who signs an agreement."""

    FUNDER = "funder", _("Funder")
    RECIPIENT = "recipient", _("Recipient")
    KEEPER = "keeper", _("Community that keeps the money")


class Grant(models.Model):
    """What a fund gives to a project that was awarded; what was paid and spent stands in the ledger.

    `proposal` is the number of the awarded proposal and `round` that of its round, in rooms above.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="grants")
    proposal = models.UUIDField(unique=True)
    round = models.UUIDField(null=True)
    round_title = models.CharField(_("Round"), max_length=200, blank=True)
    title = models.CharField(_("Project"), max_length=200)
    area = models.CharField(_("Area"), max_length=12, db_collation="C")
    theme = models.CharField(_("Theme"), max_length=60, blank=True)
    purpose = models.TextField(_("What it is for"), max_length=1000, blank=True)
    recipient = models.UUIDField(null=True)
    custody = models.CharField(_("Account"), max_length=10, choices=Custody.choices)
    amount_fen = models.BigIntegerField(_("Amount"))
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))
    state = models.CharField(_("State"), max_length=10, choices=GRANT.choices(), default=GRANT.first)
    disclose_by = models.DateField(null=True)
    signed_on = models.DateField(null=True)
    reason = models.TextField(blank=True)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One for each awarded proposal."""

        constraints = [
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="funding_grant_named"),
            models.CheckConstraint(condition=Q(state__in=list(GRANT.states)), name="funding_grant_state"),
            models.CheckConstraint(condition=Q(custody__in=Custody.values), name="funding_grant_custody"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lte=MOST_FEN), name="funding_grant_fen"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="funding_grant_period"),
            models.CheckConstraint(
                condition=Q(state="draft", signed_on__isnull=True) | (~Q(state="draft") & Q(signed_on__isnull=False)),
                name="funding_grant_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="funding_grant_newest"),
            models.Index(fields=["area", "state"], name="funding_grant_areas"),
            models.Index(fields=["round"], name="funding_grant_rounds"),
            search_index("title", name="funding_grant_by_title"),
        ]

    def __str__(self) -> str:
        """Give the title."""
        return self.title


class TeamPlace(models.Model):
    """Somebody of the team of a grant: enters expenses and sees the money; approves nothing of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="team")
    person_id = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        """Once at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["grant", "person_id"], condition=Q(until__isnull=True), name="funding_team_once"
            ),
        ]
        indexes = [models.Index(fields=["person_id"], name="funding_team_persons")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class BudgetLine(models.Model):
    """A line of a grant's budget; what may be spent on it is the upper bound of its account in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("Line"), max_length=100)
    amount_fen = models.BigIntegerField(_("Amount"))

    class Meta:
        """A number once in a grant."""

        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gte=0, amount_fen__lte=MOST_FEN), name="funding_line_fen"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="funding_line_named"),
            models.UniqueConstraint(fields=["grant", "number"], name="funding_line_once"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Tranche(models.Model):
    """A part of a grant that is paid when its condition (a word such as "signed", "midterm") is met."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="tranches")
    number = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField(_("Amount"))
    condition = models.CharField(_("Condition"), max_length=40)
    state = models.CharField(_("State"), max_length=10, choices=TRANCHE.choices(), default=TRANCHE.first)
    met_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)

    class Meta:
        """A number once in a grant."""

        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lte=MOST_FEN), name="funding_tranche_fen"),
            models.CheckConstraint(condition=Q(state__in=list(TRANCHE.states)), name="funding_tranche_state"),
            models.CheckConstraint(condition=Q(condition__regex=CONDITION_SHAPE), name="funding_tranche_condition"),
            models.UniqueConstraint(fields=["grant", "number"], name="funding_tranche_once"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.number)


class Agreement(models.Model):
    """A version of a grant's agreement as it was laid before the parties; `digest` covers `terms`. Rows stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    terms = models.JSONField()
    digest = models.CharField(max_length=71)
    made_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        """A version once."""

        constraints = [models.UniqueConstraint(fields=["grant", "version"], name="funding_agreement_once")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.version)


class Signature(models.Model):
    """That a party signed a version, as an officer recorded it; who signed stands on the paper alone. Rows stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10, choices=Party.choices)
    signed_on = models.DateField()
    recorded_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        """A party signs a version once."""

        constraints = [
            models.CheckConstraint(condition=Q(party__in=Party.values), name="funding_signature_party"),
            models.UniqueConstraint(fields=["agreement", "party"], name="funding_signature_once"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Payment(models.Model):
    """The payment of a tranche: asked for by one, approved by two others. The database holds that they are three."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="payments")
    state = models.CharField(_("State"), max_length=10, choices=PAYMENT.choices(), default=PAYMENT.first)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    first_by = models.UUIDField(null=True)
    first_at = models.DateTimeField(null=True)
    second_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    entry = models.UUIDField(null=True, unique=True)

    class Meta:
        """Three different people; paid with an entry; one open payment for a tranche."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PAYMENT.states)), name="funding_payment_state"),
            models.CheckConstraint(
                condition=(Q(first_by__isnull=True) | ~Q(first_by=F("asked_by")) | Q(asked_by__isnull=True))
                & (Q(second_by__isnull=True) | ~Q(second_by=F("first_by")))
                & (Q(second_by__isnull=True) | ~Q(second_by=F("asked_by")) | Q(asked_by__isnull=True)),
                name="funding_payment_three_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid")
                | Q(first_by__isnull=False, second_by__isnull=False, entry__isnull=False, decided_at__isnull=False),
                name="funding_payment_paid_by_two",
            ),
            models.UniqueConstraint(fields=["tranche"], condition=~Q(state="refused"), name="funding_payment_once"),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="funding_payment_waiting")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
