"""Seats in the team that writes a proposal: who edits or reads it besides the contact person, and invitations to it."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.ventures.models.proposals import Proposal

SEAT_ROLES: Final = {"editor": _("Editor"), "reader": _("Reader")}
IN_TIME: Final = Q(ended_at__isnull=True) | Q(ended_at__gte=F("since"))


class TeamSeat(models.Model):
    """A role in the team of a proposal, from a day until it is ended.

    Beside the content, so that neither it nor its digest changes. Of one person the running seat counts; an ended one
    shuts the proposal, also where the list of members still names the person. Triggers: the contact person has none
    that runs, and an ended one stays as it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=6, choices=list(SEAT_ROLES.items()))
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One running seat for a person in a team."""

        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "person"], condition=Q(ended_at__isnull=True), name="ventures_seat_once"
            ),
            models.CheckConstraint(condition=Q(role__in=list(SEAT_ROLES)), name="ventures_seat_role"),
            models.CheckConstraint(condition=IN_TIME, name="ventures_seat_time"),
        ]
        indexes = [models.Index(fields=["person", "proposal"], name="ventures_seat_person")]

    def __str__(self) -> str:
        """Show the role."""
        return self.role


class TeamInvitation(models.Model):
    """A link into a team: only the digest of its secret is kept; it ends after days, by its first use, or taken back.

    A trigger keeps role and proposal as they were given, and an ended one as it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="team_invitations")
    role = models.CharField(max_length=6, choices=list(SEAT_ROLES.items()))
    secret = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Listed by proposal."""

        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(SEAT_ROLES)), name="ventures_seatlink_role"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="ventures_seatlink_time"),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True) | Q(ended_at__isnull=False), name="ventures_seatlink_taken"
            ),
        ]
        indexes = [models.Index(fields=["proposal", "-created_at"], name="ventures_seatlink_newest")]

    def __str__(self) -> str:
        """Show the role."""
        return self.role
