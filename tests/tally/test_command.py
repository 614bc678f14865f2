"""`shanzhi count` from end to end, as anyone who doubts a result would run it."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from shanzhi.tally import needs
from shanzhi.tally.command import CannotCount, Choices, as_json, count_file, serve
from shanzhi.tally.pabulib import Treatment, read, write
from shanzhi.tally.reasons import Language
from shanzhi.tally.spec import Spec, Threshold
from tests.tally.pabulib.files import PLAIN, POINTS, real_file, real_files

_RULES = {
    "greedy": ("per-cost", "none"),
    "equal_shares": ("equal-shares", "none"),
    "equal_shares_add1_exhaustive_supported": ("equal-shares", "exhaustive-supported"),
    "equal_shares_add1_exhaustive_all": ("equal-shares", "exhaustive-all"),
    "phragmen": ("phragmen", "none"),
}
_SATISFACTIONS = {
    "Cost_Sat": "cost",
    "Cardinality_Sat": "cardinality",
    "Additive_Cardinal_Sat": "points",
    "Additive_Borda_Sat": "borda",
    None: "cost",
}
_FIELDS = {
    "file", "rule", "satisfaction", "completion", "winners", "total_cost", "budget", "ballots", "ties", "warnings",
    "digest", "content_digest",
}  # fmt: skip


def _run(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [str(Path(sys.executable).parent / "shanzhi"), "count", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


def _lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.pb"
    path.write_text(PLAIN, encoding="utf-8")
    return path


class TestCountWithJson:
    def test_prints_one_object_a_line_for_each_file(self, plain: Path) -> None:
        done = _run(str(plain), str(plain), "--rule", "equal-shares", "--json")
        assert done.returncode == 0
        answers = _lines(done)
        assert [set(answer) for answer in answers] == [_FIELDS, _FIELDS]
        assert answers[0] == answers[1]
        assert answers[0]["winners"]
        assert Fraction(answers[0]["budget"]) == 1000

    def test_goes_on_after_a_file_that_cannot_be_counted(self, plain: Path, tmp_path: Path) -> None:
        bad = tmp_path / "bad.pb"
        bad.write_text(PLAIN.replace("b;3", "b;7"), encoding="utf-8")
        done = _run(str(bad), str(tmp_path / "none.pb"), str(plain), "--rule", "score", "--json")
        assert done.returncode == 1
        first, second, third = _lines(done)
        assert (first["file"], first["line"]) == (str(bad), 16)
        assert "7" in first["error"]
        assert "未" in first["error_zh"] or "不是" in first["error_zh"]
        assert second["line"] == 0
        assert third["winners"]

    def test_takes_a_treatment(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.pb"
        bad.write_text(PLAIN.replace("b;3", "b;7"), encoding="utf-8")
        done = _run(str(bad), "--treat", "unknown_projects=drop", "--rule", "score", "--json")
        assert done.returncode == 0
        assert [warning["line"] for warning in _lines(done)[0]["warnings"]] == [16]

    def test_reads_the_standard_input(self) -> None:
        done = _run("-", "--json", stdin=PLAIN.encode())
        assert done.returncode == 0
        assert _lines(done)[0]["file"] == "-"
        assert _lines(done)[0]["warnings"][0]["code"] == "assumed_rule"
        assert "names no rule" in _lines(done)[0]["warnings"][0]["message"]

    @pytest.mark.parametrize(
        ("text", "options"),
        [
            (PLAIN, ["--rule", "equal-shares", "--satisfaction", "borda"]),
            (PLAIN, ["--rule", "equal-shares", "--satisfaction", "points"]),
            (POINTS, ["--rule", "equal-shares", "--satisfaction", "borda"]),
            (PLAIN, ["--rule", "score", "--completion", "add1"]),
        ],
    )
    def test_refuses_what_does_not_fit_in_that_file_s_line(self, tmp_path: Path, text: str, options: list[str]) -> None:
        path = tmp_path / "one.pb"
        path.write_text(text, encoding="utf-8")
        done = _run(str(path), *options, "--json")
        assert done.returncode == 1
        answer = _lines(done)[0]
        assert answer["code"] == "cannot_count"
        assert options[-1] in answer["error"]

    @pytest.mark.parametrize(
        "options",
        [
            ["--rule", "magic"],
            ["--ties", "age"],
            ["--min-share", "lots"],
            ["--treat", "nothing=1"],
            ["--min-voters", "x"],
        ],
    )
    def test_refuses_an_unknown_option_before_counting(self, plain: Path, options: list[str]) -> None:
        done = _run(str(plain), *options, "--json")
        assert done.returncode == 2
        assert not done.stdout
        assert options[0] in done.stderr.decode()


class TestCountForReaders:
    @pytest.mark.parametrize(("language", "word"), [("en", "won"), ("zh", "入选")])
    def test_shows_a_table_with_reasons(self, plain: Path, language: str, word: str) -> None:
        done = _run(str(plain), "--rule", "equal-shares", "--language", language)
        assert done.returncode == 0
        text = done.stdout.decode()
        assert word in text
        assert "Bench" in text
        assert "sha256:" in text

    @pytest.mark.parametrize(("language", "words"), [("en", "win under"), ("zh", "会入选")])
    def test_tells_what_other_rules_would_have_chosen(self, plain: Path, language: str, words: str) -> None:
        text = _run(str(plain), "--rule", "score", "--language", language).stdout.decode()
        assert words in text
        assert "exhaustive-all" in text

    def test_fits_a_narrow_terminal_without_cutting_reasons_into_columns(self, plain: Path) -> None:
        lines = _run(str(plain), "--rule", "score", "--language", "en").stdout.decode().splitlines()
        assert max(len(line) for line in lines) <= 80
        told = next(line for line in lines if "Chosen in round 1" in line)
        assert len(told.strip()) > 50

    def test_says_why_a_file_is_refused(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.pb"
        bad.write_text(PLAIN.replace("budget;1000\n", ""), encoding="utf-8")
        done = _run(str(bad), "--language", "en")
        assert done.returncode == 1
        assert "budget" in done.stderr.decode()


class TestTheCommand:
    def test_needs_no_django(self, plain: Path) -> None:
        code = (
            "import sys; sys.argv = ['shanzhi', 'count', sys.argv[1], '--json']\n"
            "from shanzhi.config.cli import main\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "sys.exit(9 if 'django' in sys.modules else 0)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(plain)], capture_output=True, timeout=60, check=False)
        assert done.returncode == 0
        assert json.loads(done.stdout.decode())["winners"]


class TestAPublishedFile:
    def test_is_counted_by_the_rule_it_carries(self, tmp_path: Path) -> None:
        spec = Spec("equal-shares", "cardinality", "add1", ("votes", "id"), Threshold(by_cost=3))
        path = tmp_path / "published.pb"
        path.write_text(write(read(PLAIN.encode()), rule=spec), encoding="utf-8")
        assert count_file(str(path), Choices()).spec == spec

    def test_is_counted_otherwise_when_asked(self, tmp_path: Path) -> None:
        spec = Spec("equal-shares", "cardinality", "add1", ("votes",))
        path = tmp_path / "published.pb"
        path.write_text(write(read(PLAIN.encode()), rule=spec), encoding="utf-8")
        found = count_file(str(path), Choices(rule="score", ties=("listed",), min_voters=2)).spec
        assert (found.rule, found.completion, found.ties, found.threshold.voters) == ("score", "none", ("listed",), 2)

    def test_of_points_is_not_counted_by_ranks(self, tmp_path: Path) -> None:
        path = tmp_path / "points.pb"
        path.write_text(POINTS, encoding="utf-8")
        with pytest.raises(CannotCount, match="borda"):
            count_file(str(path), Choices(rule="equal-shares", satisfaction="borda"))


class TestAFileThatNamesItsRule:
    @pytest.mark.parametrize(
        ("words", "rule", "completion"),
        [
            ("greedy", "score", "none"),
            ("greedy-no-skip", "score-no-skip", "none"),
            ("greedy-threshold", "score", "none"),
            ("equalshares", "equal-shares", "none"),
            ("EqualShares/add1", "equal-shares", "add1"),
            ("equalshares/add1u", "equal-shares", "add1u"),
        ],
    )
    def test_is_counted_by_it_and_its_words_are_quoted(
        self, tmp_path: Path, words: str, rule: str, completion: str
    ) -> None:
        path = tmp_path / "named.pb"
        path.write_text(PLAIN.replace("budget", f"rule;{words}\nbudget", 1), encoding="utf-8")
        counted = count_file(str(path), Choices())
        assert (counted.spec.rule, counted.spec.completion) == (rule, completion)
        warning = as_json(counted)["warnings"][0]
        assert warning["code"] == "read_rule"
        assert f"“{words}”" in warning["message"]
        assert f"“{words}”" in warning["message_zh"]
        assert as_json(count_file(str(path), Choices(rule="score")))["warnings"] == []

    @pytest.mark.parametrize("words", ["greedy-custom", "equalshares/other", "unknown"])
    def test_in_words_unknown_here_is_counted_by_votes_and_says_so(self, tmp_path: Path, words: str) -> None:
        path = tmp_path / "named.pb"
        path.write_text(PLAIN.replace("budget", f"rule;{words}\nbudget", 1), encoding="utf-8")
        counted = count_file(str(path), Choices())
        assert (counted.spec.rule, counted.spec.completion) == ("score", "none")
        warning = as_json(counted)["warnings"][0]
        assert warning["code"] == "assumed_rule"
        assert f"“{words}”" in warning["message"]

    def test_gives_that_up_for_a_rule_asked_for(self, tmp_path: Path) -> None:
        path = tmp_path / "named.pb"
        path.write_text(PLAIN.replace("budget", "rule;equalshares/add1\nbudget", 1), encoding="utf-8")
        assert count_file(str(path), Choices(rule="equal-shares")).spec.completion == "none"


class TestALeastScore:
    @pytest.mark.parametrize(("text", "option"), [(PLAIN, "--min-voters 2"), (POINTS, "--min-score 2")])
    def test_that_a_city_asked_for_is_cited_in_the_option_that_applies_it(
        self, tmp_path: Path, text: str, option: str
    ) -> None:
        path = tmp_path / "city.pb"
        path.write_text(text.replace("budget", "min_project_score_threshold;2\nbudget", 1), encoding="utf-8")
        warnings = as_json(count_file(str(path), Choices()))["warnings"]
        told = next(warning for warning in warnings if warning["code"] == "score_threshold")
        assert option in told["message"]
        assert option in told["message_zh"]

    def test_counts_points_whatever_the_rule(self, tmp_path: Path) -> None:
        path = tmp_path / "points.pb"
        path.write_text(POINTS, encoding="utf-8")
        for rule in ("score", "equal-shares", "phragmen"):
            done = _run(str(path), "--rule", rule, "--satisfaction", "cost", "--min-score", "6", "--json")
            assert set(_lines(done)[0]["winners"]) <= {"1"}, rule
        standing = count_file(str(path), Choices(rule="phragmen", min_score=6)).outcome.standing("3")
        assert (standing.why, standing.had, standing.needed) == ("score-threshold", 5, 6)

    def test_of_czestochowa_gives_its_official_winners(self) -> None:
        path = real_file("official/Poland_Czestochowa_2025_Podjasnogorska.pb")
        warnings = as_json(count_file(str(path), Choices()))["warnings"]
        assert any("--min-score 300" in warning["message"] for warning in warnings)
        counted = count_file(str(path), Choices(min_score=300))
        assert set(counted.outcome.winners) == {project.id for project in counted.reading.projects if project.selected}

    def test_of_gdynia_gives_its_official_winners(self) -> None:
        path = real_file("official/Poland_Gdynia_2023_Kamienna_Gora__small.pb")
        assert count_file(str(path), Choices()).spec.rule == "score-no-skip"
        counted = count_file(str(path), Choices(min_voters=50))
        assert set(counted.outcome.winners) == {project.id for project in counted.reading.projects if project.selected}


class TestTheCitiesOwnResults:
    def test_of_assen_are_found(self) -> None:
        path = real_file("official/Netherlands_Assen_2024.pb")
        counted = count_file(str(path), Choices())
        official = {project.id for project in counted.reading.projects if project.selected}
        assert set(counted.outcome.winners) == official
        assert (len(official), counted.outcome.total_cost) == (9, Fraction(76700))

    def test_of_swiecie_are_found_with_its_threshold(self) -> None:
        path = Path(__file__).resolve().parents[2] / "src/shanzhi/ventures/demo/Poland_Swiecie_2023.pb"
        counted = count_file(str(path), Choices(min_by_cost=3))
        assert (counted.spec.rule, counted.spec.completion) == ("equal-shares", "add1")
        official = {project.id for project in counted.reading.projects if project.selected}
        assert set(counted.outcome.winners) == official
        assert (len(official), counted.outcome.total_cost) == (17, Fraction(1040337))


@pytest.mark.thorough
class TestEveryLineOfTheReference:
    def test_is_what_the_command_answers(self) -> None:
        different = []
        for line in real_file("pabulib/reference.jsonl").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            rule, completion = _RULES[entry["rule"]]
            if (entry["rule"], entry["satisfaction"]) == ("greedy", "Cost_Sat"):
                rule = "score"  # satisfaction per cost is then the number of votes
            choices = Choices(
                rule=rule,  # type: ignore[arg-type]  # names from a table of this file
                satisfaction=_SATISFACTIONS[entry["satisfaction"]],  # type: ignore[arg-type]  # as above
                completion=completion,  # type: ignore[arg-type]  # as above
            )
            answer = as_json(count_file(str(real_file(f"pabulib/{entry['file']}")), choices))
            same = set(answer["winners"]) == set(entry["winners"]) and all(
                Fraction(answer[key]) == Fraction(entry[key]) for key in ("total_cost", "budget")
            )
            if not same:
                different.append((entry["file"], entry["rule"], entry["satisfaction"]))
        assert different == []

    def test_and_every_file_gets_a_line(self) -> None:
        files = [str(path) for path in real_files("pabulib")]
        done = _run(*files, "--rule", "equal-shares", "--json")
        answers = _lines(done)
        assert [answer["file"] for answer in answers] == files
        refused = [answer for answer in answers if "error" in answer]
        assert len(refused) == 8
        assert all(answer["line"] > 0 for answer in refused)
        assert done.returncode == 1


class TestATreatedFile:
    def test_is_counted_as_told(self) -> None:
        path = real_file("pabulib/poland_gdansk_2020_brzezno.pb")
        treat = Treatment(unknown_projects="drop", repeated_choices="sum")
        assert count_file(str(path), Choices(rule="equal-shares", treat=treat)).outcome.winners


class TestTheThoroughSearch:
    @pytest.fixture
    def left_open(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A file of a count that leaves the search open, since next to no work is allowed for it."""
        monkeypatch.setattr(needs, "IN_ALL", 1)
        path = tmp_path / "open.pb"
        path.write_text(PLAIN, encoding="utf-8")
        return path

    def told(self, capsys: pytest.CaptureFixture[str], path: Path, language: Language, **more: bool) -> str:
        choices = Choices(rule="equal-shares", completion="add1", **more)
        assert serve(str(path), choices, as_lines=False, language=language)
        return " ".join(capsys.readouterr().out.split())

    def test_is_named_where_something_was_left_open(self, left_open: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "was not searched: --thorough does" in self.told(capsys, left_open, "en")
        assert "加 --thorough 可全部试算" in self.told(capsys, left_open, "zh")

    def test_leaves_nothing_open(self, left_open: Path, capsys: pytest.CaptureFixture[str]) -> None:
        text = self.told(capsys, left_open, "en", thorough=True)
        assert "not searched" not in text
        assert "it would have been chosen" in text

    def test_is_an_option_of_the_command(self, left_open: Path) -> None:
        done = _run(str(left_open), "--thorough", "--language", "en")
        assert done.returncode == 0
        assert "not searched" not in done.stdout.decode()
