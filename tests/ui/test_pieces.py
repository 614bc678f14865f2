"""The pieces as values and markup."""

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.html import escape

from shanzhi import ui
from shanzhi.ui import drawing, living, pieces


def draw(text: str, **values: Any) -> str:
    return Template("{% load ui %}" + text).render(Context(values))


class TestAPurseBar:
    @pytest.mark.parametrize(
        ("spent", "total", "width", "left", "over"),
        [
            (25, 100, "25%", 75, False),
            (1, 3, "33.33%", 2, False),
            (130, 100, "100%", -30, True),
            (0, 0, "0%", 0, False),
        ],
    )
    def test_shows_the_share_and_what_is_left(self, spent: int, total: int, width: str, left: int, over: bool) -> None:
        bar = drawing.purse(spent, total)
        assert (bar.parts[0].width, bar.left, bar.over) == (width, left, over)

    def test_says_by_how_much_the_purse_is_overdrawn(self) -> None:
        with translation.override("en"):
            drawn = draw("{% purse_bar 130 100 %}")
        assert "Over the purse by" in drawn
        assert "¥0.30" in drawn


class TestAMoneyBar:
    def test_shows_received_spent_and_left(self) -> None:
        drawn = draw("{% money_bar 300000 124005 %}")
        assert all(amount in drawn for amount in ("¥3,000.00", "¥1,240.05", "¥1,759.95"))

    def test_with_nothing_received_yet_is_empty(self) -> None:
        assert drawing.money(0, 0).parts[0].width == "0%"
        assert drawing.money(0, 5).over


class TestProgress:
    def test_asks_again_only_while_under_way(self) -> None:
        running = pieces.Progress(1, 4, "running", url="/work/1/")
        finished = pieces.Progress(4, 4, "done", url="/work/1/", result_url="/r/", result_label="Open")
        assert 'hx-get="/work/1/"' in draw("{% progress p %}", p=running)
        assert "25 %" in draw("{% progress p %}", p=running)
        drawn = draw("{% progress p %}", p=finished)
        assert "hx-get" not in drawn
        assert 'href="/r/"' in drawn


class TestAChart:
    spec = pieces.Chart(
        "</script><b>", "bar", ["a", "b"], [pieces.Series("one", [1, None]), pieces.Series("two", [2.5, 1000])],
        "x", "y", "u", "s", datetime.date(2026, 11, 23), "key",
    )  # fmt: skip

    def test_hides_no_markup_in_its_data(self) -> None:
        drawn = draw("{% chart spec %}", spec=self.spec)
        assert drawn.count("</script>") == 1
        data = json.loads(re.search(r"<script[^>]*>(.*?)</script>", drawn, re.S)[1])  # type: ignore[index]
        assert data["series"][0] == {"name": "one", "values": [1, None]}

    def test_tells_the_same_in_its_table(self) -> None:
        drawn = draw("{% chart spec %}", spec=self.spec)
        assert '<th scope="row">a</th><td>1</td><td>2.5</td>' in drawn
        assert '<th scope="row">b</th><td>—</td><td>1,000</td>' in drawn

    def test_may_bring_a_table_of_its_own(self) -> None:
        drawn = draw("{% chart spec table %}", spec=self.spec, table=pieces.Table(["h"], [["r", "7 %"]]))
        assert "<td>7 %</td>" in drawn


class TestAMap:
    square: dict[str, Any] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}

    def test_keeps_proportions_and_puts_north_up(self) -> None:
        drawn = drawing.area_map([pieces.Shape("here", self.square)], width=100)
        assert drawn["height"] == pytest.approx(100, abs=1)
        assert drawn["outlines"][0].path.startswith("M0.0 100.0L100.0 100.0")

    def test_takes_several_polygons_and_nothing(self) -> None:
        several = {"type": "MultiPolygon", "coordinates": [self.square["coordinates"]] * 2}
        assert drawing.area_map([pieces.Shape("two", several)])["outlines"][0].path.count("M") == 2
        assert drawing.area_map([])["outlines"] == []

    def test_lists_its_areas_as_links(self) -> None:
        drawn = draw("{% area_map shapes %}", shapes=[pieces.Shape("历下区", self.square, "/areas/370102/", "12")])
        assert drawn.count('href="/areas/370102/"') == 2


class TestAQrCode:
    def test_is_drawn_without_styles_or_the_address_as_markup(self) -> None:
        drawn = draw("{% qr_card address title %}", address='https://example.org/?a="><script>', title="t")
        assert "style=" not in drawn
        assert "<script>" not in drawn
        assert "<path" in drawn


class TestTheWayHere:
    def test_starts_at_the_home_page_once(self) -> None:
        with translation.override("en"):
            ways: list[list[tuple[str, str]]] = [[("Calls", "")], [("Start", "/")], []]
            drawn = [draw("{% breadcrumb crumbs %}", crumbs=way).strip() for way in ways]
        assert drawn[0].count("<li>") == 2
        assert ">Home</a>" in drawn[0]
        assert drawn[1].count("<li>") == 1
        assert drawn[2] == ""


class TestTags:
    def test_escape_their_words_and_know_their_kinds(self) -> None:
        assert draw("{% tag 'good' words %}", words="<i>") == '<span class="tag good">&lt;i&gt;</span>'
        assert 'class="tag plain"' in draw("{% tag 'odd\"kind' 'x' %}")

    def test_a_digest_is_shortened_but_kept_whole_for_copying(self) -> None:
        digest = "sha256:" + "ab" * 32
        drawn = draw("{% digest_badge digest '/recount/' %}", digest=digest)
        assert "sha256:abababababab…" in drawn
        assert f'title="{digest}"' in drawn

    def test_a_language_code_is_written_as_browsers_know_it(self) -> None:
        assert [draw("{{ code|bcp47 }}", code=code) for code in ("zh-hans", "en", "pt-br")] == [
            "zh-Hans",
            "en",
            "pt-BR",
        ]


class TestEveryPiece:
    def test_brings_no_inline_style_or_handler_in_any_language(self) -> None:
        for language in ("zh-hans", "en"):
            with translation.override(language):
                page = living.show(RequestFactory().get("/ui/pieces/")).content.decode()
            assert not re.search(r"\sstyle=|\son[a-z]+=", page)
            assert not re.search(r"<script(?![^>]*(src=|application/json))", page)

    def test_is_on_the_living_page(self) -> None:
        folder = Path(ui.__file__).parent / "templates" / "ui" / "pieces"
        page = living.show(RequestFactory().get("/ui/pieces/")).content.decode()
        shown = {
            "answers": "answers", "area_map": "map", "bar": "bar", "breadcrumb": "crumbs", "card": "card",
            "chart": "chart", "confirmation": "confirmation", "digest_badge": "digest-badge", "empty_state": "empty",
            "error_summary": "error-summary", "field": "field", "field_words": "help", "example": "example",
            "money_bar": "money",
            "notice": "notice", "person_chip": "person", "phase_line": "phase-line", "progress": "progress",
            "purse_bar": "purse", "qr_card": "qr-card", "submit": "button", "tabs": "tabs", "task_list": "task-list",
            "timeline": "timeline", "saved_line": "saved",
        }  # fmt: skip
        assert {file.stem for file in folder.glob("*.html")} == shown.keys()
        for name, css in shown.items():
            assert re.search(rf'class="[^"]*\b{css}\b', page), name


class TestChoosingHowPagesLook:
    def test_is_remembered_and_rendered_by_the_server(self, client: Client, db: None) -> None:
        answer = client.post("/ui/preferences/", {"mode": "dark", "elder": "1", "next": "/ui/pieces/"})
        assert answer["Location"] == "/ui/pieces/"
        page = client.get("/ui/pieces/").content.decode()
        assert 'data-mode="dark" data-elder="1"' in page

    @pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_never_leads_elsewhere(self, client: Client, wanted: str) -> None:
        assert client.post("/ui/preferences/", {"mode": "dark", "next": wanted})["Location"] == "/"

    @pytest.mark.parametrize("sent", [{"mode": "<b>"}, {"elder": "2"}, {}])
    def test_ignores_what_it_does_not_know(self, client: Client, sent: dict[str, str]) -> None:
        assert not client.post("/ui/preferences/", sent).cookies

    def test_changes_nothing_on_a_mere_visit(self, client: Client) -> None:
        assert client.get("/ui/preferences/").status_code == 405

    def test_a_forged_cookie_counts_as_not_chosen(self, client: Client, db: None) -> None:
        client.cookies["shanzhi_mode"] = '"><script>'
        assert 'data-mode="auto"' in client.get("/ui/pieces/").content.decode()

    def test_the_switches_carry_the_address_escaped(self, client: Client, db: None) -> None:
        page = client.get("/ui/pieces/?q=%22%3E%3Cscript%3E").content.decode()
        assert f'value="{escape("/ui/pieces/?q=%22%3E%3Cscript%3E")}"' in page
