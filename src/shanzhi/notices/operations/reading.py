"""What a person does with notices received on this site."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.notices.kinds import APP
from shanzhi.notices.lifecycle import DELIVERY, SENT
from shanzhi.notices.models import Delivery


def mark_read(*, actor: Actor, delivery_id: UUID, at: datetime) -> None:
    """Mark an own notice as read; again, nothing happens. Reading is nobody's business, so it leaves no event."""
    mine = Delivery.objects.filter(pk=delivery_id, person_id__in=(actor.person(), *actor.also), channel=APP)
    if not mine.filter(state=SENT).update(state=DELIVERY.move(SENT, "read"), done_at=at) and not mine.exists():
        raise NotFound


def mark_all_read(*, actor: Actor, until: datetime, at: datetime) -> int:
    """Mark all own notices up to a moment as read: what came since the page was opened stays unread. Gives how many."""
    mine = (actor.person(), *actor.also)
    unread = Delivery.objects.filter(person_id__in=mine, channel=APP, state=SENT, created_at__lte=until)
    return unread.update(state=DELIVERY.move(SENT, "read"), done_at=at)
