"""The bank of an area, the versions of its policy, and its pools."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.timebank import Policy, from_json
from shanzhi.ledger.models import Book
from shanzhi.organizations.models import Organization
from shanzhi.people.models import Person

AREA_SHAPE: Final = r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$"
POOL_SHAPE: Final = r"^[a-z0-9][a-z0-9_-]{0,99}$"
POOL_NAMES: Final[dict[str, Any]] = {
    "area": _("Pool of the area"),
    "poor": _("Pool for people in need"),
    "organization": _("Pools of organisations"),
}


class Bank(models.Model):
    """The time bank of an area (公益银行): one for each area, with a book of its own in which only minutes are counted.

    `issued` is the account from which every credit comes: what is below zero on it is what was ever issued and not
    taken back. `lapsed` takes what expires to nobody, `redeemed` what shops took in, `uncovered` is what had been spent
    of service that was taken back later. All four belong to the bank alone and are moved by this room only.

    `looked_on` is when the clock looked for signs last; months before `kept_until` are summed up for good. `given` is
    what earnings that stand gave, in minutes: a trigger keeps it, and on commit it is what was issued.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(_("Area"), max_length=12, db_collation="C", unique=True)
    name = models.CharField(_("Name of the bank"), max_length=60)
    book = models.OneToOneField(Book, on_delete=models.PROTECT, related_name="bank")
    issued = models.UUIDField(unique=True)
    lapsed = models.UUIDField(unique=True)
    redeemed = models.UUIDField(unique=True)
    uncovered = models.UUIDField(unique=True)
    founded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)
    looked_on = models.DateField(null=True)
    kept_until = models.DateField(null=True)
    given = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        """A named bank of an area."""

        constraints = [
            models.CheckConstraint(condition=Q(area__regex=AREA_SHAPE), name="timebank_bank_area"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="timebank_bank_named"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class BankMonth(models.Model):
    """What entries of a kind moved in a month that is over (its first day), in minutes, and on whose accounts.

    A copy of what the ledger says, kept so that nobody sums all postings up again for each visitor. `owed` is by how
    much they changed what the bank owes members and pools, `between` what other banks (below zero: they owe it);
    `people` are the owners of the accounts, which are counted and never shown.
    """

    id = models.BigAutoField(primary_key=True)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="months")
    month = models.DateField()
    kind = models.CharField(max_length=60, db_collation="C")
    minutes = models.BigIntegerField()
    owed = models.BigIntegerField()
    between = models.BigIntegerField(default=0)
    people = ArrayField(models.UUIDField())

    class Meta:
        """Each kind once in a month."""

        constraints = [models.UniqueConstraint(fields=["bank", "month", "kind"], name="timebank_month_once")]

    def __str__(self) -> str:
        """Name month and kind."""
        return f"{self.month} {self.kind}"


class PolicyVersion(models.Model):
    """The rules of a bank from a day on, as the kernel's policy writes them. Rows are never changed.

    The kernel says when a version may follow another; a trigger holds that days and numbers only go forward, and that
    none reaches back behind the day on which it was published.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    published = models.DateField(_("Published on"))
    from_day = models.DateField(_("In force from"))
    rules = models.TextField()
    digest = models.CharField(max_length=71)
    official = models.BooleanField(_("Official, not an example"), default=False)
    published_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        """One version once, in force after it was published."""

        constraints = [
            models.UniqueConstraint(fields=["bank", "version"], name="timebank_policy_once"),
            models.UniqueConstraint(fields=["bank", "from_day"], name="timebank_policy_day_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="timebank_policy_number"),
            models.CheckConstraint(condition=Q(from_day__gt=F("published")), name="timebank_policy_for_the_future"),
        ]

    def __str__(self) -> str:
        """Give the number of the version."""
        return str(self.version)

    @property
    def policy(self) -> Policy:
        """Read the rules."""
        return from_json(self.rules)


class Pool(models.Model):
    """Credits that belong to nobody alone: for the poor, of the area, or of one organisation.

    `name` is that of the policy; several organisations have each a pool under the policy's name `organization`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="pools")
    name = models.CharField(_("Kind of pool"), max_length=100, db_collation="C")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.UUIDField(unique=True)
    created_at = models.DateTimeField()

    class Meta:
        """One common pool of a kind, and one of each organisation."""

        constraints = [
            models.UniqueConstraint(
                fields=["bank", "name", "organization"], nulls_distinct=False, name="timebank_pool_once"
            ),
            models.CheckConstraint(condition=Q(name__regex=POOL_SHAPE), name="timebank_pool_name"),
            models.CheckConstraint(
                condition=Q(organization__isnull=True) | Q(name="organization"), name="timebank_pool_of_organization"
            ),
        ]

    def __str__(self) -> str:
        """Name whose pool it is."""
        return str(self.organization) if self.organization is not None else pool_words(self.name)


def pool_words(name: str) -> str:
    """Give the name of a kind of pool in words; one of an area's own as it stands."""
    return str(POOL_NAMES.get(name, name))
