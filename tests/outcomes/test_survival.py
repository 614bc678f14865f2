"""The product-limit estimate: by hand, and against lifelines on random data; and the rule of who lives."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest
from lifelines import KaplanMeierFitter

from shanzhi.kernel.periods import months_after
from shanzhi.outcomes.queries import at_risk, dead_on, lives, product_limit, share_at
from shanzhi.outcomes.queries.dates import within

FILED = date(2019, 1, 31)


class TestTheEstimate:
    def test_is_as_by_hand(self) -> None:
        # 6 at risk: one lost on day 3, one censored there; one of 4 lost on day 5; one censored on 7; 2 of 2 lost on 9.
        rows = [(3, True), (3, False), (5, True), (7, False), (9, True), (9, True)]
        points = product_limit(rows)
        assert [(one.days, one.at_risk, one.lost, one.censored) for one in points] == [
            (3, 6, 1, 1), (5, 4, 1, 0), (7, 3, 0, 1), (9, 2, 2, 0),
        ]  # fmt: skip
        assert [one.share for one in points] == [Fraction(5, 6), Fraction(5, 8), Fraction(5, 8), 0]
        assert (points[-1].low, points[-1].high) == (None, None)
        assert [share_at(points, day) for day in (0, 3, 8, 9)] == [1, Fraction(5, 6), Fraction(5, 8), 0]
        assert [at_risk(rows, day) for day in (0, 3, 4, 9, 10)] == [6, 6, 4, 2, 0]

    def test_of_nobody_and_of_nobody_lost_claims_nothing(self) -> None:
        assert product_limit([]) == []
        (only,) = product_limit([(10, False)] * 4)
        assert only.share == 1
        assert (only.low, only.high) == (None, None)

    @pytest.mark.parametrize("seed", range(12))
    def test_agrees_with_lifelines_on_random_data(self, seed: int) -> None:
        draw = Random(seed)
        rows = [(draw.randint(0, 60), draw.random() < 0.6) for _ in range(draw.randint(1, 120))]
        theirs = KaplanMeierFitter().fit([day for day, _seen in rows], [seen for _day, seen in rows])
        bounds = theirs.confidence_interval_
        for one in product_limit(rows):
            assert float(one.share) == pytest.approx(theirs.survival_function_.loc[one.days].item(), abs=1e-12)
            assert one.at_risk == theirs.event_table.loc[one.days, "at_risk"]
            if one.low is not None:
                assert (one.low, one.high) == pytest.approx(tuple(bounds.loc[one.days]), abs=1e-9)


class TestWhoLives:
    @pytest.mark.parametrize(
        ("day", "months", "there"),
        [
            (date(2019, 1, 31), 1, date(2019, 2, 28)),
            (date(2020, 1, 31), 1, date(2020, 2, 29)),
            (date(2020, 2, 29), 12, date(2021, 2, 28)),
            (date(2019, 8, 31), 6, date(2020, 2, 29)),
            (date(2019, 12, 1), 12, date(2020, 12, 1)),
        ],
    )
    def test_counts_months_to_the_same_day_or_the_last(self, day: date, months: int, there: date) -> None:
        assert months_after(day, months) == there

    def test_is_within_up_to_that_day_and_never_before_the_sign(self) -> None:
        last = date(2020, 3, 10)
        seen = [within(last, on, 6) for on in (date(2020, 3, 9), last, date(2020, 9, 10), date(2020, 9, 11))]
        assert seen == [False, True, True, False]
        assert not within(None, last, 6)

    def test_is_lost_on_the_day_after_twelve_months_of_silence_or_when_dissolved(self) -> None:
        assert lives(last=FILED, dissolved=None, on=date(2020, 1, 31))
        assert dead_on(last=FILED, dissolved=None, on=date(2020, 2, 1)) == date(2020, 2, 1)
        assert dead_on(last=FILED, dissolved=date(2019, 6, 1), on=date(2021, 1, 1)) == date(2019, 6, 1)
        assert lives(last=FILED, dissolved=date(2019, 6, 1), on=date(2019, 5, 31))
