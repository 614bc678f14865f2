"""Forms: amounts, moments, refusals beside their field, errors in the users' words."""

import datetime
import uuid
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.samples import SampleForm


class PlainForm(ui_forms.PageForm):
    purse = ui_forms.YuanField(label="Purse", help_text="In yuan", least=100, most=10_000)
    day = ui_forms.DayField(label="Day", required=False)
    meeting = ui_forms.MomentField(label="Meeting", required=False)


def draw(form: forms.Form, name: str) -> str:
    return Template("{% load ui %}{% field form." + name + " %}").render(Context({"form": form}))


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


class TestAnAmountInYuan:
    @pytest.mark.parametrize(
        ("typed", "fen"), [("12.5", 1250), ("￥12", 1200), ("100元", 10_000), ("１.００", 100), (" 3 ", 300)]
    )
    def test_is_understood_in_fen(self, typed: str, fen: int) -> None:
        form = PlainForm({"purse": typed})
        assert form.is_valid()
        assert form.cleaned_data["purse"] == fen

    @pytest.mark.parametrize("typed", ["lots", "1.234", "1e9", "NaN", "--1", "1,2,3", "999999999999999999999"])
    def test_is_refused_with_an_example_and_stays_as_typed(self, typed: str) -> None:
        form = PlainForm({"purse": typed})
        assert "such as 12,345.00" in form.errors["purse"][0]
        assert typed in draw(form, "purse")

    @pytest.mark.parametrize(
        ("typed", "words"),
        [("0.99", "The amount must be at least ¥1.00."), ("100.01", "The amount must be at most ¥100.00.")],
    )
    def test_is_held_to_its_bounds(self, typed: str, words: str) -> None:
        assert PlainForm({"purse": typed}).errors["purse"] == [words]

    @given(st.integers(100, 10_000))
    def test_comes_back_the_same_from_its_own_words(self, fen: int) -> None:
        shown = PlainForm(initial={"purse": fen})["purse"].value()
        written = ui_forms.YuanInput().format_value(shown)
        assert PlainForm({"purse": written}).fields["purse"].clean(written) == fen

    def test_written_otherwise_is_no_change(self) -> None:
        assert not PlainForm({"purse": "5"}, initial={"purse": 500}).has_changed()


class TestDaysAndMoments:
    @pytest.mark.parametrize("typed", ["2026-11-23", "2026年11月23日", "2026/11/23", "2026.11.23"])
    def test_days_are_read_as_people_write_them(self, typed: str) -> None:
        form = PlainForm({"purse": "1", "day": typed})
        assert form.is_valid()
        assert form.cleaned_data["day"] == datetime.date(2026, 11, 23)

    def test_moments_are_in_the_time_of_the_place(self) -> None:
        form = PlainForm({"purse": "1", "meeting": "2026-11-23T09:05"})
        assert form.is_valid()
        assert form.cleaned_data["meeting"] == datetime.datetime(2026, 11, 23, 1, 5, tzinfo=datetime.UTC)

    def test_a_stored_moment_is_shown_so_that_the_browser_reads_it(self) -> None:
        stored = datetime.datetime(2026, 11, 23, 1, 5, 42, tzinfo=datetime.UTC)
        assert 'value="2026-11-23T09:05"' in draw(PlainForm(initial={"meeting": stored}), "meeting")


class TestAMissingAnswer:
    def test_is_asked_for_by_the_name_of_its_field(self) -> None:
        errors = SampleForm({}).errors
        assert errors["title"] == ["Fill in: Name of the project."]
        assert errors["theme"] == ["Choose: Theme."]
        assert errors["agreed"] == ["Tick “I have read the rules of the call” to go on."]


class TestARefusal:
    def test_stands_beside_its_field(self) -> None:
        form = PlainForm({"purse": "1"})
        ui_forms.apply_refusal(form, Invalid("The purse is smaller than %(least)s.", field="purse", least="¥5"))
        assert form.errors == {"purse": ["The purse is smaller than ¥5."]}

    @pytest.mark.parametrize("field", [None, "elsewhere"])
    def test_of_no_field_stands_above_the_form(self, field: str | None) -> None:
        form = PlainForm({"purse": "1"})
        ui_forms.apply_refusal(form, Conflict("Changed meanwhile.", field=field))
        assert form.non_field_errors() == ["Changed meanwhile."]
        summary = Template("{% load ui %}{% error_summary form %}").render(Context({"form": form}))
        assert "<li>Changed meanwhile.</li>" in summary

    def test_needs_a_form_that_was_sent(self) -> None:
        with pytest.raises(ValueError, match="that was sent"):
            ui_forms.apply_refusal(PlainForm(), Conflict())


class TestAFieldOnThePage:
    def test_is_tied_to_its_label_help_and_errors(self) -> None:
        drawn = draw(PlainForm({"purse": "x"}), "purse")
        assert '<label for="id_purse">' in drawn
        assert 'aria-describedby="id_purse_help id_purse_errors"' in drawn
        assert 'id="id_purse_help"' in drawn
        assert 'id="id_purse_errors"' in drawn
        assert 'aria-invalid="true"' in drawn

    def test_of_several_boxes_is_a_group_with_a_legend(self) -> None:
        drawn = draw(SampleForm(), "reaches")
        assert drawn.startswith("<fieldset")
        assert "<legend>Who it reaches" in drawn
        assert "(optional)" in drawn

    def test_is_reached_from_the_summary(self) -> None:
        summary = Template("{% load ui %}{% error_summary form %}").render(
            Context({"form": SampleForm({"asked": "much"})})
        )
        assert '<a href="#id_asked">Amount asked: Write the amount' in summary
        assert '<a href="#id_who_0">Choose: Who proposes.</a>' in summary

    def test_of_a_fresh_form_has_no_summary(self) -> None:
        assert Template("{% load ui %}{% error_summary form %}").render(Context({"form": PlainForm()})).strip() == ""


class TestWhatAFormCarriesHidden:
    def test_a_key_is_new_in_each_form_and_read_back(self) -> None:
        drawn = [Template("{% load ui %}{% idempotency_key %}").render(Context()) for _ in range(2)]
        assert drawn[0] != drawn[1]
        key = drawn[0].split('value="')[1].split('"')[0]
        request = RequestFactory().post("/", {"idempotency_key": key})
        assert ui_forms.idempotency_key(request) == key

    @pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "<b>", "\x00" * 10])
    def test_a_garbled_key_counts_as_new(self, sent: str) -> None:
        key = ui_forms.idempotency_key(RequestFactory().post("/", {"idempotency_key": sent}))
        assert uuid.UUID(key)

    @pytest.mark.parametrize(("sent", "read"), [("3", 3), ("", None), ("-1", None), ("9" * 30, None), ("٣", None)])
    def test_a_version_is_a_small_whole_number_or_nothing(self, sent: str, read: int | None) -> None:
        assert ui_forms.version(RequestFactory().post("/", {"version": sent})) == read

    def test_an_autosave_is_known_by_its_header(self) -> None:
        assert ui_forms.is_autosave(RequestFactory().post("/", headers={"X-Autosave": "1"}))
        assert not ui_forms.is_autosave(RequestFactory().post("/"))
