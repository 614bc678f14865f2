"""Signs of life that no other record shows: a meeting, or an activity outside any project."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.models.organizations import Organization
from shanzhi.people.models import Person


class SignKind(models.TextChoices):
    """What showed that an organisation lives."""

    MEMBERS_MEETING = "members_meeting", _("Meeting of the members")
    LEADERS_MEETING = "leaders_meeting", _("Meeting of those in charge")
    ACTIVITY = "activity", _("Activity outside a project")


MEETINGS = (SignKind.MEMBERS_MEETING, SignKind.LEADERS_MEETING)


class Sign(models.Model):
    """A meeting or an activity of an organisation on a day, with the number of people present.

    A row is never changed, only taken back (a trigger of migration 0006); taken back, it counts no more and stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="signs")
    kind = models.CharField(_("Kind of sign"), max_length=16, choices=SignKind.choices)
    on = models.DateField(_("Held on"))
    present = models.PositiveIntegerField(_("Number present"))
    about = models.CharField(_("What it was about"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """Somebody was there; of one kind on one day there is one; taken back for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SignKind.values), name="organizations_sign_kind"),
            models.CheckConstraint(condition=Q(present__range=(1, 100_000)), name="organizations_sign_present"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_reason="")
                | Q(taken_back_at__isnull=False, taken_back_reason__regex=r"\S"),
                name="organizations_sign_taken_back",
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "on"], condition=Q(taken_back_at__isnull=True),
                name="organizations_sign_once",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["organization", "-on", "id"], name="organizations_signs")]

    def __str__(self) -> str:
        """Show the kind."""
        return self.kind
