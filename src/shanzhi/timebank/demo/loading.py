"""What `make demo` loads of the time bank: a bank of 历下 for the demo's volunteers, help in each state; all made up.

Credits come of verified records alone, also here: each is recorded and verified as service first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel.timebank.examples import examples
from shanzhi.people.models import Account
from shanzhi.places import queries as places
from shanzhi.service import operations as service
from shanzhi.timebank import operations
from shanzhi.timebank.demo import matching, year
from shanzhi.timebank.demo.elsewhere import agree
from shanzhi.timebank.demo.made_up import DISTRICT, SYSTEM, own
from shanzhi.timebank.models import Bank, Member, Pool
from shanzhi.volunteering.models import TaskKind, Volunteer

Progress = Callable[[str, int, int], None]
NAME: Final = "历下公益银行（示例）"
STEP: Final = "公益银行 Time bank"
COUNT: Final = 12
MINUTES: Final = (180, 240, 120, 300, 150, 90)
# Asks or offers, title, what is to be done, minutes of credit.
HELP: Final = (
    ("request", "陪我去医院取药（示例）", "腿脚不便，需要有人陪同去社区医院。", 60),
    ("request", "帮忙调试手机（示例）", "视频通话总是没有声音，想请人看看。", 30),
    ("request", "换厨房灯泡（示例）", "梯子家里有，够不着。", 30),
    ("request", "代买米面（示例）", "十斤米、五斤面，送到楼下就好。", 45),
    ("offer", "周末教用手机挂号（示例）", "周六上午有空，可以上门。", 60),
)
PLACE: Final = "您家，或社区活动室（示例）"
HOURS: Final = ((6, 540, 720), (7, 840, 1080))

GOODS: Final = (
    operations.Goods("洗衣液一瓶（示例）", "示例超市服务台，每天九点到十八点", 60, 20),
    operations.Goods("理发一次（示例）", "社区便民服务点，周三上午", 30, 10),
)


def load(*, at: datetime, progress: Progress) -> None:
    """Load the bank unless it is there, whole or not at all; `at` is now."""
    if not Bank.objects.filter(area=DISTRICT).exists():
        with transaction.atomic():
            members = _members(at)
            if len(members) >= 4:
                _help(members, at)
                agree(members[0].bank, members[3:], at)
                matching.load(members, at)
    progress(STEP, COUNT, COUNT)


def _members(at: datetime) -> list[Member]:
    """Found the bank with its year, open accounts for volunteers, who can sign in first, and have each earn."""
    kind = TaskKind.objects.filter(area="", retired_at=None).order_by("code").first()
    logins = Account.objects.filter(login_name__in=("leader", "resident")).values("person")
    rows = Volunteer.objects.filter(places.within("area", DISTRICT), person__synthetic=True, state="active")
    served = [*rows.filter(person__in=logins), *rows.exclude(person__in=logins).order_by("number")][:COUNT]
    if kind is None or not served:
        return []
    bank = _bank(at)
    year.load(bank, kind.code, at)
    opened = at - timedelta(days=45)
    made = [
        operations.open_account(actor=SYSTEM, bank_id=bank.pk, student=False, person_id=one.person_id, at=opened)
        for one in served
    ]
    _serve(served, kind.code, at)
    operations.credit_records(actor=SYSTEM, at=at - timedelta(days=10))
    return made


def _bank(at: datetime) -> Bank:
    """Found the bank, with an example's rules by which everybody may spend and credits end after some months."""
    founded = year.founded(at)
    rules = examples()[0].policy.model_dump(mode="json")
    rules |= {"from_day": (timezone.localdate(founded) + timedelta(days=31)).isoformat()}
    rules |= {"expiry": {"months": year.EXPIRY, "pool": "poor"}}
    rules["spending"]["least_age"] = 0
    return operations.found_bank(actor=SYSTEM, area=DISTRICT, name=NAME, rules=rules, synthetic=True, at=founded)


def _serve(served: list[Volunteer], code: str, at: datetime) -> None:
    """Have the committee of each record an hour or more, and verify it after the notice inside the team."""
    made = [
        service.record_service(
            actor=SYSTEM, organiser=service.Organiser(area=one.area), task_code=code, content="陪伴楼里的老人（示例）",
            served_on=timezone.localdate(at) - timedelta(days=40 - place), at=at - timedelta(days=25),
            rows=[service.Row(one.pk, MINUTES[place % len(MINUTES)])],
        )[0].pk
        for place, one in enumerate(served)
    ]  # fmt: skip
    service.verify_records(actor=SYSTEM, record_ids=made, at=at - timedelta(days=12))


def _help(members: list[Member], at: datetime) -> None:
    """Have members ask and offer; one request is open, one answered, one promised, one disputed; goods; one donates."""
    ago = at - timedelta(days=4)
    for place, (sort, title, about, minutes) in enumerate(HELP):
        author, helper = members[place % len(members)], members[(place + 1) % len(members)]
        asks = sort == "request"
        given = operations.Help(
            sort=sort, title=title, about=about, area=author.person.area[:12], minutes=minutes,
            starts_at=ago + timedelta(days=2 if place > 1 else 9) if asks else None,
            place="" if asks else PLACE, hours=() if asks else HOURS,
        )  # fmt: skip
        post = operations.post_help(actor=own(author, ago), bank_id=author.bank_id, given=given, at=ago)
        if not asks or place == 0:
            continue
        deal = operations.answer_post(actor=own(helper, ago), post_id=post.pk, message="我就住隔壁楼", at=ago)
        if place > 1:
            operations.promise(actor=own(author, ago), deal_id=deal.pk, at=ago)
        if place > 2:
            operations.dispute(actor=own(author, at), deal_id=deal.pk, reason="只买了米，没有买面（示例）", at=at)
    for goods in GOODS:
        good = operations.put_up(actor=SYSTEM, bank_id=members[0].bank_id, given=goods, at=ago)
    operations.take_voucher(actor=own(members[0], at), good_id=good.pk, at=at)
    giver = members[-1]
    poor = Pool.objects.get(bank=giver.bank, name="poor", organization=None)
    operations.donate(actor=own(giver, at), bank_id=giver.bank_id, pool_id=poor.pk, minutes=30, at=at)
