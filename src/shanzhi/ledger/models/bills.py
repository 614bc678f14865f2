"""Bills of banks and of payment services beside a book: files, their lines, and which posting each line is."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.identifiers import mask_party
from shanzhi.kernel.ordered import ordered_id
from shanzhi.ledger.lifecycle import BILL
from shanzhi.ledger.models.books import Account, Book
from shanzhi.ledger.models.journal import MOST, Entry
from shanzhi.people.fields import SealedField

CONTENT: Final = "ledger.billcontent.content"
COUNTERPARTY: Final = "ledger.billline.counterparty"
TEXT: Final = "ledger.billline.text"


class How(models.TextChoices):
    """How a line was settled, or that this was undone."""

    RULE = "rule", _("By rule")
    HAND = "hand", _("By hand")
    ENTERED = "entered", _("Entered from the bill")
    LEFT_OUT = "left_out", _("Left out")
    UNDO = "undo", _("Undone")


class Action(models.TextChoices):
    """What a rule does with a line that it fits."""

    MATCH = "match", _("Match with what is entered")
    ENTER = "enter", _("Propose an entry")


class BillColumns(models.Model):
    """Under which headings a bank's file says what: kept by a book, beside the ready ones."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="bill_columns")
    name = models.CharField(_("Name of the bank"), max_length=60)
    columns = models.JSONField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A name once at a time in a book."""

        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="ledger_billcolumns_named"),
            models.UniqueConstraint(
                fields=["book", "name"], condition=Q(ended_at__isnull=True), name="ledger_billcolumns_once"
            ),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class BillFile(models.Model):
    """A bill file, known by its digest: read and waiting for a yes, or taken with all its lines.

    Amounts in fen. `opening` and `closing` are the balances that the file itself names; `doubles` counts lines that an
    earlier file had already. `skipped` keeps rows that moved no money, `warnings` what could not be seen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="bill_files")
    account = models.ForeignKey(Account, models.PROTECT, related_name="bill_files")
    kind = models.CharField(_("Sort"), max_length=20)
    name = models.CharField(_("Name of the file"), max_length=120)
    digest = models.CharField(max_length=71)
    size = models.PositiveIntegerField()
    first = models.DateField(null=True, db_column="first_day")
    last = models.DateField(null=True, db_column="last_day")
    opening = models.BigIntegerField(null=True)
    closing = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(db_column="lines")
    doubles = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    state = models.CharField(_("State"), max_length=12, choices=BILL.choices(), default=BILL.first)
    job = models.UUIDField(null=True)
    added_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        """The same file once in a book."""

        constraints = [
            models.UniqueConstraint(fields=["book", "digest"], name="ledger_billfile_once"),
            models.CheckConstraint(
                condition=Q(state="taken", taken_at__isnull=False) | (~Q(state="taken") & Q(taken_at__isnull=True)),
                name="ledger_billfile_taken",
            ),
        ]
        indexes = [models.Index(fields=["book", "-created_at"], name="ledger_billfile_newest")]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class BillContent(models.Model):
    """The bytes of a file, in base64 and sealed: they name people, and they stay as they came."""

    file = models.OneToOneField(BillFile, models.PROTECT, primary_key=True, related_name="content")
    content = SealedField(purpose=CONTENT)

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class BillLine(models.Model):
    """One line of a bill: `amount` in fen, above zero for what came to the account. It stays as it came.

    `mark` tells a line from all others of the account: made of its serial number, or where there is none of day, time
    and balance, with the amount; files that overlap bring the same mark once. `place` is its row in the file.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    file = models.ForeignKey(BillFile, models.PROTECT, related_name="lines", db_index=False)
    place = models.PositiveIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="bill_lines", db_index=False)
    mark = models.CharField(max_length=64, db_collation="C")
    day = models.DateField(_("Day"), db_column="on_day")
    time = models.TimeField(null=True, db_column="at_time")
    amount = models.BigIntegerField(_("Amount"))
    counterparty = SealedField(mask=mask_party, purpose=COUNTERPARTY)
    text = SealedField(purpose=TEXT)
    serial = models.CharField(_("Serial number"), max_length=80, blank=True, db_collation="C")
    balance = models.BigIntegerField(null=True)

    class Meta:
        """A line once on an account."""

        constraints = [
            models.UniqueConstraint(fields=["account", "mark"], name="ledger_billline_once"),
            models.UniqueConstraint(fields=["file", "place"], name="ledger_billline_place"),
            models.CheckConstraint(
                condition=Q(amount__gte=-MOST, amount__lte=MOST) & ~Q(amount=0), name="ledger_billline_amount"
            ),
        ]
        indexes = [models.Index(fields=["account", "day", "id"], name="ledger_billline_days")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class BillRule(models.Model):
    """A rule of a book, tried in the order of `position`: which lines are which postings, or what to propose.

    `days`: how many days a posting may lie from the line. `by_serial`: the posting's text or key names the line's
    serial number. `words`: the line's counterparty or text holds one of them. `target`: the other account of an entry
    that is proposed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="bill_rules")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("Name of the rule"), max_length=60)
    action = models.CharField(_("What it does"), max_length=8, choices=Action.choices)
    days = models.PositiveSmallIntegerField(default=3)
    by_serial = models.BooleanField(default=False)
    words = models.JSONField(default=list)
    target = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """What proposes names an account and words; days within half a year."""

        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="ledger_billrule_named"),
            models.CheckConstraint(condition=Q(days__lte=180), name="ledger_billrule_days"),
            models.CheckConstraint(
                condition=Q(action=Action.MATCH, target__isnull=True)
                | (Q(action=Action.ENTER, target__isnull=False) & ~Q(words=[])),
                name="ledger_billrule_target",
            ),
        ]
        ordering = ["position", "created_at", "id"]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class BillMatch(models.Model):
    """That a line is a posting, was left out for a reason, or that one of these was undone. Rows are only added.

    Migration 0004 holds: a posting is of the line's account and settled once; the postings of a line add up to it.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    line = models.ForeignKey(BillLine, models.PROTECT, related_name="matches")
    how = models.CharField(max_length=8, choices=How.choices)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="bill_matches", db_constraint=False)
    leg = models.PositiveSmallIntegerField(null=True)
    amount = models.BigIntegerField(null=True)
    rule = models.ForeignKey(BillRule, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=300, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone")
    by = models.UUIDField(null=True, db_column="by_person")
    at = models.DateTimeField()

    class Meta:
        """What each sort of row names."""

        constraints = [
            models.CheckConstraint(
                condition=Q(
                    how__in=(How.RULE, How.HAND, How.ENTERED), entry__isnull=False, leg__isnull=False,
                    amount__isnull=False, undoes__isnull=True,
                )
                | Q(how=How.LEFT_OUT, entry__isnull=True, undoes__isnull=True, reason__regex=r"\S")
                | Q(how=How.UNDO, entry__isnull=True, undoes__isnull=False),
                name="ledger_billmatch_shape",
            ),
            models.CheckConstraint(
                condition=Q(undoes__isnull=True) | ~Q(undoes=F("id")), name="ledger_billmatch_not_itself"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["entry", "leg"], name="ledger_billmatch_posting")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
