"""What this room drops when a person is erased, beyond single fields."""

from __future__ import annotations

from uuid import UUID

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.notices.models import Delivery, EmailAddress, OutboxEntry, WeChatLink


def erase_from_outbox(leaving: Leaving) -> Touched:
    """Take the person's messages out of what the local driver of demos keeps: by delivery, and by address.

    Addresses there are sealed without an index, so each is opened; outside demos the table is empty.
    """
    sent = Delivery.objects.filter(person_id=leaving.person_id, token__isnull=False).values("token")
    OutboxEntry.objects.filter(token__in=sent).delete()
    own = [one.pk for one in OutboxEntry.objects.only("token", "address") if one.address.reveal() in leaving.numbers]
    OutboxEntry.objects.filter(pk__in=own).delete()
    return {}


def own_addresses(person_id: UUID) -> list[str]:
    """Give the addresses by which one is reached outside, in plain, for the erasure of the person alone."""
    mail = EmailAddress.objects.filter(person_id=person_id).first()
    link = WeChatLink.objects.filter(person_id=person_id).first()
    sealed = [mail.address, mail.wanted] if mail else []
    return [value.reveal() for value in (*sealed, link.openid if link else None) if value is not None]
