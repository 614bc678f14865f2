"""What the clock does for the banks: credit what was verified, take back, end what is over, look for signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.timebank import sources
from shanzhi.timebank.models import Bank, Deal, Post, Voucher
from shanzhi.timebank.operations import dealing, giving, helping, proposing, shop
from shanzhi.timebank.operations.earning import credit, take_back
from shanzhi.timebank.operations.months import keep_months
from shanzhi.timebank.operations.netting import clear_month
from shanzhi.timebank.operations.signs import look_daily
from shanzhi.timebank.telling import tell_expiring

CHUNK: Final = 200
MOST: Final = 2000
"""How many of each at once; the next minute goes on."""
log = structlog.get_logger(__name__)


def run_clock(*, at: datetime) -> dict[str, int]:
    """Do what is due now; gives how many of each. Done again, it finds nothing more."""
    actor = Actor.system("clock")
    return {
        "credited": credit_records(actor=actor, at=at),
        "taken_back": _each("take_back", sources.wrong()[:MOST].values_list("record", flat=True),
                            lambda key: take_back(actor=actor, record=key, at=at)),
        "paid": _each("pay", _silent(at), lambda key: dealing.pay_silent(actor=actor, deal_id=key, at=at)),
        "lapsed": _each("lapse", _over(at), lambda key: dealing.lapse(actor=actor, deal_id=key, at=at)),
        "closed": _each("close", _past(at), lambda key: _close(actor, key, at)),
        "matches": _each("match", proposing.over(at)[:MOST],
                         lambda key: proposing.end_matches(actor=actor, post_id=key, at=at)),
        "vouchers": _each("voucher", _unfetched(at),
                          lambda key: shop.lapse_voucher(actor=actor, voucher_id=key, at=at)),
        "expired": _each("expire", giving.due_to_expire(timezone.localdate(at))[:MOST],
                         lambda key: giving.expire_lots(actor=actor, member_id=key, at=at)),
        "told": tell_expiring(at=at),
        "months": sum(keep_months(bank=bank, at=at) for bank in Bank.objects.order_by("pk")),
        "cleared": _cleared(at),
        "signs": sum(look_daily(bank=bank, at=at) for bank in Bank.objects.order_by("pk")),
    }  # fmt: skip


def credit_records(*, actor: Actor, at: datetime) -> int:
    """Credit the verified records that wait for nothing; those that lack a reviewer or a consent are not looked at."""
    done, keys = 0, sources.due(at, MOST)
    for start in range(0, len(keys), CHUNK):
        for row in sources.standing().filter(pk__in=keys[start : start + CHUNK]):
            try:
                done += credit(actor=actor, told=sources.told(row), at=at) is not None
            except Refusal as refusal:  # somebody else was quicker, or the book is closed: the next time finds it
                _log("credit", row.pk, refusal)
    return done


def _each(what: str, keys: Iterable[UUID], act: Callable[[UUID], Any]) -> int:
    """Do something to each by itself; what is refused was done by somebody else meanwhile, or waits."""
    done = 0
    for key in list(keys):
        try:
            done += act(key) is not None
        except Refusal as refusal:
            _log(what, key, refusal)
    return done


def _cleared(at: datetime) -> int:
    """Clear circles of debts between banks; what is refused waits for the next minute and holds up nothing else."""
    try:
        return clear_month(at=at)
    except Refusal as refusal:
        _log("clear", f"{timezone.localdate(at):%Y-%m}", refusal)
        return 0


def _log(what: str, key: UUID | str, refusal: Refusal) -> None:
    """Tell the operator what was refused: the same one again and again is something to look into, as a closed book."""
    log.warning("timebank_clock_refused", what=what, key=str(key), code=refusal.code)


def _silent(at: datetime) -> Iterable[UUID]:
    before = at - dealing.PATIENCE
    told = Q(helper_done_at__lte=before) | Q(taker_done_at__lte=before)
    return Deal.objects.filter(told, state="promised").order_by("pk").values_list("pk", flat=True)[:MOST]


def _over(at: datetime) -> Iterable[UUID]:
    return Deal.objects.filter(dealing.over(at)).order_by("pk").values_list("pk", flat=True)[:MOST]


def _past(at: datetime) -> Iterable[UUID]:
    rows = Post.objects.filter(state="open", until__lt=timezone.localdate(at))
    return rows.order_by("pk").values_list("pk", flat=True)[:MOST]


def _unfetched(at: datetime) -> Iterable[UUID]:
    rows = Voucher.objects.filter(state="issued", until__lt=timezone.localdate(at))
    return rows.order_by("pk").values_list("pk", flat=True)[:MOST]


def _close(actor: Actor, post_id: UUID, at: datetime) -> Post:
    with transaction.atomic():
        return helping.end_post(actor, helping.locked_post(post_id), at)
