"""A page of another language says of all Chinese in it that it is Chinese, and nothing else changes."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.ui.listing import listing_response
from shanzhi.ui.tongues import marked
from tests.ui.test_listing import LISTING

EMPTY = {"input", "img", "br", "meta", "link"}


class Reader(HTMLParser):
    """Reads a page as a screen reader would: each text with the language in force."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.languages = ["en"]
        self.said: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self.languages.append(dict(attrs).get("lang") or self.languages[-1])

    def handle_endtag(self, tag: str) -> None:
        self.languages.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.append((self.languages[-1], data.strip()))


class TestAStretchOfChinese:
    @pytest.mark.parametrize(
        ("page", "said"),
        [
            ("<h1>历下区 2026 年微创投：我们来（示例）</h1>", [("zh-Hans", "历下区 2026 年微创投：我们来（示例）")]),
            ("<p>Round: 历下区微创投·秋季</p>", [("en", "Round:"), ("zh-Hans", "历下区微创投·秋季")]),
            ("<p>历下区 · until Monday</p>", [("zh-Hans", "历下区"), ("en", "· until Monday")]),
            ("<li>加装 36 盏 LED 灯，三天修好。</li>", [("zh-Hans", "加装 36 盏 LED 灯，三天修好。")]),
            ("<p>历下区, a part of 济南</p>", [("zh-Hans", "历下区"), ("en", ", a part of"), ("zh-Hans", "济南")]),
            ("<p>1. 三单元亮起来</p>", [("zh-Hans", "1. 三单元亮起来")]),
            ("<p>&lt;b&gt; 灯 &amp; 火</p>", [("en", "<b>"), ("zh-Hans", "灯 & 火")]),
            ("<p>（示例）</p>", [("zh-Hans", "（示例）")]),
            ("<p>Nothing here</p>", [("en", "Nothing here")]),
        ],
    )  # fmt: skip
    def test_is_marked_and_the_rest_is_not(self, page: str, said: list[tuple[str, str]]) -> None:
        assert Reader(marked(page)).said == said

    def test_alone_in_its_element_takes_the_attribute_there(self) -> None:
        assert marked('<td class="first"><a href="/x/">灯</a></td>') == (
            '<td class="first"><a lang="zh-Hans" href="/x/">灯</a></td>'
        )

    @pytest.mark.parametrize(
        "page",
        [
            '<button lang="zh-Hans" value="zh">中文</button>',
            '<div lang="zh-Hans"><div>一<b>二</b></div>三</div>',
            '<script type="application/json">{"a": "灯 <b>"}</script>',
            "<style>.灯 { color: red }</style>",
            "<!-- 灯 --><p>x</p>",
            '<input type="hidden" name="title" value="灯">',
            "<p>English alone — and a dash…</p>",
        ],
    )
    def test_is_left_alone_where_nothing_is_to_be_said(self, page: str) -> None:
        assert marked(page) == page

    def test_after_what_was_left_alone_is_marked_again(self) -> None:
        page = '<p lang="zh-Hans">一<span>二</span></p><script>"三"</script><p>四</p>'
        assert marked(page).endswith('<p lang="zh-Hans">四</p>')

    @pytest.mark.parametrize(
        ("page", "expected"),
        [
            ('<option value="1">灯 (LED)</option>', '<option lang="zh-Hans" value="1">灯 (LED)</option>'),
            ("<option>Choose a community 区</option>", "<option>Choose a community 区</option>"),
            ("<textarea>三单元\n亮起来</textarea>", '<textarea lang="zh-Hans">三单元\n亮起来</textarea>'),
            ('<input name="t" value="灯">', '<input lang="zh-Hans" name="t" value="灯">'),
            ('<img src="x" alt="院子">', '<img lang="zh-Hans" src="x" alt="院子">'),
            ('<svg><text x="1">历下区</text></svg>', '<svg><text lang="zh-Hans" x="1">历下区</text></svg>'),
            ("<svg><text>Map of 历下区</text></svg>", "<svg><text>Map of 历下区</text></svg>"),
        ],
    )
    def test_never_puts_an_element_where_none_may_stand(self, page: str, expected: str) -> None:
        assert marked(page) == expected

    def test_minds_no_sign_inside_an_attribute(self) -> None:
        page = """<p data-x="a > b" title='灯 <b>'>灯</p>"""
        assert marked(page) == """<p lang="zh-Hans" data-x="a > b" title='灯 <b>'>灯</p>"""


PIECES = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b class='x'>",
            "</b>",
            "灯火",
            "LED",
            " 2026 ",
            "（",
            "）",
            "·",
            "&amp;",
            "<br>",
            "a < b",
            "\n",
        ]
    ),
    max_size=30,
)


class TestAnyPage:
    @given(PIECES)
    def test_keeps_its_words_and_its_elements(self, pieces: list[str]) -> None:
        page = "".join(pieces)
        unmarked = re.sub(r' lang="zh-Hans"', "", marked(page))
        assert re.sub(r"<span>([^<]*)</span>", r"\1", unmarked) == page

    @given(PIECES)
    def test_is_the_same_when_marked_twice(self, pieces: list[str]) -> None:
        once = marked("".join(pieces))
        assert marked(once) == once


class TestTheTag:
    TEMPLATE = "{% load ui %}{% tongues %}<p>{{ words }}</p>{% endtongues %}"

    def test_marks_in_english_and_not_in_chinese(self) -> None:
        for language, expected in (("en", '<p lang="zh-Hans">灯 &lt; 火</p>'), ("zh-hans", "<p>灯 &lt; 火</p>")):
            with translation.override(language):
                assert Template(self.TEMPLATE).render(Context({"words": "灯 < 火"})) == expected

    def test_reaches_the_part_of_a_page_that_htmx_fetches(self, ask: Any, things: Any) -> None:
        for request in (ask(), ask(htmx=True)):
            with translation.override("en"):
                body = listing_response(request, LISTING, things.objects.all(), {"heading": "Things"}).content.decode()
            assert '<a lang="zh-Hans" href="/things/' in body
