"""A doubtful file looked through: every fault that a treatment settles, with line and cure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shanzhi.tally.pabulib import (
    SETTLED_BY,
    STRICT,
    PabulibError,
    Treatment,
    chosen,
    digest,
    headings,
    language_tag,
    parse_treatment,
    read,
    survey,
    values,
)
from tests.tally.pabulib.files import PLAIN, POINTS, real_file, real_files
from tests.tally.pabulib.test_malformed import MENDED, REFUSED, TREATED, Case

SETTLED = [case for case in REFUSED if case.code in SETTLED_BY]
HOPELESS = [case for case in REFUSED if case.code not in SETTLED_BY]
DOUBTFUL = (
    PLAIN.replace("num_votes;3", "num_votes;4")
    .replace("a;1,2", "a;1,7,2")
    .replace("b;3", "b;8,9")
    .replace("c;1", "c;1\na;3\nd;3\nc;2")
)


class TestAFileThatATreatmentSettles:
    @pytest.mark.parametrize("case", SETTLED, ids=lambda case: case.name)
    def test_tells_the_fault_with_line_and_cure(self, case: Case) -> None:
        found = survey(case.content())
        first = found.open[0]
        assert (first.treatment, first.places[0].code, first.places[0].line) == (
            SETTLED_BY[case.code],
            case.code,
            case.line,
        )
        assert first.times >= 1
        assert first.places[0].cure_en
        assert first.places[0].cure_zh != first.places[0].cure_en
        assert not found.settled

    def test_tells_every_kind_and_every_place_at_once(self) -> None:
        found = survey(DOUBTFUL.encode())
        assert [(doubt.treatment, doubt.times) for doubt in found.open] == [
            ("unknown_projects", 3),
            ("duplicate_voters", 2),
        ]
        assert [place.line for doubt in found.open for place in doubt.places] == [15, 16, 16, 18, 20]
        assert "9" in found.open[0].places[2].message_en

    def test_is_as_read_once_all_is_decided(self) -> None:
        treat = Treatment(unknown_projects="drop", duplicate_voters="last")
        found = survey(DOUBTFUL.encode(), treat=treat)
        assert found.reading is not None
        assert (found.open, found.reading.treat) == ((), treat)
        assert [doubt.treatment for doubt in found.settled] == ["unknown_projects", "duplicate_voters"]
        assert digest(found.reading) == digest(read(DOUBTFUL.encode(), treat=treat))

    def test_goes_on_asking_while_something_is_open(self) -> None:
        found = survey(DOUBTFUL.encode(), treat=Treatment(unknown_projects="drop-ballot"))
        assert [doubt.treatment for doubt in found.open] == ["duplicate_voters"]
        assert found.reading is not None
        with pytest.raises(PabulibError):
            read(DOUBTFUL.encode(), treat=found.reading.treat)

    def test_keeps_no_more_places_than_a_page_shows(self) -> None:
        votes = "".join(f"v{n};99\n" for n in range(200))
        doubt = survey((PLAIN.replace("num_votes;3\n", "") + votes).encode()).open[0]
        assert (doubt.times, len(doubt.places)) == (200, 50)

    @pytest.mark.parametrize(("text", "treat"), [(text, treat) for text, treat, _ballots, _mentions in TREATED])
    def test_has_no_open_doubt_once_treated(self, text: str, treat: Treatment) -> None:
        found = survey(text.encode(), treat=treat)
        assert not found.open
        assert found.reading is not None

    def test_is_asked_first_what_all_else_depends_on(self) -> None:
        both = PLAIN.replace("vote_type;approval\n", "").replace("b;3", "b;7")
        first = survey(both.encode())
        assert ([doubt.treatment for doubt in first.open], first.reading) == (["vote_type"], None)
        then = survey(both.encode(), treat=Treatment(vote_type="approval"))
        assert [doubt.treatment for doubt in then.open] == ["unknown_projects"]


class TestAFileThatNoTreatmentSettles:
    @pytest.mark.parametrize("case", HOPELESS, ids=lambda case: case.name)
    def test_stays_refused(self, case: Case) -> None:
        with pytest.raises(PabulibError) as caught:
            survey(case.content())
        assert (caught.value.code, caught.value.line) == (case.code, case.line)

    @pytest.mark.parametrize(
        ("text", "treat", "code"),
        [
            (PLAIN + PLAIN, Treatment(many_elections="3"), "no_such_election"),
            (PLAIN, Treatment(encoding="nothing"), "unknown_encoding"),
            (
                PLAIN.replace("approval", "ordinal").replace("a;1,2", "a;1,1"),
                Treatment(repeated_choices="sum"),
                "repeated_choices",
            ),
        ],
    )
    def test_is_refused_when_the_treatment_does_not_fit(self, text: str, treat: Treatment, code: str) -> None:
        with pytest.raises(PabulibError) as caught:
            survey(text.encode(), treat=treat)
        assert caught.value.code == code


class TestAFileWithoutDoubts:
    @pytest.mark.parametrize("case", MENDED, ids=lambda case: case.name)
    def test_is_surveyed_as_it_is_read(self, case: Case) -> None:
        found, plain = survey(case.content()), read(case.content())
        assert not found.open
        assert found.reading is not None
        assert digest(found.reading) == digest(plain)
        assert found.reading.warnings == plain.warnings

    def test_over_its_own_limits_offers_another_way_of_counting(self) -> None:
        found = survey(PLAIN.replace("budget", "max_length;1\nbudget").encode())
        assert [(doubt.treatment, doubt.times) for doubt in found.settled] == [("over_limits", 1)]


class TestTheSharedElections:
    def test_are_read_as_before_or_tell_what_must_be_decided(self) -> None:
        for path in real_files("pabulib"):
            try:
                plain = read(path)
            except PabulibError as error:
                if error.code not in SETTLED_BY:
                    continue
                assert survey(path).open, path.name
                continue
            if path.name.endswith(("1.pb", "a.pb")):  # some of them: the rest is alike
                found = survey(path)
                assert not found.open
                assert found.reading is not None
                assert digest(found.reading) == digest(plain)

    def test_of_gdansk_name_every_line_that_mentions_no_project(self) -> None:
        path = real_file("pabulib/poland_gdansk_2020_brzezno.pb")
        (doubt,) = survey(path).open
        assert (doubt.treatment, doubt.times) == ("unknown_projects", 384)
        lines = path.read_text(encoding="utf-8").split("\n")
        for place in doubt.places:
            assert "-" in lines[place.line - 1].split(";")[1]

    def test_run_together_are_told_apart_by_their_names(self) -> None:
        path = real_file("pabulib/poland_krakow_2018_whole_city.pb")
        found = headings(path)
        lines = path.read_text(encoding="utf-8").split("\n")
        assert len(found) == 19
        assert all(lines[one.line - 1].strip() == "META" for one in found)
        assert len({one.title for one in found}) == 19
        assert survey(path).open[0].treatment == "many_elections"


class TestPointsBesideNoProject:
    def test_are_refused_unless_unknown_projects_are_dropped(self) -> None:
        text = POINTS.replace("a;1,2;3,2", "a;1,,2;3,9,2").encode()
        with pytest.raises(PabulibError) as caught:
            read(text)
        assert (caught.value.code, caught.value.line) == ("unknown_projects", 15)
        reading = read(text, treat=Treatment(unknown_projects="drop"))
        assert reading.points is not None
        assert reading.points.tolist() == [3, 2, 5, 4]


class TestATreatment:
    def test_says_what_was_chosen_and_reads_it_again(self) -> None:
        treat = replace(STRICT, unknown_projects="drop", encoding="cp1250")
        assert chosen(treat) == {"unknown_projects": "drop", "encoding": "cp1250"}
        assert parse_treatment(f"{name}={value}" for name, value in chosen(treat).items()) == treat
        assert chosen(STRICT) == {}

    def test_offers_no_refusal_as_a_way_to_go_on(self) -> None:
        assert values("unknown_projects") == ("drop", "drop-ballot")
        assert values("over_limits") == ("count", "drop")
        assert values("encoding") == ()


class TestTheLanguageOfAFile:
    @pytest.mark.parametrize(
        ("text", "tag"),
        [
            ("pl", "pl"),
            ("polish", "pl"),
            (" Polski ", "pl"),
            ("pt_BR", "pt-BR"),
            ("zh-Hans", "zh-Hans"),
            ("", ""),
            ("Polish and English", ""),
            ("pl,en", ""),
            ('pl"><script>', ""),
            ("klingon", ""),
        ],
    )
    def test_becomes_a_tag_or_nothing(self, text: str, tag: str) -> None:
        assert language_tag(text) == tag
