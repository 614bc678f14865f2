"""Signs of gaming: pairs and circles that pay each other, much in a short time. A keeper looks; nothing is stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.timebank import policies, refusals
from shanzhi.timebank.lifecycle import SIGN
from shanzhi.timebank.models import Bank, Member, Sign, SignKind
from shanzhi.timebank.operations.frames import note, reason_of

WINDOW: Final = timedelta(days=90)
WEEK: Final = timedelta(days=7)
PAIR_TIMES: Final = 3
"""How often each of two pays the other within the window before it is worth a look."""
BURST_TIMES: Final = 8
"""How many promises of one member are paid within a week before it is worth a look."""
# Both directions at least so often: who pays whom in the window, then each pair once.
_PAID: Final = """
WITH paid AS (
    SELECT d.taker_id AS payer, d.helper_id AS got, count(*) AS times, sum(d.paid) AS minutes
    FROM timebank_deal d JOIN timebank_post p ON p.id = d.post_id
    WHERE p.bank_id = %(bank)s AND d.state IN ('paid', 'settled') AND d.paid > 0 AND d.ended_at > %(since)s
        AND d.ended_at <= %(at)s
    GROUP BY 1, 2
)
"""
_PAIRS: Final = (
    _PAID
    + """
SELECT ARRAY[a.payer, a.got], a.times + b.times, a.minutes + b.minutes FROM paid a
JOIN paid b ON b.payer = a.got AND b.got = a.payer
WHERE a.payer < a.got AND least(a.times, b.times) >= %(least)s
"""
)
# The smallest of the three stands first, so that each circle is met once; the order of the others is its direction.
_CIRCLES: Final = (
    _PAID
    + """
SELECT ARRAY[a.payer, b.payer, c.payer], a.times + b.times + c.times, a.minutes + b.minutes + c.minutes FROM paid a
JOIN paid b ON b.payer = a.got JOIN paid c ON c.payer = b.got AND c.got = a.payer
WHERE a.payer < b.payer AND a.payer < c.payer AND b.payer <> c.payer
"""
)
_BURSTS: Final = """
SELECT ARRAY[m.id], count(*), sum(d.paid) FROM timebank_deal d JOIN timebank_post p ON p.id = d.post_id
JOIN timebank_member m ON m.id IN (d.helper_id, d.taker_id)
WHERE p.bank_id = %(bank)s AND d.state IN ('paid', 'settled') AND d.paid > 0 AND d.ended_at > %(week)s
    AND d.ended_at <= %(at)s
GROUP BY m.id HAVING count(*) >= %(burst)s
"""
# What bounds the deals of each look from below: the parameter that a decided sign of the same members raises.
SINCE: Final = {SignKind.PAIR: "since", SignKind.CIRCLE: "since", SignKind.BURST: "week"}
LOOKS: Final = ((SignKind.PAIR, _PAIRS), (SignKind.CIRCLE, _CIRCLES), (SignKind.BURST, _BURSTS))


def look_daily(*, bank: Bank, at: datetime) -> int:
    """Look for signs once a day, by the clock; whoever comes second finds it done."""
    today = timezone.localdate(at)
    if bank.looked_on == today:
        return 0
    with transaction.atomic():
        found = Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)
        if found.looked_on is not None and found.looked_on >= today:
            return 0
        made = look_for_signs(bank=found, at=at)
        found.looked_on = today
        found.save(update_fields=["looked_on"])
    return made


def look_for_signs(*, bank: Bank, at: datetime) -> int:
    """Look at what was paid lately and note what is worth a look, once for the same members in a month.

    What a keeper decided on is over with: of the same members only what ended since counts.
    """
    month = timezone.localdate(at).replace(day=1)
    made = 0
    for kind, statement in LOOKS:
        decided = _decided(bank, kind)
        for row in _seen(statement, bank, at):
            last = decided.get(tuple(row[0]))
            if last is not None:
                again = {tuple(one[0]): one for one in _seen(statement, bank, at, **{SINCE[kind]: last})}
                if tuple(row[0]) not in again:
                    continue
                row = again[tuple(row[0])]
            made += _note(bank, kind, row, month, at)
    return made


def _seen(statement: str, bank: Bank, at: datetime, **later: datetime) -> list[tuple[Any, ...]]:
    """Run one look; `later` raises the moment from which on deals count, never lowers it."""
    given: dict[str, Any] = {"bank": bank.pk, "since": at - WINDOW, "week": at - WEEK, "at": at, "least": PAIR_TIMES,
                             "burst": BURST_TIMES}  # fmt: skip
    given |= {name: max(given[name], moment) for name, moment in later.items()}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _decided(bank: Bank, kind: SignKind) -> dict[tuple[UUID, ...], datetime]:
    """Give when a sign of the same members was decided last."""
    rows = Sign.objects.filter(bank=bank, kind=kind, decided_at__isnull=False).order_by("decided_at")
    return {tuple(members): at for members, at in rows.values_list("members", "decided_at") if at is not None}


def _note(bank: Bank, kind: SignKind, row: tuple[Any, ...], month: Any, at: datetime) -> bool:
    members, times, minutes = row
    with transaction.atomic():
        known = {"bank": bank, "kind": kind, "members": list(members), "month": month}
        sign, new = Sign.objects.get_or_create(**known, defaults={"times": times, "minutes": minutes, "seen_at": at})
        if new:
            change = {"kind": kind, "times": int(times), "minutes": int(minutes)}
            note(Actor.system("clock"), "sign.see", sign, bank, at, change)
    return new


@transaction.atomic
def decide_sign(*, actor: Actor, sign_id: UUID, acted: bool, reason: str, at: datetime) -> Sign:
    """Say what a sign is, explained or acted upon, by who keeps the bank and is no member of it nor their guardian.

    Raises NotFound, NotTheKeeper, OwnMatter, WhyMissing.
    """
    found = Sign.objects.select_for_update(of=("self",)).select_related("bank").filter(pk=sign_id).first()
    if found is None:
        raise NotFound
    bank = policies.load_bank(actor=actor, bank_id=found.bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    members = Member.objects.filter(pk__in=found.members).select_related("person__merged_into")
    if any(policies.concerns(actor, one, at) for one in members):
        raise refusals.OwnMatter
    move = "act" if acted else "explain"
    found.state, found.reason = SIGN.move(found.state, move), reason_of(reason)
    found.decided_by_id, found.decided_at = actor.person_id, at
    found.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    note(actor, f"sign.{move}", found, bank, at, {"state": found.state})
    return found
