"""Each kind of malformed file: mended with a warning that names the line, or refused with line and cure."""

from dataclasses import dataclass
from fractions import Fraction

import pytest

from shanzhi.tally.pabulib import PabulibError, Treatment, read
from tests.tally.pabulib.files import META, PLAIN, POINTS, PROJECTS, VOTES


@dataclass(frozen=True)
class Case:
    """A crafted file, the fault expected in it and the line that must be named."""

    name: str
    text: str | bytes
    code: str
    line: int

    def content(self) -> bytes:
        return self.text if isinstance(self.text, bytes) else self.text.encode()


MENDED = [
    Case("num_votes off", PLAIN.replace("num_votes;3", "num_votes;4"), "num_votes", 7),
    Case("num_votes too small", PLAIN.replace("num_votes;3", "num_votes;1"), "num_votes", 7),
    Case("num_projects off", PLAIN.replace("num_projects;3", "num_projects;4"), "num_projects", 6),
    Case("a decimal comma", PLAIN.replace("budget;1000", "budget;1000,50"), "decimal_comma", 4),
    Case("marks between thousands", PLAIN.replace("budget;1000", "budget;1 000 000"), "grouped_amount", 4),
    Case("a project without cost", PLAIN.replace("2;300", "2;0"), "zero_cost", 11),
    Case("a cost above the budget", PLAIN.replace("3;500", "3;5000"), "above_budget", 12),
    Case("an approval said twice", PLAIN.replace("a;1,2", "a;1,2,1"), "repeated_choice", 15),
    Case("a comma too many", PLAIN.replace("a;1,2", "a;1,,2,"), "empty_choice", 15),
    Case("no votes", META.replace("num_votes;3", "num_votes;0") + PROJECTS + "VOTES\nvoter_id;vote\n", "no_ballots", 7),
    Case("a project listed twice alike", PLAIN.replace("3;500", "2;300;Lamp\n3;500"), "same_project", 12),
    Case(
        "stated votes that differ",
        PLAIN.replace("cost;name", "cost;votes;name")
        .replace("1;400;", "1;400;9;")
        .replace("2;300;", "2;300;1;")
        .replace("3;500;", "3;500;1;"),
        "stated_votes",
        10,
    ),
    Case(
        "a voter twice, with totals that count both",
        PLAIN.replace("c;1", "a;1"),
        "duplicate_voters_kept",
        17,
    ),
    Case("no vote_type and points", POINTS.replace("vote_type;cumulative\n", ""), "inferred_vote_type", 6),
    Case(
        "no vote_type and one project each",
        PLAIN.replace("vote_type;approval\n", "").replace("a;1,2", "a;1"),
        "inferred_vote_type",
        6,
    ),
    Case(
        "points inside the vote",
        PLAIN.replace("vote_type;approval\n", "")
        .replace("a;1,2", "a;1:3,2:1")
        .replace("b;3", "b;3:2")
        .replace("c;1", "c;1:1"),
        "points_in_vote",
        14,
    ),
    Case("a carriage return inside a name", PLAIN.replace("Bench", "Ben\rch"), "stray_return", 10),
    Case("a carriage return between rows", PLAIN.replace("a;1,2\n", "a;1,2\r"), "joined_rows", 15),
    Case("carriage returns alone", PLAIN.replace("\n", "\r"), "old_line_ends", 1),
    Case("a semicolon in a name", PLAIN.replace("Bench", "Bench; red"), "long_row_joined", 10),
    Case("an open quote in a name", PLAIN.replace("Bench", '"Bench'), "literal_quote", 10),
    Case("a row without its last column", PLAIN.replace("2;300;Lamp", "2;300"), "short_row_filled", 11),
    Case("points that do not count", POINTS.replace("cumulative", "approval"), "unused_points", 14),
    Case("a ballot over the limit", PLAIN.replace("budget", "max_length;1\nbudget"), "over_limits", 16),
    Case("a ballot under the limit", PLAIN.replace("budget", "min_length;2\nbudget"), "over_limits", 17),
    Case("a ballot over the purse", PLAIN.replace("budget", "max_sum_cost;600\nbudget"), "over_limits", 16),
    Case("too many points", POINTS.replace("budget", "max_sum_points;4\nbudget"), "over_limits", 16),
    Case("points too high", POINTS.replace("budget", "max_points;4\nbudget"), "over_limits", 17),
    Case("a city's threshold", PLAIN.replace("budget", "min_project_score_threshold;2\nbudget"), "score_threshold", 4),
    Case(
        "a default score",
        POINTS.replace("cumulative", "scoring").replace("budget", "default_score;1\nbudget"),
        "default_score",
        4,
    ),
    Case("a key stated twice", PLAIN.replace("budget", "description;Other\nbudget"), "repeated_key", 4),
    Case("a number that is none", PLAIN.replace("num_votes;3", "num_votes;three"), "bad_number", 7),
    Case("GB18030", PLAIN.replace("Bench", "长椅与花坛").encode("gb18030"), "gb18030", 10),
    Case("UTF-16", PLAIN.replace("Bench", "长椅").encode("utf-16"), "utf16", 1),
]

REFUSED = [
    Case("an empty file", b"", "empty_file", 0),
    Case("blanks alone", b" \n\n ", "empty_file", 0),
    Case("Excel", b"PK\x03\x04" + b"\0" * 100, "wrong_type", 0),
    Case("a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "wrong_type", 0),
    Case("a web page", b"<!DOCTYPE html><html></html>", "wrong_type", 1),
    Case("JSON", b'{"a": 1}', "wrong_type", 1),
    Case("a binary file", b"META\n\0\1\2", "wrong_type", 0),
    Case("another kind of text", "name,cost\nBench,400\n", "no_meta", 1),
    Case("a Latin encoding", PLAIN.replace("Bench", "Ławka przy wodzie, Częstochowa").encode("cp1250"), "not_utf8", 10),
    Case("cut in META", PLAIN[:40], "no_projects_section", 4),
    Case("cut in PROJECTS", PLAIN[: PLAIN.index("3;500")], "no_votes_section", 11),
    Case("cut in VOTES", PLAIN[: PLAIN.index("b;3")], "missing_ballots", 15),
    Case("cut in the last line", PLAIN[: PLAIN.index("c;1") + 1], "cut_row", 17),
    Case("sections in another order", PROJECTS + META + VOTES, "no_meta", 1),
    Case("two PROJECTS", META + PROJECTS + PROJECTS + VOTES, "section_order", 13),
    Case("no budget", PLAIN.replace("budget;1000\n", ""), "missing_key", 6),
    Case("a budget with two meanings", PLAIN.replace("budget;1000", "budget;1,000"), "bad_amount", 4),
    Case("a budget below zero", PLAIN.replace("budget;1000", "budget;-5"), "negative_amount", 4),
    Case("two budgets", PLAIN.replace("budget;1000", "budget;1000\nbudget;2000"), "conflicting_key", 5),
    Case("a cost that is none", PLAIN.replace("2;300", "2;n/a"), "bad_amount", 11),
    Case("an empty cost", PLAIN.replace("2;300", "2;"), "bad_amount", 11),
    Case("no cost column", PLAIN.replace("cost", "price"), "missing_column", 9),
    Case("no vote column", PLAIN.replace("voter_id;vote", "voter_id;choice"), "missing_column", 14),
    Case("an empty project id", PLAIN.replace("2;300", ";300"), "empty_project_id", 11),
    Case("a project id with a comma", PLAIN.replace("2;300", "2,5;300"), "project_id_mark", 11),
    Case("no projects", META + "PROJECTS\nproject_id;cost\n" + VOTES, "no_projects", 9),
    Case("a project listed twice", PLAIN.replace("3;500", "2;500"), "repeated_projects", 12),
    Case("an unknown project", PLAIN.replace("b;3", "b;7"), "unknown_projects", 16),
    Case("a voter twice", PLAIN.replace("c;1", "c;1\na;3"), "duplicate_voters", 18),
    Case("no vote_type", PLAIN.replace("vote_type;approval\n", ""), "no_vote_type", 6),
    Case("a strange vote_type", PLAIN.replace("approval", "telepathy"), "unknown_vote_type", 5),
    Case("choose-1 with two", PLAIN.replace("approval", "choose-1"), "several_choices", 15),
    Case(
        "a ranking with a project twice",
        PLAIN.replace("approval", "ordinal").replace("a;1,2", "a;1,2,1"),
        "repeated_choices",
        15,
    ),
    Case("points for a project twice", POINTS.replace("a;1,2;3,2", "a;1,1;3,2"), "repeated_choices", 15),
    Case("no points", PLAIN.replace("approval", "cumulative"), "no_points", 14),
    Case("too few points", POINTS.replace("3,2", "3"), "points_length", 15),
    Case("points that are none", POINTS.replace("3,2", "3,x"), "bad_points", 15),
    Case("points below zero", POINTS.replace("3,2", "3,-2"), "bad_points", 15),
    Case("points missing", POINTS.replace("b;3;5", "b;3;"), "bad_points", 16),
    Case("an open quote over rows", PLAIN.replace("a;1,2", 'a;"1,2;x'), "open_quote", 15),
    Case("a vote without its column", PLAIN.replace("b;3\n", "b\n"), "short_row", 16),
    Case("a vote split by semicolons", PLAIN.replace("a;1,2", "a;1;2"), "long_row", 15),
    Case("a return that breaks a row", PLAIN.replace("b;3", "b\r3;4;5"), "ambiguous_return", 16),
    Case("several elections", PLAIN + PLAIN, "many_elections", 18),
    Case(
        "weights",
        VOTES.join([META + PROJECTS, ""])
        .replace("voter_id;vote", "voter_id;vote;weight")
        .replace("a;1,2", "a;1,2;2")
        .replace("b;3", "b;3;1")
        .replace("c;1", "c;1;1"),
        "weights",
        15,
    ),
    Case("purses by category", PLAIN.replace("budget", "budget_per_category;1,2\nbudget"), "partial_budgets", 4),
    Case("a rule that is none", PLAIN.replace("budget", "rule_spec;{}\nbudget"), "bad_rule_spec", 4),
    Case("a digest that does not fit", PLAIN.replace("budget", "digest;sha256:00\nbudget"), "wrong_digest", 4),
    Case("a column twice", PLAIN.replace("voter_id;vote", "vote;vote"), "repeated_column", 14),
    Case("an id with a control character", PLAIN.replace("2;300", "2\x01;300"), "control_character", 11),
]

TREATED = [
    (PLAIN.replace("b;3", "b;7"), Treatment(unknown_projects="drop"), 3, 3),
    (PLAIN.replace("b;3", "b;7"), Treatment(unknown_projects="drop-ballot"), 2, 3),
    (PLAIN.replace("c;1", "c;1\na;3"), Treatment(duplicate_voters="first"), 3, 4),
    (PLAIN.replace("c;1", "c;1\na;3"), Treatment(duplicate_voters="last"), 3, 3),
    (PLAIN.replace("c;1", "c;1\na;3"), Treatment(duplicate_voters="keep"), 4, 5),
    (PLAIN.replace("3;500", "2;500").replace("b;3", "b;2"), Treatment(repeated_projects="last"), 3, 4),
    (PLAIN.replace("approval", "choose-1"), Treatment(several_choices="drop-ballot"), 2, 2),
    (PLAIN.replace("approval", "choose-1"), Treatment(several_choices="approval"), 3, 4),
    (PLAIN.replace("vote_type;approval\n", ""), Treatment(vote_type="ordinal"), 3, 4),
    (PLAIN[: PLAIN.index("b;3")], Treatment(missing_ballots="count"), 1, 2),
    (PLAIN.replace("budget", "max_length;1\nbudget"), Treatment(over_limits="drop"), 2, 2),
    (PLAIN.replace("budget", "budget_per_category;1,2\nbudget"), Treatment(partial_budgets="ignore"), 3, 4),
    (PLAIN.replace("budget", "digest;sha256:00\nbudget"), Treatment(digest="ignore"), 3, 4),
    (PLAIN + PLAIN, Treatment(many_elections="2"), 3, 4),
    (PLAIN + "\ufeff" + PLAIN, Treatment(many_elections="first"), 3, 4),
    (POINTS.replace("a;1,2;3,2", "a;1,1;3,2"), Treatment(repeated_choices="sum"), 3, 3),
]


class TestAHarmlessFault:
    @pytest.mark.parametrize("case", MENDED, ids=lambda case: case.name)
    def test_is_mended_with_a_warning_that_names_the_line(self, case: Case) -> None:
        warnings = read(case.content()).warnings
        named = [(warning.code, warning.line) for warning in warnings]
        assert (case.code, case.line) in named
        warning = next(warning for warning in warnings if warning.code == case.code)
        assert warning.message_en
        assert warning.cure_en
        assert warning.message_zh != warning.message_en
        assert warning.cure_zh != warning.cure_en


class TestAFaultThatCouldChangeWhoWins:
    @pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
    def test_is_refused_with_line_and_cure(self, case: Case) -> None:
        with pytest.raises(PabulibError) as caught:
            read(case.content())
        error = caught.value
        assert (error.code, error.line) == (case.code, case.line)
        assert error.cure_en
        assert error.cure_zh != error.cure_en

    @pytest.mark.parametrize(("text", "treat", "ballots", "mentions"), TREATED)
    def test_is_read_when_told_how(self, text: str, treat: Treatment, ballots: int, mentions: int) -> None:
        reading = read(text.encode(), treat=treat)
        assert (reading.ballots, len(reading.choices)) == (ballots, mentions)
        assert reading.warnings


class TestWhatIsNoFault:
    @pytest.mark.parametrize(
        "text",
        [
            PLAIN,
            "\ufeff" + PLAIN,
            PLAIN.replace("\n", "\r\n"),
            PLAIN.rstrip("\n"),
            PLAIN + "\n\n",
            PLAIN.replace("a;1,2", "a; 1 , 2 "),
            PLAIN.replace("Bench", '"Bench; red ""A"""'),
            PLAIN.replace("Bench", '"Bench\nred"'),
            PLAIN.replace("META", "META;").replace("key;value", "key;value;"),
            PLAIN.replace("key;value", "key; value").replace("budget;1000", "budget; 1000"),
            PLAIN.replace("VOTES", "votes"),
            PLAIN.replace("a;1,2", "a;1,2;;"),
        ],
    )
    def test_is_read_without_a_warning(self, text: str) -> None:
        reading = read(text.encode())
        assert reading.warnings == ()
        assert reading.ballots == 3
        assert reading.choices.tolist() == [0, 1, 2, 0]


class TestAmounts:
    def test_stay_exact(self) -> None:
        reading = read(PLAIN.replace("budget;1000", "budget;1000.10").replace("2;300", "2;300.07").encode())
        assert reading.budget == Fraction(100010, 100)
        assert reading.projects[1].cost == Fraction(30007, 100)

    def test_of_points_may_have_decimals(self) -> None:
        reading = read(POINTS.replace("3,2", "2.5,0.25").encode())
        assert reading.points is not None
        assert [Fraction(int(p), reading.points_scale) for p in reading.points] == [
            Fraction(5, 2),
            Fraction(1, 4),
            Fraction(5),
            Fraction(4),
        ]


class TestBlankBallots:
    def test_count_as_ballots(self) -> None:
        reading = read(PLAIN.replace("b;3", "b;").encode())
        assert reading.ballots == 3
        assert reading.offsets.tolist() == [0, 2, 2, 3]

    def test_are_not_made_of_padding_rows(self) -> None:
        assert read((PLAIN + ";\n;\n").encode()).ballots == 3


class TestADefaultScore:
    def test_goes_to_every_project_not_listed(self) -> None:
        text = POINTS.replace("cumulative", "scoring").replace("budget", "default_score;1\nbudget")
        reading = read(text.encode())
        assert reading.points is not None
        assert reading.points.reshape(3, 3).tolist() == [[3, 2, 1], [1, 1, 5], [4, 1, 1]]
