"""The one door of lists: a request and a scoped queryset in, a page, a part of it or a file out."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from shanzhi.ui.listing import export as exporting
from shanzhi.ui.listing import order as ordering
from shanzhi.ui.listing import page as paging
from shanzhi.ui.listing.declaration import Listing
from shanzhi.ui.tongues import spoken

TEMPLATE = "ui/list_page.html"


def listing_response(
    request: HttpRequest,
    listing: Listing,
    queryset: ordering.Source,
    context: dict[str, Any] | None = None,
    *,
    template: str = TEMPLATE,
) -> Any:
    """Answer a request for a list: the whole page, only the list for htmx, or the export (`?export=xlsx|csv`).

    The rows come as a queryset or as `Rows`. `context` gives heading, lead, crumbs and whatever `template` (which
    extends `ui/list_page.html`) needs. Bad parameters never fail: they fall back, and the page says so.
    """
    page, rows = paging.build(request, listing, queryset)
    wanted = page.params.get("export", "")
    if listing.export and wanted in exporting.FORMATS:
        return exporting.export(page, ordering.ordered(rows, page.order), wanted)
    paging.fill(page, rows)
    partial = _wants_part(request)
    values = {**(context or {}), "page": page, "listing": listing}
    if partial:
        answer = HttpResponse(spoken(render_to_string("ui/listing.html", values, request)))
    else:
        answer = render(request, template, values)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def listings_response(
    request: HttpRequest,
    lists: Sequence[tuple[Listing, Any]],
    context: dict[str, Any],
    *,
    template: str,
) -> Any:
    """Answer a request for a page that holds lists among other things: the page, or the export of one list.

    Each list comes with its queryset or `Rows` and has a prefix. `template` finds their pages by key in `lists` and
    draws each with `ui/listing.html`, without htmx: a list changed alone would leave the others with old addresses.
    """
    pages: dict[str, paging.ListPage] = {}
    for listing, source in lists:
        if not listing.prefix:
            raise ValueError(f"the list {listing.key!r} shares its page and needs a prefix")
        page, rows = paging.build(request, listing, source)
        wanted = page.params.get("export", "")
        if listing.export and wanted in exporting.FORMATS:
            return exporting.export(page, ordering.ordered(rows, page.order), wanted)
        paging.fill(page, rows)
        pages[listing.key] = page
    return render(request, template, {**context, "lists": pages})


def _wants_part(request: HttpRequest) -> bool:
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
