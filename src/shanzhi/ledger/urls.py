"""The addresses of the desk of books."""

from django.urls import include, path

from shanzhi.ledger.views import accounts, books, entries

app_name = "ledger"

urlpatterns = [
    path("", books.desk, name="desk"),
    path("new/", books.new, name="new"),
    path("<uuid:book_id>/", books.book, name="book"),
    path("<uuid:book_id>/keepers/", books.keepers, name="keepers"),
    path("<uuid:book_id>/close/", books.close, name="close"),
    path("<uuid:book_id>/export.beancount", books.beancount, name="beancount"),
    path("<uuid:book_id>/entries/", entries.journal, name="journal"),
    path("<uuid:book_id>/accounts/new/", accounts.new, name="new_account"),
    path("accounts/<uuid:account_id>/", accounts.account, name="account"),
    path("accounts/<uuid:account_id>/transfer/", accounts.transfer, name="transfer"),
    path("accounts/<uuid:account_id>/bounds/", accounts.bounds, name="bounds"),
    path("accounts/<uuid:account_id>/close/", accounts.close, name="close_account"),
    path("entries/<uuid:entry_id>/", entries.entry, name="entry"),
    path("entries/<uuid:entry_id>/reverse/", entries.reverse_entry, name="reverse"),
    path("<uuid:book_id>/bills/", include("shanzhi.ledger.urls_bills")),
]
