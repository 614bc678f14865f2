"""What must hold of every match: no rule is broken, nothing better exists, every number is true."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.matching import Answer, Case, best, greedy
from shanzhi.matching.ground import RULES
from tests.matching.cases import allowed, broken, cases, crowded, most, points

MANY = settings(max_examples=90, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def keeps_every_rule(case: Case, answer: Answer) -> None:
    people = {one.id: one for one in case.volunteers}
    shifts = {shift.id: shift for shift in case.shifts}
    held = defaultdict(list)
    for pair in answer.pairs:
        assert broken(case, people[pair.volunteer], shifts[pair.shift]) == []
        held[pair.volunteer].append(shifts[pair.shift])
    assert all(allowed(case, people[name], tuple(chosen)) for name, chosen in held.items())
    given_ = Counter(pair.shift for pair in answer.pairs)
    assert all(given_[name] <= shift.places for name, shift in shifts.items())
    assert len({(pair.volunteer, pair.shift) for pair in answer.pairs}) == len(answer.pairs)


def explains_every_point(case: Case, answer: Answer) -> None:
    people = {one.id: one for one in case.volunteers}
    shifts = {shift.id: shift for shift in case.shifts}
    assert answer.total == sum(pair.score for pair in answer.pairs)
    for pair in answer.pairs:
        parts = {part.name: part for part in pair.parts}
        assert len(parts) == len(pair.parts)
        assert pair.score == sum(part.got for part in pair.parts)
        again = parts.pop("again", None)
        assert sum(part.got for part in parts.values()) == points(case, people[pair.volunteer], shifts[pair.shift])
        assert all(0 <= part.got <= part.of for part in parts.values())
        assert again is None or again.got == -case.weights.again * (again.value - 1)


def tells_true_reasons(case: Case, answer: Answer) -> None:
    """Every volunteer is counted once, and each count is what the rules, asked anew, come to."""
    given_ = Counter(pair.shift for pair in answer.pairs)
    assert {one.shift: one.missing for one in answer.unfilled} == {
        shift.id: shift.places - given_[shift.id] for shift in case.shifts if given_[shift.id] < shift.places
    }
    for one in answer.unfilled:
        shift = next(shift for shift in case.shifts if shift.id == one.shift)
        breaks = [broken(case, person, shift) for person in case.volunteers]
        first, only = Counter(b[0] for b in breaks if b), Counter(b[0] for b in breaks if len(b) == 1)
        told = [(hurdle.rule, hurdle.removed, hurdle.only) for hurdle in one.hurdles]
        assert told == [(rule, first[rule], only[rule]) for rule in RULES if first[rule]]
        assert one.fit == sum(not b for b in breaks) == one.given + sum(number for _, number in one.engaged)
        fits = [person for person, b in zip(case.volunteers, breaks, strict=True) if not b]
        held = defaultdict(list)
        for pair in answer.pairs:
            held[pair.volunteer].append(next(other for other in case.shifts if other.id == pair.shift))
        spare = [p for p in fits if shift not in held[p.id] and allowed(case, p, (*held[p.id], shift))]
        assert dict(one.engaged).get("spare", 0) == len(spare)


class TestAnyMatch:
    @MANY
    @given(st.one_of(cases(), crowded(), crowded()))
    def test_is_the_best_there_is_and_says_so_truly(self, case: Case) -> None:
        answer, truth = best(case), most(case)
        keeps_every_rule(case, answer)
        explains_every_point(case, answer)
        tells_true_reasons(case, answer)
        assert answer.bound is not None
        assert answer.total <= truth <= answer.bound
        assert answer.left_out or answer.proven
        plain = greedy(case)
        keeps_every_rule(case, plain)
        explains_every_point(case, plain)
        tells_true_reasons(case, plain)
        assert plain.total <= answer.total
        assert plain.bound is None
        assert plain.gap is None

    @MANY
    @given(st.one_of(cases(), crowded(), crowded()))
    def test_that_searches_all_pairs_reaches_what_trying_everything_reaches(self, case: Case) -> None:
        answer = best(replace(case, limits=replace(case.limits, searched=10_000)))
        assert answer.total == most(case) == answer.bound
        assert answer.left_out == 0

    @MANY
    @given(st.data())
    def test_is_the_same_in_whatever_order_things_come(self, data: st.DataObject) -> None:
        case = data.draw(cases())
        turned = replace(
            case,
            volunteers=tuple(data.draw(st.permutations(case.volunteers))),
            shifts=tuple(data.draw(st.permutations(case.shifts))),
        )
        assert best(case) == best(turned)
        assert greedy(case) == greedy(turned)

    @given(cases())
    @settings(max_examples=40, deadline=None)
    def test_without_any_work_allowed_still_keeps_the_rules_and_a_true_bound(self, case: Case) -> None:
        answer = best(replace(case, limits=replace(case.limits, effort=0)))
        keeps_every_rule(case, answer)
        assert answer.bound is not None
        assert greedy(case).total <= answer.total <= most(case) <= answer.bound
