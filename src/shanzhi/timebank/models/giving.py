"""Credits that change hands without service: gifts to relatives, donations to pools, grants from pools."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.timebank import RELATIONS
from shanzhi.people.models import Person
from shanzhi.timebank.lifecycle import GRANT
from shanzhi.timebank.models.banks import Pool
from shanzhi.timebank.models.members import Member

RELATION_WORDS = {
    "parent": _("Father or mother"),
    "grandparent": _("Grandparent"),
    "child": _("Son or daughter"),
    "grandchild": _("Grandchild"),
    "spouse": _("Husband or wife"),
    "sibling": _("Brother or sister"),
    "other_relative": _("Another relative"),
}


class Gift(models.Model):
    """Credits that a member gave: to a relative with an account there, or to a pool. Rows are never changed.

    `relation` is what the receiver is to the giver, as the giver says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    giver = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="gifts")
    receiver = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="gifts_received")
    relation = models.CharField(_("What the receiver is to you"), max_length=16, blank=True)
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="gifts")
    minutes = models.PositiveIntegerField()
    entry = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        """To a relative or to a pool, never to oneself."""

        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_gift_minutes"),
            models.CheckConstraint(
                condition=Q(receiver__isnull=False, pool__isnull=True, relation__in=RELATIONS)
                | Q(receiver__isnull=True, pool__isnull=False, relation=""),
                name="timebank_gift_one",
            ),
            models.CheckConstraint(
                condition=Q(receiver__isnull=True) | ~Q(receiver=F("giver")), name="timebank_gift_not_oneself"
            ),
        ]
        indexes = [
            models.Index(fields=["giver", "-at"], name="timebank_gifts"),
            models.Index(fields=["receiver", "-at"], name="timebank_gifts_received"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class PoolGrant(models.Model):
    """Credits of a pool for a member who has none; given when two reviewers agreed who are neither party nor proposer.

    A trigger holds the moves, and that it is given only with two yeses.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="grants")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="grants")
    minutes = models.PositiveIntegerField()
    reason = models.TextField(_("Reason"), max_length=500)
    state = models.CharField(_("State"), max_length=12, choices=GRANT.choices(), default=GRANT.first)
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    entry = models.UUIDField(null=True, unique=True)
    decided_at = models.DateTimeField(null=True)
    declined_reason = models.TextField(blank=True)

    class Meta:
        """A reason; what is given stands in an entry."""

        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_grant_minutes"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="timebank_grant_reason"),
            models.CheckConstraint(
                condition=Q(state="proposed", entry__isnull=True, decided_at__isnull=True, declined_reason="")
                | Q(state="given", entry__isnull=False, decided_at__isnull=False, declined_reason="")
                | Q(state="declined", entry__isnull=True, decided_at__isnull=False, declined_reason__regex=r"\S"),
                name="timebank_grant_state",
            ),
        ]
        indexes = [models.Index(fields=["pool", "state", "-proposed_at"], name="timebank_grants")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class GrantYes(models.Model):
    """That a reviewer agreed to a grant. Rows are never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(PoolGrant, on_delete=models.PROTECT, related_name="yeses")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Each reviewer once."""

        constraints = [models.UniqueConstraint(fields=["grant", "reviewer"], name="timebank_grant_yes_once")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
