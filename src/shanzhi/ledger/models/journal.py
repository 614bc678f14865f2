"""Entries of a book with their postings, and the closings of its periods. All of it only grows."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q

from shanzhi.kernel.ordered import ordered_id
from shanzhi.ledger.models.books import Account, Book

MOST: Final = 10**15
"""The largest amount of one posting, in whole units: ten trillion yuan."""
MOST_LEGS: Final = 200
KEY_LENGTH: Final = 160
KIND_SHAPE: Final = r"^[a-z][a-z0-9_.-]{0,59}$"


class Entry(models.Model):
    """One entry of a book: what moved on which day, and why. Its postings sum to zero in each commodity.

    `on` is the day it counts for, `at` the moment it was entered. `key` works once: the same key with the same
    `request` gives the entry that is there. `reverses` names the entry that this one undoes.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    number = models.BigIntegerField()
    # The database compares the book with that of each account, and accounts stay; a key would lock the book each time.
    book = models.ForeignKey(Book, models.PROTECT, related_name="entries", db_constraint=False, db_index=False)
    on = models.DateField(db_column="on_day")
    at = models.DateTimeField()
    kind = models.CharField(max_length=60, db_collation="C")
    text = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=KEY_LENGTH, unique=True, db_collation="C")
    request = models.BinaryField(max_length=32)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals", db_index=False)
    legs = models.SmallIntegerField()

    class Meta:
        """Shapes; the rest is held by the function and the triggers of migration 0002."""

        constraints = [
            models.CheckConstraint(condition=Q(kind__regex=KIND_SHAPE), name="ledger_entry_kind"),
            models.CheckConstraint(condition=Q(legs__gte=2, legs__lte=MOST_LEGS), name="ledger_entry_legs"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=F("id")), name="ledger_entry_not_itself"
            ),
            models.UniqueConstraint(fields=["book", "number"], name="ledger_entry_numbered"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="ledger_entry_reversed_once"
            ),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return str(self.number)


class Posting(models.Model):
    """One leg of an entry: so many whole units on (above zero) or off (below zero) an account.

    All postings of an entry come in one statement, which a trigger looks at whole: so none can be added later. `legs`
    repeats how many there are; `on` and `number` are those of the entry. `stood` is what was on the account after it:
    the postings of an account, in the order of their numbers, add up to it.
    """

    pk = models.CompositePrimaryKey("entry_id", "leg")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", db_index=False, db_constraint=False)
    leg = models.SmallIntegerField()
    legs = models.SmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", db_index=False, db_constraint=False)
    amount = models.BigIntegerField()
    stood = models.BigIntegerField()
    on = models.DateField(db_column="on_day")
    number = models.BigIntegerField()

    class Meta:
        """An amount that moves something and can be added up."""

        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=-MOST, amount__lte=MOST) & ~Q(amount=0), name="ledger_posting_amount"
            ),
            models.CheckConstraint(condition=Q(leg__gte=1, leg__lte=F("legs")), name="ledger_posting_leg"),
        ]
        indexes = [
            models.Index(fields=["account", "number"], include=["on", "amount"], name="ledger_posting_statement"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return f"{self.entry_id} {self.leg}"


class Closing(models.Model):
    """The end of a period of a book; `digest` covers the balances of all its accounts on the last day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="closings")
    through = models.DateField()
    at = models.DateTimeField()
    entries = models.BigIntegerField()
    digest = models.CharField(max_length=71)

    class Meta:
        """One for each last day."""

        constraints = [models.UniqueConstraint(fields=["book", "through"], name="ledger_closing_once")]

    def __str__(self) -> str:
        """Give the last day."""
        return str(self.through)


class ClosingBalance(models.Model):
    """What was on an account on the last day of a closed period."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="balances")
    account = models.ForeignKey(Account, models.PROTECT, related_name="closing_balances")
    amount = models.BigIntegerField()

    class Meta:
        """One for each account."""

        constraints = [models.UniqueConstraint(fields=["closing", "account"], name="ledger_closing_balance_once")]

    def __str__(self) -> str:
        """Name the row."""
        return f"{self.closing_id} {self.account_id}"
