"""What apps put into the shell."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from shanzhi.ui import navigation


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_registry", navigation._Registry())


def visit(path: str = "/", *, signed_in: bool = False) -> Any:
    request: Any = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=signed_in)
    return request


def keys(request: HttpRequest, section: navigation.Section = "main") -> list[str]:
    return [link.key for link in navigation.links(request, section)]


class TestTheNavigation:
    def test_keeps_order_and_section(self) -> None:
        navigation.register("late", "Late", "ui:pieces", order=20)
        navigation.register("early", "Early", "ui:pieces", order=10)
        navigation.register("foot", "Foot", "ui:pieces", section="footer")
        assert keys(visit()) == ["early", "late"]
        assert keys(visit(), "footer") == ["foot"]

    def test_shows_each_visitor_only_what_is_for_them(self) -> None:
        navigation.register("in", "Sign in", "ui:pieces", visible=navigation.signed_out)
        navigation.register("out", "Sign out", "ui:pieces", visible=navigation.signed_in, by_post=True)
        assert keys(visit()) == ["in"]
        assert keys(visit(signed_in=True)) == ["out"]

    def test_leaves_out_what_is_not_mounted(self) -> None:
        navigation.register("gone", "Gone", "nowhere:page")
        assert keys(visit()) == []

    def test_marks_where_the_visitor_is(self) -> None:
        navigation.register("pieces", "Pieces", "ui:pieces")
        assert [link.current for link in navigation.links(visit("/ui/pieces/more/"), "main")] == [True]
        assert [link.current for link in navigation.links(visit("/ui/"), "main")] == [False]

    def test_a_key_registered_again_replaces_the_first(self) -> None:
        navigation.register("one", "Old", "ui:pieces")
        navigation.register("one", "New", "ui:pieces")
        assert [link.label for link in navigation.links(visit(), "main")] == ["New"]


class TestTheAreaSwitch:
    def test_is_absent_until_an_app_offers_one(self) -> None:
        assert navigation.area_switch(visit()) is None
        navigation.set_area_source(lambda request: navigation.AreaSwitch("历下区"))
        switch = navigation.area_switch(visit())
        assert switch is not None
        assert switch.current == "历下区"
