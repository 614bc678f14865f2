"""A team that moves to another area: asked for, agreed to by the offices of both, done."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.people.models import Person
from shanzhi.volunteering.lifecycle import MOVE
from shanzhi.volunteering.models.teams import Team
from shanzhi.volunteering.models.volunteers import SEAT_SHAPE

# A check is passed by what cannot be compared, so it is asked besides that the moment is there.
ENDED: Final[dict[str, Any]] = {"ended_at__isnull": False, "ended_at__gte": F("asked_at")}


class TeamMove(models.Model):
    """That a team is to serve elsewhere. `left_*` is the yes of the area it leaves, `taken_*` of the one it comes to.

    Whoever is in charge of both gives both at once. What is over stays as it was (trigger).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="moves")
    from_area = models.CharField(_("Moves from"), max_length=12, db_collation="C")
    to_area = models.CharField(_("Moves to"), max_length=12, db_collation="C")
    reason = models.TextField(_("Why the team moves"))
    state = models.CharField(_("State"), max_length=12, choices=MOVE.choices(), default=MOVE.first)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    left_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(pgettext_lazy("team", "Let go on"), null=True)
    taken_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(pgettext_lazy("team", "Taken in on"), null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)

    class Meta:
        """One open move of a team; done with both yeses; refused for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(MOVE.states)), name="volunteering_move_state"),
            models.CheckConstraint(
                condition=Q(from_area__regex=SEAT_SHAPE, to_area__regex=SEAT_SHAPE) & ~Q(from_area=F("to_area")),
                name="volunteering_move_areas",
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="volunteering_move_reason"),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at__isnull=True, refusal="")
                | Q(state="done", **ENDED, left_at__isnull=False, taken_at__isnull=False, refusal="")
                | Q(state="refused", **ENDED, refusal__regex=r"\S")
                | Q(state="withdrawn", **ENDED, refusal=""),
                name="volunteering_move_ended",
            ),
            models.UniqueConstraint(fields=["team"], condition=Q(state="asked"), name="volunteering_move_once"),
        ]
        indexes = [models.Index(fields=["-asked_at", "id"], name="volunteering_moves_newest")]

    def __str__(self) -> str:
        """Name the areas."""
        return f"{self.from_area} > {self.to_area}"
