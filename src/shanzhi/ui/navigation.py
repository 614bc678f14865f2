"""What the shell shows around a page: navigation, account links and the area switch.

Apps fill this registry in their `AppConfig.ready()`, so the shell needs to know none of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Final, Literal

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

Words = str | Promise
Section = Literal["main", "desk", "account", "footer"]
TOKEN: Final = "the-token-of-the-form"  # noqa: S105 - a mark that the real token replaces


def everyone(request: HttpRequest) -> bool:
    """Let everybody see the item."""
    return True


def signed_in(request: HttpRequest) -> bool:
    """Let only those see the item who have signed in."""
    return bool(getattr(getattr(request, "user", None), "is_authenticated", False))


def signed_out(request: HttpRequest) -> bool:
    """Let only those see the item who have not signed in."""
    return not signed_in(request)


@dataclass(frozen=True)
class Badge:
    """A number beside an entry, and what it says to those who hear the page."""

    shown: str
    spoken: Words


def no_badge(request: HttpRequest) -> Badge | None:
    """Show no number."""
    return None


@dataclass(frozen=True)
class Item:
    """One entry of the navigation; `by_post` makes it a button in a form (signing out)."""

    key: str
    label: Words
    url_name: str
    section: Section = "main"
    order: int = 100
    visible: Callable[[HttpRequest], bool] = everyone
    by_post: bool = False
    badge: Callable[[HttpRequest], Badge | None] = no_badge


@dataclass(frozen=True)
class Link:
    """An entry resolved for one request; two with one key have the same label, which is costly to compare."""

    key: str
    label: Words = field(compare=False)
    url: str
    current: bool
    by_post: bool
    badge: Badge | None = None


Links = tuple[Link, ...]


@dataclass(frozen=True)
class AreaChoice:
    """One area that the reader may turn to."""

    label: Words
    url: str
    current: bool = False


@dataclass(frozen=True)
class AreaSwitch:
    """The area of the page and the others that can be chosen; `more_url` leads to the whole tree."""

    current: Words
    choices: tuple[AreaChoice, ...] = ()
    more_url: str = ""


@dataclass
class _Registry:
    items: dict[str, Item] = field(default_factory=dict)
    area_source: Callable[[HttpRequest], AreaSwitch | None] | None = None
    ordered: dict[Section, list[Item]] = field(default_factory=dict)

    def of(self, section: Section) -> list[Item]:
        """Return the entries of a section in their order, sorted once after the last change."""
        if section not in self.ordered:
            found = [item for item in self.items.values() if item.section == section]
            self.ordered[section] = sorted(found, key=lambda item: (item.order, item.key))
        return self.ordered[section]


_registry = _Registry()


def register(
    key: str,
    label: Words,
    url_name: str,
    *,
    section: Section = "main",
    order: int = 100,
    visible: Callable[[HttpRequest], bool] = everyone,
    by_post: bool = False,
    badge: Callable[[HttpRequest], Badge | None] = no_badge,
) -> None:
    """Add an entry to the shell; registering the same key again replaces it."""
    _registry.items[key] = Item(key, label, url_name, section, order, visible, by_post, badge)
    _registry.ordered.clear()


def set_area_source(source: Callable[[HttpRequest], AreaSwitch | None]) -> None:
    """Name the function that tells the area of a request and those that can be chosen."""
    _registry.area_source = source


def area_switch(request: HttpRequest) -> AreaSwitch | None:
    """Return the area switch of this request, or None where no app offers one."""
    source = _registry.area_source
    return source(request) if source else None


def links(request: HttpRequest, section: Section) -> Links:
    """Return the entries of a section that this request may see, in their order.

    An entry whose address is not mounted in this installation is left out. The entry with the longest
    address that the path starts with is the current one.
    """
    found = [(item, url) for item in _registry.of(section) if item.visible(request) and (url := address(item.url_name))]
    current = _longest_prefix(request.path, (url for _, url in found))
    return tuple(
        Link(item.key, item.label, url, url == current, item.by_post, item.badge(request)) for item, url in found
    )


def entries(links: Links) -> SafeString:
    """Draw links as the entries of a list; in forms stands the mark `TOKEN`, which the reader's token replaces."""
    return mark_safe("".join(f"<li>{_entry(link)}</li>" for link in links))  # noqa: S308 - escaped in _entry


def _entry(link: Link) -> str:
    url, label = escape(link.url), escape(str(link.label))
    if link.by_post:
        token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{TOKEN}">'
        return f'<form method="post" action="{url}">{token}<button>{label}</button></form>'
    current = ' aria-current="page"' if link.current else ""
    badge = _badge(link.badge) if link.badge else ""
    return f'<a href="{url}"{current}>{label}{badge}</a>'


def _badge(badge: Badge) -> str:
    spoken = escape(str(badge.spoken))
    return (
        f' <span class="nav-count" aria-hidden="true">{escape(badge.shown)}</span><span class="unseen"> {spoken}</span>'
    )


def address(url_name: str) -> str:
    """Give the address of a page whose address has no parts, looked up once; '' where it is not mounted."""
    return _resolved(url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=512)
def _resolved(url_name: str, urlconf: str, prefix: str) -> str:
    try:
        return reverse(url_name, urlconf)
    except NoReverseMatch:
        return ""


def _longest_prefix(path: str, urls: Iterable[str]) -> str:
    matching = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(matching, key=len, default="")
