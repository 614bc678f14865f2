"""What hangs on a person's record in rounds, as far as staff may know it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.people.merge_rooms import MergeRoom, register
from shanzhi.ventures.models import Juror, Proposal


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    """Count proposals handed in and seats in juries; drafts are the team's alone."""
    return [
        (_("Proposals handed in"), Proposal.objects.filter(contact=person_id, number__isnull=False).count()),
        (_("Seats in juries"), Juror.objects.filter(person=person_id).count()),
    ]


register("ventures", MergeRoom(_counts))
