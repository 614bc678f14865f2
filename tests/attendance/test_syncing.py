"""Taps that phones kept without a network come in once each, whatever happened meanwhile."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.activities.models import Shift, SignUp
from shanzhi.attendance import operations, refusals
from shanzhi.attendance.models import Attendance, Flag, Tap
from shanzhi.attendance.operations.syncing import REASONS
from shanzhi.kernel.errors import NotFound
from tests.attendance.support import HOUR, MINUTE, a_ground
from tests.support.people import AT
from tests.volunteering.support import a_volunteer, join

pytestmark = pytest.mark.django_db
SOON = AT + HOUR


class TestTaps:
    def test_sent_again_get_the_same_answers_and_count_once(self) -> None:
        ground = a_ground()
        taps = ground.taps((0, "leave", AT + 50 * MINUTE), (0, "arrive", AT), (1, "leave", AT))
        assert ground.sync(taps, at=SOON) == ["accepted", "refused not_here", "accepted"]
        assert ground.sync(taps, at=SOON + MINUTE) == ["accepted", "refused not_here", "accepted"]
        row = Attendance.objects.get()
        assert (row.minutes, row.way_in, row.way_out, row.review) == (50, "offline", "offline", "clear")
        assert (Tap.objects.count(), Flag.objects.count()) == (3, 0)

    def test_of_two_leaders_for_the_same_person_leave_one_record(self) -> None:
        ground = a_ground()
        assert ground.sync(ground.taps((0, "arrive", AT + MINUTE)), at=SOON) == ["accepted"]
        deputy = a_volunteer()
        join(ground.shift.activity.team, deputy, role="deputy")
        taps = ground.taps((0, "arrive", AT), (0, "leave", AT + 30 * MINUTE))
        ground.leader = deputy
        del ground.__dict__["lead"]
        assert ground.sync(taps, at=SOON) == ["already", "accepted"]
        assert Attendance.objects.get().arrived_at == AT + MINUTE

    def test_under_a_number_that_somebody_else_used_are_refused(self) -> None:
        ground, other = a_ground(), a_ground()
        (tap,) = ground.taps((0, "arrive", AT))
        assert ground.sync([tap], at=SOON) == ["accepted"]
        for changed in (replace(tap, act="leave"), replace(tap, tapped_at=AT + MINUTE)):
            assert ground.sync([changed], at=SOON) == ["refused tap_number_taken"]
        assert other.sync([replace(tap, volunteer_id=other.volunteers[0].pk)], at=SOON) == ["refused tap_number_taken"]
        with pytest.raises(NotFound):
            operations.sync(actor=other.lead, shift_id=ground.shift.pk, taps=[], sent_at=AT, at=AT)
        with pytest.raises(refusals.TooManyTaps):
            ground.sync([replace(tap, id=uuid4()) for _ in range(501)], at=SOON)

    def test_of_a_clock_that_is_wrong_are_put_right_and_doubted(self) -> None:
        ground, behind = a_ground(), timedelta(minutes=20)
        taps = ground.taps((0, "arrive", AT - behind), (0, "leave", AT + 30 * MINUTE - behind))
        assert ground.sync(taps, at=SOON, sent_at=SOON - behind) == ["accepted", "accepted"]
        row = Attendance.objects.get()
        assert (row.arrived_at, row.minutes, row.review) == (AT, 30, "waiting")
        assert [(one.doubt, one.figure) for one in Flag.objects.all()] == [("clock", 20)]
        assert Tap.objects.first().skew == 1200  # type: ignore[union-attr]  # the test put one there
        exact = ground.taps((1, "arrive", AT))
        assert ground.sync(exact, at=SOON, sent_at=SOON - MINUTE) == ["accepted"]  # slow, not wrong
        assert Attendance.objects.get(volunteer=ground.volunteers[1]).arrived_at == AT

    def test_too_old_ahead_or_of_nobody_are_refused(self) -> None:
        ground = a_ground()
        for at, answer in (
            (AT - 73 * HOUR, "refused tap_out_of_time"), (SOON + 3 * MINUTE, "refused tap_out_of_time"),
            (AT - 71 * MINUTE, "refused gate_not_open"),
        ):  # fmt: skip
            assert ground.sync(ground.taps((0, "arrive", at)), at=SOON) == [answer]
        nobody = operations.Given(uuid4(), uuid4(), "arrive", AT)
        stranger = operations.Given(uuid4(), a_volunteer().pk, "arrive", AT)
        assert ground.sync([nobody, stranger], at=SOON) == ["refused not_on_the_list"] * 2

    def test_say_each_refusal_in_its_own_words_also_when_they_are_sent_again(self) -> None:
        ground, off = a_ground(3), a_ground(1)
        Shift.objects.filter(pk=off.shift.pk).update(ends_at=AT, sequence=1)
        (tap,) = ground.taps((0, "arrive", AT))
        assert ground.sync([tap, *ground.taps((2, "arrive", AT + MINUTE))], at=SOON) == ["accepted"] * 2
        cases = [(ground, one) for one in (
            replace(tap, act="leave"), operations.Given(uuid4(), a_volunteer().pk, "arrive", AT),
            *ground.taps((1, "arrive", AT - 71 * MINUTE), (1, "leave", AT), (1, "arrive", AT - 73 * HOUR),
                         (2, "leave", AT)),
        )] + [(off, one) for one in off.taps((0, "arrive", AT))]  # fmt: skip
        told = {}
        for _ in range(2):
            for whose, one in cases:
                (taken,) = operations.sync(actor=whose.lead, shift_id=whose.shift.pk, taps=[one], sent_at=SOON, at=SOON)
                assert told.setdefault(taken.why, taken.words) == taken.words
        kinds = (
            refusals.AnothersTap(), refusals.NotOnTheList(), refusals.TooEarly(minutes=60), refusals.NotHere(),
            refusals.TapOver(), refusals.LeavesTooEarly(), refusals.ShiftOver(),
        )  # fmt: skip
        assert told == {one.code: one.text for one in kinds}
        assert REASONS.keys() == {*told, refusals.CalledOff.code}
        assert len({one.text for one in REASONS.values()}) == len(REASONS)

    def test_with_a_network_are_of_the_list_and_kept_ones_are_not(self) -> None:
        ground = a_ground(4)
        behind = AT - 20 * MINUTE
        kept = ground.taps(*((n, "arrive", behind if n == 2 else AT) for n in range(4)))
        whole = [replace(one, online=True) for one in kept]
        ground.sync(whole[:1], at=AT + MINUTE)
        ground.sync(whole[1:2], at=AT + 3 * MINUTE)  # pressed with a network, which then was gone
        ground.sync(whole[2:3], at=AT + MINUTE, sent_at=behind + MINUTE)  # by a clock that nobody can go by
        ground.sync(kept[3:], at=AT + MINUTE)
        ways = dict(Attendance.objects.values_list("volunteer", "way_in"))
        assert [ways[one.pk] for one in ground.volunteers] == ["list", "offline", "offline", "offline"]

    def test_of_who_gave_the_place_back_count_by_their_own_time(self) -> None:
        ground = a_ground()
        SignUp.objects.update(state="left", ended_at=AT + 5 * MINUTE)
        taps = ground.taps((0, "arrive", AT), (1, "arrive", AT + 6 * MINUTE))
        assert ground.sync(taps, at=SOON) == ["accepted", "refused not_on_the_list"]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_order_of_sends_cuts_and_repeats_ends_in_the_same_list(data: st.DataObject) -> None:
    """However a phone's taps are cut into sends, repeated and broken off, the record is that of one send."""
    ground = a_ground(3)
    acts = data.draw(
        st.lists(st.tuples(st.integers(0, 2), st.sampled_from(("arrive", "leave"))), min_size=1, max_size=6)
    )
    taps = ground.taps(*((who, act, AT + n * MINUTE) for n, (who, act) in enumerate(acts)))
    known: dict[object, str] = {}
    done = 0
    while done < len(taps):
        until = data.draw(st.integers(done + 1, len(taps)))
        for again in range(data.draw(st.integers(0, done)), until):
            (answer,) = ground.sync([taps[again]], at=SOON)
            assert known.setdefault(taps[again].id, answer) == answer
        done = until
    assert Tap.objects.filter(shift=ground.shift).count() == len(taps)
    for who, one in enumerate(ground.volunteers):
        mine = [(n, act) for n, (whose, act) in enumerate(acts) if whose == who]
        first = next((n for n, act in mine if act == "arrive"), None)
        last = next((n for n, act in mine if act == "leave" and first is not None and n > first), None)
        row = Attendance.objects.filter(shift=ground.shift, volunteer=one).first()
        assert (row is None) == (first is None)
        if row is not None:
            assert row.arrived_at == AT + (first or 0) * MINUTE
            assert row.left_at == (None if last is None else AT + last * MINUTE)
