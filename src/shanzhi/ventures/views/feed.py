"""Public notices of rounds as an Atom feed (RFC 4287), for readers and other sites."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition
from django.views.decorators.vary import vary_on_headers

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import LEVELS
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import NotFound
from shanzhi.notices.links import whole
from shanzhi.places import queries as places
from shanzhi.ui.http import Request
from shanzhi.ventures import queries
from shanzhi.ventures.models import Notice

MOST: Final = 50


def _found(request: Request) -> list[Notice]:
    """Give the newest public notices of an area, the same for every reader; kept for the rest of the request."""
    kept: list[Notice] | None = getattr(request, "_notices", None)
    if kept is None:
        area = request.GET.get("area", "")
        if area and not (area.isascii() and area.isdigit() and len(area) in LEVELS):
            raise NotFound
        kept = list(queries.notices(viewer=Actor.anonymous(), area=area)[:MOST])
        request._notices = kept  # type: ignore[attr-defined]  # our own attribute
    return kept


def _etag(request: Any, **_more: Any) -> str:
    newest = [str(one.pk) for one in _found(request)]
    return f'"{digest([newest, request.GET.get("area", ""), get_language()]).removeprefix("sha256:")[:32]}"'


def _changed(request: Any, **_more: Any) -> datetime | None:
    return max((one.published_at for one in _found(request)), default=None)


@vary_on_headers("Accept-Language", "Cookie")
@condition(etag_func=_etag, last_modified_func=_changed)
def notices(request: Request) -> HttpResponse:
    """Give the feed; a reader that has the newest already gets 304 and no body."""
    area = request.GET.get("area", "")
    place = places.full_names([area]).get(area, area) if area else ""
    feed = Atom1Feed(
        title=_("Public notices: %(place)s") % {"place": place} if place else _("Public notices of rounds"),
        link=whole(reverse("ventures:calls")),
        description=_("Calls, terms, lists of proposals and results, as they are made public."),
        language=get_language(),
        feed_url=whole(request.get_full_path()),
        author_name=_("Shanzhi"),
    )
    for one in _found(request):
        address = whole(reverse("ventures:call", args=[one.call_id]))
        feed.add_item(
            title=f"{one.get_kind_display()} · {one.call.title}",
            link=address,
            description=one.body or one.get_kind_display(),
            unique_id=f"urn:uuid:{one.pk}",
            pubdate=one.published_at,
            updateddate=one.published_at,
            categories=(one.kind,),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
