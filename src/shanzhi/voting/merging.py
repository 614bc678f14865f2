"""What voting has to say when two records of one person become one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.people.merge_rooms import MergeRoom, register
from shanzhi.voting.models import BoothOfficer, RollEntry
from shanzhi.voting.operations import merged


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    """Count rolls and work at polling places, and nothing that would tell whether somebody voted."""
    return [
        (_("Rolls of voters"), RollEntry.objects.filter(person=person_id).count()),
        (_("Polling places worked at"), BoothOfficer.objects.filter(person=person_id).count()),
    ]


register("voting", MergeRoom(_counts, merged.hindrances, merged.join, merged.part))
