"""Emptying the reasons of events: free text may name somebody, and whoever is erased must stand in none.

The area is cut to the community, for a person's entrance or building is nearly a name.

The tree stays whole, since a leaf is made from the digest of its event, and that stays. The nonce goes with the text,
so that nobody can try words against the digest. What is left of the event is digested anew, and these digests go into
an event of their own, so that `verify` still holds the rest and finds a text that was emptied in any other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan

from shanzhi.audit.models import Event
from shanzhi.audit.operations.events import finished, write
from shanzhi.audit.queries.leaves import FORGET, leaf_digest, left_digest
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, LENGTHS

# So many to an event, whose content stays small.
CHUNK: Final = 200
COMMUNITY_LENGTH: Final = LENGTHS[COMMUNITY]


def tells() -> Q:
    """Give the condition that an event holds something to empty."""
    return ~Q(reason="") | Q(GreaterThan(Length("area"), COMMUNITY_LENGTH))


class EventsDiffer(Exception):
    """Events are not as they were recorded; the cause must be found before their texts are emptied."""


def forget_reasons(*, numbers: Sequence[int], at: datetime) -> None:
    """Empty the reasons of these events, and put on record that it was done; inside the operation that is the cause."""
    for start in range(0, len(numbers), CHUNK):
        found = list(Event.objects.filter(pk__in=numbers[start : start + CHUNK]).exclude(nonce=b"").order_by("pk"))
        wrong = [event.pk for event in found if leaf_digest(event) != event.digest]
        if wrong:
            raise EventsDiffer(f"events {wrong[:5]}")
        if not found:
            continue
        left = {str(event.pk): left_digest(event) for event in found}
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_empty_reasons(%s)", [[event.pk for event in found]])
        told = Event(
            at=at, verb=FORGET, actor_label=Actor.system("audit").label, subject_type=Event._meta.label_lower,
            subject_id=str(found[0].pk), change={"left": left},
        )  # fmt: skip
        write(finished(told))
