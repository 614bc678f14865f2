"""Goods for credits, which a shop or an organisation of the area hands out, and the vouchers to fetch them."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.organizations.models import Organization
from shanzhi.people.models import Person
from shanzhi.timebank.lifecycle import GOOD, VOUCHER
from shanzhi.timebank.models.banks import Bank
from shanzhi.timebank.models.members import Member
from shanzhi.work.search import search_index

VOUCHER_SHAPE: Final = r"^[0-9]{12}$"


class Good(models.Model):
    """Something that members of a bank fetch for credits: `minutes` each, `stock` pieces left of `supplied` ones.

    A trigger holds that what was supplied is what is left and what is on vouchers, to the piece. The price stays: who
    wants another one puts the thing up anew. `organization` hands it out, or the keepers of the bank do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="goods")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(pgettext_lazy("goods", "What it is"), max_length=60)
    about = models.TextField(_("More about it"), max_length=1000, blank=True)
    place = models.CharField(_("Where and when it is handed out"), max_length=120)
    minutes = models.PositiveIntegerField(_("Credits"))
    supplied = models.PositiveIntegerField(_("Pieces put in"))
    stock = models.PositiveIntegerField(_("Pieces left"))
    state = models.CharField(_("State"), max_length=8, choices=GOOD.choices(), default=GOOD.first)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("Put up on"))
    closed_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        """Named, with a price; never more left than was put in, and never less than none."""

        constraints = [
            models.CheckConstraint(condition=Q(title__regex=r"\S", place__regex=r"\S"), name="timebank_good_words"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_good_minutes"),
            models.CheckConstraint(condition=Q(stock__gte=0, stock__lte=F("supplied")), name="timebank_good_stock"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | Q(state="closed", closed_at__isnull=False),
                name="timebank_good_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["bank", "state", "-created_at", "id"], name="timebank_goods"),
            search_index("title", name="timebank_good_by_title"),
        ]

    def __str__(self) -> str:
        """Give what it is."""
        return self.title


class Voucher(models.Model):
    """That one piece of something waits for a member, for credits that are held; handed out once, or it ends.

    Its page carries a code to scan; `number` is typed where that does not work.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="vouchers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="vouchers")
    number = models.CharField(_("Voucher number"), max_length=12, db_collation="C", unique=True)
    minutes = models.PositiveIntegerField(_("Credits"))
    state = models.CharField(_("State"), max_length=12, choices=VOUCHER.choices(), default=VOUCHER.first)
    taken_at = models.DateTimeField(_("Taken on"))
    until = models.DateField(_("To be fetched until"))
    ended_at = models.DateTimeField(null=True)
    handed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One piece; what is over says when, and only what was handed out says by whom."""

        constraints = [
            models.CheckConstraint(condition=Q(number__regex=VOUCHER_SHAPE), name="timebank_voucher_number"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_voucher_minutes"),
            models.CheckConstraint(condition=Q(state__in=list(VOUCHER.states)), name="timebank_voucher_state"),
            models.CheckConstraint(
                condition=Q(state="issued", ended_at__isnull=True) | Q(~Q(state="issued"), ended_at__isnull=False),
                name="timebank_voucher_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="redeemed") | Q(handed_by__isnull=True), name="timebank_voucher_handed"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-taken_at"], name="timebank_vouchers_of"),
            models.Index(fields=["good", "-taken_at"], name="timebank_vouchers"),
            models.Index(fields=["until"], condition=Q(state="issued"), name="timebank_vouchers_ending"),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return self.number
