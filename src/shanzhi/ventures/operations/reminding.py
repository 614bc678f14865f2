"""Deadlines of the day: teams with a draft or with a proposal to mend are reminded a day before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from shanzhi.kernel.actor import Actor
from shanzhi.notices.queries import keys_told
from shanzhi.ventures import telling
from shanzhi.ventures.models import Phase, Proposal

AHEAD: Final = timedelta(hours=24)


def remind_deadlines(*, actor: Actor, at: datetime) -> int:
    """Remind of all deadlines within a day, each once; gives how many reminders were given now."""
    return _mend(actor, at) + _hand_in(actor, at)


def _mend(actor: Actor, at: datetime) -> int:
    due = Proposal.objects.select_related("call").filter(
        state="returned", return_deadline__gt=at, return_deadline__lte=at + AHEAD
    )
    keys = {f"{one.pk}:{one.review_round}": one for one in due.order_by("return_deadline", "id")}
    told = keys_told(kind=telling.MEND_SOON, keys=keys)
    for key, one in keys.items():
        if key not in told:
            with transaction.atomic():
                telling.tell_mend_soon(actor=actor, proposal=one, at=at)
    return len(set(keys) - told)


def _hand_in(actor: Actor, at: datetime) -> int:
    due = Phase.objects.select_related("call").filter(
        kind="submission", call__state="submission", ends_at__gt=at, ends_at__lte=at + AHEAD
    )
    keys = {f"{one.call_id}:{one.ends_at.isoformat()}": one for one in due.order_by("ends_at", "id")}
    told = keys_told(kind=telling.HAND_IN_SOON, keys=keys)
    for key, one in keys.items():
        if key not in told:
            with transaction.atomic():
                telling.tell_hand_in_soon(actor=actor, call=one.call, ends=one.ends_at, at=at)
    return len(set(keys) - told)
