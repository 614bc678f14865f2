"""A round's English title: typed in the builder or sent over the API, shown to English readers, deciding nothing."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from shanzhi.ventures.demo import loading
from shanzhi.ventures.models import Call
from shanzhi.ventures.operations.terms import DECIDING, terms_of
from tests.support.people import client_for
from tests.support.places import load_districts
from tests.ventures import desk_support as desk

pytestmark = pytest.mark.django_db
CHINESE, ENGLISH = "微创投（示例）", "Micro-ventures (synthetic)"
READS_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def named(call: Call) -> Call:
    Call.objects.filter(pk=call.pk).update(title_en=ENGLISH)
    call.refresh_from_db()
    return call


def text(client: Client, path: str, **more: Any) -> str:
    answer = client.get(path, **more)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def save(client: Client, call: Call, part: str, **given: str) -> Any:
    path = reverse("ventures:desk_part", args=[call.pk, part])
    return client.post(path, {"version": call.version, **given})


class TestATitle:
    def test_is_shown_in_the_readers_language_with_the_first_beneath(self) -> None:
        call = Call(title=CHINESE, title_en=ENGLISH)
        with translation.override("en"):
            assert (call.shown_title, call.other_title) == (ENGLISH, CHINESE)
        with translation.override("zh-hans"):
            assert (call.shown_title, call.other_title) == (CHINESE, "")

    def test_without_translation_stands_alone(self) -> None:
        with translation.override("en"):
            assert (Call(title=CHINESE).shown_title, Call(title=CHINESE).other_title) == (CHINESE, "")


class TestAnEnglishReader:
    @pytest.mark.parametrize("path", ["/calls/{call}/", "/calls/", "/d/370102/", "/search/?q=ventures"])
    def test_meets_the_english_title_with_the_chinese_beneath(self, path: str) -> None:
        call = named(desk.a_call("submission"))
        shown = text(Client(), path.format(call=call.pk), headers=READS_ENGLISH)
        assert ENGLISH in shown
        assert 'lang="zh-Hans"' in shown[shown.index(CHINESE) - 80 : shown.index(CHINESE)]

    @pytest.mark.parametrize("path", ["/calls/{call}/", "/calls/", "/d/370102/"])
    def test_is_the_only_one_who_meets_it(self, path: str) -> None:
        call = named(desk.a_call("submission"))
        assert ENGLISH not in text(Client(), path.format(call=call.pk))

    def test_finds_a_round_by_it_in_the_list(self) -> None:
        call = named(desk.a_call("submission"))
        assert str(call.pk) in text(Client(), "/calls/?q=synthetic")


class TestTheBuilder:
    def test_takes_an_english_title(self) -> None:
        call = desk.a_draft()
        assert save(desk.officer(), call, "basics", title=CHINESE, title_en=ENGLISH).status_code == 302
        call.refresh_from_db()
        assert call.title_en == ENGLISH

    def test_takes_it_when_the_terms_are_frozen_and_leaves_them_alone(self) -> None:
        call = desk.a_call("submission")
        before = terms_of(call)
        client = desk.officer()
        assert reverse("ventures:desk_part", args=[call.pk, "words"]) in text(client, f"/desk/calls/{call.pk}/")
        answer = save(client, call, "words", title_en=ENGLISH, title="anders", about=call.about)
        assert answer.status_code == 302, answer.content.decode()
        call.refresh_from_db()
        assert (call.title_en, call.title, call.terms_version) == (ENGLISH, CHINESE, 1)
        assert terms_of(call) == before

    def test_lets_nobody_word_anew_what_is_not_theirs(self) -> None:
        call = desk.a_call("submission")
        answer = save(desk.officer(desk.OUTSIDE[:9]), call, "words", title_en=ENGLISH)
        assert answer.status_code == 403
        assert not Call.objects.filter(title_en=ENGLISH).exists()

    def test_hands_it_to_the_poll(self) -> None:
        call, _made = desk.under_notice(title_en=ENGLISH)
        assert call.poll is not None
        assert call.poll.title_en == ENGLISH


class TestTheTerms:
    def test_do_not_hold_it(self) -> None:
        assert "title_en" not in DECIDING
        assert "title_en" not in terms_of(named(desk.a_draft()))


class TestTheApi:
    def test_gives_and_takes_it(self) -> None:
        call = desk.a_call("submission")
        client, path = desk.officer(), f"/api/v1/ventures/calls/{call.pk}"
        body = {"version": call.version, "fields": {"title_en": ENGLISH}}
        sent = client.generic("PATCH", path, json.dumps(body), content_type="application/json")
        assert sent.status_code == 200, sent.content.decode()
        assert client.get(path).json()["title_en"] == ENGLISH


class TestTheSheet:
    def test_holds_both_titles(self) -> None:
        named(desk.a_call("submission"))
        answer = client_for().get("/calls/?export=xlsx", headers=READS_ENGLISH)
        rows = list(openpyxl.load_workbook(BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
        assert (rows[1][rows[0].index("Call")], rows[1][rows[0].index("Title in English")]) == (CHINESE, ENGLISH)


class TestTheDemo:
    def test_names_each_of_its_rounds_in_english(self) -> None:
        titles = {loading.VOTABLE, loading.IN_REVIEW, loading.OPEN, loading.IMPORTED}
        assert set(loading.ENGLISH) == titles
        assert all(words.isprintable() and len(words) <= 200 for words in loading.ENGLISH.values())
