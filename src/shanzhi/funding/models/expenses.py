"""Expenses with their receipts, and requests: changes between lines, advances, money that goes back."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.funding.lifecycle import EXPENSE, REQUEST
from shanzhi.funding.models.funds import MOST_FEN
from shanzhi.funding.models.grants import BudgetLine, Grant

DIGEST_SHAPE: Final = r"^(sha256:[0-9a-f]{64})?$"


class Expense(models.Model):
    """Money spent on a line, with its receipt.

    `original` is the digest of the photo as it was sent, `picture` and `small` those of what was kept of it (written
    anew, without place and device). `public_picture` is a copy on which staff struck out personal data; without one the
    public sees no picture. `person_id` says whose advance it is paid from, if it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="expenses")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="expenses")
    amount_fen = models.BigIntegerField(_("Amount"))
    spent_on = models.DateField(_("Spent on"))
    what = models.CharField(_("Spent for"), max_length=200)
    seller = models.CharField(_("Seller"), max_length=100)
    seller_code = models.CharField(_("Code of the seller"), max_length=20, db_collation="C")
    invoice = models.CharField(_("Invoice number"), max_length=40, db_collation="C")
    original = models.CharField(max_length=71)
    picture = models.CharField(max_length=71)
    small = models.CharField(max_length=71)
    public_picture = models.CharField(max_length=71, blank=True)
    person_id = models.UUIDField(null=True)
    state = models.CharField(_("State"), max_length=10, choices=EXPENSE.choices(), default=EXPENSE.first)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    entry = models.UUIDField(null=True, unique=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        """An invoice of a seller, and a photo, once in the whole database unless the claim was refused."""

        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lte=MOST_FEN), name="funding_expense_fen"),
            models.CheckConstraint(condition=Q(state__in=list(EXPENSE.states)), name="funding_expense_state"),
            models.CheckConstraint(
                condition=Q(invoice__regex=r"^[0-9A-Z-]{1,40}$", seller_code__regex=r"^[0-9A-Z]{1,20}$"),
                name="funding_expense_invoice",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(decided_by__isnull=False, decided_at__isnull=False, entry__isnull=False),
                name="funding_expense_approved_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="funding_expense_not_own",
            ),
            models.UniqueConstraint(
                fields=["seller_code", "invoice"], condition=~Q(state="refused"), name="funding_expense_invoice_once"
            ),
            models.UniqueConstraint(
                fields=["original"], condition=~Q(state="refused"), name="funding_expense_photo_once"
            ),
        ]
        indexes = [
            models.Index(fields=["grant", "-spent_on", "id"], name="funding_expense_newest"),
            models.Index(fields=["state", "asked_at"], name="funding_expense_waiting"),
            models.Index(fields=["invoice"], name="funding_expense_invoices"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class RequestKind(models.TextChoices):
    """What is asked for."""

    LINES = "lines", _("Change between lines")
    ADVANCE = "advance", _("Advance")
    REPAYMENT = "repayment", _("Repayment of an advance")
    RETURN = "return", _("Return of unspent money")
    CLAWBACK = "clawback", _("Clawback")


class Request(models.Model):
    """Something about the money of a grant that is asked for by one and decided by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="requests")
    kind = models.CharField(_("What is asked"), max_length=10, choices=RequestKind.choices)
    source = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="given")
    target = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="taken")
    person_id = models.UUIDField(null=True)
    amount_fen = models.BigIntegerField(_("Amount"))
    why = models.TextField(_("Why"), max_length=500)
    state = models.CharField(_("State"), max_length=10, choices=REQUEST.choices(), default=REQUEST.first)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    entry = models.UUIDField(null=True, unique=True)

    class Meta:
        """Nobody decides what they asked for; lines where lines change, a person where an advance does."""

        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lte=MOST_FEN), name="funding_request_fen"),
            models.CheckConstraint(condition=Q(kind__in=RequestKind.values), name="funding_request_kind"),
            models.CheckConstraint(condition=Q(state__in=list(REQUEST.states)), name="funding_request_state"),
            models.CheckConstraint(
                condition=Q(kind="lines", source__isnull=False, target__isnull=False)
                | (~Q(kind="lines") & Q(source__isnull=True, target__isnull=True)),
                name="funding_request_lines",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["advance", "repayment"], person_id__isnull=False)
                | (~Q(kind__in=["advance", "repayment"]) & Q(person_id__isnull=True)),
                name="funding_request_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="funding_request_not_own",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="funding_request_waiting")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
