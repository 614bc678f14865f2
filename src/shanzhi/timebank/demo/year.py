"""What `make demo` loads of the year before: a dozen members who serve each month, and what they did with it.

The page of a bank tells of months that are over, and of figures behind which five people stand. So that it says
something on whatever day the demo is loaded, the two months before the running one hold credits that were earned,
paid for help, given, donated and expired, each of six people or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils import timezone

from shanzhi.kernel.periods import months_after
from shanzhi.people.operations.bringing import bring_people
from shanzhi.service import operations as service
from shanzhi.timebank import operations
from shanzhi.timebank.demo.made_up import DISTRICT, SYSTEM, made_up, own, seats
from shanzhi.timebank.models import Bank, Member, Pool
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.operations import Details, register_volunteers

GROUP: Final = "YEAR"
COUNT: Final = 12
EXPIRY: Final = 6
"""After how many months credits end by the rules of the demo's bank."""
FOUNDED, OPENED, SERVED, TOLD = 12, 10, 8, 2
"""How many months before the running one: the bank, the accounts, the first service, the first help."""
MINUTES: Final = (90, 120, 60, 150)
RELATIONS: Final = ("parent", "child", "grandparent", "grandchild")
# Title, what was to be done, minutes of credit.
HELP: Final = (
    ("陪老人复诊（示例）", "上午去社区医院复诊，需要有人搀扶。", 45),
    ("修水龙头（示例）", "厨房水龙头滴水，零件已经买好。", 30),
    ("代取快递（示例）", "包裹较重，送到六楼。", 30),
)  # fmt: skip


def founded(at: datetime) -> datetime:
    """Give when the demo's bank was founded: a year before the running month."""
    return _noon(_month(at, FOUNDED), 1)


def load(bank: Bank, task_code: str, at: datetime) -> None:
    """Have a dozen made-up members serve month after month, and help, give and donate in the last two."""
    members = _members(bank, at)
    serving = list(Volunteer.objects.filter(person__in=[one.person_id for one in members]).order_by("number"))
    for before in range(SERVED, 0, -1):
        month = _month(at, before)
        if before <= TOLD:
            for one in members:
                operations.expire_lots(actor=SYSTEM, member_id=one.pk, at=_noon(month, 5))
        _serve(serving, task_code, month)
        if before <= TOLD:
            _use(members if before == TOLD else [*members[1:], members[0]], month)


def _month(at: datetime, before: int) -> date:
    """Give the first day of the month so many months before the running one."""
    return months_after(timezone.localdate(at).replace(day=1), -before)


def _noon(month: date, day: int) -> datetime:
    """Give noon of a day of a month."""
    return timezone.make_aware(datetime.combine(month.replace(day=day), time(12)))


def _members(bank: Bank, at: datetime) -> list[Member]:
    """Put a dozen on record as residents and volunteers, and open their accounts."""
    joined, where = _noon(_month(at, FOUNDED), 2), seats(at, COUNT)
    people = [made_up(GROUP, place, where[place % len(where)], joined) for place in range(COUNT if where else 0)]
    if not people:
        return []
    bring_people(actor=SYSTEM, people=people, told={"synthetic": True}, at=joined)
    said = {one.pk: Details(area=one.area, languages=("mandarin",), hours=[(6, 540, 720)]) for one in people}
    register_volunteers(actor=SYSTEM, wanted=said, at=joined)
    keys = [one.pk for one in people]
    opened = operations.open_accounts(actor=SYSTEM, bank_id=bank.pk, person_ids=keys, at=_noon(_month(at, OPENED), 1))
    return sorted(opened.made, key=lambda one: keys.index(one.person_id))


def _serve(volunteers: Sequence[Volunteer], task_code: str, month: date) -> None:
    """Have each serve on the 3rd of a month; it is recorded, verified after the notice, and credited."""
    made = []
    for place, minutes in enumerate(MINUTES):
        rows = [service.Row(one.pk, minutes) for one in volunteers[place :: len(MINUTES)]]
        made += service.record_service(
            actor=SYSTEM, organiser=service.Organiser(area=DISTRICT), task_code=task_code,
            content="每月志愿服务日（示例）", served_on=month.replace(day=3), at=_noon(month, 4), rows=rows,
        ) if rows else []  # fmt: skip
    if made:
        service.verify_records(actor=SYSTEM, record_ids=[one.pk for one in made], at=_noon(month, 14))
        operations.credit_records(actor=SYSTEM, at=_noon(month, 15))


def _use(members: Sequence[Member], month: date) -> None:
    """Have every other member be helped by the next one and donate, and the helper give something to that one."""
    for place, (taker, helper) in enumerate(zip(members[::2], members[1::2], strict=True)):
        _help(taker, helper, HELP[place % len(HELP)], month)
        at, given = _noon(month, 20), {"relation": RELATIONS[place % len(RELATIONS)], "number": taker.number}
        operations.give(actor=own(helper, at), bank_id=helper.bank_id, minutes=20 + 5 * (place % 3), at=at, **given)
        at, pool = _noon(month, 22), Pool.objects.get(bank=taker.bank_id, name="poor", organization=None)
        operations.donate(actor=own(taker, at), bank_id=taker.bank_id, pool_id=pool.pk, minutes=15, at=at)


def _help(taker: Member, helper: Member, asked: tuple[str, str, int], month: date) -> None:
    """Have one ask, the other help, and both say that it is done, which pays."""
    at, done = _noon(month, 16), _noon(month, 18)
    title, about, minutes = asked
    given = operations.Help(
        sort="request", title=title, about=about, area=taker.person.area[:12], minutes=minutes,
        starts_at=at + timedelta(days=1),
    )  # fmt: skip
    post = operations.post_help(actor=own(taker, at), bank_id=taker.bank_id, given=given, at=at)
    deal = operations.answer_post(actor=own(helper, at), post_id=post.pk, message="我来帮忙", at=at)
    promised: dict[str, Any] = {"deal_id": deal.pk}
    operations.promise(actor=own(taker, at), at=at, **promised)
    for one in (helper, taker):
        operations.confirm(actor=own(one, done), at=done, **promised)
