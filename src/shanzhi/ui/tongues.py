"""Which language a text stands in, where it is not the page's (WCAG 3.1.2).

What people wrote keeps its language whatever language the page is read in: titles, names of places, reasons. A browser
or a screen reader must know, or it reads Chinese with an English voice. So a page that is not Chinese is gone through
once when it is drawn, and every stretch of Chinese gets `lang="zh-Hans"`: its element where that holds nothing else,
else a `span` around the stretch. No template has to think of it.
"""

import re
from typing import Final

from shanzhi.ui.formatting import chinese

LANG: Final = "zh-Hans"
_HAN: Final = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS: Final = "\u3000-\u303f\uff00-\uffef\u2014\u2026"
# Figures and signs belong to the Chinese around them ("历下区 2026 年"), and so does one foreign word ("LED 灯").
_BETWEEN: Final = f"[^{_HAN}A-Za-z<]{{0,16}}|[^{_HAN}A-Za-z<·]{{0,2}}[A-Za-z]{{1,10}}[^{_HAN}A-Za-z<·]{{0,2}}"
_STRETCH: Final = re.compile(f"[{_MARKS}]*[{_HAN}](?:(?:{_BETWEEN})[{_HAN}])*[{_MARKS}]*")
_ALL: Final = re.compile(f"[^A-Za-z]{{0,16}}(?:{_STRETCH.pattern})[^A-Za-z]{{0,16}}")
_SOME: Final = re.compile(f"[{_HAN}]")
_TAG: Final = re.compile(r"(<!--.*?-->|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.S)
_NAME: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_OWN: Final = re.compile(r"\slang=[\"']?([a-zA-Z-]*)")
_SPOKEN: Final = re.compile(f'\\s(?:alt|value|placeholder)="[^"]*[{_HAN}][^"]*"')
_CODE: Final = frozenset({"script", "style"})
_TEXT_ONLY: Final = frozenset({"option", "textarea", "title"})
_EMPTY: Final = frozenset({"input", "img"})


def spoken(page: str) -> str:
    """Give what was drawn as the reader gets it: marked where the page is not in Chinese itself."""
    return page if chinese() else marked(page)


def marked(page: str) -> str:
    """Mark each stretch of Chinese in a page's markup, unless what it stands in says already that it is Chinese."""
    if not _SOME.search(page):
        return page
    parts = _TAG.split(page)  # text and tags by turns
    walk = _Walk(parts)
    for place in range(1, len(parts), 2):
        walk.tag(place)
        if walk.reads and _SOME.search(parts[place + 1]):
            walk.text(place)
    return "".join(parts)


class _Walk:
    """Goes through the parts of a page and knows in what it stands: code, Chinese, a drawing."""

    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self.name = ""
        self.opens = False
        self.left_alone = ""
        """The element whose whole content is not touched, and how deep its like are nested in it."""
        self.depth = 0
        self.drawing = False

    @property
    def reads(self) -> bool:
        """Whether text here is looked at."""
        return not self.left_alone

    def tag(self, place: int) -> None:
        """Take in a tag."""
        tag = self.parts[place]
        found = _NAME.match(tag)
        if found is None:  # a comment, the document's type
            self.opens = False
            return
        self.name, self.opens = found[1].lower(), tag[1] != "/"
        if self.left_alone:
            self._inside()
            return
        if self.name == "svg":
            self.drawing = self.opens
        own = _OWN.search(tag) if self.opens else None
        if self.opens and (self.name in _CODE or (own and own[1].lower().startswith("zh"))):
            if self.name not in _EMPTY:
                self.left_alone, self.depth = self.name, 1
        elif self.name in _EMPTY and own is None and 'type="hidden"' not in tag and _SPOKEN.search(tag):
            self._say(place)

    def _inside(self) -> None:
        if self.name == self.left_alone:
            self.depth += 1 if self.opens else -1
        if self.depth == 0:
            self.left_alone = ""

    def _say(self, place: int) -> None:
        """Write the language into a tag."""
        tag = self.parts[place]
        end = len(_NAME.match(tag)[0])  # type: ignore[index]  # `tag` read its name
        self.parts[place] = f'{tag[:end]} lang="{LANG}"{tag[end:]}'

    def text(self, place: int) -> None:
        """Mark the text after the tag at this place."""
        text = self.parts[place + 1]
        following = self.parts[place + 2] if place + 2 < len(self.parts) else ""
        alone = self.opens and following.lower().startswith(f"</{self.name}") and not _OWN.search(self.parts[place])
        whole = _ALL.fullmatch(text.strip()) is not None
        if alone and (whole or (self.name in _TEXT_ONLY and _mostly_chinese(text))):
            self._say(place)
        elif self.name not in _TEXT_ONLY and not self.drawing:
            self.parts[place + 1] = _STRETCH.sub(lambda found: f'<span lang="{LANG}">{found[0]}</span>', text)


def _mostly_chinese(text: str) -> bool:
    """Tell whether a text has more Chinese characters than Latin words."""
    return len(_SOME.findall(text)) >= len(re.findall("[A-Za-z]+", text))
