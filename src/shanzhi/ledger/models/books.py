"""Books, who keeps them, what is counted in them, and their accounts."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

CODE_SHAPE: Final = r"^[A-Z][A-Z0-9-]{1,22}[A-Z0-9]$"
ROLE_SHAPE: Final = r"^[a-z][a-z0-9_-]{0,39}$"
AREA_SHAPE: Final = r"^([0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?)?$"


class Kind(models.TextChoices):
    """What sort of thing is counted."""

    MONEY = "money", _("Money")
    TIME = "time", _("Time")
    GOODS = "goods", _("Goods")


class Nature(models.TextChoices):
    """On which side of a book an account stands, in the words of accounting."""

    ASSETS = "assets", _("Assets")
    LIABILITIES = "liabilities", _("Liabilities")
    EQUITY = "equity", _("Equity")
    INCOME = "income", _("Income")
    EXPENSES = "expenses", _("Expenses")


class Owner(models.TextChoices):
    """Whose an account is."""

    FUND = "fund", _("Fund")
    GRANT = "grant", _("Grant")
    ORGANIZATION = "organization", _("Organisation")
    PERSON = "person", _("Person")
    OUTSIDE = "outside", _("Outside world")


# Whose accounts keepers move by hand. Those of funds, grants and persons are moved by the rooms that know the rules
# for them: two approvals, a budget, hours that were verified.
BY_HAND: Final = (Owner.OUTSIDE, Owner.ORGANIZATION)


class Commodity(models.Model):
    """What is counted, in whole units: fen of CNY, minutes, pieces of one sort of goods.

    `digits` says where the point stands when an amount is shown: 2 for fen shown as yuan, 0 for minutes and pieces.
    """

    code = models.CharField(_("Code"), max_length=24, primary_key=True, db_collation="C")
    kind = models.CharField(_("Sort"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("Name"), max_length=60)
    unit = models.CharField(_("Unit"), max_length=20)
    digits = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """A code as Beancount takes it, so that a book can be written out as it stands."""

        constraints = [
            models.CheckConstraint(condition=Q(code__regex=CODE_SHAPE), name="ledger_commodity_code"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="ledger_commodity_kind"),
            models.CheckConstraint(condition=Q(name__regex=r"\S", unit__regex=r"\S"), name="ledger_commodity_named"),
            models.CheckConstraint(condition=Q(digits__lte=4), name="ledger_commodity_digits"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Book(models.Model):
    """A book that balances by itself: each entry stands in one book.

    `closed_through` is the last day of its closed periods; nothing more is entered up to that day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("Name of the book"), max_length=100)
    area = models.CharField(_("Area"), max_length=12, db_collation="C", blank=True)
    begins_on = models.DateField(_("First day"))
    closed_through = models.DateField(null=True)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """A name once in an area; periods close from the first day on."""

        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="ledger_book_named"),
            models.CheckConstraint(condition=Q(area__regex=AREA_SHAPE), name="ledger_book_area"),
            models.CheckConstraint(
                condition=Q(closed_through__isnull=True) | Q(closed_through__gte=F("begins_on")),
                name="ledger_book_closes_after_begin",
            ),
            models.UniqueConstraint(fields=["area", "name"], name="ledger_book_once"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Keeper(models.Model):
    """Who keeps a book, from when to when; beside the officers of its area."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="keepers")
    person_id = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        """Once at a time in a book."""

        constraints = [
            models.UniqueConstraint(
                fields=["book", "person_id"], condition=Q(until__isnull=True), name="ledger_keeper_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="ledger_keeper_order"
            ),
        ]
        indexes = [models.Index(fields=["person_id"], name="ledger_keeper_person")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Account(models.Model):
    """An account of a fund, a grant, an organisation, a person or the outside world, in one book and commodity.

    `role` tells several accounts of one owner apart ("balance", "line-3", "donations").
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="accounts")
    commodity = models.ForeignKey(Commodity, models.PROTECT, related_name="accounts")
    owner_kind = models.CharField(_("Owner"), max_length=12, choices=Owner.choices)
    owner_id = models.UUIDField(null=True)
    role = models.CharField(_("What for"), max_length=40, db_collation="C")
    name = models.CharField(_("Name of the account"), max_length=120)
    nature = models.CharField(_("Side"), max_length=12, choices=Nature.choices)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        """One account for each use; only the outside world has no owner."""

        constraints = [
            models.CheckConstraint(condition=Q(owner_kind__in=Owner.values), name="ledger_account_owner"),
            models.CheckConstraint(condition=Q(nature__in=Nature.values), name="ledger_account_nature"),
            models.CheckConstraint(condition=Q(role__regex=ROLE_SHAPE), name="ledger_account_role"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="ledger_account_named"),
            models.CheckConstraint(
                condition=Q(owner_kind=Owner.OUTSIDE, owner_id__isnull=True)
                | (~Q(owner_kind=Owner.OUTSIDE) & Q(owner_id__isnull=False)),
                name="ledger_account_owned",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="ledger_account_order"
            ),
            models.UniqueConstraint(
                fields=["book", "owner_kind", "owner_id", "role", "commodity"],
                nulls_distinct=False,
                name="ledger_account_once",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_kind", "owner_id"], name="ledger_account_owners"),
            models.Index(fields=["book", "name", "id"], name="ledger_account_names"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Balance(models.Model):
    """What is on an account now, in whole units, and between which bounds it is held.

    Kept by the function that enters; what it says is proved from the postings by `shanzhi ledger check`. `floor` is the
    least that may be on the account (0: it never goes below zero; empty: no bound), `ceiling` the most.
    """

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="balance")
    amount = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(null=True)
    ceiling = models.BigIntegerField(null=True)

    class Meta:
        """The floor holds whoever writes."""

        constraints = [
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(amount__gte=F("floor")), name="ledger_balance_floor"
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(ceiling__isnull=True) | Q(ceiling__gte=F("floor")),
                name="ledger_balance_bounds",
            ),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
