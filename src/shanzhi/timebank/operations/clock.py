"""What the clock does for the banks: credit what was verified, take back, end what is over, look for signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.timebank import sources
from shanzhi.timebank.models import Bank, Deal, Post
from shanzhi.timebank.operations import dealing, giving, helping
from shanzhi.timebank.operations.earning import credit, take_back
from shanzhi.timebank.operations.signs import look_for_signs

CHUNK: Final = 200
MOST: Final = 2000
"""How many of each at once; the next minute goes on."""
ASKED: Final = timedelta(days=14)
PROMISED: Final = timedelta(days=30)


def run_clock(*, at: datetime) -> dict[str, int]:
    """Do what is due now; gives how many of each. Done again, it finds nothing more."""
    actor = Actor.system("clock")
    return {
        "credited": credit_records(actor=actor, at=at),
        "taken_back": _each(sources.wrong()[:MOST].values_list("record", flat=True),
                            lambda key: take_back(actor=actor, record=key, at=at)),
        "paid": _each(_silent(at), lambda key: dealing.pay_silent(actor=actor, deal_id=key, at=at)),
        "lapsed": _each(_over(at), lambda key: dealing.lapse(actor=actor, deal_id=key, at=at)),
        "closed": _each(_past(at), lambda key: _close(actor, key, at)),
        "expired": _each(giving.due_to_expire(timezone.localdate(at))[:MOST],
                         lambda key: giving.expire_lots(actor=actor, member_id=key, at=at)),
        "signs": sum(look_for_signs(bank=bank, at=at) for bank in Bank.objects.order_by("pk")),
    }  # fmt: skip


def credit_records(*, actor: Actor, at: datetime) -> int:
    """Credit the verified records that wait; those that lack a reviewer or a consent wait on, in nobody's way."""
    done, keys = 0, list(sources.uncredited().values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        for row in sources.standing().filter(pk__in=keys[start : start + CHUNK]):
            try:
                done += credit(actor=actor, told=sources.told(row), at=at) is not None
            except Refusal:  # somebody else was quicker, or the book is closed: it waits for the next time
                continue
    return done


def _each(keys: Iterable[UUID], act: Callable[[UUID], Any]) -> int:
    """Do something to each by itself; what is refused was done by somebody else meanwhile, or waits."""
    done = 0
    for key in list(keys):
        try:
            done += act(key) is not None
        except Refusal:
            continue
    return done


def _silent(at: datetime) -> Iterable[UUID]:
    before = at - dealing.PATIENCE
    told = Q(helper_done_at__lte=before) | Q(taker_done_at__lte=before)
    return Deal.objects.filter(told, state="promised").order_by("pk").values_list("pk", flat=True)[:MOST]


def _over(at: datetime) -> Iterable[UUID]:
    asked = Q(state="asked", asked_at__lte=at - ASKED)
    idle = Q(helper_done_at__isnull=True, taker_done_at__isnull=True)
    late = Q(promised_at__lte=at - PROMISED) & (Q(post__starts_at__isnull=True) | Q(post__starts_at__lte=at - PROMISED))
    rows = Deal.objects.filter(asked | (Q(state="promised") & idle & late))
    return rows.order_by("pk").values_list("pk", flat=True)[:MOST]


def _past(at: datetime) -> Iterable[UUID]:
    rows = Post.objects.filter(state="open", until__lt=timezone.localdate(at))
    return rows.order_by("pk").values_list("pk", flat=True)[:MOST]


def _close(actor: Actor, post_id: UUID, at: datetime) -> Post:
    with transaction.atomic():
        return helping.end_post(actor, helping.locked_post(post_id), at)
