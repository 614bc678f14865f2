"""The pages of books, for the tests that look at every page: a book with a closed period, an undone entry, a keeper."""

from datetime import date
from uuid import uuid4

from django.urls import reverse

from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations
from tests.ledger.bill_pages import pages as bill_pages
from tests.support.books import AT, SYSTEM, a_book
from tests.support.people import a_person

COMMUNITY = "370102001002"
# How a row that slips into a table differs from the one beside it, for the tests of the audit.
SLIPPED = {
    "ledger_account": {"role": "'slipped'"},
    "ledger_book": {"name": "'slipped'"},
    "ledger_commodity": {"code": "'SLIPPED'"},
    "ledger_keeper": {"person_id": "gen_random_uuid()"},
}


def pages() -> dict[str, str]:
    """Give the desk's pages, with as much on each as can be."""
    books = a_book(COMMUNITY)
    wrong = books.move(books.outside, books.fund, 30_000_00, text="区级拨款（示例）")
    operations.reverse(actor=SYSTEM, entry_id=wrong.id, on=date(2026, 3, 2), at=AT, reason="示例")
    right = books.move(books.outside, books.fund, 30_000_00, text="区级拨款（示例）")
    operations.close_period(
        actor=SYSTEM, book_id=books.book.pk, through=date(2026, 3, 2), at=AT, today=date(2026, 11, 1)
    )
    books.move(books.fund, books.one, 5_000_00, on=date(2026, 3, 5), text="首期拨付（示例）", key=uuid4().hex)
    operations.bound(actor=SYSTEM, account_id=books.one.pk, floor=0, ceiling=10_000_00, at=AT)
    keeper = a_person(COMMUNITY, Role.TEAM_LEADER)
    operations.name_keeper(actor=SYSTEM, book_id=books.book.pk, person_id=keeper.pk, at=AT)
    a_person(COMMUNITY, Role.VOLUNTEER)
    of_book = {f"ledger:{one}": [books.book.pk] for one in ("book", "keepers", "close", "journal", "new_account")}
    of_account = {f"ledger:{one}": [books.fund.pk] for one in ("account", "transfer", "bounds", "close_account")}
    of_entry = {f"ledger:{one}": [right.id] for one in ("entry", "reverse")}
    found = {name: reverse(name, args=part) for name, part in {**of_book, **of_account, **of_entry}.items()}
    return {
        "ledger:desk": reverse("ledger:desk"),
        "ledger:desk none": reverse("ledger:desk") + "?q=没有的东西",
        "ledger:new": reverse("ledger:new"),
        **found,
        "ledger:entry undone": reverse("ledger:entry", args=[wrong.id]),
        **bill_pages(),
        "ledger:journal undone": reverse("ledger:journal", args=[books.book.pk]) + "?undone=1",
    }
