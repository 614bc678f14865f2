"""The context processor that gives every page its shell."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from shanzhi.ui import navigation, preferences

_HERE: Final = "the-address-of-the-page"


@dataclass
class Shell:
    """What `ui/page.html` shows around a page; worked out only when a template asks."""

    request: HttpRequest

    @cached_property
    def preferences(self) -> preferences.Preferences:
        """The reader's mode and elder mode."""
        return preferences.read(self.request)

    @cached_property
    def main(self) -> navigation.Links:
        """Main navigation."""
        return navigation.links(self.request, "main")

    @cached_property
    def desk(self) -> navigation.Links:
        """Navigation of those who work here."""
        return navigation.links(self.request, "desk")

    @cached_property
    def account(self) -> navigation.Links:
        """Signing in and out, own pages."""
        return navigation.links(self.request, "account")

    @cached_property
    def footer(self) -> navigation.Links:
        """Links at the foot of the page."""
        return navigation.links(self.request, "footer")

    @cached_property
    def area(self) -> navigation.AreaSwitch | None:
        """The area of the page and the others that can be chosen."""
        return navigation.area_switch(self.request)

    @cached_property
    def top(self) -> SafeString:
        """The head of every page: brand, area, navigation and switches, drawn."""
        liked = self.preferences
        drawn = _top(
            get_language() or "", liked.mode, liked.elder, self.demo, self.area, self.main, self.desk, self.account
        )
        for mark, value in ((navigation.TOKEN, get_token(self.request)), (_HERE, self.here)):
            drawn = drawn.replace(mark, escape(value))
        return mark_safe(drawn)  # noqa: S308 - a template's output with two values escaped

    @cached_property
    def foot(self) -> SafeString:
        """The foot of every page, drawn."""
        return _foot(get_language() or "", self.demo, self.footer)

    @property
    def demo(self) -> bool:
        """Whether the notice about made-up people must be shown."""
        return bool(getattr(settings, "DEMO", False))

    @property
    def here(self) -> str:
        """The address to come back to after a switch."""
        return self.request.get_full_path() if self.request.method in ("GET", "HEAD") else self.request.path

    @property
    def request_id(self) -> str:
        """The number under which the logs know this request."""
        return str(getattr(self.request, "request_id", ""))


@dataclass(frozen=True)
class _Blank:
    """Stands for the shell where a part of it is drawn once for all readers who see the same in it."""

    demo: bool
    preferences: preferences.Preferences
    area: navigation.AreaSwitch | None = None
    main: navigation.Links = ()
    desk: navigation.Links = ()
    account: navigation.Links = ()
    footer: navigation.Links = ()
    here: str = _HERE


@lru_cache(maxsize=512)
def _top(
    language: str,
    mode: str,
    elder: bool,
    demo: bool,
    area: navigation.AreaSwitch | None,
    main: navigation.Links,
    desk: navigation.Links,
    account: navigation.Links,
) -> str:
    blank = _Blank(demo, preferences.Preferences(mode, elder), area, main, desk, account)
    entries = {name: navigation.entries(getattr(blank, name)) for name in ("main", "desk", "account")}
    switches = render_to_string("ui/shell/switches.html", {"shell": blank, "csrf_token": navigation.TOKEN})
    return render_to_string("ui/shell/top.html", {"shell": blank, "entries": entries, "switches": switches})


@lru_cache(maxsize=32)
def _foot(language: str, demo: bool, footer: navigation.Links) -> SafeString:
    blank = _Blank(demo, preferences.Preferences(), footer=footer)
    return render_to_string("ui/shell/foot.html", {"shell": blank, "entries": navigation.entries(footer)})


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates the variable `shell`."""
    return {"shell": Shell(request)}
