"""The addresses of the desk of books."""

from django.urls import include, path

app_name = "ledger"

urlpatterns = [
    path("<uuid:book_id>/bills/", include("shanzhi.ledger.urls_bills")),
]
