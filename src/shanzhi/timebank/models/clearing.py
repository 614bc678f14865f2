"""Banks that take each other's credits: their agreement, what passed between them, and the clearing of circles."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.timebank import RELATIONS
from shanzhi.people.models import Person
from shanzhi.timebank.lifecycle import LINK
from shanzhi.timebank.models.banks import Bank, Pool
from shanzhi.timebank.models.giving import RELATION_WORDS
from shanzhi.timebank.models.members import Member

SELF: Final = "self"
PASSED_TO: Final = {SELF: _("My own account there"), **RELATION_WORDS}
"""To whom credits pass, as seen by who passes them on."""
MOST_OWED: Final = 60_000_000
"""A million hours, in minutes: the highest limit that two banks can agree on."""


class Link(models.Model):
    """A clearing agreement (清算协议) of two banks: `one` proposed it, `other` answers.

    `most` is how much one may owe the other, in minutes. `one_account` lies in the book of `one`: what stands on it is
    what that bank owes the other, below zero what the other owes. `other_account` is its mirror in the other book.
    The ledger holds both between -most and +most. A new limit is asked for (`asked_most`, for the bank `asked_by`), and
    holds when the other bank agrees; of the last that was answered, `limit_asked` and the other `limit_` columns keep
    the answer. Triggers hold the moves, that the limit changes only so, by two people, and the bounds of both accounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="links_proposed")
    other = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="links_answered")
    most = models.PositiveIntegerField(_("Limit"))
    state = models.CharField(_("State"), max_length=12, choices=LINK.choices(), default=LINK.first)
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    one_account = models.UUIDField(null=True, unique=True)
    other_account = models.UUIDField(null=True, unique=True)
    asked_most = models.PositiveIntegerField(null=True)
    asked_by = models.ForeignKey(Bank, null=True, on_delete=models.PROTECT, related_name="+")
    asked_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    limit_asked = models.PositiveIntegerField(null=True)
    limit_agreed = models.BooleanField(null=True)
    limit_reason = models.TextField(_("Reason"), max_length=500, blank=True)
    limit_answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    limit_answered_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason"), max_length=500, blank=True)

    class Meta:
        """Two banks, one living agreement between them; two people agree on it."""

        constraints = [
            models.CheckConstraint(condition=~Q(one=F("other")), name="timebank_link_two"),
            models.CheckConstraint(condition=Q(most__gte=1, most__lte=MOST_OWED), name="timebank_link_most"),
            models.UniqueConstraint(
                Least("one", "other"), Greatest("one", "other"), condition=Q(state__in=("proposed", "agreed")),
                name="timebank_link_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("agreed", "ended"), one_account__isnull=False, other_account__isnull=False)
                | Q(state__in=("proposed", "refused", "withdrawn"), one_account__isnull=True,
                    other_account__isnull=True),
                name="timebank_link_accounts",
            ),
            models.CheckConstraint(
                condition=Q(asked_most__isnull=True, asked_by__isnull=True, asked_person__isnull=True,
                            asked_at__isnull=True)
                | Q(
                    Q(asked_by=F("one")) | Q(asked_by=F("other")), asked_most__gte=1, asked_most__lte=MOST_OWED,
                    asked_at__isnull=False, state="agreed",
                ),
                name="timebank_link_asked",
            ),
            models.CheckConstraint(
                condition=Q(limit_asked__isnull=True, limit_agreed__isnull=True, limit_answered_at__isnull=True,
                            limit_answered_by__isnull=True, limit_reason="")
                | Q(limit_asked__gte=1, limit_agreed=True, limit_answered_at__isnull=False, limit_reason="")
                | Q(limit_asked__gte=1, limit_agreed=False, limit_answered_at__isnull=False, limit_reason__regex=r"\S"),
                name="timebank_link_limit_answer",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
                name="timebank_link_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("refused", "ended")) | Q(reason__regex=r"\S"), name="timebank_link_reason"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["other", "state"], name="timebank_links_answered")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)

    def account_at(self, bank_id: uuid.UUID) -> uuid.UUID:
        """Give the account in the book of one of the two: what that bank owes the other. Raises ValueError before."""
        account = self.one_account if bank_id == self.one_id else self.other_account
        if account is None:
            raise ValueError("an agreement that is not agreed to has no accounts")
        return account

    def beside(self, bank_id: uuid.UUID) -> Bank:
        """Give the other of the two."""
        return self.other if bank_id == self.one_id else self.one


class Crossing(models.Model):
    """Credits that passed from one bank to the other, in minutes: from a member to a member, or from pool to pool.

    Between pools a bank settles what it has to claim: credits of its own pool go to that of the bank which owes them.
    Rows stay; when somebody is erased, names may still be taken out of the reason (trigger). On commit a trigger looks
    whether both entries stand in the ledger, and whether the two accounts of the agreement still mirror each other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="crossings")
    source = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="crossings_out")
    target = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="crossings_in")
    sender = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="passed_on")
    receiver = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="passed_in")
    from_pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    to_pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(_("What the receiver is to you"), max_length=16, blank=True)
    minutes = models.PositiveIntegerField()
    settled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("Reason"), max_length=500, blank=True)
    out_entry = models.UUIDField(unique=True)
    in_entry = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        """From member to member as what they are to each other, or from pool to pool for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_crossing_minutes"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="timebank_crossing_two"),
            models.CheckConstraint(
                condition=Q(sender__isnull=False, receiver__isnull=False, relation__in=(SELF, *RELATIONS),
                            from_pool__isnull=True, to_pool__isnull=True, settled_by__isnull=True, reason="")
                | Q(sender__isnull=True, receiver__isnull=True, relation="", from_pool__isnull=False,
                    to_pool__isnull=False, reason__regex=r"\S"),
                name="timebank_crossing_ends",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["source", "-at"], name="timebank_crossings_out"),
            models.Index(fields=["target", "-at"], name="timebank_crossings_in"),
            models.Index(fields=["sender", "-at"], name="timebank_passed_on"),
            models.Index(fields=["receiver", "-at"], name="timebank_passed_in"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Clearing(models.Model):
    """What was cleared in a month (its first day): debts in a circle are taken off one another, by the clock alone.

    `minutes` is by how much all that banks owe each other shrank. A month in which there was no circle has 0.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.DateField(_("Month"), unique=True)
    minutes = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Of the first day of a month."""

        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="timebank_clearing_month")]

    def __str__(self) -> str:
        """Name the month."""
        return f"{self.month:%Y-%m}"


class ClearingLine(models.Model):
    """By how much a clearing shrank what `debtor` owes `creditor`, in minutes, with the entry in each book.

    A bank has one entry for all its lines of a clearing, which sums to zero: it owes as much less as it is owed less.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clearing = models.ForeignKey(Clearing, on_delete=models.PROTECT, related_name="lines")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="cleared")
    debtor = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="cleared_owing")
    creditor = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="cleared_owed")
    minutes = models.PositiveIntegerField(pgettext_lazy("between banks", "Cleared"))
    debtor_entry = models.UUIDField()
    creditor_entry = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        """Each agreement once in a clearing."""

        constraints = [
            models.UniqueConstraint(fields=["clearing", "link"], name="timebank_cleared_once"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_cleared_minutes"),
            models.CheckConstraint(condition=~Q(debtor=F("creditor")), name="timebank_cleared_two"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
