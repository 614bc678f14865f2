"""Choosing an area: from a list where few are open, else by typing; a search judges nothing, keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from shanzhi.ui import choosing
from shanzhi.ui.choosing import AreaField, AreasField, AreaSource, Place
from shanzhi.ui.forms import PageForm

PLACES = [Place(f"{number:012d}", f"幸福社区{number % 7}", f"{number}街道") for number in range(1, 400)]
BY_CODE = {place.code: place for place in PLACES}


def find(codes: Iterable[str]) -> Mapping[str, Place]:
    return {code: BY_CODE[code] for code in codes if code in BY_CODE}


def search(words: str) -> Sequence[Place]:
    return [one for one in PLACES if words in one.name or one.code.startswith(words)][: choosing.MOST_MATCHES + 1]


MANY = AreaSource(search=search, find=find, url="/areas/")
FEW = replace(MANY, few=PLACES[:3])
ONE = PLACES[7]


class HomeForm(PageForm):
    name = forms.CharField(label="Name")

    def __init__(self, *args: Any, source: AreaSource = MANY, kind: type[AreaField] = AreaField, **kwargs: Any) -> None:
        required = kwargs.pop("required", True)
        super().__init__(*args, **kwargs)
        self.fields["area"] = kind(source=source, label="Community", required=required)

    @property
    def area(self) -> Any:
        assert self.is_valid(), self.errors
        return self.cleaned_data["area"]


def sent(**fields: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def draw(form: forms.Form) -> str:
    return Template("{% load ui %}{% error_summary form %}{% field form.area %}").render(Context({"form": form}))


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


class TestFewAreas:
    def test_stand_in_a_list_each_with_what_it_lies_in(self) -> None:
        drawn = draw(HomeForm(source=FEW))
        assert '<option value="000000000001">幸福社区1 (1街道)</option>' in drawn
        assert "<select" in drawn
        assert "_search" not in drawn

    def test_take_one_of_them_and_no_other(self) -> None:
        assert HomeForm(sent(name="x", area=PLACES[1].code), source=FEW).area == PLACES[1].code
        form = HomeForm(sent(name="x", area=PLACES[9].code), source=FEW)
        assert "not open to you" in form.errors["area"][0]

    def test_ask_for_one_by_the_name_of_the_field(self) -> None:
        assert HomeForm(sent(name="x"), source=FEW).errors["area"] == ["Choose: Community."]


class TestManyAreas:
    def test_are_asked_for_by_typing(self) -> None:
        drawn = draw(HomeForm())
        assert 'name="area_words"' in drawn
        assert 'name="area_search"' in drawn
        assert "<option" not in drawn
        assert '<label for="id_area">' in drawn
        assert 'hx-get="/areas/?name=area"' in drawn

    def test_show_what_is_on_record_as_chosen(self) -> None:
        drawn = draw(HomeForm(initial={"area": ONE.code}))
        assert f'value="{ONE.code}" checked' in drawn
        assert ONE.above in drawn

    def test_need_a_code_that_is_open(self) -> None:
        assert HomeForm(sent(name="x", area=ONE.code)).is_valid()
        for code in ("999999999999", "x", "x\x00", "0" * 50):
            assert "not open to you" in HomeForm(sent(name="x", area=code)).errors["area"][0]

    def test_need_one_at_all(self) -> None:
        assert HomeForm(sent(name="x")).errors["area"] == ["Choose: Community."]
        assert HomeForm(sent(name="x"), required=False).is_valid()


class TestASearch:
    def form(self, words: str = "社区3", **more: Any) -> HomeForm:
        return HomeForm(sent(name="", area_words=words, area_search="1", **more))

    def test_finds_twenty_with_what_they_lie_in_and_says_that_there_are_more(self) -> None:
        drawn = draw(self.form())
        assert drawn.count('type="radio"') == choosing.MOST_MATCHES
        assert "There are more" in drawn
        assert "10街道" in drawn

    def test_judges_nothing_and_keeps_what_was_typed(self) -> None:
        form = self.form()
        assert form.searching
        assert not form.is_valid()
        assert form.errors == {}
        drawn = draw(form)
        assert "error" not in drawn
        assert 'value="社区3"' in drawn

    def test_of_one_place_has_it_chosen_already(self) -> None:
        assert f'value="{ONE.code}" checked' in draw(self.form(ONE.code))

    def test_keeps_what_was_chosen_before(self) -> None:
        drawn = draw(self.form(area=ONE.code))
        assert drawn.index(f'value="{ONE.code}" checked') < drawn.index(PLACES[2].code)
        assert drawn.count(" checked") == 1

    def test_that_finds_nothing_says_what_helps(self) -> None:
        assert "No place fits" in draw(self.form("没有"))

    def test_is_not_meant_by_return_in_another_field(self) -> None:
        assert not self.form("").searching  # nothing typed: the form is judged as ever
        settled = HomeForm(sent(name="x", area=ONE.code, area_words="社区", area_seen="社区", area_search="1"))
        assert settled.is_valid()

    @pytest.mark.parametrize("words", ["\x00", " ", "x" * 5000, "%", "\\", "<b>"])
    def test_bears_anything_typed(self, words: str) -> None:
        assert "<b>" not in draw(self.form(words)).replace("<b>x", "")


class TestWordsWithoutAChoice:
    def test_that_name_one_place_exactly_stand_for_it(self) -> None:
        form = HomeForm(sent(name="x", area_words=ONE.code))
        assert form.is_valid()
        assert form.cleaned_data["area"] == ONE.code

    def test_that_fit_several_ask_which_and_show_them(self) -> None:
        form = HomeForm(sent(name="x", area_words="社区3"))
        assert "More than one place fits" in form.errors["area"][0]
        assert draw(form).count('type="radio"') == choosing.MOST_MATCHES

    def test_that_fit_none_say_so(self) -> None:
        assert "No place fits" in HomeForm(sent(name="x", area_words="没有")).errors["area"][0]


class TestTheWholeCountry:
    @pytest.mark.parametrize("source", [FEW, MANY], ids=["few", "many"])
    def test_is_chosen_where_it_is_open_and_never_by_leaving_out(self, source: AreaSource) -> None:
        whole = replace(source, whole="The whole country")
        assert "The whole country" in draw(HomeForm(source=whole))
        assert HomeForm(sent(name="x", area="all"), source=whole).area == ""
        assert HomeForm(sent(name="x", area=""), source=whole).errors["area"] == ["Choose: Community."]
        assert HomeForm(sent(name="x", area="all"), source=source).errors["area"]


class TestSeveralAreas:
    SOURCE = replace(MANY, suggested=PLACES[:2])

    def form(self, **fields: Any) -> HomeForm:
        return HomeForm(sent(name="x", **fields), source=self.SOURCE, kind=AreasField)

    def test_stand_open_where_suggested_and_are_found_beside_them(self) -> None:
        drawn = draw(HomeForm(source=self.SOURCE, kind=AreasField, initial={"area": [PLACES[0].code, ONE.code]}))
        assert drawn.startswith("\n<fieldset") or drawn.strip().startswith("<fieldset")
        assert drawn.count('type="checkbox"') == 3
        assert drawn.count(" checked") == 2
        assert 'aria-label="Another area: name or code"' in drawn

    def test_are_taken_with_codes_typed(self) -> None:
        form = self.form(area=[PLACES[0].code], area_words=f"{ONE.code} {PLACES[3].code}")
        assert form.is_valid(), form.errors
        assert form.cleaned_data["area"] == [PLACES[0].code, ONE.code, PLACES[3].code]

    def test_need_no_more_than_a_box_of_what_was_typed(self) -> None:
        assert self.form(area=[PLACES[2].code], area_words="社区3").area == [PLACES[2].code]
        assert "More than one" in self.form(area=[PLACES[0].code], area_words="社区3").errors["area"][0]

    def test_refuse_a_code_that_is_not_open(self) -> None:
        assert "not open to you" in self.form(area=[PLACES[0].code], area_words="999999999999").errors["area"][0]
        assert self.form().errors["area"] == ["Choose: Community."]

    def test_are_searched_for_with_those_chosen_kept(self) -> None:
        form = self.form(area=[PLACES[0].code, ONE.code], area_words="社区3", area_search="1")
        assert form.searching
        drawn = draw(form)
        assert drawn.count(" checked") == 2
        assert drawn.count('type="checkbox"') == 3 + choosing.MOST_MATCHES

    def test_are_said_to_stand_there_already_when_a_search_finds_no_others(self) -> None:
        drawn = draw(self.form(area_words=PLACES[0].code, area_search="1"))
        assert "stands here already" in drawn
        assert "No place fits" not in drawn

    def test_are_reached_from_the_summary(self) -> None:
        drawn = draw(self.form())
        assert '<a href="#id_area_0">' in drawn
        assert drawn.count('id="id_area_0"') == 1

    def test_compare_by_codes(self) -> None:
        field = AreasField(source=self.SOURCE)
        assert not field.has_changed(["1", "2"], choosing.Asked(("2", "1")))
        assert field.has_changed(["1"], choosing.Asked(("2",)))
        assert field.has_changed(["1"], choosing.Asked(("1",), "2"))
        assert field.has_changed(["1"], choosing.Asked(("1",), "社区3"))


class TestThePlacesThatComeWhileOneTypes:
    def ask(self, **params: Any) -> Any:
        return choosing.answer(RequestFactory().get("/areas/", params), MANY)

    def test_are_those_that_fit_and_the_one_chosen(self) -> None:
        body = self.ask(name="area", area_words="社区3", area=ONE.code).content.decode()
        assert body.count('type="radio"') == choosing.MOST_MATCHES + 1
        assert f'value="{ONE.code}" checked' in body
        assert 'name="area_seen"' in body
        assert "autofocus" not in body

    @pytest.mark.parametrize("name", ["", "a b", '"><b>', "x" * 50])
    def test_are_for_a_field_alone(self, name: str) -> None:
        assert self.ask(name=name, area_words="社区").status_code == 400

    def test_are_said_to_be_chinese(self) -> None:
        assert 'lang="zh-Hans"' in self.ask(name="area", area_words="社区3").content.decode()
