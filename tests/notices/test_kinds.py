"""Every kind of notice in both languages, and no way in for anything about a person."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.activities.models import Activity
from shanzhi.funding.models import Fund, Grant
from shanzhi.notices import kinds as declared
from shanzhi.notices import values
from shanzhi.notices.kinds import APP, LANGUAGES, Category, Kind, categories, kind_of, register, render
from shanzhi.notices.values import COUNT, DAY, LINK, MOMENT, MONEY, TITLE, BadValue, To, ValueKind, public_title
from shanzhi.people.fields import SealedField
from shanzhi.people.models import Account, Person
from shanzhi.timebank.models import Bank
from shanzhi.ventures.models import Call, TeamMember
from shanzhi.volunteering.models import Team
from shanzhi.voting.models import Poll
from tests.notices.support import HOBBY, HOME

OURS = [kind for kind in declared._kinds.values() if not kind.key.startswith("test.")]
SAMPLES: dict[ValueKind, Any] = {
    TITLE: Poll(title="春季微创投", title_en="Spring round"),
    DAY: date(2026, 11, 25),
    MOMENT: datetime(2026, 11, 25, 4, tzinfo=UTC),
    MONEY: 123_45,
    COUNT: 3,
    LINK: HOME,
}
HAN = re.compile(r"[\u4e00-\u9fff]")
# A word of a person: name, number of a document, telephone, address, or anything else that is text.
ANYTHING = st.one_of(
    st.text(),
    st.binary(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


def sample(kind: Kind) -> dict[str, Any]:
    return {name: SAMPLES[one] for name, one in kind.values.items()}


class TestEveryKind:
    @pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.key)
    def test_is_written_in_both_languages(self, kind: Kind) -> None:
        stored = kind.store(sample(kind))
        chinese, english = (render(kind, stored, language) for language in LANGUAGES)
        for shown in (chinese, english):
            assert shown.title
            assert shown.text
            assert shown.path.startswith("/")
            assert "%(" not in shown.title + shown.text
            assert len(shown.title) <= 160
        assert HAN.search(chinese.title)
        assert not HAN.search(english.title + english.text)

    @pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.key)
    def test_ends_its_sentences(self, kind: Kind) -> None:
        stored = kind.store(sample(kind))
        assert render(kind, stored, "zh-hans").text[-1] in "。！"
        assert render(kind, stored, "en").text[-1] in ".!"

    @pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.key)
    def test_has_no_place_but_of_a_kind_that_cannot_hold_a_person(self, kind: Kind) -> None:
        assert set(kind.values.values()) <= set(SAMPLES)

    def test_stands_on_this_site_too(self) -> None:
        assert all(APP in kind.channels for kind in OURS)

    @pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.key)
    def test_takes_all_its_values_and_no_other(self, kind: Kind) -> None:
        given = sample(kind)
        with pytest.raises(BadValue):
            kind.store({**given, "name": "示例一"})
        with pytest.raises(BadValue):
            kind.store({name: value for name, value in given.items() if name != "link"})

    def test_belongs_to_a_category_that_says_what_it_is(self) -> None:
        for one in categories():
            assert str(one.label)
            assert str(one.about)

    def test_of_voting_has_no_number_in_it(self) -> None:
        voting = [kind for kind in OURS if kind.category.key == "voting"]
        assert {kind.key for kind in voting} == {"voting.opened", "voting.last_day", "voting.closed", "voting.result"}
        assert all(set(kind.values.values()) <= {TITLE, MOMENT, LINK} for kind in voting)


class TestNoPersonalValue:
    @pytest.mark.parametrize("place", SAMPLES, ids=lambda place: place.name)
    @given(word=ANYTHING)
    def test_goes_into_a_place(self, place: ValueKind, word: Any) -> None:
        with pytest.raises(BadValue):
            place.store(word)

    @pytest.mark.parametrize("place", SAMPLES, ids=lambda place: place.name)
    @pytest.mark.parametrize(
        "thing", [Person(area="370102001001"), Account(), TeamMember(part="组长")], ids=lambda t: type(t).__name__
    )
    def test_is_read_from_a_row_about_a_person(self, place: ValueKind, thing: models.Model) -> None:
        with pytest.raises(BadValue):
            place.store(thing)

    @given(key=ANYTHING)
    def test_goes_into_a_link(self, key: Any) -> None:
        with pytest.raises(BadValue):
            LINK.store(To("voting:vote", (key,)))

    def test_comes_from_a_column_that_is_sealed_or_no_short_text(self) -> None:
        for model, column in ((Person, "name"), (TeamMember, "name"), (Call, "about"), (Person, "born_on")):
            with pytest.raises(BadValue):
                public_title(model, column)

    def test_stands_in_a_model_with_a_public_title(self) -> None:
        for model, columns in values._titles.items():
            assert model in (Poll, Call, Fund, Grant, Activity, Team, Bank)
            assert not any(isinstance(model._meta.get_field(one), SealedField) for one in columns if one)

    def test_is_a_number_that_could_be_a_telephone_or_a_document(self) -> None:
        for number in (13800138000, 370102198005170018):
            with pytest.raises(BadValue):
                COUNT.store(number)

    def test_is_in_a_column_of_this_rooms_tables_but_sealed(self) -> None:
        personal = re.compile(r"name|phone|address|openid|email")
        for model in apps.get_app_config("notices").get_models():
            for field in model._meta.get_fields():
                if isinstance(field, models.Field) and personal.search(field.name) and not field.is_relation:
                    assert isinstance(field, SealedField), f"{model.__name__}.{field.name}"


class TestAFaultyKind:
    def kind(self, **changes: Any) -> Kind:
        usual: dict[str, Any] = {
            "key": "x.y", "category": HOBBY, "title": "%(title)s", "text": "-",
            "values": {"title": TITLE, "link": LINK},
        }  # fmt: skip
        return Kind(**{**usual, **changes})

    @pytest.mark.parametrize(
        "changes",
        [
            {"text": "%(name)s"},
            {"values": {"title": TITLE}},
            {"values": {"title": TITLE, "link": TITLE}},
            {"text": "%(link)s"},
            {"channels": frozenset({"email"})},
            {"channels": frozenset({"app", "fax"})},
            {"category": Category("hobby", "-", "-")},
        ],
    )
    def test_is_refused_when_it_is_declared(self, changes: dict[str, Any]) -> None:
        with pytest.raises(BadValue):
            register(self.kind(**changes))


def test_a_title_is_one_line_and_not_endless() -> None:
    stored = TITLE.store(Poll(title="一" * 300, title_en="two\nlines"))
    assert (len(stored["zh"]), stored["en"]) == (values.LONGEST_TITLE, "two lines")


def test_a_link_is_a_path_of_this_site() -> None:
    key = uuid4()
    assert LINK.store(To("voting:vote", (key,))) == f"/polls/{key}/vote/"


def test_a_kind_that_an_earlier_version_declared_can_still_be_shown() -> None:
    shown = render(kind_of("gone.away"), {"title": "x"}, "en")
    assert shown.title == "A notice of an earlier version"
