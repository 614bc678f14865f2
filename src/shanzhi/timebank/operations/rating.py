"""Rating each other when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from shanzhi.kernel.actor import Actor
from shanzhi.timebank import refusals
from shanzhi.timebank.lifecycle import RATED
from shanzhi.timebank.models import Rating
from shanzhi.timebank.operations.dealing import party
from shanzhi.timebank.operations.frames import note, words

OPEN_FOR: Final = timedelta(days=60)


@transaction.atomic
def rate(*, actor: Actor, deal_id: UUID, stars: int, said: str, at: datetime) -> Rating:
    """Rate the other of the two, once, within 60 days after it was paid or decided.

    Raises NotFound, NotDone, BadStars, RatedAlready.
    """
    found, own = party(actor, deal_id)
    if found.state not in RATED or found.ended_at is None:
        raise refusals.NotDone
    if at - found.ended_at > OPEN_FOR:
        raise refusals.RatedAlready
    if not 1 <= stars <= 5:
        raise refusals.BadStars(field="stars")
    if Rating.objects.filter(deal=found, by=own).exists():
        raise refusals.RatedAlready
    text = words(said, "said", most=200, needed=False)
    made = Rating.objects.create(deal=found, by=own, stars=stars, said=text, at=at)
    note(actor, "rating.give", made, found.post.bank, at, {"stars": stars})
    return made
