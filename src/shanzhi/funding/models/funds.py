"""Funds with what they are for, who gave, what came in, and how much each role may approve."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.ledger.models import Book
from shanzhi.work.search import search_index

MOST_FEN: Final = 10**13


class FundKind(models.TextChoices):
    """Where the money of a fund comes from."""

    GOVERNMENT = "government", _("Government money")
    FOUNDATION = "foundation", _("Money of a foundation")
    DONATIONS = "donations", _("Donations")
    COMMUNITY = "community", _("Community fund")


class Source(models.TextChoices):
    """As what money came in; the name of the ledger's account of the outside world."""

    APPROPRIATION = "appropriation", _("Appropriation")
    DONATION = "donations", _("Donation")
    FOUNDATION = "foundation", _("Grant of a foundation")
    OTHER = "other-income", _("Other income")


class Fund(models.Model):
    """A pot of money in a book, with what it may be spent on; its balance stands in the ledger.

    `areas` (codes), `themes` and `purposes` narrow what a grant may be for; an empty list narrows nothing. `emergency`
    funds disclose every five days. By `disclose_by` the next disclosure is due; none is when the last was made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="funds")
    name = models.CharField(_("Name of the fund"), max_length=100)
    kind = models.CharField(_("Kind of money"), max_length=12, choices=FundKind.choices)
    purpose = models.TextField(_("What it is for"), max_length=1000, blank=True)
    areas = models.JSONField(default=list)
    themes = models.JSONField(default=list)
    purposes = models.JSONField(default=list)
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))
    disclose_by = models.DateField(null=True)
    emergency = models.BooleanField(_("For an emergency"), default=False)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """A name once in a book; a period that does not end before it begins."""

        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="funding_fund_named"),
            models.CheckConstraint(condition=Q(kind__in=FundKind.values), name="funding_fund_kind"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="funding_fund_period"),
            models.UniqueConstraint(fields=["book", "name"], name="funding_fund_once"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="funding_fund_newest"),
            search_index("name", name="funding_fund_by_name"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Donor(models.Model):
    """Who gives to a fund: a person, an organisation on record, or another body by its `name`.

    Of a person only the number is kept here. With `hidden` the donor is shown to nobody but the keepers of the fund
    (慈善法 art. 38, 82).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="donors")
    name = models.CharField(_("Name of the body"), max_length=100, blank=True)
    person_id = models.UUIDField(null=True)
    organization = models.UUIDField(null=True)
    hidden = models.BooleanField(_("The name stays hidden"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        """One of the three; a person or organisation once in a fund."""

        constraints = [
            models.CheckConstraint(
                condition=Q(person_id__isnull=False, organization__isnull=True, name="")
                | Q(person_id__isnull=True, organization__isnull=False, name="")
                | Q(person_id__isnull=True, organization__isnull=True, name__regex=r"\S"),
                name="funding_donor_one",
            ),
            models.UniqueConstraint(fields=["fund", "person_id"], name="funding_donor_person_once"),
            models.UniqueConstraint(fields=["fund", "organization"], name="funding_donor_body_once"),
        ]
        indexes = [models.Index(fields=["person_id"], name="funding_donor_persons")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Income(models.Model):
    """Money that came into a fund; the amount stands in the ledger's entry. Rows are only added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="incomes")
    donor = models.ForeignKey(Donor, models.PROTECT, null=True, related_name="incomes")
    source = models.CharField(max_length=16, choices=Source.choices)
    amount_fen = models.BigIntegerField()
    on = models.DateField(db_column="on_day")
    entry = models.UUIDField(unique=True)
    recorded_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        """An amount above zero."""

        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lte=MOST_FEN), name="funding_income_fen"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="funding_income_source"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class IncomeReversal(models.Model):
    """That an income was wrong and taken back: by whom, why, and the ledger's mirror of its entry. Rows are only added.

    A trigger keeps who recorded the income from taking it back alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    income = models.OneToOneField(Income, models.PROTECT, related_name="reversal")
    reason = models.CharField(_("Reason"), max_length=500)
    entry = models.UUIDField(unique=True)
    reversed_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        """With a reason."""

        constraints = [models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="funding_reversal_reason")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class ApprovalLimit(models.Model):
    """How much a role may approve in an area, from a moment on; a new row replaces the one before. Rows stay.

    `role` is one of the platform's or "keeper"; `act` is payment or expense; `limit_fen` is in fen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(max_length=12, db_collation="C", blank=True)
    role = models.CharField(max_length=24)
    act = models.CharField(max_length=8)
    limit_fen = models.BigIntegerField()
    version = models.PositiveIntegerField()
    official = models.BooleanField(default=False)
    set_by = models.UUIDField(null=True)
    since = models.DateTimeField()

    class Meta:
        """One version at a time."""

        constraints = [
            models.CheckConstraint(condition=Q(limit_fen__gte=0, limit_fen__lte=MOST_FEN), name="funding_limit_fen"),
            models.CheckConstraint(condition=Q(act__in=["payment", "expense"]), name="funding_limit_act"),
            models.UniqueConstraint(fields=["area", "role", "act", "version"], name="funding_limit_once"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
