"""The table of guardian links: who answers for a minor, as staff read it in a document."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.fields import DOCUMENT_OF_GUARDIAN, SealedField, mask_tail

PERSON = "people.Person"
# Who may be a guardian: Civil Code art. 27 (parents, then grandparents and grown brothers and sisters, then others whom
# the residents' committee or the civil affairs department agrees to), 31 (appointed), 32 (department or committee).
KINDS: Final = {
    "parent": _("Father or mother"),
    "relative": _("Grandparent, grown brother or sister"),
    "other": _("Another person, agreed to or appointed"),
    "institution": _("For the residents' committee or the civil affairs department"),
}
PROOFS: Final = {
    "household_register": _("Household register"),
    "birth_certificate": _("Birth certificate"),
    "court_decision": _("Decision of a court"),
    "appointment": _("Appointment by the residents' committee or the civil affairs department"),
    "will_or_agreement": _("Will of the parents, or agreement among those entitled"),
}


class Guardianship(models.Model):
    """That a grown-up is the guardian of a minor, verified by staff against a document.

    Of the document its kind and the last characters of its number are kept, sealed; never a copy. The link holds from
    `starts_on` to the end of `ends_on`, and not beyond the ward's eighteenth birthday, whatever stands here
    (`minors.running`). Who ended it early and why stays on record.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="wardships")
    kind = models.CharField(max_length=12, choices=list(KINDS.items()))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    document = models.CharField(max_length=20, choices=list(PROOFS.items()))
    document_tail = SealedField(mask=mask_tail, purpose=DOCUMENT_OF_GUARDIAN, null=True)
    verified_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    ended_reason = models.TextField(blank=True)

    class Meta:
        """Two different people, verified by a third; one link of a pair at a time."""

        constraints = [
            models.CheckConstraint(condition=~Q(ward=F("guardian")), name="people_guardianship_not_oneself"),
            models.CheckConstraint(
                condition=~Q(verified_by=F("ward")) & ~Q(verified_by=F("guardian")),
                name="people_guardianship_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="people_guardianship_period"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True, ended_reason=""),
                name="people_guardianship_ended",
            ),
            models.UniqueConstraint(
                fields=["ward", "guardian"], condition=Q(ended_at__isnull=True), name="people_guardianship_once"
            ),
        ]
        indexes = [models.Index(fields=["-verified_at", "id"], name="people_guardianship_newest")]

    def __str__(self) -> str:
        """Name the kind."""
        return self.kind
