"""The pages of the time bank, for the tests that look at every page: help in each state, what waits for a keeper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shanzhi.assignments.models import Run
from shanzhi.people.models import Person
from shanzhi.timebank import operations, queries
from shanzhi.timebank.models import (
    Bank,
    Deal,
    Good,
    HelpProposal,
    Link,
    Member,
    OpenRequest,
    PoolGrant,
    Post,
    Sign,
    Voucher,
)
from shanzhi.volunteering.models import Volunteer
from tests.assignments.pages import PARTS
from tests.service.support import a_record
from tests.support.people import a_person, actor
from tests.support.site import Site
from tests.timebank.support import RULES, SYSTEM, a_deal, a_member, a_request, an_offer, pool, serve
from tests.volunteering.support import a_volunteer

COMMUNITY = "370102001002"
NONE = "?q=没有的东西"
NAMES = ("欧阳示例", "示例甲", "示例乙")


def _bank() -> Bank:
    """Give the bank of the district, with five members who earned last month."""
    known = Bank.objects.filter(area="370102001").first()
    if known is not None:
        return known
    now = timezone.now()
    founded, day = now - timedelta(days=70), timezone.localdate(now) - timedelta(days=45)
    rules = {**RULES, "from_day": (timezone.localdate(founded) + timedelta(days=1)).isoformat()}
    bank = operations.found_bank(
        actor=SYSTEM, area="370102001", name="解放路公益银行（示例）", rules=rules, synthetic=True, at=founded
    )
    changed = {**rules, "from_day": (timezone.localdate(now) + timedelta(days=30)).isoformat(), "reviewers": 2}
    operations.publish_rules(actor=SYSTEM, bank_id=bank.pk, rules=changed, at=now)
    for place in range(5):
        one = a_member(bank, person=a_person(COMMUNITY, name=NAMES[place % 3]), at=now - timedelta(days=60))
        serve(one, 120 + 15 * place, at=now - timedelta(days=40), day=day, area=COMMUNITY)
    return bank


def _member(person: Person) -> Member:
    bank = _bank()
    found = Member.objects.filter(bank=bank, person=person).first()
    if found is None:
        Person.objects.filter(pk=person.pk, born_on=None).update(born_on=date(1980, 1, 1))
        person.refresh_from_db()
        now = timezone.now()
        found = a_member(bank, person=person, at=now - timedelta(days=60))
        serve(found, 900, at=now - timedelta(days=3), day=timezone.localdate(now) - timedelta(days=9), area=COMMUNITY)
    return found


def _of(name: str, bank: Bank, *more: Any) -> str:
    return reverse(f"timebank:{name}", args=[bank.pk, *more])


def _good(bank: Bank) -> Good:
    """Give what there is for credits at the bank."""
    known = Good.objects.filter(bank=bank).first()
    given = operations.Goods("洗衣液一瓶（示例）", "示例超市，每天八点到六点", 30, 12, "两升装，凭券领取。")
    return known or operations.put_up(actor=SYSTEM, bank_id=bank.pk, given=given, at=timezone.now())


def _pact(bank: Bank) -> Link:
    """Give an agreement of the bank with a neighbour that owes it, with a limit that was asked for; another waits."""
    known = Link.objects.filter(one=bank, state="agreed").first()
    if known is not None:
        return known
    now = timezone.now()
    rules = {**RULES, "from_day": (timezone.localdate(now) - timedelta(days=69)).isoformat()}
    near, far = (
        operations.found_bank(
            actor=SYSTEM, area=area, name=name, rules=rules, synthetic=True, at=now - timedelta(days=70)
        )
        for area, name in (("370102002", "千佛山公益银行（示例）"), ("370102", "历下公益银行（示例）"))
    )
    link = operations.propose_link(actor=SYSTEM, bank_id=bank.pk, other_id=near.pk, most=6000, at=now)
    operations.answer_link(actor=SYSTEM, bank_id=near.pk, link_id=link.pk, agrees=True, at=now)
    operations.propose_link(actor=SYSTEM, bank_id=far.pk, other_id=bank.pk, most=3000, at=now)
    there = a_member(near, person=a_person("370102002001", name="示例丙"), at=now - timedelta(days=60))
    serve(there, 300, at=now - timedelta(days=3), day=timezone.localdate(now) - timedelta(days=9), area="370102002001")
    here = a_member(bank, person=there.person, at=now - timedelta(days=60))
    operations.pass_on(
        actor=actor(there.person), bank_id=near.pk, to_bank_id=bank.pk, number=here.number, relation="self",
        minutes=90, at=now,
    )  # fmt: skip
    return operations.ask_limit(actor=SYSTEM, bank_id=near.pk, link_id=link.pk, most=9000, at=now)


def _matched(asked: Member | None = None) -> Run:
    """Give a run that proposes members for requests, made once; for one somebody said no, for one there is nobody."""
    bank, now = _bank(), timezone.now()
    run = Run.objects.filter(reason="邻里求助（示例）").first()
    one, two, three = Member.objects.filter(bank=bank).order_by("opened_at")[:3]
    if run is None:
        run = Run.objects.create(
            area="370102001", reason="邻里求助（示例）", first_at=now, last_at=now + timedelta(days=30), made_at=now,
            finished_at=now, state="proposed", synthetic=True, volunteers=12, wants=3, wants_filled=2, plain_wants=2,
            total=386, plain_total=380, bound=386,
        )  # fmt: skip
        posts = [a_request(one, 15, at=now, area=COMMUNITY, language="sign") for _ in range(3)]
        row, gone = [
            HelpProposal.objects.create(run=run, post=post, member=who, score=193, parts=PARTS)
            for post, who in zip(posts, (two, three), strict=False)
        ]
        HelpProposal.objects.filter(pk=gone.pk).update(state="dropped", decided_at=now, reason="overlap")
        OpenRequest.objects.create(run=run, post=posts[2], hurdles=[["skills", 4, 2], ["time", 3, 0]], engaged=[])
    if asked is not None and not HelpProposal.objects.filter(member=asked).exists():
        post = a_request(two, 15, at=now, area=COMMUNITY, title="帮忙挪柜子")
        row = HelpProposal.objects.create(run=run, post=post, member=asked, score=193, parts=PARTS)
        HelpProposal.objects.filter(pk=row.pk).update(state="asked", decided_at=now)
    return run


def public() -> dict[str, str]:
    """Give what anybody reads."""
    bank = _bank()
    _pact(bank)
    return {
        "timebank:banks": reverse("timebank:banks"),
        "timebank:banks none": reverse("timebank:banks") + NONE,
        "timebank:bank": _of("bank", bank),
        "timebank:rules": _of("rules", bank),
        "timebank:goods": _of("goods", bank),
        "timebank:goods none": _of("goods", bank) + NONE,
        "timebank:good": reverse("timebank:good", args=[_good(bank).pk]),
    }


def own(site: Site) -> dict[str, str]:
    """Give a member's pages: the account, help that is asked for and offered, promises in each state."""
    member, bank = _member(site.person("resident")), _bank()
    other = Member.objects.filter(bank=bank).exclude(pk=member.pk).earliest("opened_at")
    _pact(bank)
    plain = ("open", "statement", "give", "donate", "pass", "close", "help", "ask", "offer")
    ago = timezone.now() - timedelta(days=4)
    if not Deal.objects.filter(taker=member).exists():
        for state in ("asked", "promised", "disputed", "paid"):
            a_deal(member, other, 30, state=state, at=ago, area=COMMUNITY)
        an_offer(other, at=timezone.now(), area=COMMUNITY)
    deals = {one.state: one for one in Deal.objects.filter(taker=member)}
    theirs = Post.objects.filter(author=other, sort="offer").earliest("pk")
    mine = deals["asked"].post_id
    promised = [deals["promised"].pk]
    suits = HelpProposal.objects.filter(run=_matched(member), member=member).earliest("pk")
    good = _good(bank)
    known = Voucher.objects.filter(member=member, state="issued").first()
    voucher = known or operations.take_voucher(actor=actor(member.person), good_id=good.pk, at=timezone.now())
    return {
        "timebank:mine": reverse("timebank:mine"),
        **{f"timebank:{name}": _of(name, bank) for name in plain},
        "timebank:statement none": _of("statement", bank) + "?q=999999999",
        "timebank:help none": _of("help", bank) + NONE,
        "timebank:post": reverse("timebank:post", args=[mine]),
        "timebank:post theirs": reverse("timebank:post", args=[theirs.pk]),
        "timebank:post suits": reverse("timebank:post", args=[suits.post_id]),
        "timebank:answer": reverse("timebank:answer", args=[theirs.pk]),
        "timebank:close_post": reverse("timebank:close_post", args=[mine]),
        **{f"timebank:deal {state}": reverse("timebank:deal", args=[one.pk]) for state, one in deals.items()},
        **{f"timebank:{name}": reverse(f"timebank:{name}", args=promised) for name in ("cancel", "dispute")},
        "timebank:take": reverse("timebank:take", args=[good.pk]),
        "timebank:find_voucher": reverse("timebank:find_voucher"),
        "timebank:voucher": reverse("timebank:voucher", args=[voucher.pk]),
        "timebank:return_voucher": reverse("timebank:return_voucher", args=[voucher.pk]),
        "timebank:rate": reverse("timebank:rate", args=[deals["paid"].pk]),
    }


def _between(bank: Bank) -> dict[str, str]:
    """Give the desk's pages of agreements with other banks."""
    link, lists = _pact(bank).pk, ("links", "crossings", "cleared")
    steps = ("link", "answer_link", "withdraw_link", "ask_limit", "end_link", "settle_link")
    return {
        **{f"timebank:{name}": _of(name, bank) for name in (*lists, "propose_link")},
        **{f"timebank:{name} none": _of(name, bank) + NONE for name in lists},
        **{f"timebank:{name}": _of(name, bank, link) for name in steps},
    }


def _matching() -> dict[str, str]:
    """Give the pages of members proposed for requests."""
    run = _matched()
    row = HelpProposal.objects.filter(run=run, state="proposed").earliest("pk")
    return {
        "assignments:run of requests": reverse("assignments:run", args=[run.pk]),
        **{
            f"timebank:{name}": reverse(f"timebank:{name}", args=[run.pk])
            for name in ("matched", "matched_open", "matched_ask")
        },
        "timebank:matched none": reverse("timebank:matched", args=[run.pk]) + NONE,
        "timebank:match": reverse("timebank:match", args=[row.pk]),
        "timebank:match_drop": reverse("timebank:match_drop", args=[row.pk]),
    }


def desk() -> dict[str, str]:
    """Give the pages of who keeps the bank."""
    bank, now = _bank(), timezone.now()
    one, two = Member.objects.filter(bank=bank).order_by("opened_at")[:2]
    if not PoolGrant.objects.filter(pool__bank=bank).exists():
        operations.donate(actor=actor(one.person), bank_id=bank.pk, pool_id=pool(bank).pk, minutes=30, at=now)
        operations.propose_grant(
            actor=SYSTEM, pool_id=pool(bank).pk, number=two.number, minutes=20, reason="独居，行动不便", at=now
        )
        month = timezone.localdate(now).replace(day=1)
        known = {"bank": bank, "kind": "pair", "month": month, "times": 6, "minutes": 180, "seen_at": now}
        Sign.objects.create(members=[one.pk, two.pk], **known)
        a_deal(one, two, 30, state="disputed", at=now - timedelta(days=4), area=COMMUNITY)
    serving = Volunteer.objects.filter(person=two.person).first() or a_volunteer(two.person, area=COMMUNITY)
    record = a_record(serving, state="verified", area=COMMUNITY)
    disputed = Deal.objects.filter(post__bank=bank, state="disputed", taker=one).earliest("pk")
    good = _good(bank)
    waits = Voucher.objects.filter(good=good, member=two, state="issued").first() or operations.take_voucher(
        actor=actor(two.person), good_id=good.pk, at=now
    )
    lists = ("desk_bank", "bank_matched", "earnings", "records", "grants", "deals", "signs", "desk_goods", "vouchers")
    return {
        "timebank:desk": reverse("timebank:desk"),
        "timebank:desk none": reverse("timebank:desk") + NONE,
        "timebank:found": reverse("timebank:found"),
        **{f"timebank:{name}": _of(name, bank) for name in (*lists, "publish", "pool", "propose", "put_up")},
        **{f"timebank:{name} none": _of(name, bank) + NONE for name in lists},
        **_between(bank),
        "timebank:review": reverse("timebank:review", args=[record.pk]),
        "timebank:vote": reverse("timebank:vote", args=[PoolGrant.objects.filter(pool__bank=bank)[0].pk]),
        "timebank:judge": reverse("timebank:judge", args=[queries.signs(bank)[0].pk]),
        "timebank:stock": reverse("timebank:stock", args=[good.pk]),
        "timebank:close_good": reverse("timebank:close_good", args=[good.pk]),
        "timebank:voucher theirs": reverse("timebank:voucher", args=[waits.pk]),
        "timebank:redeem": reverse("timebank:redeem", args=[waits.pk]),
        "timebank:settle": reverse("timebank:settle", args=[disputed.pk]),
        **_matching(),
    }
