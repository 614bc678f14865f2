"""Help beside the fields of a proposal: on every one of them, in both languages, and fitting the theme."""

from __future__ import annotations

import pytest
from django.utils import translation

from shanzhi.ventures.forms.guidance import GUIDES, TABLES, kind_of
from shanzhi.ventures.forms.team import PART_FIELDS, PART_FORMS, ROWS


class TestTheHelp:
    def test_stands_beside_every_field_that_a_team_fills_in(self) -> None:
        asked = {name for names in PART_FIELDS.values() for name in names}
        assert asked == {*GUIDES, *TABLES}
        assert {*ROWS.values()} == {*TABLES}

    @pytest.mark.parametrize("part", PART_FORMS)
    def test_gives_an_example_in_the_readers_language(self, part: str) -> None:
        for language, chinese in (("zh-hans", True), ("en", False)):
            with translation.override(language):
                for name, field in PART_FORMS[part](offers={}).fields.items():
                    words = f"{field.help_text}{field.example}"  # type: ignore[attr-defined]  # set by the form
                    assert any("\u4e00" <= one <= "\u9fff" for one in words) is chinese, name

    @pytest.mark.parametrize(
        ("theme", "kind"),
        [("为老服务", "elders"), ("儿童友好", "children"), ("环境绿化", "green"), ("楼道消防", "safety"), ("文化", ""),
         ("", ""), ("Child care", "children")],
    )  # fmt: skip
    def test_follows_the_theme(self, theme: str, kind: str) -> None:
        assert kind_of(theme) == kind
        shown = PART_FORMS["need"](theme=theme).fields["need"].example  # type: ignore[attr-defined]  # set by the form
        assert shown == (GUIDES["need"].kinds[kind] if kind else GUIDES["need"].example)
