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

_TOKEN: Final = "the-token-of-the-form"  # noqa: S105 - a mark that the real token replaces
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
    def main(self) -> tuple[navigation.Link, ...]:
        """Main navigation."""
        return navigation.links(self.request, "main")

    @cached_property
    def desk(self) -> tuple[navigation.Link, ...]:
        """Navigation of those who work here."""
        return navigation.links(self.request, "desk")

    @cached_property
    def account(self) -> tuple[navigation.Link, ...]:
        """Signing in and out, own pages."""
        return navigation.links(self.request, "account")

    @cached_property
    def footer(self) -> tuple[navigation.Link, ...]:
        """Links at the foot of the page."""
        return navigation.links(self.request, "footer")

    @cached_property
    def area(self) -> navigation.AreaSwitch | None:
        """The area of the page and the others that can be chosen."""
        return navigation.area_switch(self.request)

    @cached_property
    def main_entries(self) -> SafeString:
        """Main navigation, drawn once for the wide and for the narrow page."""
        return navigation.entries(self.main, self.request)

    @cached_property
    def desk_entries(self) -> SafeString:
        """Navigation of those who work here, drawn."""
        return navigation.entries(self.desk, self.request)

    @cached_property
    def account_entries(self) -> SafeString:
        """Signing in and out and own pages, drawn."""
        return navigation.entries(self.account, self.request)

    @cached_property
    def footer_entries(self) -> SafeString:
        """Links at the foot of the page, drawn."""
        return navigation.entries(self.footer, self.request)

    @cached_property
    def switches(self) -> SafeString:
        """The switches of language, light and size, drawn once though they stand in two menus."""
        liked = self.preferences
        drawn = _switches(get_language() or "", liked.mode, liked.elder)
        for mark, value in ((_TOKEN, get_token(self.request)), (_HERE, self.here)):
            drawn = drawn.replace(mark, escape(value))
        return mark_safe(drawn)  # noqa: S308 - a template's output with two values escaped

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
    """Stands for the shell where the switches are drawn once for all readers with the same choice."""

    preferences: preferences.Preferences
    here: str = _HERE


@lru_cache(maxsize=32)
def _switches(language: str, mode: str, elder: bool) -> str:
    blank = _Blank(preferences.Preferences(mode, elder))
    return render_to_string("ui/shell/switches.html", {"shell": blank, "csrf_token": _TOKEN})


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates the variable `shell`."""
    return {"shell": Shell(request)}
