"""Lists: search, filters as chips, sort, paging that costs the same on every page, export, cards on a phone.

An app declares a `Listing` and answers with `listing_response(request, listing, queryset, context)`; the queryset
comes from the app's queries and is already scoped to the viewer, for the page, the export and the count alike. A page
with several lists answers with `listings_response`, and each has its prefix; rows that are worked out come as `Rows`.
"""

from shanzhi.ui.listing.columns import Column, Empty, page_of
from shanzhi.ui.listing.declaration import Listing
from shanzhi.ui.listing.filters import AreaFilter, BooleanFilter, ChoiceFilter, DateRangeFilter, Filter
from shanzhi.ui.listing.memory import Rows
from shanzhi.ui.listing.page import ListPage
from shanzhi.ui.listing.recent import Recent, forget
from shanzhi.ui.listing.response import listing_response, listings_response

__all__ = [
    "AreaFilter",
    "BooleanFilter",
    "ChoiceFilter",
    "Column",
    "DateRangeFilter",
    "Empty",
    "Filter",
    "ListPage",
    "Listing",
    "Recent",
    "Rows",
    "forget",
    "listing_response",
    "listings_response",
    "page_of",
]
