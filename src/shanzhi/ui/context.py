"""The context processor that gives every page its shell."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from shanzhi.ui import navigation, preferences


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


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates the variable `shell`."""
    return {"shell": Shell(request)}
