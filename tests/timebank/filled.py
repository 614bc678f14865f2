"""A row in every audited table of the time bank, for the tests of the log and of erasing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from shanzhi.assignments.models import Run
from shanzhi.kernel.timebank import Policy, to_json
from shanzhi.ledger.models import Book
from shanzhi.people.models import Person
from shanzhi.timebank import operations
from shanzhi.timebank.models import (
    Bank,
    BankMonth,
    Crossing,
    Deal,
    Earning,
    Gift,
    Good,
    GrantYes,
    HelpProposal,
    Link,
    Member,
    OfferHours,
    OpenRequest,
    PolicyVersion,
    Pool,
    PoolGrant,
    Post,
    Rating,
    Review,
    Sign,
    Voucher,
)
from shanzhi.work.files import store
from tests.support.people import a_person, actor
from tests.timebank.support import RULES, SYSTEM, a_deal, a_member, an_offer, pool, serve, verified

WHERE = "370102001002"
ELSEWHERE = (("370102001", "示例街道公益银行"), ("370102", "示例区公益银行"))


def fill_timebank(at: datetime) -> Bank:
    """Have a bank whose members earned, gave, helped and rated, with a grant that was agreed to and a sign."""
    founded = at - timedelta(days=40)
    rules = {**RULES, "from_day": (timezone.localdate(founded) + timedelta(days=1)).isoformat(), "reviewers": 2}
    bank = operations.found_bank(actor=SYSTEM, area=WHERE, name="示例公益银行", rules=rules, synthetic=True, at=founded)
    taker, helper = (a_member(bank, at=at - timedelta(days=30)) for _ in range(2))
    day = timezone.localdate(at) - timedelta(days=20)
    for one in (taker, helper):
        serve(one, 300, at=at, day=day, area=WHERE, reviews=1)
    Review.objects.create(bank=bank, record=uuid4(), reviewer=a_person(WHERE), at=at)
    operations.donate(actor=actor(taker.person), bank_id=bank.pk, pool_id=pool(bank).pk, minutes=60, at=at)
    good = operations.put_up(
        actor=SYSTEM, bank_id=bank.pk, given=operations.Goods("洗衣液（示例）", "示例超市，每天", 30, 2), at=at
    )
    operations.take_voucher(actor=actor(taker.person), good_id=good.pk, at=at)
    grant = PoolGrant.objects.create(pool=pool(bank), member=helper, minutes=10, reason="独居（示例）", proposed_at=at)
    GrantYes.objects.create(grant=grant, reviewer=a_person(WHERE), at=at)
    deal = a_deal(taker, helper, state="paid", at=at - timedelta(days=5), area=WHERE)
    operations.rate(actor=actor(taker.person), deal_id=deal.pk, stars=5, said="很耐心", at=at)
    an_offer(helper, at=at, area=WHERE, place="在我家（示例）", hours=[(6, 540, 720)])
    Sign.objects.create(
        bank=bank, kind="pair", members=[taker.pk, helper.pk], month=day.replace(day=1), times=6, minutes=60, seen_at=at
    )
    BankMonth.objects.create(bank=bank, month=day.replace(day=1), kind="timebank.earn", minutes=1, owed=1, people=[])
    _between(bank, taker, rules, at)
    run = Run.objects.create(
        area=WHERE, reason="示例", first_at=at, last_at=at + timedelta(days=7), state="proposed", made_at=at,
        finished_at=at, synthetic=True,
    )  # fmt: skip
    HelpProposal.objects.create(run=run, post=deal.post, member=helper, score=100, parts=[["filled", 100, 100, 1, 1]])
    OpenRequest.objects.create(run=run, post=deal.post, hurdles=[["time", 4, 2]], engaged=[["spare", 1]])
    return bank


def _between(bank: Bank, sender: Member, rules: dict[str, Any], at: datetime) -> None:
    """Have the bank agree with two others, have credits go round between the three, and clear them."""
    banks = [bank]
    for area, name in ELSEWHERE:
        banks.append(operations.found_bank(
            actor=SYSTEM, area=area, name=name, rules=rules, synthetic=True, at=at - timedelta(days=40)
        ))  # fmt: skip
    own = [sender] + [a_member(one, person=sender.person, at=at - timedelta(days=30)) for one in banks[1:]]
    for turn, one in enumerate(banks):
        other = (turn + 1) % 3
        link = operations.propose_link(actor=SYSTEM, bank_id=one.pk, other_id=banks[other].pk, most=600, at=at)
        operations.answer_link(actor=SYSTEM, bank_id=banks[other].pk, link_id=link.pk, agrees=True, at=at)
        operations.pass_on(
            actor=actor(sender.person), bank_id=one.pk, to_bank_id=banks[other].pk, number=own[other].number,
            relation="self", minutes=20, at=at,
        )  # fmt: skip
    operations.clear_month(at=at)


def mark_timebank(person: Person, *, told: str, at: datetime) -> None:
    """Have somebody with a bank, an account, help, ratings and decisions, with telling words wherever there are any."""
    day = timezone.localdate(at)
    book = Book.objects.create(name="示例", area="370102", begins_on=day, created_at=at)
    own = {name: uuid4() for name in ("issued", "lapsed", "redeemed", "uncovered")}
    bank = Bank.objects.create(area="370102", name="示例", book=book, founded_by=person, created_at=at, **own)
    policy = Policy.model_validate({"area": "370102", "version": 1, "published": day, "from_day": day})
    version = PolicyVersion.objects.create(
        bank=bank, version=1, published=day, from_day=day + timedelta(days=1), rules=to_json(policy), digest="sha256:x",
        published_by=person, published_at=at,
    )  # fmt: skip
    held = Pool.objects.create(bank=bank, name="poor", account=uuid4(), created_at=at)
    member, other = (_member(bank, one, number, at) for number, one in enumerate((person, a_person(WHERE))))
    served = verified(member, 60, day=day, area=WHERE).record
    Earning.objects.create(member=member, policy=version, record=served, on=day, minutes=60, kind="visit", value=0,
                           kept=0, donated=0, refused=0, reason="too_short", at=at)  # fmt: skip
    Review.objects.create(bank=bank, record=uuid4(), reviewer=person, at=at)
    Gift.objects.create(giver=member, receiver=other, relation="parent", minutes=5, entry=uuid4(), at=at)
    grant = PoolGrant.objects.create(
        pool=held, member=member, minutes=10, reason=told, state="declined", declined_reason=told, proposed_by=person,
        proposed_at=at, decided_at=at,
    )  # fmt: skip
    GrantYes.objects.create(grant=grant, reviewer=person, at=at)
    _help(bank, member, other, person, told, at)
    _agreements(bank, member, person, told, at)
    _proposed(member, person, told, at)
    good = Good.objects.create(bank=bank, title="示例", place="示例", minutes=5, supplied=1, stock=0, created_by=person,
                               created_at=at)  # fmt: skip
    Voucher.objects.create(
        good=good, member=member, number="000000000001", minutes=5, state="redeemed", taken_at=at,
        until=day, ended_at=at, handed_by=person,
    )  # fmt: skip
    Sign.objects.create(
        bank=bank, kind="pair", members=[member.pk, other.pk], month=day, times=3, minutes=30, seen_at=at,
        state="explained", decided_by=person, decided_at=at, reason=told,
    )  # fmt: skip


def _agreements(bank: Bank, member: Member, person: Person, told: str, at: datetime) -> None:
    """Have somebody propose, answer and end agreements, ask for a limit, settle, pass credits on and receive some."""
    book = Book.objects.create(name="示例二", area="370103", begins_on=timezone.localdate(at), created_at=at)
    own = {name: uuid4() for name in ("issued", "lapsed", "redeemed", "uncovered")}
    other = Bank.objects.create(area="370103", name="示例二", book=book, created_at=at, **own)
    links = [
        Link.objects.create(
            one=bank, other=other, most=5, state=state, proposed_at=at, one_account=uuid4(),
            other_account=uuid4(), **more,
        )
        for state, more in (
            ("agreed", {"proposed_by": person, "asked_most": 6, "asked_by": bank, "asked_person": person,
                        "asked_at": at}),
            ("ended", {"answered_by": person, "ended_by": person, "reason": told, "limit_asked": 6,
                       "limit_agreed": False, "limit_reason": told, "limit_answered_by": person,
                       "limit_answered_at": at}),
        )
    ]  # fmt: skip
    there = _member(other, person, 8, at)
    pools = [Pool.objects.create(bank=one, name="area", account=uuid4(), created_at=at) for one in (bank, other)]
    common: dict[str, Any] = {"link": links[0], "source": bank, "target": other, "minutes": 5, "at": at}
    for more in (
        {"sender": member, "receiver": there, "relation": "self"},
        {"from_pool": pools[0], "to_pool": pools[1], "settled_by": person, "reason": told},
    ):
        Crossing.objects.create(out_entry=uuid4(), in_entry=uuid4(), **common, **more)


def _proposed(member: Member, person: Person, told: str, at: datetime) -> None:
    run = Run.objects.create(
        area="370102", reason="示例", first_at=at, last_at=at + timedelta(days=7), state="closed", made_at=at,
        finished_at=at, closed_at=at,
    )  # fmt: skip
    HelpProposal.objects.create(
        run=run, post=Post.objects.get(author=member, sort="request"), member=member, score=100, state="declined",
        decided_by=person, decided_at=at, answered_at=at, reason=told,
    )  # fmt: skip


def _help(bank: Bank, member: Member, other: Member, person: Person, told: str, at: datetime) -> None:
    common: dict[str, Any] = {"bank": bank, "author": member, "title": told[:60], "about": told, "area": WHERE,
                              "until": timezone.localdate(at), "minutes": 10, "created_at": at}  # fmt: skip
    photo = store(f"绝无仅有之语 求助的照片 {person.pk}".encode(), room="timebank")
    asked = Post.objects.create(
        sort="request", address=told[:120], starts_at=at, photo=photo, skills=[told[:40]], language="sign", **common
    )
    offered = Post.objects.create(sort="offer", place=told[:60], **common)
    OfferHours.objects.create(post=offered, weekday=6, starts=540, ends=720)
    for post, helper, taker in ((asked, other, member), (offered, member, other)):
        deal = Deal.objects.create(
            post=post, helper=helper, taker=taker, minutes=10, message=told[:200], state="settled", asked_at=at,
            guardian=person, guardian_at=at, promised_at=at, ended_at=at, paid=10, reason=told, decision=told,
            decided_by=person,
        )  # fmt: skip
        Rating.objects.create(deal=deal, by=member, stars=5, said=told[:200], at=at)


def _member(bank: Bank, person: Person, number: int, at: datetime) -> Member:
    own: dict[str, UUID] = {name: uuid4() for name in ("credits", "bound", "held")}
    return Member.objects.create(bank=bank, person=person, number=f"37010200000{number:04d}", opened_at=at, **own)
