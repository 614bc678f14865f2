"""Every word that people see is translated: no bare text in a template, no gap in a catalogue."""

import re
from pathlib import Path

import polib
import pytest

import shanzhi

PACKAGE = Path(shanzhi.__file__).parent
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html")) + sorted(PACKAGE.glob("*/templates/**/*.txt"))
CATALOGUES = sorted(PACKAGE.glob("*/locale/zh_Hans/LC_MESSAGES/django.po"))

TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.S)
COMMENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->", re.S)
CODE = re.compile(r"<(script|style|code|kbd|pre)\b.*?</\1>", re.S)
TEMPLATE_CODE = re.compile(r"{%.*?%}|{{.*?}}", re.S)
SPOKEN = re.compile(r"\b(?:alt|title|placeholder|aria-label|aria-description|label)=(\"[^\"]*\"|'[^']*')")
MARKUP = re.compile(r"<[^>]*>|&#?\w+;", re.S)
LETTERS = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
# names that are the same in every language: of languages in themselves, file formats, standards
NAMES = {
    "中文", "English", "善", "Excel", "CSV", "PDF", "Word", "QR", "API", "JSON", "Pabulib", ".pb", "pb", "SHA",
    "OpenAPI", "GeoJSON", "Apache-2.0", "AGPL-3.0",
}  # fmt: skip
PLACES = re.compile(r"%\([a-z_]+\)[a-z]|{[a-z_]+}")


def loose_words(text: str) -> list[str]:
    """Find text that a person would see in a template and that is no translated string."""
    text = TRANSLATED.sub("", COMMENT.sub("", text))
    text = CODE.sub("", text)
    spoken = [TEMPLATE_CODE.sub("", value)[1:-1] for value in SPOKEN.findall(TEMPLATE_CODE.sub("", text))]
    visible = MARKUP.sub("\n", TEMPLATE_CODE.sub("", text)).splitlines()
    words = [piece.strip() for piece in [*spoken, *visible]]
    return [
        piece for piece in words if LETTERS.search(" ".join(w for w in re.split(r"[\s·/]+", piece) if w not in NAMES))
    ]


class TestTheScan:
    @pytest.mark.parametrize(
        "text",
        [
            "<p>Hello there</p>",
            "<p>你好</p>",
            '<img alt="A tree">',
            "{% if x %}Yes{% endif %}",
            "<a title='go on'>{{ x }}</a>",
        ],
    )
    def test_finds_bare_words(self, text: str) -> None:
        assert loose_words(text)

    @pytest.mark.parametrize(
        "text",
        [
            '<p>{% translate "Hello" %}</p>', "{% blocktranslate %}Hello <b>x</b>{% endblocktranslate %}",
            '<img alt="{{ words }}">', "{# a note #}", "<script src='x.js'></script>", "<b>·</b> {{ x }} – 3 %",
            "<a>Excel</a>", '<p class="quiet small">{{ x }}</p>', "{% comment %}Note{% endcomment %}",
        ],
    )  # fmt: skip
    def test_leaves_translated_words_and_code_alone(self, text: str) -> None:
        assert loose_words(text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
class TestATemplate:
    def test_has_no_bare_words(self, template: Path) -> None:
        assert loose_words(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.relative_to(PACKAGE).parts[0])
class TestACatalogue:
    def test_is_complete_and_settled(self, catalogue: Path) -> None:
        entries = polib.pofile(str(catalogue))
        assert [entry.msgid for entry in entries if not entry.obsolete and not entry.translated()] == []
        assert [entry.msgid for entry in entries if entry.fuzzy] == []

    def test_keeps_every_place_for_a_value(self, catalogue: Path) -> None:
        wrong = []
        for entry in polib.pofile(str(catalogue)):
            wanted = set(PLACES.findall(entry.msgid_plural or entry.msgid))
            for words in [entry.msgstr, *entry.msgstr_plural.values()]:
                if words and set(PLACES.findall(words)) != wanted:
                    wrong.append((entry.msgid, words))
        assert wrong == []

    def test_writes_chinese_with_its_own_punctuation(self, catalogue: Path) -> None:
        half_width = re.compile(r"[\u4e00-\u9fff][,;!?](?!\w)|[\u4e00-\u9fff]\.$")
        wrong = [e.msgstr for e in polib.pofile(str(catalogue)) if half_width.search(e.msgstr)]
        assert wrong == []


class TestEveryAppWithWords:
    def test_has_a_catalogue(self) -> None:
        with_words = {path.relative_to(PACKAGE).parts[0] for path in TEMPLATES}
        assert with_words <= {path.relative_to(PACKAGE).parts[0] for path in CATALOGUES}


class TestTwoCatalogues:
    def test_say_the_same_for_the_same_words(self) -> None:
        # Django merges all catalogues, so of two translations one would silently win on every page
        said: dict[tuple[str | None, str], dict[str, str]] = {}
        for catalogue in CATALOGUES:
            room = catalogue.relative_to(PACKAGE).parts[0]
            for entry in polib.pofile(str(catalogue)):
                words = entry.msgstr or "|".join(entry.msgstr_plural.values())
                if not words:
                    continue
                said.setdefault((entry.msgctxt, entry.msgid), {})[room] = words
        assert {key: rooms for key, rooms in said.items() if len(set(rooms.values())) > 1} == {}
