"""The kinds of notices as data: what each says, to which category it belongs, by which channels it goes.

Rooms declare their kinds in `AppConfig.ready()`. A text is stored as its kind with typed values and written out in the
language of whoever reads it, when it is read or sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shanzhi.notices.values import COUNT, LINK, BadValue, To, ValueKind

Words = str | Promise
APP, EMAIL, SMS, WECHAT = "app", "email", "sms", "wechat"
CHANNELS: Final = {
    APP: _("On this site"),
    EMAIL: _("E-mail"),
    SMS: _("Text message"),
    WECHAT: _("WeChat"),
}
OUTSIDE: Final = (EMAIL, SMS, WECHAT)
EVERYWHERE: Final = frozenset(CHANNELS)
LANGUAGES: Final = ("zh-hans", "en")
_PLACES: Final = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Category:
    """What people choose about. `needed` says why it cannot be switched off; '' means that it can.

    `listed`: staff of the area see how its notices were delivered, in figures.
    """

    key: str
    label: Words
    about: Words
    needed: Words = ""
    listed: bool = False
    order: int = 100


@dataclass(frozen=True)
class Kind:
    """A kind of notice; `title` and `text` hold named places %(so)s, whose kinds stand in `values`.

    `link` is always among the values and stands behind the text, not in it. `channels` are the usual ones. An `urgent`
    notice waits neither for quiet hours nor for a digest.
    """

    key: str
    category: Category
    title: Words
    text: Words
    values: Mapping[str, ValueKind]
    channels: frozenset[str] = frozenset({APP})
    urgent: bool = False

    def store(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check the values for their places and give them as JSON; raise BadValue."""
        if set(given) != set(self.values):
            raise BadValue(f"{self.key} takes {sorted(self.values)}, not {sorted(given)}")
        return {name: self.values[name].store(value) for name, value in given.items()}


@dataclass(frozen=True)
class Rendered:
    """A notice in one language; `values` are the single values in words, `path` is where it leads on this site."""

    title: str
    text: str
    path: str
    values: Mapping[str, str] = field(default_factory=dict)


_kinds: Final[dict[str, Kind]] = {}
_categories: Final[dict[str, Category]] = {}


def register(*found: Kind) -> None:
    """Declare kinds, and with them their categories; raise BadValue for a text with a place that has no kind."""
    for kind in found:
        with translation.override(None):
            places = set(_PLACES.findall(f"{kind.title}{kind.text}"))
        if kind.values.get("link") is not LINK or not places <= set(kind.values) - {"link"}:
            raise BadValue(f"{kind.key}: places without a kind, or no link")
        if APP not in kind.channels or not kind.channels <= EVERYWHERE:
            raise BadValue(f"{kind.key}: every notice stands on the site")
        if _categories.setdefault(kind.category.key, kind.category) is not kind.category:
            raise BadValue(f"{kind.category.key} is declared twice")
        _kinds[kind.key] = kind


def kind_of(key: str) -> Kind:
    """Give a declared kind; RETIRED for one that an earlier version of the program declared."""
    return _kinds.get(key, RETIRED)


def categories() -> tuple[Category, ...]:
    """List every category in the order of the page of choices."""
    return tuple(sorted(_categories.values(), key=lambda one: (one.order, one.key)))


def category_of(key: str) -> Category:
    """Give a declared category; raise KeyError."""
    return _categories[key]


def usual_channels(category: Category) -> frozenset[str]:
    """Give the channels that at least one kind of the category uses without being asked."""
    return frozenset().union(*(kind.channels for kind in _kinds.values() if kind.category is category))


def render(kind: Kind, stored: Mapping[str, Any], language: str) -> Rendered:
    """Write a notice in a language."""
    with translation.override(language):
        shown = {name: one.show(stored[name], language) for name, one in kind.values.items()}
        return Rendered(str(kind.title) % shown, str(kind.text) % shown, shown.get("link", "/"), shown)


GATHERED: Final = Category(
    "digest",
    _("Digests"),
    _("Several notices in one message, as you chose."),
)
DIGEST: Final = Kind(
    "notices.digest",
    GATHERED,
    _("New notices: %(number)s"),
    _("%(number)s notices came for you since the last digest. Read them under My notices."),
    {"number": COUNT, "link": LINK},
)
RETIRED: Final = Kind(
    "notices.retired",
    GATHERED,
    _("A notice of an earlier version"),
    _("This notice can no longer be shown."),
    {},
)
HERE: Final = To("notices:own")


def choosable() -> tuple[Category, ...]:
    """List the categories that the page of choices shows, needed ones too."""
    return tuple(one for one in categories() if one is not GATHERED)


def fixed(category: Category, channel: str) -> bool:
    """Tell whether a category cannot be switched off on a channel."""
    return bool(category.needed) and channel in usual_channels(category)
