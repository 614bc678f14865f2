"""Signs of gaming that a keeper of the bank looks at; they stop nothing by themselves."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.timebank.lifecycle import SIGN
from shanzhi.timebank.models.banks import Bank


class SignKind(models.TextChoices):
    """What was seen."""

    PAIR = "pair", _("Two who pay each other again and again")
    CIRCLE = "circle", _("Three who pay each other in a circle")
    BURST = "burst", _("Much in a short time")


class Sign(models.Model):
    """That some members traded in a way worth a look, from one day to another; once for the same members and month."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="signs")
    kind = models.CharField(_("What was noticed"), max_length=8, choices=SignKind.choices)
    members = ArrayField(models.UUIDField())
    month = models.DateField()
    times = models.PositiveIntegerField(_("Promises"))
    minutes = models.PositiveIntegerField(_("Credits"))
    seen_at = models.DateTimeField(_("Seen on"))
    state = models.CharField(_("State"), max_length=12, choices=SIGN.choices(), default=SIGN.first)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        """Once; decided for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SignKind.values), name="timebank_sign_kind"),
            models.UniqueConstraint(fields=["bank", "kind", "members", "month"], name="timebank_sign_once"),
            models.CheckConstraint(
                condition=Q(state="new", decided_at__isnull=True, reason="")
                | Q(state__in=("explained", "acted"), decided_at__gte=F("seen_at"), reason__regex=r"\S"),
                name="timebank_sign_decided",
            ),
        ]
        indexes = [models.Index(fields=["bank", "state", "-seen_at", "id"], name="timebank_signs")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
