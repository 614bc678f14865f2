"""Stars that volunteers earned, and the thanks they got."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.service.lifecycle import THANKS
from shanzhi.service.models.rules import ServiceRules
from shanzhi.volunteering.models import Volunteer

MOST_STARS: Final = 10
LONGEST_THANKS: Final = 200


class StarAward(models.Model):
    """That a volunteer got a star, or lost it by a reversal: rows of a level take turns, the newest one holds.

    `threshold` is what the level asked for when it was given, `minutes` what the volunteer had; a later, stricter rule
    takes nothing away. Rows are never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="stars")
    level = models.PositiveSmallIntegerField()
    turn = models.PositiveIntegerField()
    given = models.BooleanField()
    threshold = models.PositiveIntegerField()
    minutes = models.PositiveBigIntegerField()
    rules = models.ForeignKey(ServiceRules, null=True, on_delete=models.PROTECT, related_name="+")
    awarded_on = models.DateField()
    awarded_at = models.DateTimeField()

    class Meta:
        """Odd turns give, even ones take back; minutes fit what is done."""

        constraints = [
            models.UniqueConstraint(fields=["volunteer", "level", "turn"], name="service_star_once"),
            models.CheckConstraint(condition=Q(level__range=(1, MOST_STARS), turn__gte=1), name="service_star_level"),
            models.CheckConstraint(
                condition=Q(Exact(F("turn") % 2, 1), given=True) | Q(Exact(F("turn") % 2, 0), given=False),
                name="service_star_turns",
            ),
            models.CheckConstraint(
                condition=Q(given=True, minutes__gte=F("threshold")) | Q(given=False, minutes__lt=F("threshold")),
                name="service_star_earned",
            ),
        ]
        indexes = [models.Index(fields=["volunteer", "level", "-turn"], name="service_star_newest")]

    def __str__(self) -> str:
        """Give the level."""
        return str(self.level)


class Thanks(models.Model):
    """A short note of thanks to a volunteer, by somebody who was served or leads; shown once somebody else read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="thanks")
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("Thanks"), max_length=LONGEST_THANKS)
    state = models.CharField(_("State"), max_length=12, choices=THANKS.choices(), default=THANKS.first)
    written_at = models.DateTimeField()
    read_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        """Words; read by somebody other than who wrote them; not shown for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(THANKS.states)), name="service_thanks_state"),
            models.CheckConstraint(condition=Q(note__regex=r"\S"), name="service_thanks_words"),
            models.CheckConstraint(
                condition=Q(state="waiting", read_at__isnull=True, read_by__isnull=True)
                | Q(~Q(state="waiting"), read_at__gte=F("written_at")),
                name="service_thanks_read",
            ),
            models.CheckConstraint(
                condition=Q(read_by__isnull=True) | Q(author__isnull=True) | ~Q(read_by=F("author")),
                name="service_thanks_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(state="hidden") | Q(reason__regex=r"\S"), name="service_thanks_hidden_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "state", "-written_at"], name="service_thanks_of"),
            models.Index(fields=["-written_at", "id"], name="service_thanks_newest"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)
