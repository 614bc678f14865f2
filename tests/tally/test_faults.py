"""What a count refuses or warns of is said in Chinese to Chinese readers and in English to the others."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from shanzhi.tally import Composite, CountingError, Election, Project, Spec, Threshold, count, from_lists
from shanzhi.tally.command import Choices, as_json, count_file
from shanzhi.tally.faults import MESSAGES
from tests.tally.pabulib.files import META, PROJECTS

HAN = re.compile(r"[\u4e00-\u9fff]")


def election(cost: int = 1) -> Election:
    return from_lists(projects=[Project("a", Fraction(cost))], budget=1, kind="approval", ballots=[[0]])


class TestEveryFault:
    @pytest.mark.parametrize("code", sorted(MESSAGES))
    def test_has_its_own_words_in_both_languages(self, code: str) -> None:
        english, chinese = MESSAGES[code]
        assert not HAN.search(english)
        assert HAN.search(chinese)
        assert set(re.findall(r"{(\w+)", english)) - {"what"} == set(re.findall(r"{(\w+)", chinese)) - {"what_zh"}

    @pytest.mark.parametrize(
        ("spec", "code"),
        [
            (Spec("score", "points"), "no-points"),
            (Spec("score", "borda"), "no-ranks"),
            (Spec("magic"), "unknown-word"),  # type: ignore[arg-type]  # what a file may say
            (Spec("score", completion="add1"), "no-completion"),
            (Spec("score", threshold=Threshold(voters=-1)), "bad-threshold"),
            (Spec("score", threshold=Threshold(score=-1)), "bad-threshold"),
            (Spec("composite"), "no-composite"),
            (Spec("composite", composite=Composite(Fraction(1), Fraction(1))), "bad-weights"),
        ],
    )
    def test_is_raised_with_its_code(self, spec: Spec, code: str) -> None:
        with pytest.raises(CountingError) as caught:
            count(election(), spec)
        assert caught.value.code == code
        assert HAN.search(caught.value.message_zh)


class TestAWarning:
    def test_of_no_ballots_is_told_in_both_languages(self, tmp_path: Path) -> None:
        path = tmp_path / "novotes.pb"
        meta = META.replace("num_votes;3", "num_votes;0")
        path.write_text(meta + PROJECTS + "VOTES\nvoter_id;vote\n", encoding="utf-8")
        told = next(w for w in as_json(count_file(str(path), Choices()))["warnings"] if w["code"] == "no-ballots")
        assert (told["message"], told["message_zh"]) == ("No ballots were cast.", "没有选票。")

    def test_of_a_missing_jury_score_names_the_projects(self) -> None:
        outcome = count(election(), Spec("composite", composite=Composite()))
        assert [(w.code, "a" in w.message, "a" in w.message_zh) for w in outcome.warnings] == [
            ("no-jury-score", True, True)
        ]
