"""Signs of gaming: pairs and circles that pay each other, much in a short time. A keeper looks; nothing is stopped.

Gifts count like paid help: they go from one member to another too, and nobody confirms who is whose relative.
"""

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
"""How many promises and gifts of one member are paid within a week before it is worth a look."""
# What was paid or given lately, and when a sign of the same members was decided last: only what ended since counts
# of them. In a circle the smallest of the three stands first, so that each is met once; the order of the others says
# which way. The database works out only what a look reads.
_PAID: Final = """
WITH paid AS (
    SELECT d.taker_id AS payer, d.helper_id AS got, d.paid AS minutes, d.ended_at AS ended
    FROM timebank_deal d JOIN timebank_post p ON p.id = d.post_id
    WHERE p.bank_id = %(bank)s AND d.state IN ('paid', 'settled') AND d.paid > 0 AND d.ended_at > %(since)s
        AND d.ended_at <= %(at)s
    UNION ALL
    SELECT g.giver_id, g.receiver_id, g.minutes, g.at
    FROM timebank_gift g JOIN timebank_member m ON m.id = g.giver_id
    WHERE m.bank_id = %(bank)s AND g.receiver_id IS NOT NULL AND g.at > %(since)s AND g.at <= %(at)s
), decided AS (
    SELECT members, max(decided_at) AS last FROM timebank_sign
    WHERE bank_id = %(bank)s AND kind = %(kind)s AND decided_at IS NOT NULL GROUP BY members
), sides AS (
    SELECT DISTINCT payer, got FROM paid
), circles AS (
    SELECT a.payer AS one, b.payer AS two, c.payer AS three FROM sides a
    JOIN sides b ON b.payer = a.got JOIN sides c ON c.payer = b.got AND c.got = a.payer
    WHERE a.payer < b.payer AND a.payer < c.payer AND b.payer <> c.payer
)
"""
# Both directions at least so often.
_PAIRS: Final = (
    _PAID
    + """
SELECT ARRAY[least(payer, got), greatest(payer, got)], count(*), sum(minutes) FROM paid
LEFT JOIN decided ON members = ARRAY[least(payer, got), greatest(payer, got)]
WHERE last IS NULL OR ended > last
GROUP BY 1
HAVING least(count(*) FILTER (WHERE payer < got), count(*) FILTER (WHERE payer > got)) >= %(least)s
"""
)
# Each of the three sides has to be there still when only what ended since counts.
_CIRCLES: Final = (
    _PAID
    + """
SELECT ARRAY[one, two, three], count(*), sum(minutes) FROM circles
LEFT JOIN decided ON members = ARRAY[one, two, three]
CROSS JOIN LATERAL (VALUES (one, two), (two, three), (three, one)) side (payer, got)
JOIN paid USING (payer, got)
WHERE last IS NULL OR ended > last
GROUP BY 1 HAVING count(DISTINCT payer) = 3
"""
)
_BURSTS: Final = (
    _PAID
    + """
SELECT ARRAY[one], count(*), sum(minutes) FROM paid
CROSS JOIN LATERAL (VALUES (payer), (got)) side (one)
LEFT JOIN decided ON members = ARRAY[one]
WHERE last IS NULL OR ended > last
GROUP BY 1 HAVING count(*) >= %(burst)s
"""
)
LOOKS: Final = (
    (SignKind.PAIR, _PAIRS, WINDOW), (SignKind.CIRCLE, _CIRCLES, WINDOW), (SignKind.BURST, _BURSTS, WEEK)
)  # fmt: skip
"""Each kind with its look and how far back it goes."""


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

    What a keeper decided on is over with: of the same members only what ended since counts. The statements grow with
    what is noted anew alone.
    """
    month = timezone.localdate(at).replace(day=1)
    made = 0
    for kind, statement, window in LOOKS:
        noted = Sign.objects.filter(bank=bank, kind=kind, month=month).values_list("members", flat=True)
        known = {tuple(members) for members in noted}
        for row in _seen(statement, bank, kind, at, window):
            made += tuple(row[0]) not in known and _note(bank, kind, row, month, at)
    return made


def _seen(statement: str, bank: Bank, kind: SignKind, at: datetime, window: timedelta) -> list[tuple[Any, ...]]:
    """Run one look: members, how often, how many minutes."""
    given: dict[str, Any] = {"bank": bank.pk, "kind": kind, "since": at - window, "at": at}
    given |= {"least": PAIR_TIMES, "burst": BURST_TIMES}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


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
