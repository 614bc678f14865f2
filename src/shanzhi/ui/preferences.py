"""How a reader likes the pages: light or dark, ordinary or elder mode; kept in cookies, rendered by the server."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

MODES: Final = ("auto", "light", "dark")
MODE_COOKIE: Final = "shanzhi_mode"
ELDER_COOKIE: Final = "shanzhi_elder"
COOKIE_SECONDS: Final = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Preferences:
    """The reader's choice: `mode` is one of MODES, `elder` turns on larger type and fewer choices."""

    mode: str = "auto"
    elder: bool = False


def read(request: HttpRequest) -> Preferences:
    """Read the choice from the cookies; anything unknown counts as not chosen."""
    mode = request.COOKIES.get(MODE_COOKIE, "auto")
    return Preferences(mode=mode if mode in MODES else "auto", elder=request.COOKIES.get(ELDER_COOKIE) == "1")
