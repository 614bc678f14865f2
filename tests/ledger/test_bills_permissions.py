"""Every address of bills meets every role, inside and outside the book's area, and a keeper without a role there."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations
from shanzhi.ledger.models import BillMatch
from shanzhi.ledger.operations import bill_settling
from tests.ledger import bill_files as made
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.bills import AT, an_officer_book, line_of, sent, taken
from tests.support.books import SYSTEM
from tests.support.ground import undone
from tests.support.people import client_for
from tests.support.permissions import Roles, Row, check, only, page_names, settled

ROLES = Roles(inside=COMMUNITY, outside="110114008001")
MANAGERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
SIGN_IN = 302
FIRST = min(MANAGERS, key=list(Role).index)


def address(
    path: str, *, settle: bool = False, rule: bool = False, root: str = "/desk/ledger/{book}/bills/"
) -> Any:  # fmt: skip
    """Make a book with a bill and give an address of it."""

    def make() -> str:
        held, bank = an_officer_book(COMMUNITY)
        waiting = sent(held, bank, made.boc()) if "{file}" in path else None
        found = taken(held, bank, made.icbc()) if "{line}" in path or "{account}" in path else None
        line = line_of(bank, 500_00) if found else None
        if settle and line:
            bill_settling.leave_out(actor=SYSTEM, line_id=line.pk, reason="示例", at=AT)
        own = bill_settling.make_rule(
            actor=SYSTEM, book=held.book, name="示例", action="match", days=3, by_serial=False, words=[], target=None,
            at=AT,
        ) if rule else None  # fmt: skip
        return root.format(book=held.book.pk) + path.format(
            file=getattr(waiting, "pk", ""), line=getattr(line, "pk", ""), account=bank.pk, rule=getattr(own, "pk", "")
        )

    return make


def row(path: str, *, settle: bool = False, rule: bool = False, **given: Any) -> Row:
    """Make the row of what only officers of the area meet; for all others there is no such page."""
    where = address(path, settle=settle, rule=rule)
    return only(MANAGERS, where, refused=404, anonymous=SIGN_IN, **given)


API = "/api/v1/ledger/books"


def routed(path: str, json: dict[str, Any] | None = None, allowed: int = 200, **given: Any) -> Row:
    """Make the row of a route of bills; what is sent is refused for a reason in it, so that nothing changes."""
    where = address(path, root=f"{API}/{{book}}/bills", **given)
    method = {} if json is None else {"method": "POST", "json": json}
    return only(MANAGERS, where, refused=404, allowed=allowed, **method)


NOTHING = "00000000-0000-4000-8000-000000000000"
ROUTES: dict[str, Row] = {
    f"GET {API}/{{book_id}}/bills": routed(""),
    f"POST {API}/{{book_id}}/bills": routed("", {"account": NOTHING, "name": "x", "content": "eA=="}, 422),
    f"GET {API}/{{book_id}}/bills/{{file_id}}": routed("/{file}"),
    f"POST {API}/{{book_id}}/bills/{{file_id}}/take": routed("/{file}/take", {}),
    f"GET {API}/{{book_id}}/bills/rules": routed("/rules"),
    f"POST {API}/{{book_id}}/bills/rules": routed("/rules", {"name": " ", "action": "match"}, 422),
    f"POST {API}/{{book_id}}/bills/rules/{{rule_id}}/end": routed(f"/rules/{NOTHING}/end", {}, 404),
    f"GET {API}/{{book_id}}/bills/columns": routed("/columns"),
    f"POST {API}/{{book_id}}/bills/columns": routed("/columns", {"name": "示例银行", "day": "日期"}, 422),
    f"GET {API}/{{book_id}}/bills/accounts/{{account_id}}/lines": routed("/accounts/{account}/lines?left=true"),
    f"GET {API}/{{book_id}}/bills/lines/{{line_id}}": routed("/lines/{line}"),
    f"POST {API}/{{book_id}}/bills/lines/{{line_id}}/match": routed(
        "/lines/{line}/match", {"postings": [{"entry": NOTHING, "leg": 0}]}, 422),
    f"POST {API}/{{book_id}}/bills/lines/{{line_id}}/enter": routed(
        "/lines/{line}/enter", {"other": NOTHING, "on": "2026-03-03"}, 422),
    f"POST {API}/{{book_id}}/bills/lines/{{line_id}}/leave": routed("/lines/{line}/leave", {"reason": " "}, 422),
    f"POST {API}/{{book_id}}/bills/lines/{{line_id}}/undo": routed("/lines/{line}/undo", {}, 409),
}  # fmt: skip
TABLE: dict[str, Row] = {
    "ledger:bills": row(""),
    "ledger:bill_new": row("new/"),
    "POST ledger:bill_new": row("new/", method="POST", allowed=422),
    "ledger:bill_file": row("files/{file}/"),
    "POST ledger:bill_file": row("files/{file}/", method="POST", allowed=302),
    "ledger:bill_desk": row("accounts/{account}/"),
    "ledger:bill_lines": row("accounts/{account}/lines/"),
    "ledger:bill_match": row("accounts/{account}/match/"),
    "POST ledger:bill_match": row("accounts/{account}/match/", method="POST", allowed=302),
    "ledger:bill_line": row("lines/{line}/"),
    "ledger:bill_line_match": row("lines/{line}/match/"),
    "POST ledger:bill_line_match": row("lines/{line}/match/", method="POST", allowed=422),
    "ledger:bill_line_enter": row("lines/{line}/enter/"),
    "POST ledger:bill_line_enter": row("lines/{line}/enter/", method="POST", allowed=422),
    "ledger:bill_line_leave": row("lines/{line}/leave/"),
    "POST ledger:bill_line_leave": row("lines/{line}/leave/", method="POST", allowed=422),
    "ledger:bill_line_undo": row("lines/{line}/undo/", settle=True),
    "POST ledger:bill_line_undo": row("lines/{line}/undo/", method="POST", allowed=422),
    "ledger:bill_rules": row("rules/"),
    "ledger:bill_rule_new": row("rules/new/"),
    "POST ledger:bill_rule_new": row("rules/new/", method="POST", allowed=422),
    "ledger:bill_rule_end": row("rules/{rule}/end/", rule=True),
    "POST ledger:bill_rule_end": row(
        "rules/{rule}/end/", rule=True, method="POST", allowed=302,
        but=dict.fromkeys(set(MANAGERS) - {FIRST}, (404, 404))),  # the first of them ended it
    "ledger:bill_columns": row("columns/"),
    "POST ledger:bill_columns": row("columns/", method="POST", allowed=422),
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


@pytest.mark.parametrize("name", [*TABLE, *ROUTES])
def test_every_role_meets(name: str) -> None:
    check((TABLE | ROUTES)[name], ROLES)


def test_the_table_names_every_address() -> None:
    named = {name.removeprefix("POST ") for name in TABLE}
    assert named == {f"ledger:{name}" for name in page_names("shanzhi.ledger.urls_bills")}


def test_a_keeper_without_a_role_works_on_the_bills_of_the_own_book_alone() -> None:
    keeper = client_for(None, "110114008001")
    held, bank = an_officer_book(COMMUNITY)
    taken(held, bank, made.icbc())
    line = line_of(bank, 500_00)
    own = f"/desk/ledger/{held.book.pk}/bills/"
    assert keeper.get(own).status_code == 404
    operations.name_keeper(actor=SYSTEM, book_id=held.book.pk, person_id=keeper.person.pk, at=AT)  # type: ignore[attr-defined]
    other = an_officer_book(COMMUNITY)[0].book.pk
    for path in ("", "new/", f"accounts/{bank.pk}/", f"lines/{line.pk}/", "rules/", "columns/"):
        assert keeper.get(own + path).status_code == 200
        assert keeper.get(f"/desk/ledger/{other}/bills/{path}").status_code == 404
    answer = keeper.post(f"{own}lines/{line.pk}/leave/", {"reason": "另一本账"})
    assert answer["Location"] == f"{own}accounts/{bank.pk}/"
    assert BillMatch.objects.get().reason == "另一本账"
