"""What binds people at a time through the time bank, read for many of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from shanzhi.assignments.wants import Times
from shanzhi.people.models import Person
from shanzhi.timebank.lifecycle import HOLDING, LIVING
from shanzhi.timebank.models import Deal, HelpProposal, Member


def records(people: Collection[UUID]) -> dict[UUID, UUID]:
    """Give the records of people, those that were merged into them too, each with the one that is kept."""
    merged = Person.objects.filter(merged_into__in=people).values_list("pk", "merged_into")
    return {**{key: key for key in people}, **{key: kept for key, kept in merged if kept is not None}}


def bound(people: Collection[UUID], starts: datetime, ends: datetime) -> Times:
    """Give the times between two moments at which people are bound, by the records that are kept: four queries.

    Bound is who has a promise as one of the two, who offered help with a request and waits for the promise, and who was
    asked for a request and did not answer yet.
    """
    kept = records(people)
    accounts = {key: kept[person] for key, person in Member.objects.filter(person__in=kept).values_list("pk", "person")}
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)

    def add(member: UUID, begins: datetime | None, minutes: int) -> None:
        over = starts if begins is None else begins + timedelta(minutes=minutes)
        if begins is not None and member in accounts and over > starts:
            found[accounts[member]].append((begins, over))

    helping, taking = Q(helper__in=accounts, state__in=LIVING), Q(taker__in=accounts, state__in=HOLDING)
    deals = Deal.objects.filter(helping | taking, post__starts_at__lt=ends)
    for helper, taker, state, begins, minutes in deals.values_list(
        "helper", "taker", "state", "post__starts_at", "minutes"
    ):
        add(helper, begins, minutes)
        if state in HOLDING:
            add(taker, begins, minutes)
    asked = HelpProposal.objects.filter(member__in=accounts, state="asked", post__starts_at__lt=ends)
    for member, begins, minutes in asked.values_list("member", "post__starts_at", "post__minutes"):
        add(member, begins, minutes)
    return found
