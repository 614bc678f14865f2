"""What becomes of the roles held in an organisation when that closes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from shanzhi.kernel.actor import Actor
from shanzhi.people import signals
from shanzhi.people.models import RoleGrant
from shanzhi.people.operations.roles import note
from shanzhi.people.operations.sessions import ROLE, end_for


def end_roles_in(*, actor: Actor, organization: UUID, reason: str, at: datetime) -> int:
    """End all roles held in an organisation and give their number; its room decides who may, and keeps it locked.

    Who may close an organisation need not see its people, so nobody's record is asked for here.
    """
    with transaction.atomic():
        running = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), organization=organization)
        rows = list(running.select_for_update(of=("self",)).select_related("person").order_by("pk"))
        for given in rows:
            # A role that has not begun yet ends at its own first moment, since a period is never empty.
            given.ends_at = max(at, given.starts_at + given.starts_at.resolution)
            given.ended_reason = reason.strip()
            given.save(update_fields=["ends_at", "ended_reason"])
            end_for(person_id=given.person_id, why=ROLE, at=at)
            note(actor, "people.role.end", given, at, given.ended_reason)
            signals.role_ended.send(RoleGrant, actor=actor, grant=given, at=at)
    return len(rows)
