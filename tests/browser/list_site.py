"""A site with one list, for the browser: sessions, since every installation has their table."""

from dataclasses import replace

from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.template import Engine
from django.urls import include, path

from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Listing, listing_response

SHELVES = [(letter, f"Shelf {letter.upper()}") for letter in "abc"]
BOOKS = Listing(
    key="books",
    columns=(
        Column("name", "书名", value="session_key", sort="session_key", url=lambda row: "/books/"),
        Column("until", "借到", "date", value="expire_date", sort="expire_date"),
        Column("shelf", "书架", "tag", value=lambda row: ("accent", row.session_key[0])),
    ),
    default_sort="name",
    tie="session_key",
    page_size=5,
    filters=(
        ChoiceFilter("shelf", "书架", field="session_key__startswith", choices=SHELVES),
        DateRangeFilter("until", "借到", field="expire_date"),
    ),
    search=lambda queryset, words: queryset.filter(session_key__contains=words),
    search_label="按书名查找",
)


CARD = '<article class="card"><div class="card-body"><h3><a href="/books/">{{ row.pk }}</a></h3></div></article>'


def cards(request: HttpRequest) -> HttpResponse:
    """Answer with the same list as cards."""
    drawn = replace(BOOKS, key="cards", cards=Engine.get_default().from_string(CARD))  # type: ignore[arg-type]  # what a name leads to
    answer: HttpResponse = listing_response(request, drawn, Session.objects.all(), {"heading": "图书"})
    return answer


def books(request: HttpRequest) -> HttpResponse:
    """Answer with the list."""
    answer: HttpResponse = listing_response(request, BOOKS, Session.objects.all(), {"heading": "图书"})
    return answer


urlpatterns = [
    path("books/", books),
    path("cards/", cards),
    path("i18n/", include("django.conf.urls.i18n")),
    path("ui/", include("shanzhi.ui.urls")),
]
