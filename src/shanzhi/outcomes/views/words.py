"""Words and ways that the pages of outcomes share."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.errors import NotFound
from shanzhi.outcomes.queries import Body
from shanzhi.ui import formatting

SIGN_NAMES: Final = {
    "activity": gettext_lazy("Activity"),
    "money": gettext_lazy("Money moved"),
    "meeting": gettext_lazy("Meeting"),
    "members": gettext_lazy("Change of members"),
}
EARLIEST: Final = date(2000, 1, 1)


def day_of_reading(request: Any, given: str = "") -> date:
    """Give the day as of which a page is read: today, or an earlier one named in the address. Raises NotFound."""
    today = timezone.localdate(request.now)
    if not given:
        return today
    day = read_day(given)
    if day is None or not EARLIEST <= day <= today:
        raise NotFound
    return day


def read_day(text: str) -> date | None:
    """Read a day as an address holds it."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def to_day(request: Any, name: str, *args: Any) -> HttpResponse | None:
    """Lead on from the form that asks for a day; a day that cannot be read leads to today's page."""
    given = request.GET.get("on")
    if given is None:
        return None
    day = read_day(given.strip())
    today = timezone.localdate(request.now)
    if day is None or not EARLIEST <= day < today:
        return redirect(f"outcomes:{name}", *args)
    return redirect(f"outcomes:{name}_on", *args, day.isoformat())


def shown_name(row: Body) -> str:
    """Give the name, marked where it is made up; of one that is no longer filed only that."""
    if not row.public:
        return _("An organisation no longer filed")
    return f"{row.name} · {_('Synthetic')}" if row.synthetic else row.name


def life(row: Body) -> tuple[str, str]:
    """Say whether an organisation lives, and since when not."""
    if row.dissolved_on:
        return "plain", _("Dissolved on %(day)s") % {"day": formatting.day(row.dissolved_on)}
    if row.dead_on:
        return "bad", _("No sign for 12 months")
    return ("warn", _("No sign for 6 months")) if row.silent else ("good", _("Lives"))
