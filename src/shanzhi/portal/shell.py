"""What the portal puts into the shell: its entries, and the switch between districts on its own pages."""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.portal import queries
from shanzhi.ui import navigation
from shanzhi.ui.listing.recent import Recent

OF_DISTRICTS: Final = frozenset({"portal:home", "portal:district", "portal:search", "portal:open_data"})
_shown: Final[Recent[tuple[tuple[str, str], ...]]] = Recent()


def districts() -> tuple[tuple[str, str], ...]:
    """Give code and name of the districts in which the public sees a round; remembered for a minute."""
    kept = _shown.get("public")
    if kept is None:
        kept = tuple((area.code, area.name) for area in queries.districts(viewer=Actor.anonymous()))
        _shown.keep("public", kept)
    return kept


def area_switch(request: HttpRequest) -> navigation.AreaSwitch | None:
    """Give the district of a page that shows districts, and the others to turn to; none on all other pages."""
    match = request.resolver_match
    if match is None or match.view_name not in OF_DISTRICTS:
        return None
    try:
        found = districts()
    except DatabaseError:  # the page that tells of a broken database stands in the same shell
        return None
    if not found:
        return None
    code = str(match.kwargs.get("code", ""))
    choices = [navigation.AreaChoice(name, reverse("portal:district", args=[one]), one == code) for one, name in found]
    current = dict(found).get(code) or _("Districts")
    return navigation.AreaSwitch(current, tuple(choices), reverse("places:country"))


def install() -> None:
    """Put the portal's pages into the shell."""
    navigation.register("today", _("Today"), "portal:today", order=10, visible=navigation.signed_in)
    navigation.register("search", _("Search"), "portal:search", order=60)
    navigation.register("open-data", _("Open data"), "portal:open_data", section="footer", order=10)
    navigation.register("accessibility", _("Accessibility"), "portal:accessibility", section="footer", order=20)
    navigation.register("sources", _("Sources"), "portal:sources", section="footer", order=30)
    navigation.set_area_source(area_switch)
