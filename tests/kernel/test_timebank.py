"""The rules of a time bank: the examples of the field, each rule for itself, and that nothing comes of nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel.timebank import (
    LINEAL,
    RELATIONS,
    Left,
    Lot,
    Member,
    Policy,
    PolicyError,
    Refused,
    Service,
    changes,
    earn,
    expire,
    from_json,
    in_force,
    may_donate,
    may_earn,
    may_give,
    may_spend,
    room,
    succeed,
    take,
    to_json,
    usable,
)
from shanzhi.kernel.timebank.examples import examples
from shanzhi.kernel.timebank.policy import Cap, Expiry, KindRate, Members, Rate, Spending

DAY = date(2026, 6, 15)
HOUR = 60
GROWN, OLD = Member("grown", date(1990, 1, 1)), Member("old", date(1960, 1, 1))
EXAMPLES = {example.name: example.policy for example in examples()}
CAPPED, COINS, TWO = (EXAMPLES[name] for name in ("hours-with-a-cap", "coins-of-whole-hours", "minutes-two-reviewers"))
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
SPENDING = Spending(gifts_to=("parent",))
ONE_OTHER, TWO_OTHERS = frozenset({"a"}), frozenset({"a", "b"})


def policy(**rules: Any) -> Policy:
    first = {"area": "370102", "version": 1, "published": date(2026, 1, 1), "from_day": date(2026, 1, 2)}
    return Policy(**{**first, "pools": ("poor", "area"), **rules})


def served(minutes: int, **more: Any) -> Service:
    return Service(DAY, minutes, **{"reviewers": TWO_OTHERS, **more})


class TestTheExamplesOfTheField:
    def test_are_labelled_as_made_up(self) -> None:
        assert len(EXAMPLES) == 3
        for example in examples():
            assert "not the official text" in example.label["en"]
            assert "并非任何地方的正式规定" in example.label["zh"]
            assert "example" in example.title["en"]
            assert "示例" in example.title["zh"]
            assert from_json(to_json(example.policy)) == example.policy

    def test_give_one_credit_for_an_hour(self) -> None:
        assert CAPPED.in_units(CAPPED.value_of(90)) == (1, 30)
        assert COINS.in_units(COINS.value_of(119)) == (1, 0)
        assert earn(COINS, served(59), 0, GROWN).reason == Refused("too_short", had=59)

    def test_cap_a_balance_at_1500_hours_and_donate_what_is_above(self) -> None:
        done = earn(CAPPED, served(3 * HOUR), 1499 * HOUR, GROWN)
        assert (done.value, done.kept, done.donated, done.refused) == (180, 60, (("area", 120),), 0)
        full = earn(CAPPED, served(HOUR), 1500 * HOUR, GROWN)
        assert (full.lot, full.donated, full.reason) == (None, (("area", 60),), None)
        assert (room(CAPPED, 1499 * HOUR), room(CAPPED, 1600 * HOUR), room(COINS, 10**6)) == (60, 0, None)

    def test_let_group_hours_be_donated_only(self) -> None:
        lot = earn(CAPPED, served(HOUR, group=True), 0, GROWN).lot
        assert lot == Lot(DAY, 60, donate_only=True)
        assert [usable((lot,), purpose, DAY) for purpose in ("spend", "give", "donate")] == [0, 0, 60]
        assert take((lot,), 60, "spend", DAY) == Refused("not_enough", 60, 0)
        at_once = earn(COINS, served(HOUR, group=True), 0, GROWN)
        assert (at_once.lot, at_once.donated) == (None, (("poor", 60),))

    def test_take_members_from_18_and_students_with_a_guardian(self) -> None:
        fifteen = date(2011, 6, 15)
        assert may_earn(COINS, Member("m", date(2008, 6, 15)), DAY) is None
        assert may_earn(COINS, Member("m", date(2008, 6, 16)), DAY) == Refused("too_young", 18, 17)
        assert may_earn(COINS, Member("m", fifteen, student=True), DAY) == Refused("guardian_missing")
        assert may_earn(COINS, Member("m", fifteen, student=True, guardian=True), DAY) is None
        child = Member("m", date(2013, 1, 1), student=True, guardian=True)
        assert may_earn(COINS, child, DAY) == Refused("too_young", 14, 13)
        assert may_earn(CAPPED, Member("m", fifteen, student=True, guardian=True), DAY) == Refused("too_young", 18, 15)

    def test_let_people_spend_from_60_or_give_to_relatives_in_the_direct_line(self) -> None:
        assert may_spend(COINS, OLD, DAY) is None
        assert may_spend(COINS, GROWN, DAY) == Refused("too_young", 60, 36)
        assert [may_give(CAPPED, relation, OLD, DAY) is None for relation in RELATIONS] == [
            relation in LINEAL for relation in RELATIONS
        ]
        assert may_give(COINS, "parent", GROWN, DAY) == Refused("receiver_too_young", 60, 36)
        assert may_give(TWO, "child", OLD, DAY) == Refused("relation")

    def test_donate_to_the_poor_or_to_an_organisation(self) -> None:
        assert may_donate(COINS, "poor") is None
        assert may_donate(COINS, "organization") is None
        assert may_donate(TWO, "poor") == Refused("unknown_pool")

    def test_count_minutes_and_want_two_reviewers_who_are_others(self) -> None:
        assert TWO.in_units(95) == (95, 0)
        assert earn(TWO, served(7), 0, GROWN).kept == 7
        alone = earn(TWO, served(7, reviewers=ONE_OTHER), 0, GROWN)
        assert (alone.kept, alone.refused, alone.reason) == (0, 7, Refused("reviewers_missing", 2, 1))
        own = earn(TWO, served(7, reviewers=frozenset({"a", "grown"})), 0, GROWN)
        assert own.reason == Refused("reviewers_missing", 2, 1)


class TestAPolicy:
    def test_gives_each_kind_its_rate_with_the_rounding_declared(self) -> None:
        assert [TWO.value_of(minutes, "night_care") for minutes in (1, 2, 3)] == [2, 3, 5]
        assert TWO.value_of(3, "other") == 3
        third = [Rate(gives=1, per=3, rounding=way).value_of(4) for way in ("down", "half_up", "up")]
        assert third == [1, 1, 2]
        quarters = [Rate(step=15, rounding=way).value_of(23) for way in ("down", "half_up", "up")]
        assert quarters == [15, 30, 30]
        assert Rate(step=15, rounding="up").value_of(30) == 30

    def test_refuses_what_it_has_no_pool_for(self) -> None:
        rules = policy(cap=Cap(minutes=100), group="refused")
        done = earn(rules, served(50), 80, GROWN)
        assert (done.kept, done.refused, done.reason) == (20, 30, Refused("over_cap", 100, 80))
        assert earn(rules, served(50, group=True), 0, GROWN).reason == Refused("group_hours")
        early = Service(date(2026, 1, 1), 50, reviewers=TWO_OTHERS)
        assert earn(rules, early, 0, GROWN).reason == Refused("not_in_force")
        with pytest.raises(ValueError, match="at least one minute"):
            earn(rules, served(0), 0, GROWN)

    @pytest.mark.parametrize(
        ("path", "value", "code"),
        [
            ("cap.minutes", 1.5, "int_type"),
            ("cap.minutes", 0, "greater_than_equal"),
            ("cap.pool", "nobody", "unknown_pool"),
            ("rate.rounding", "sideways", "literal_error"),
            ("rates.0.per", True, "int_type"),
            ("unit", "60", "int_type"),
            ("format", 2, "literal_error"),
            ("from_day", "2025-12-31", "before_published"),
            ("from_day", "soon", "date_parsing"),
            ("group_pool", "area", "not_wanted"),
            ("members.students_from", 18, "not_below_members"),
            ("spending.gifts_to.0", "friend", "literal_error"),
            ("reviewers", 0, "greater_than_equal"),
            ("colour", "red", "extra_forbidden"),
        ],
    )
    def test_names_the_field_that_makes_no_sense(self, path: str, value: object, code: str) -> None:
        held = json.loads(to_json(policy(cap=Cap(minutes=9), rates=(KindRate(kind="a"),), spending=SPENDING)))
        *steps, last = path.split(".")
        part: Any = held
        for step in steps:
            part = part[int(step)] if isinstance(part, list) else part[step]
        part[int(last) if isinstance(part, list) else last] = value
        with pytest.raises(PolicyError) as refused:
            from_json(json.dumps(held))
        assert (path, code) in [(field, name) for field, name, _ in refused.value.faults]
        assert path in refused.value.fields

    def test_names_every_fault_at_once_and_what_is_missing(self) -> None:
        with pytest.raises(PolicyError) as refused:
            from_json('{"area": 5, "version": 1, "published": "2026-01-01"}')
        assert {(field, code) for field, code, _ in refused.value.faults} == {
            ("area", "string_type"),
            ("from_day", "missing"),
        }

    def test_refuses_rules_that_do_not_go_together_and_what_is_no_json(self) -> None:
        held = json.loads(to_json(policy()))
        twice = [{"kind": "a"}, {"kind": "a", "gives": 2}]
        for change, fault in (
            ({"rates": twice}, ("rates", "repeated_kind", {})),
            ({"group": "donated"}, ("group_pool", "missing", {})),
            ({"expiry": {"months": 1, "pool": "sea"}}, ("expiry.pool", "unknown_pool", {"pool": "sea"})),
        ):
            with pytest.raises(PolicyError) as refused:
                from_json(json.dumps({**held, **change}))
            assert refused.value.faults == (fault,)
        with pytest.raises(PolicyError) as refused:
            from_json("{")
        assert [(field, code) for field, code, _ in refused.value.faults] == [("", "json_invalid")]

    def test_has_a_digest_that_each_rule_changes(self) -> None:
        rules = policy()
        assert rules.digest == from_json(to_json(rules)).digest
        assert len({rules.digest, policy(reviewers=2).digest, policy(unit=1).digest}) == 3


class TestVersions:
    def test_change_for_the_future_only_and_in_public(self) -> None:
        first = policy(published=DAY, from_day=DAY + timedelta(days=30), notice_days=30)
        held = succeed((), first, today=DAY)
        later = DAY + timedelta(days=100)
        change = {"version": 2, "published": later, "notice_days": 0, "reviewers": 2}
        for too_soon in (later, later + timedelta(days=29)):
            with pytest.raises(PolicyError) as refused:
                succeed(held, policy(**change, from_day=too_soon), today=later)
            assert refused.value.faults == (("from_day", "too_soon", {"needed": "2026-10-23"}),)
        second = policy(**change, from_day=later + timedelta(days=30))
        both = succeed(held, second, today=later)
        assert changes(first, second) == {"notice_days": (30, 0), "reviewers": (1, 2)}
        assert [in_force(both, day) for day in (DAY, first.from_day, later, second.from_day)] == [
            None, first, first, second,
        ]  # fmt: skip
        with pytest.raises(PolicyError) as refused:
            succeed(both, policy(version=2, area="3701", published=DAY, from_day=later), today=later)
        assert refused.value.fields == ("version", "area", "published", "from_day")

    def test_never_overtake_one_that_is_announced(self) -> None:
        first = policy(published=DAY, from_day=DAY + timedelta(days=50))
        soon = policy(version=2, published=DAY, from_day=DAY + timedelta(days=50))
        with pytest.raises(PolicyError):
            succeed((first,), soon, today=DAY)


class TestLots:
    def test_go_first_in_first_out_and_expire_on_their_day(self) -> None:
        rules = policy(expiry=Expiry(months=1, pool="area"))
        lot = earn(rules, Service(date(2026, 1, 31), 60, reviewers=ONE_OTHER), 0, GROWN).lot
        assert lot == Lot(date(2026, 1, 31), 60, expires=date(2026, 2, 28))
        late, early = Lot(DAY, 30), Lot(date(2026, 1, 5), 20)
        group = Lot(DAY, 10, donate_only=True)
        lots = (late, early, group, lot)
        feb = date(2026, 2, 27)
        assert take(lots, 50, "spend", feb) == Left((late, group, Lot(lot.earned, 30, expires=lot.expires)), (
            early, Lot(lot.earned, 30, expires=lot.expires),
        ))  # fmt: skip
        assert take(lots, 15, "donate", feb) == Left((late, Lot(early.earned, 15), lot), (group, Lot(early.earned, 5)))
        end = date(2026, 2, 28)
        assert take(lots, 51, "spend", end) == Refused("not_enough", 51, 50)
        assert expire(rules, lots, feb) == Left(lots, ())
        assert expire(rules, lots, end) == Left((late, early, group), (lot,), (("area", 60),))
        assert expire(policy(), lots, end) == Left((late, early, group), (lot,), lapsed=60)
        with pytest.raises(ValueError, match="one minute"):
            take(lots, 0, "spend", DAY)


POLICIES = st.builds(
    policy,
    rate=st.builds(
        Rate, gives=st.integers(1, 5), per=st.integers(1, 5), step=st.integers(1, 30), rounding=st.sampled_from(
            ["down", "half_up", "up"]
        ),
    ),
    cap=st.one_of(st.none(), st.builds(Cap, minutes=st.integers(1, 500), pool=st.sampled_from([None, "area"]))),
    members=st.builds(Members, least_age=st.just(18), students_from=st.sampled_from([None, 12])),
    group=st.sampled_from(["free", "donate_only", "refused"]),
    expiry=st.one_of(st.none(), st.builds(Expiry, months=st.integers(1, 40), pool=st.sampled_from([None, "poor"]))),
    reviewers=st.integers(1, 2),
)  # fmt: skip
DONATING = st.builds(policy, group=st.just("donated"), group_pool=st.just("poor"))
PEOPLE = st.builds(Member, st.just("m"), st.dates(date(1950, 1, 1), date(2016, 1, 1)), st.booleans(), st.booleans())
SERVICES = st.builds(
    Service,
    st.dates(date(2025, 12, 1), date(2027, 1, 1)),
    st.integers(1, 600),
    group=st.booleans(),
    reviewers=st.frozensets(st.sampled_from(["a", "b", "m"])),
)
LOTS = st.lists(
    st.builds(
        Lot,
        st.dates(date(2026, 1, 1), date(2026, 12, 1)),
        st.integers(1, 90),
        st.booleans(),
        st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2027, 1, 1))),
    ),
    max_size=6,
).map(tuple)


def minutes_of(lots: tuple[Lot, ...]) -> int:
    return sum(lot.minutes for lot in lots)


class TestNothingComesOfNothing:
    @given(st.one_of(POLICIES, DONATING), st.lists(SERVICES, max_size=6), PEOPLE)
    def test_when_it_is_earned(self, rules: Policy, records: list[Service], who: Member) -> None:
        lots: tuple[Lot, ...] = ()
        for record in records:
            balance = minutes_of(lots)
            done = earn(rules, record, balance, who)
            donated = sum(minutes for _, minutes in done.donated)
            assert done.value == rules.value_of(record.minutes) == done.kept + donated + done.refused
            assert min(done.kept, done.refused, *(minutes for _, minutes in done.donated), 0) == 0
            assert {pool for pool, _ in done.donated} <= set(rules.pools)
            assert done.reason is not None or not done.refused
            assert done.reason is None or done.refused == done.value - done.kept
            lots += () if done.lot is None else (done.lot,)
            assert rules.cap is None or minutes_of(lots) <= max(balance, rules.cap.minutes)

    @given(LOTS, st.integers(1, 300), st.sampled_from(["spend", "give", "donate"]), st.dates(*YEAR))
    def test_when_it_is_taken(self, lots: tuple[Lot, ...], minutes: int, purpose: Any, on: date) -> None:
        done = take(lots, minutes, purpose, on)
        if isinstance(done, Refused):
            assert done.had == usable(lots, purpose, on) < minutes
            return
        assert minutes_of(done.taken) == minutes
        assert minutes_of(done.lots) + minutes == minutes_of(lots)
        assert all(lot.minutes > 0 and lot.holds_on(on) for lot in done.taken)
        assert purpose == "donate" or not any(lot.donate_only for lot in done.taken)
        left = [lot.earned for lot in done.lots if lot in lots and lot.holds_on(on) and not lot.donate_only]
        spent = [lot.earned for lot in done.taken if not lot.donate_only]
        assert max(spent, default=date.min) <= min(left, default=date.max)

    @given(POLICIES, LOTS, st.dates(*YEAR))
    def test_when_it_expires(self, rules: Policy, lots: tuple[Lot, ...], on: date) -> None:
        done = expire(rules, lots, on)
        gone = done.lapsed + sum(minutes for _, minutes in done.donated)
        assert minutes_of(done.lots) + gone == minutes_of(lots)
        assert minutes_of(done.taken) == gone
        assert expire(rules, done.lots, on) == Left(done.lots, ())
