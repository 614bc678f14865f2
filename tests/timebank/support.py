"""A bank with members for tests, made by the operations; credits come by verified records alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q

from shanzhi.kernel.actor import Actor
from shanzhi.ledger.models import Balance
from shanzhi.people.models import Guardianship, Person
from shanzhi.people.operations import consent_for, give_consent
from shanzhi.people.texts import PRIVACY
from shanzhi.service.models import ServiceRecord
from shanzhi.timebank import operations
from shanzhi.timebank.models import Bank, Deal, Member, Pool, Post, Review
from shanzhi.timebank.sources import NOBODY
from shanzhi.volunteering.models import Volunteer
from tests.service.support import a_kind, put_under_notice
from tests.support.people import AREA, AT, LONG_AGO, a_person, actor
from tests.volunteering.support import a_volunteer

SYSTEM = Actor.system("test")
FOUNDED = datetime(2026, 1, 5, 1, tzinfo=UTC)
SERVED = date(2026, 10, 20)
DISTRICT = AREA[:6]
RULES: dict[str, Any] = {
    "format": 1, "from_day": "2026-01-06", "unit": 60, "cap": {"minutes": 6000, "pool": "area"},
    "members": {"least_age": 18, "students_from": 14, "guardian": True}, "group": "donate_only",
    "spending": {"least_age": 0, "gifts_to": ["parent", "child"], "receiver_least_age": 60},
    "pools": ["area", "poor", "organization"], "expiry": {"months": 36, "pool": "poor"}, "reviewers": 1,
}  # fmt: skip
OLD = date(1950, 3, 1)
DAY = timedelta(days=1)
LONGEST = 24 * 60
"""The most minutes of service that a record, and all of a day, may have."""


def a_bank(area: str = DISTRICT, *, name: str = "示例公益银行", at: datetime = FOUNDED, **rules: Any) -> Bank:
    """Found a bank whose rules hold since January."""
    given = {**RULES, **rules}
    return operations.found_bank(actor=SYSTEM, area=area, name=name, rules=given, synthetic=True, at=at)


def a_member(
    bank: Bank, minutes: int = 0, person: Person | None = None, *, at: datetime | None = None, **fields: Any
) -> Member:
    """Open the account of somebody, on which `minutes` are, earned by service."""
    who = person or a_person(AREA, **fields)
    made = operations.open_account(
        actor=SYSTEM, bank_id=bank.pk, student=False, person_id=who.pk, at=at or FOUNDED + DAY
    )
    for before, part in enumerate(range(0, minutes, LONGEST)):  # no day has more than 24 hours of service
        serve(made, min(LONGEST, minutes - part), day=SERVED + before * DAY)
    return made


def verified(member: Member, minutes: int, *, reviews: int = 0, **fields: Any) -> operations.Verified:
    """Put a verified record of a member's service into the tables, and give it as the bank takes it.

    Besides the system, which verified it, so many others reviewed it.
    """
    values = {"person_id": member.person_id, "area": AREA, "day": SERVED, "minutes": minutes, "kind": "visit",
              "reviewers": frozenset({NOBODY}), **fields}  # fmt: skip
    if "record" not in values:
        record = ServiceRecord.objects.create(
            volunteer=the_volunteer(member), area=values["area"],
            task_kind=a_kind(code=values["kind"]), served_on=values["day"], minutes=minutes,
            content="陪伴老人（示例）", recorded_at=LONG_AGO,
        )  # fmt: skip
        put_under_notice(record, LONG_AGO)
        rows = ServiceRecord.objects.filter(pk=record.pk)
        rows.update(state="verified", verified_at=LONG_AGO + 8 * DAY)
        values["record"] = record.pk
        for _place in range(reviews):
            Review.objects.create(bank=member.bank, record=record.pk, reviewer=a_person(AREA), at=LONG_AGO)
    return operations.Verified(**values)


def the_volunteer(member: Member, **fields: Any) -> Volunteer:
    """Give the entry of a member as a volunteer, changed as said, or make one."""
    rows = Volunteer.objects.filter(Q(person=member.person_id) | Q(person__merged_into=member.person_id))
    if not (rows.update(**fields) if fields else rows.exists()):
        return a_volunteer(member.person, **fields)
    return rows.get()


def serve(member: Member, minutes: int, *, at: datetime = AT, **fields: Any) -> Any:
    """Have a member earn."""
    return operations.credit(actor=SYSTEM, told=verified(member, minutes, **fields), at=at)


def on(account: Any) -> int:
    """Give what is on an account of the ledger, in minutes."""
    return Balance.objects.get(account=account).amount


def stands(member: Member) -> tuple[int, int, int]:
    """Give what a member has: free, for donation only, held."""
    member.refresh_from_db()
    return on(member.credits), on(member.bound), on(member.held)


def pool(bank: Bank, name: str = "poor") -> Pool:
    """Give the common pool of a kind."""
    return Pool.objects.get(bank=bank, name=name, organization=None)


def a_request(author: Member, minutes: int = 60, *, at: datetime = AT, **fields: Any) -> Post:
    """Ask for help."""
    values = {"sort": "request", "title": "陪我去医院取药",
              "about": "腿脚不便，需要人陪同（示例）", "area": AREA, "minutes": minutes,
              "starts_at": at + timedelta(days=2), "address": "解放路一号三单元", **fields}  # fmt: skip
    return operations.post_help(
        actor=actor(author.person), bank_id=author.bank_id, given=operations.Help(**values), at=at
    )


def an_offer(author: Member, minutes: int = 60, *, at: datetime = AT, **fields: Any) -> Post:
    """Offer help."""
    values = {"sort": "offer", "title": "教手机挂号", "about": "周末有空，可上门（示例）",
              "area": AREA, "minutes": minutes, **fields}  # fmt: skip
    return operations.post_help(
        actor=actor(author.person), bank_id=author.bank_id, given=operations.Help(**values), at=at
    )


def a_deal(
    taker: Member, helper: Member, minutes: int = 60, *, state: str = "promised", at: datetime = AT, **fields: Any
) -> Deal:
    """Have one ask and the other answer, as far as `state`."""
    post = a_request(taker, minutes, at=at, **fields)
    made = operations.answer_post(actor=actor(helper.person), post_id=post.pk, message="我来", at=at)
    if state != "asked":
        operations.promise(actor=actor(taker.person), deal_id=made.pk, at=at)
    done = at + timedelta(days=3)
    if state == "paid":
        for one in (helper, taker):
            operations.confirm(actor=actor(one.person), deal_id=made.pk, at=done)
    if state == "disputed":
        operations.dispute(actor=actor(taker.person), deal_id=made.pk, reason="没有来", at=done)
    return Deal.objects.get(pk=made.pk)


def a_student(bank: Bank, guardian: Person) -> Member:
    """Open the account of somebody of 16 years, who consented, as the guardian did."""
    ward = a_person(AREA, born_on=date(AT.year - 16, 1, 2))
    Guardianship.objects.create(
        ward=ward, guardian=guardian, kind="parent", starts_on=date(2020, 1, 1), document="household_register",
        document_tail="123X", verified_by=a_person(AREA), verified_at=FOUNDED,
    )  # fmt: skip
    consent_for(actor=actor(guardian), ward_id=ward.pk, at=FOUNDED)
    give_consent(actor=actor(ward), purpose=PRIVACY.purpose, at=FOUNDED)
    return operations.open_account(actor=SYSTEM, bank_id=bank.pk, student=True, person_id=ward.pk, at=AT - DAY)
