"""Who has an account at a bank, the lots of credits on it, what was earned, and who reviewed it."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.timebank.models.banks import Bank, PolicyVersion

NUMBER_SHAPE: Final = r"^[0-9]{15}$"
REASONS: Final = {
    "too_young": _("too young on that day"),
    "not_in_force": _("the bank had no rules on that day yet"),
    "group_hours": _("hours given as a group do not count here"),
    "over_cap": _("above the most that one may hold"),
    "too_short": _("too short for a credit"),
}
"""Why the credit of a record, or a part of it, was not kept; those that wait for something are no reasons here."""


class Member(models.Model):
    """The account of a person at a bank; one for each person and bank.

    `credits`, `bound` and `held` are its accounts in the ledger: free ones, those that can only be donated, and those
    held for a promise of help or for a voucher. None goes below zero. A trigger holds that the lots add up to the
    first two. `student` is what a minor says to be.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("Account number"), max_length=15, db_collation="C", unique=True)
    student = models.BooleanField(_("At school"), default=False)
    credits = models.UUIDField(unique=True)
    bound = models.UUIDField(unique=True)
    held = models.UUIDField(unique=True)
    opened_at = models.DateTimeField(_("Account opened on"))
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """A person once at a bank."""

        constraints = [
            models.UniqueConstraint(fields=["bank", "person"], name="timebank_member_once"),
            models.CheckConstraint(condition=Q(number__regex=NUMBER_SHAPE), name="timebank_member_number"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="timebank_member_order"
            ),
        ]
        indexes = [
            models.Index(fields=["bank", "-opened_at", "id"], name="timebank_member_newest"),
            models.Index(fields=["person"], name="timebank_member_person"),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return self.number

    @property
    def human(self) -> Person:
        """Give the record of the person that is kept; the account may hang on one that was merged into it."""
        return self.person.merged_into or self.person


class Lot(models.Model):
    """Credits that came on one day, in minutes, and what `remains` of them; they can be used before `expires`.

    Credits that are held stand in no lot but in `Reserved`. `cap` is the most that the member might hold when it came,
    in minutes; a trigger refuses what would be above it. `came_by` is how it came where it was earned elsewhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="lots")
    earned = models.DateField()
    minutes = models.PositiveIntegerField()
    remains = models.PositiveIntegerField()
    donate_only = models.BooleanField(default=False)
    expires = models.DateField(null=True)
    cap = models.PositiveIntegerField(null=True)
    came_by = models.ForeignKey("timebank.Crossing", null=True, on_delete=models.PROTECT, related_name="lots")
    at = models.DateTimeField()

    class Meta:
        """Never more left than came."""

        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_lot_minutes"),
            models.CheckConstraint(condition=Q(remains__lte=F("minutes")), name="timebank_lot_remains"),
            models.CheckConstraint(
                condition=Q(expires__isnull=True) | Q(expires__gt=F("earned")), name="timebank_lot_expires"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "earned"], condition=Q(remains__gt=0), name="timebank_lot_living"),
            models.Index(fields=["expires"], condition=Q(remains__gt=0), name="timebank_lot_ending"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Earning(models.Model):
    """What became of the credit of a verified record of service: value = kept + donated + refused, in minutes.

    One for each record, for ever. Service that is taken back later is taken off again: `returned` is what was still
    there, `uncovered` what had been used by then, which the bank bears. Nothing else of a row changes (trigger).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="earnings")
    policy = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    record = models.UUIDField(unique=True)
    on = models.DateField(_("Day of service"), db_column="on_day")
    minutes = models.PositiveIntegerField(_("Service"))
    kind = models.CharField(max_length=100, blank=True)
    group = models.BooleanField(default=False)
    value = models.PositiveIntegerField(_("Credit"))
    kept = models.PositiveIntegerField()
    donated = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    reason = models.CharField(max_length=16, blank=True, choices=list(REASONS.items()))
    lot = models.OneToOneField(Lot, null=True, on_delete=models.PROTECT, related_name="earning")
    pool = models.UUIDField(null=True)
    entry = models.UUIDField(null=True, unique=True)
    at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)
    returned = models.PositiveIntegerField(null=True)
    uncovered = models.PositiveIntegerField(null=True)

    class Meta:
        """Nothing is lost and nothing added; what was kept or donated stands in an entry."""

        constraints = [
            models.CheckConstraint(
                condition=Q(value=F("kept") + F("donated") + F("refused")), name="timebank_earning_whole"
            ),
            models.CheckConstraint(
                condition=Q(kept=0, donated=0, entry__isnull=True)
                | Q(Q(kept__gt=0) | Q(donated__gt=0), entry__isnull=False),
                name="timebank_earning_entered",
            ),
            models.CheckConstraint(
                condition=Q(kept=0, lot__isnull=True) | Q(kept__gt=0, lot__isnull=False), name="timebank_earning_lot"
            ),
            models.CheckConstraint(
                condition=Q(donated=0, pool__isnull=True) | Q(donated__gt=0, pool__isnull=False),
                name="timebank_earning_pool",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_earning_minutes"),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, returned__isnull=True, uncovered__isnull=True)
                | Q(
                    reversed_at__isnull=False, returned__isnull=False, uncovered__isnull=False,
                    returned=F("kept") + F("donated") - F("uncovered"),
                ),
                name="timebank_earning_reversed",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["member", "-on", "id"], name="timebank_earnings")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Review(models.Model):
    """That somebody besides those who verified a record confirmed it for the bank. Rows are never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="reviews")
    record = models.UUIDField()
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Each reviewer once."""

        constraints = [models.UniqueConstraint(fields=["record", "reviewer"], name="timebank_review_once")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
