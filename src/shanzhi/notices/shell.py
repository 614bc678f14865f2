"""The pages of notices in the shell: the bell with how many are unread, and the desk's list of deliveries."""

from __future__ import annotations

from typing import Any, Final

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.ui import navigation
from shanzhi.work.planned import fetch_one

MOST_SHOWN: Final = 99
# By the index of a person's deliveries, and never further than the bell can show.
_UNREAD: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM notices_delivery WHERE person_id = ANY(%s) AND channel = 'app' AND state = 'sent' LIMIT 100
) AS unread
"""


def unread(request: HttpRequest) -> int:
    """Count a signed-in person's unread notices, up to a hundred, in one prepared query."""
    actor: Any = getattr(request, "actor", None)
    if actor is None or actor.person_id is None:
        return 0
    try:
        row = fetch_one(_UNREAD, (list(actor.persons),))
    except DatabaseError:  # the page that tells of a broken database stands in the same shell
        return 0
    return int(row[0]) if row else 0


def badge(request: HttpRequest) -> navigation.Badge | None:
    """Give the number beside the bell and what it says to those who hear the page; none when all is read."""
    number = unread(request)
    if not number:
        return None
    shown = f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number)
    return navigation.Badge(shown, ngettext("%(n)s unread", "%(n)s unread", number) % {"n": shown})


def staff(request: HttpRequest) -> bool:
    """Let staff see how notices were delivered."""
    actor: Any = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(STAFF_READERS))


def install() -> None:
    """Put the entries into the shell."""
    navigation.register(
        "notices",
        _("Notices"),
        "notices:own",
        section="account",
        order=5,
        visible=navigation.signed_in,
        badge=badge,
    )
    navigation.register("desk-notices", _("Deliveries"), "notices:desk", section="desk", order=70, visible=staff)
