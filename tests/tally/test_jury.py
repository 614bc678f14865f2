"""A jury's sheets: weights, one measure for strict and mild jurors, dropping of extremes, exact rounding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.tally.jury import JuryError, Method, hundredths, jury_scores

WEIGHTS = {"need": 60, "plan": 40}


def sheet(need: int, plan: int) -> dict[str, int]:
    return {"need": need, "plan": plan}


def scores(sheets: dict[str, dict[str, dict[str, int]]], **options: object) -> dict[str, int]:
    found = jury_scores(sheets, Method(WEIGHTS, **options))  # type: ignore[arg-type]  # options by name
    return {project: one.score for project, one in found.items()}


class TestAScore:
    def test_is_the_mean_of_weighted_sheets(self) -> None:
        assert scores({"j1": {"a": sheet(80, 70)}, "j2": {"a": sheet(90, 60)}}) == {"a": 7700}

    def test_is_rounded_once_halves_up(self) -> None:
        assert hundredths(Fraction(1, 200)) == 1
        assert scores({"j1": {"a": sheet(1, 0)}, "j2": {"a": sheet(0, 0)}, "j3": {"a": sheet(0, 0)}}) == {"a": 20}

    def test_leaves_out_the_extremes_of_four_and_more(self) -> None:
        four = {f"j{n}": {"a": sheet(points, points)} for n, points in enumerate((0, 50, 60, 100))}
        assert scores(four, drop_extremes=True) == {"a": 5500}
        three = {name: four[name] for name in ("j0", "j1", "j2")}
        assert scores(three, drop_extremes=True) == scores(three)

    def test_says_of_each_voice_what_became_of_it(self) -> None:
        four = {f"j{n}": {"a": sheet(points, points)} for n, points in enumerate((0, 50, 60, 100))}
        voices = jury_scores(four, Method(WEIGHTS, drop_extremes=True))["a"].voices
        assert [voice.juror for voice in voices if voice.dropped] == ["j0", "j3"]
        assert [voice.given for voice in voices] == [0, 50, 60, 100]


class TestOneMeasure:
    STRICT = {"mild": {"a": sheet(90, 90), "b": sheet(80, 80)}, "strict": {"a": sheet(50, 50), "b": sheet(40, 40)}}

    def test_moves_strict_and_mild_jurors_together(self) -> None:
        voices = jury_scores(self.STRICT, Method(WEIGHTS, normalise="shift"))["a"].voices
        assert [voice.used for voice in voices] == [70, 70]

    def test_leaves_the_order_of_equal_panels_as_it_was(self) -> None:
        assert scores(self.STRICT, normalise="shift") == scores(self.STRICT) == {"a": 7000, "b": 6000}

    def test_does_not_punish_who_was_judged_by_the_strict_alone(self) -> None:
        uneven = {
            "mild": {"a": sheet(90, 90), "b": sheet(80, 80)},
            "strict": {"a": sheet(60, 60), "b": sheet(50, 50), "c": sheet(60, 60)},
        }
        plain, fair = scores(uneven), scores(uneven, normalise="shift")
        assert plain["c"] == 6000
        assert fair["c"] > plain["c"]

    def test_stretches_narrow_sheets_to_the_usual_spread(self) -> None:
        narrow = {
            "wide": {"a": sheet(100, 100), "b": sheet(0, 0)},
            "narrow": {"a": sheet(49, 49), "b": sheet(51, 51)},
        }
        voices = jury_scores(narrow, Method(WEIGHTS, normalise="stretch"))["a"].voices
        by_name = {voice.juror: voice.used for voice in voices}
        assert by_name["wide"] - 50 == Fraction(51, 2)
        assert by_name["narrow"] - 50 == -Fraction(51, 2)

    def test_keeps_a_juror_who_gave_all_the_same(self) -> None:
        flat = {"flat": {"a": sheet(70, 70), "b": sheet(70, 70)}, "other": {"a": sheet(90, 90), "b": sheet(50, 50)}}
        assert scores(flat, normalise="stretch") == {"a": 7500, "b": 6500}


class TestWhatCannotBeCounted:
    @pytest.mark.parametrize("weights", [{}, {"need": 60, "plan": 30}, {"need": 140, "plan": -40}])
    def test_are_weights_that_do_not_add_up(self, weights: dict[str, int]) -> None:
        with pytest.raises(JuryError, match="bad-weights"):
            jury_scores({"j": {"a": sheet(1, 1)}}, Method(weights))

    @pytest.mark.parametrize("wrong", [{"need": 50}, {"need": 50, "plan": 101}, {"need": 50, "plan": 1, "x": 1}])
    def test_is_a_sheet_that_lacks_or_exceeds_something(self, wrong: dict[str, int]) -> None:
        with pytest.raises(JuryError, match="bad-sheet"):
            jury_scores({"j": {"a": wrong}}, Method(WEIGHTS))


POINTS = st.integers(0, 100)
PANELS = st.dictionaries(
    st.sampled_from(["j1", "j2", "j3", "j4", "j5"]),
    st.dictionaries(st.sampled_from("abcd"), st.builds(sheet, POINTS, POINTS), min_size=1),
    min_size=1,
)


class TestEveryPanel:
    @given(PANELS, st.sampled_from(["none", "shift", "stretch"]), st.booleans())
    def test_gives_scores_within_the_scale_whatever_the_order_of_sheets(
        self, sheets: dict[str, dict[str, dict[str, int]]], normalise: str, drop: bool
    ) -> None:
        found = scores(sheets, normalise=normalise, drop_extremes=drop)
        turned = {juror: dict(reversed(of.items())) for juror, of in reversed(sheets.items())}
        assert scores(turned, normalise=normalise, drop_extremes=drop) == found
        assert all(0 <= score <= 10_000 for score in found.values())

    @given(PANELS)
    def test_that_agrees_gives_what_all_gave(self, sheets: dict[str, dict[str, dict[str, int]]]) -> None:
        one = next(iter(sheets.values()))
        same = dict.fromkeys(("j1", "j2", "j3", "j4", "j5"), one)
        for normalise in ("none", "shift", "stretch"):
            for drop in (False, True):
                found = scores(same, normalise=normalise, drop_extremes=drop)
                assert found == {
                    project: hundredths(Fraction(3 * s["need"] + 2 * s["plan"], 5)) for project, s in one.items()
                }
