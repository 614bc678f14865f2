"""Every address of the ledger meets every role, inside and outside its area, and who keeps a book."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.ledger import operations
from tests.ledger.test_bills_permissions import ROUTES as BILLS
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.books import AT, SYSTEM, Books, a_book
from tests.support.ground import undone
from tests.support.people import a_person, sign_in
from tests.support.permissions import Roles, Row, check, missing, only, settled

API = "/api/v1/ledger"
ROLES = Roles(inside=COMMUNITY, outside="110114008001")
READERS = tuple(STAFF_READERS - {Role.SOCIAL_WORKER})
MANAGERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
OTHERS: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(MANAGERS), (403, 404))
EVERYBODY = tuple(Role)
SIGN_IN = 302


def of(path: str, api: bool = False) -> Callable[[], str]:
    """Make a book with money in it, and give an address of it, its account or its entry."""

    def address() -> str:
        books: Books = a_book(COMMUNITY)
        entry = books.move(books.outside, books.fund, 10_000)
        parts = {"book": books.book.pk, "account": books.fund.pk, "entry": entry.id, "empty": books.one.pk}
        return (API if api else "/desk/ledger") + path.format(**parts)

    return address


def read(path: str, **row: Any) -> Row:
    """Make the row of what readers of the book's area see."""
    return only(READERS, of(path, **row), refused=404, anonymous=401 if row else SIGN_IN)


def managed(path: str, **row: Any) -> Row:
    """Make the row of what officers do; the other readers of the area may not."""
    api = path.startswith("api:")
    return only(
        MANAGERS,
        of(path.removeprefix("api:"), api=api),
        refused=404,
        but=OTHERS,
        anonymous=401 if api else SIGN_IN,
        **row,
    )


def posted(path: str, json: dict[str, Any], allowed: int = 422) -> Row:
    return managed(f"api:{path}", method="POST", json=json, allowed=allowed)


def anywhere(path: str, roles: tuple[Role, ...], status: int = 200, **row: Any) -> Row:
    """Make the row of what is open to roles wherever they are held."""
    return only(roles, path, but=dict.fromkeys(roles, (status, status)), **row)


FORM = {"method": "POST", "allowed": 422}
TABLE: dict[str, Row] = {
    "ledger:desk": only(EVERYBODY, "/desk/ledger/", refused=200, anonymous=SIGN_IN),
    "ledger:new": anywhere("/desk/ledger/new/", MANAGERS, anonymous=SIGN_IN),
    "POST ledger:new": anywhere("/desk/ledger/new/", MANAGERS, 422, anonymous=SIGN_IN, method="POST"),
    "ledger:book": read("/{book}/"),
    "ledger:beancount": read("/{book}/export.beancount"),
    "ledger:journal": read("/{book}/entries/"),
    "ledger:account": read("/accounts/{account}/"),
    "ledger:entry": read("/entries/{entry}/"),
    "ledger:keepers": managed("/{book}/keepers/"),
    "POST ledger:keepers": managed("/{book}/keepers/", **FORM),
    "ledger:close": managed("/{book}/close/"),
    "POST ledger:close": managed("/{book}/close/", **FORM),
    "ledger:new_account": managed("/{book}/accounts/new/"),
    "POST ledger:new_account": managed("/{book}/accounts/new/", **FORM),
    "ledger:transfer": managed("/accounts/{account}/transfer/"),
    "POST ledger:transfer": managed("/accounts/{account}/transfer/", **FORM),
    "ledger:bounds": managed("/accounts/{account}/bounds/"),
    "POST ledger:bounds": managed("/accounts/{account}/bounds/", **FORM),
    "ledger:close_account": managed("/accounts/{empty}/close/"),
    "POST ledger:close_account": managed("/accounts/{empty}/close/", **FORM),
    "ledger:reverse": managed("/entries/{entry}/reverse/"),
    "POST ledger:reverse": managed("/entries/{entry}/reverse/", **FORM),
    f"GET {API}/books": only(EVERYBODY, f"{API}/books", refused=200),
    f"POST {API}/books": only(
        MANAGERS, f"{API}/books", method="POST", json={"name": " ", "area": COMMUNITY, "begins_on": "2026-01-01"},
        allowed=422, but=dict.fromkeys(MANAGERS, (422, 422))),
    f"GET {API}/books/{{book_id}}": read("/books/{book}", api=True),
    f"POST {API}/books/{{book_id}}/close": posted("/books/{book}/close", {"through": "2190-01-01"}),
    f"POST {API}/books/{{book_id}}/keepers": posted("/books/{book}/keepers", {"person": lambda: str(uuid4())}, 404),
    f"GET {API}/books/{{book_id}}/accounts": read("/books/{book}/accounts", api=True),
    f"POST {API}/books/{{book_id}}/accounts": posted(
        "/books/{book}/accounts", {"name": " ", "role": "fees", "nature": "expenses"}),
    f"POST {API}/books/{{book_id}}/transfers": only(
        MANAGERS, of("/books/{book}/transfers", api=True), method="POST", allowed=422,
        json={"source": str(uuid4()), "target": str(uuid4()), "amount": 1, "on": "2026-03-02"}),
    f"POST {API}/books/{{book_id}}/transfers/many": only(
        MANAGERS, of("/books/{book}/transfers/many", api=True), method="POST", allowed=409,
        json={"transfers": [{
            "source": str(uuid4()), "target": str(uuid4()), "amount": 1, "on": "2026-03-02", "key": "of-the-table"}]}),
    f"GET {API}/accounts/{{account_id}}": read("/accounts/{account}", api=True),
    f"GET {API}/accounts/{{account_id}}/balance": read("/accounts/{account}/balance?on=2026-03-02", api=True),
    f"GET {API}/accounts/{{account_id}}/statement": read("/accounts/{account}/statement", api=True),
    f"POST {API}/accounts/{{account_id}}/bounds": posted("/accounts/{account}/bounds", {"floor": 10_001}),
    f"POST {API}/accounts/{{account_id}}/close": posted("/accounts/{account}/close", {"reason": ""}, 409),
    f"GET {API}/entries/{{entry_id}}": read("/entries/{entry}", api=True),
    f"POST {API}/entries/{{entry_id}}/reverse": posted(
        "/entries/{entry}/reverse", {"on": "2000-01-01", "reason": "示例"}, 409),
}  # fmt: skip


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the areas, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, make_areas):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role_meets(name: str) -> None:
    check(TABLE[name], ROLES)


def test_the_table_names_every_address() -> None:
    assert missing(TABLE | BILLS, urls="shanzhi.ledger.urls", api_prefix=f"{API}/") == set()


def test_a_keeper_reads_and_enters_in_the_own_book_and_no_other() -> None:
    own, other = a_book(COMMUNITY, "自管账本"), a_book(COMMUNITY, "别家账本")
    for books in (own, other):
        books.move(books.outside, books.fund, 10_000)
    person = a_person(COMMUNITY, Role.TEAM_LEADER)
    operations.name_keeper(actor=SYSTEM, book_id=own.book.pk, person_id=person.pk, at=AT)
    client = sign_in(Client(), person)
    page = client.get("/desk/ledger/").content.decode()
    assert own.book.name in page
    assert other.book.name not in page
    assert [one["id"] for one in client.get(f"{API}/books").json()["items"]] == [str(own.book.pk)]
    sent = {
        "way": "out",
        "other": own.one.pk,
        "amount": "12.50",
        "on": "2026-03-02",
        "text": "文具",
        "key": uuid4().hex,
    }
    sent["idempotency_key"] = uuid4().hex
    assert client.get(f"/desk/ledger/accounts/{own.fund.pk}/transfer/?q=账户").status_code == 200
    answer = client.post(f"/desk/ledger/accounts/{own.fund.pk}/transfer/", sent, follow=True)
    assert answer.status_code == 200
    assert "¥12.50" in answer.content.decode()
    assert "文具" in client.get(f"/desk/ledger/accounts/{own.one.pk}/").content.decode()
    for path in (f"accounts/{other.fund.pk}/", f"accounts/{other.fund.pk}/transfer/", f"{other.book.pk}/"):
        assert client.get(f"/desk/ledger/{path}").status_code == 404, path
    for path in (f"{own.book.pk}/keepers/", f"{own.book.pk}/close/", f"accounts/{own.fund.pk}/bounds/"):
        assert client.get(f"/desk/ledger/{path}").status_code == 403, path


def test_the_api_tells_what_moved(django_assert_num_queries: Any) -> None:
    books = a_book(COMMUNITY)
    books.move(books.outside, books.fund, 10_000)
    for number in range(30):
        books.move(books.fund, books.one, 100 + number, on=date(2026, 3, 3), text=f"第{number}笔")
    client = ROLES.clients(Role.SUBDISTRICT_OFFICER)[0]
    page = client.get(f"{API}/accounts/{books.one.pk}/statement?limit=20").json()
    assert [one["amount"] for one in page["items"]] == list(range(129, 109, -1))
    rest = client.get(f"{API}/accounts/{books.one.pk}/statement?limit=20&before={page['next']}").json()
    assert rest["next"] is None
    assert rest["items"][-1]["stood"] == 100
    path = f"{API}/accounts/{books.fund.pk}/balance?on="
    assert client.get(f"{path}2026-03-02").json()["amount"] == 10_000
    assert client.get(f"{path}2026-03-03").json()["amount"] == 10_000 - sum(range(100, 130))
    sent = {"source": str(books.one.pk), "target": str(books.other.pk), "amount": 50, "on": "2026-03-04"}
    head = {"Idempotency-Key": "once-and-again"}
    posted = [
        client.post(f"{API}/books/{books.book.pk}/transfers", sent, content_type="application/json", headers=head)
        for _ in range(2)
    ]
    assert posted[0].json() == posted[1].json()
    entry = client.get(f"{API}/entries/{posted[0].json()['entry']}").json()
    assert [one["amount"] for one in entry["postings"]] == [-50, 50]
    short = client.post(
        f"{API}/books/{books.book.pk}/transfers", {**sent, "amount": 10**9}, content_type="application/json",
        headers={"Idempotency-Key": "another-key"},
    )  # fmt: skip
    assert (short.status_code, short.json()["code"]) == (409, "ledger_short")
    assert "¥" in short.json()["detail"]
