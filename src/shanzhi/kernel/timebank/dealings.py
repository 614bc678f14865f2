"""What a policy makes of service, spending, gifts and time: pure functions, refusals as values.

Nothing is made of nothing: the credit of a record is kept, donated or refused to the last minute, and what is taken
from lots or expires is what they held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shanzhi.kernel.periods import age_on, months_after
from shanzhi.kernel.timebank.policy import Policy

Purpose = Literal["spend", "give", "donate"]
Code = Literal[
    "too_young",
    "guardian_missing",
    "reviewers_missing",
    "not_in_force",
    "group_hours",
    "over_cap",
    "too_short",
    "relation",
    "receiver_too_young",
    "unknown_pool",
    "not_enough",
]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something is not done: a code, and its facts, from which the page makes the words.

    `needed` and `had` are an age in years, a number of reviewers, or minutes, as the code says.
    """

    code: Code
    needed: int | None = None
    had: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as far as the rules ask. `guardian`: a guardian has agreed."""

    id: str
    born: date
    student: bool = False
    guardian: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A record of service: the day, minutes, kind, whether given as a group, and who confirmed it."""

    day: date
    minutes: int
    kind: str = ""
    group: bool = False
    reviewers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lot:
    """Credits earned on one day, in minutes; they end before `expires`. `donate_only` ones cannot be spent or given.

    The end is fixed when the lot is earned, so that a later policy takes nothing away.
    """

    earned: date
    minutes: int
    donate_only: bool = False
    expires: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the lot can be used on the day."""
        return self.expires is None or day < self.expires


@dataclass(frozen=True, slots=True)
class Earned:
    """What became of the credit of a record, in minutes: value = kept + donated + refused."""

    value: int
    lot: Lot | None
    donated: tuple[tuple[str, int], ...]
    refused: int
    reason: Refused | None

    @property
    def kept(self) -> int:
        """Give the minutes that the member keeps."""
        return 0 if self.lot is None else self.lot.minutes


@dataclass(frozen=True, slots=True)
class Left:
    """Lots after something was taken: what is left, what was taken of each, and where what expired went."""

    lots: tuple[Lot, ...]
    taken: tuple[Lot, ...]
    donated: tuple[tuple[str, int], ...] = ()
    lapsed: int = 0


def may_earn(policy: Policy, who: Member, day: date) -> Refused | None:
    """Tell why somebody may not earn on a day, or None: members by age, students below it, with a guardian."""
    rules, age = policy.members, age_on(who.born, day)
    if age >= rules.least_age:
        return None
    if not who.student or rules.students_from is None:
        return Refused("too_young", rules.least_age, age)
    if age < rules.students_from:
        return Refused("too_young", rules.students_from, age)
    return Refused("guardian_missing") if rules.guardian and not who.guardian else None


def earn(policy: Policy, service: Service, balance: int, who: Member) -> Earned:
    """Divide the credit of a record into what is kept, donated (to which pool) and refused (for which reason).

    `balance` is what the member holds already, in minutes. Raises ValueError for minutes below 1 or a balance below 0.
    """
    if service.minutes < 1 or balance < 0:
        raise ValueError("a record has at least one minute, and a balance is not below zero")
    value = policy.value_of(service.minutes, service.kind)
    if reason := _not_earned(policy, service, who):
        return Earned(value, None, (), value, reason)
    if not value:
        return Earned(0, None, (), 0, Refused("too_short", had=service.minutes))
    if service.group and policy.group == "donated" and policy.group_pool is not None:
        return Earned(value, None, _to(policy.group_pool, value), 0, None)
    free = room(policy, balance)
    kept, lot = value if free is None else min(value, free), None
    if kept:
        ends = None if policy.expiry is None else months_after(service.day, policy.expiry.months)
        lot = Lot(service.day, kept, service.group and policy.group == "donate_only", ends)
    above = value - kept
    if policy.cap is None or not above:
        return Earned(value, lot, (), 0, None)
    if policy.cap.pool is not None:
        return Earned(value, lot, _to(policy.cap.pool, above), 0, None)
    return Earned(value, lot, (), above, Refused("over_cap", policy.cap.minutes, balance))


def room(policy: Policy, balance: int) -> int | None:
    """Give the minutes that a member may still take in before the cap, by service or as a gift; None without a cap."""
    return None if policy.cap is None else max(0, policy.cap.minutes - balance)


def _not_earned(policy: Policy, service: Service, who: Member) -> Refused | None:
    if service.day < policy.from_day:
        return Refused("not_in_force")
    others = len(service.reviewers - {who.id})
    if others < policy.reviewers:
        return Refused("reviewers_missing", policy.reviewers, others)
    if service.group and policy.group == "refused":
        return Refused("group_hours")
    return may_earn(policy, who, service.day)


def may_spend(policy: Policy, who: Member, day: date) -> Refused | None:
    """Tell why somebody may not spend credits on a day, or None."""
    age, least = age_on(who.born, day), policy.spending.least_age
    return None if age >= least else Refused("too_young", least, age)


def may_give(policy: Policy, relation: str, receiver: Member, day: date) -> Refused | None:
    """Tell why credits may not be given to a relative (`relation` is what the receiver is to the giver), or None."""
    if relation not in policy.spending.gifts_to:
        return Refused("relation")
    least, age = policy.spending.receiver_least_age, age_on(receiver.born, day)
    return None if least is None or age >= least else Refused("receiver_too_young", least, age)


def may_donate(policy: Policy, pool: str) -> Refused | None:
    """Tell why credits may not be donated to a pool, or None. Whoever holds credits may donate, at any age."""
    return None if pool in policy.pools else Refused("unknown_pool")


def usable(lots: tuple[Lot, ...], purpose: Purpose, on: date) -> int:
    """Sum the minutes that can be used on a day; what is for donation only counts for donations alone."""
    return sum(lot.minutes for lot in lots if _serves(lot, purpose, on))


def take(lots: tuple[Lot, ...], minutes: int, purpose: Purpose, on: date) -> Left | Refused:
    """Take minutes from lots, what was earned first goes first; donations begin with what can only be donated.

    Gives what is left in the order of the lots. A part of a lot keeps its days. Raises ValueError below 1 minute.
    """
    if minutes < 1:
        raise ValueError("at least one minute is taken")
    if (have := usable(lots, purpose, on)) < minutes:
        return Refused("not_enough", minutes, have)
    wanted, rest, taken = minutes, dict(enumerate(lots)), []
    serving = [place for place, lot in rest.items() if _serves(lot, purpose, on)]
    for place in sorted(serving, key=lambda place: (not lots[place].donate_only, lots[place].earned)):
        part = min(wanted, lots[place].minutes)
        if part:
            taken.append(replace(lots[place], minutes=part))
            rest[place] = replace(lots[place], minutes=lots[place].minutes - part)
            wanted -= part
    return Left(tuple(lot for lot in rest.values() if lot.minutes), tuple(taken))


def expire(policy: Policy, lots: tuple[Lot, ...], on: date) -> Left:
    """Take out the lots whose day has come: to the pool of the policy in force, or they lapse."""
    gone = tuple(lot for lot in lots if not lot.holds_on(on))
    minutes = sum(lot.minutes for lot in gone)
    kept = tuple(lot for lot in lots if lot.holds_on(on))
    pool = policy.expiry.pool if policy.expiry is not None else None
    if pool is not None:
        return Left(kept, gone, _to(pool, minutes))
    return Left(kept, gone, lapsed=minutes)


def _serves(lot: Lot, purpose: Purpose, on: date) -> bool:
    return lot.holds_on(on) and (purpose == "donate" or not lot.donate_only)


def _to(pool: str, minutes: int) -> tuple[tuple[str, int], ...]:
    return ((pool, minutes),) if minutes else ()
