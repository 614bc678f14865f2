"""Every address of money meets every role, inside and outside its area."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import STAFF_READERS, Role
from tests.funding.pages import filled
from tests.people.conftest import make_areas
from tests.support.funds import COMMUNITY, SUBDISTRICT
from tests.support.ground import undone
from tests.support.people import sign_in
from tests.support.permissions import WHO, Roles, Row, check, everyone, missing, only, settled

ROLES = Roles(inside=SUBDISTRICT, outside="110114008")
READERS = tuple(STAFF_READERS)
MANAGERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
RUNNERS = (*MANAGERS, Role.OPERATOR, Role.COMMUNITY_SECRETARY)
# Whose limit for payments is above zero until an area says otherwise.
OTHERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER)
SIGN_IN = 302
MADE: dict[str, Any] = {}


def at(path: str, thing: str) -> Callable[[], str]:
    """Give an address of a thing that was made once for the module."""
    return lambda: path.format(MADE[thing].pk)


def listed(path: str) -> Row:
    return only(READERS, path, anonymous=SIGN_IN, but=dict.fromkeys(READERS, (200, 200)))


def seen(path: Callable[[], str], roles: tuple[Role, ...] = READERS, **row: Any) -> Row:
    """Make the row of what some of those who see a thing may do; the other readers may not."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(roles), (403, 404))
    return only(roles, path, refused=404, anonymous=SIGN_IN, but=others, **row)


def begun(path: str, status: int = 200, **row: Any) -> Row:
    return only(MANAGERS, path, anonymous=SIGN_IN, but=dict.fromkeys(MANAGERS, (status, status)), **row)


def signed_in(path: str) -> Row:
    return Row(path, {**dict.fromkeys(WHO, (200, 200)), "anonymous": (SIGN_IN, SIGN_IN)})


F, G, D = "/desk/funding/funds/{}/", "/desk/funding/grants/{}/", "/desk/funding/"
TABLE: dict[str, Row] = {
    "funding:money": everyone("/money/"),
    "funding:fund": everyone(at("/money/funds/{}/", "fund")),
    "funding:round": everyone(at("/money/rounds/{}/", "fund")),
    "funding:project": everyone(at("/money/projects/{}/", "grant")),
    "funding:receipt": everyone(at("/money/receipts/{}/", "spent")),
    "funding:disclosure": everyone(at("/money/disclosures/{}/", "disclosure")),
    "funding:given": signed_in("/money/given/"),
    "funding:own": signed_in("/money/mine/"),
    "funding:own_grant": seen(at("/money/mine/{}/", "grant")),
    "funding:claim": seen(at("/money/mine/{}/expense/", "grant"), MANAGERS),
    "POST funding:claim": seen(at("/money/mine/{}/expense/", "grant"), MANAGERS, method="POST", allowed=422),
    "funding:ask": seen(at("/money/mine/{}/ask/", "grant"), RUNNERS),
    "POST funding:ask": seen(at("/money/mine/{}/ask/", "grant"), RUNNERS, method="POST", allowed=422),
    "funding:photo": seen(at("/money/photos/{}/", "claim")),
    "funding:expense": seen(at("/money/expenses/{}/", "claim")),
    **{f"funding:{name}": listed(f"{D}{path}") for name, path in (
        ("desk", ""), ("grants", "grants/"), ("payments", "payments/"), ("expenses", "expenses/"),
        ("requests", "requests/"), ("due", "due/"), ("limits", "limits/"),
    )},
    "funding:new_fund": begun(f"{D}new/"),
    "POST funding:new_fund": begun(f"{D}new/", 422, method="POST"),
    "funding:new_limit": begun(f"{D}limits/new/"),
    "POST funding:new_limit": begun(f"{D}limits/new/", 422, method="POST"),
    "funding:desk_fund": seen(at(F, "fund")),
    **{f"funding:{name}": seen(at(f"{F}{path}/", "fund"), MANAGERS) for name, path in (
        ("income", "income"), ("donor", "donor"), ("new_grant", "grant"),
    )},
    **{f"POST funding:{name}": seen(at(f"{F}{path}/", "fund"), MANAGERS, method="POST", allowed=422) for name, path in (
        ("income", "income"), ("donor", "donor"), ("new_grant", "grant"),
    )},
    "funding:take_back": seen(at(f"{D}incomes/{{}}/take-back/", "income"), OTHERS),
    "POST funding:take_back": seen(at(f"{D}incomes/{{}}/take-back/", "income"), OTHERS, method="POST", allowed=422),
    "POST funding:disclose_fund": seen(at(f"{F}disclose/", "fund"), MANAGERS, method="POST", allowed=302),
    "funding:desk_grant": seen(at(G, "grant")),
    **{f"funding:{name}": seen(at(f"{G}{name}/", "draft"), MANAGERS) for name in ("sign", "renew", "close")},
    **{f"funding:{name}": seen(at(f"{G}{name}/", "grant"), RUNNERS) for name in ("meet", "stop")},
    **{f"POST funding:{name}": seen(at(f"{G}{name}/", "draft"), MANAGERS, method="POST", allowed=422)
       for name in ("sign", "close")},
    **{f"POST funding:{name}": seen(at(f"{G}{name}/", "grant"), RUNNERS, method="POST", allowed=422)
       for name in ("meet", "stop")},
    "POST funding:disclose_grant": seen(at(f"{G}disclose/", "grant"), MANAGERS, method="POST", allowed=302),
    "funding:agreement": seen(at(f"{G}agreement.docx", "grant")),
    "POST funding:ask_payment": seen(at(f"{D}tranches/{{}}/ask/", "tranche"), RUNNERS, method="POST", allowed=302),
    "funding:payment": seen(at(f"{D}payments/{{}}/", "payment")),
    "funding:request": seen(at(f"{D}requests/{{}}/", "request")),
    "funding:picture": seen(at(f"{D}expenses/{{}}/picture/", "spent"), MANAGERS),
    "POST funding:picture": seen(at(f"{D}expenses/{{}}/picture/", "spent"), MANAGERS, method="POST", allowed=422),
}  # fmt: skip

API = "/api/v1/funding"
DAYS = {"starts_on": "2026-01-05", "ends_on": "2026-01-01"}
FUND = {"book": str(UUID(int=0)), "name": "x", "kind": "government", **DAYS}
GRANT = {"proposal": str(UUID(int=1)), "title": "x", "area": COMMUNITY, "custody": "own", **DAYS, "lines": [],
         "tranches": []}  # fmt: skip
EXPENSE = {"line": 1, "amount_fen": 1, "spent_on": "2026-01-06", "what": "x", "seller": "x", "seller_code": "1",
           "invoice": "?", "photo": ""}  # fmt: skip
ASKED = {"kind": "lines", "amount_fen": 0, "why": "x"}


def posted(path: str, thing: str, json: dict[str, Any], roles: tuple[Role, ...], allowed: int) -> Row:
    """Make the row of a write of the API on a thing, refused for a reason in what is sent unless it does nothing."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(roles), (403, 404))
    return only(roles, at(API + path, thing), refused=404, but=others, method="POST", json=json, allowed=allowed)


ROUTES: dict[str, Row] = {
    f"GET {API}/funds": everyone(f"{API}/funds"),
    f"POST {API}/funds": Row(f"{API}/funds", {**dict.fromkeys(WHO, (404, 404)), "anonymous": (401, 401)}, "POST",
                             json=FUND),
    f"GET {API}/funds/{{fund_id}}": everyone(at(f"{API}/funds/{{}}", "fund")),
    f"POST {API}/funds/{{fund_id}}/income": posted(
        "/funds/{}/income", "fund", {"amount_fen": 0, "source": "donations", "on": "2026-01-06"}, MANAGERS, 422),
    f"POST {API}/incomes/{{income_id}}/take-back": posted(
        "/incomes/{}/take-back", "income", {"reason": ""}, OTHERS, 422),
    f"POST {API}/funds/{{fund_id}}/disclose": posted("/funds/{}/disclose", "fund", {}, MANAGERS, 200),
    f"POST {API}/funds/{{fund_id}}/grants": posted("/funds/{}/grants", "fund", GRANT, MANAGERS, 422),
    f"GET {API}/grants": everyone(f"{API}/grants"),
    f"GET {API}/grants/{{grant_id}}": everyone(at(f"{API}/grants/{{}}", "grant")),
    f"POST {API}/grants/{{grant_id}}/sign": posted(
        "/grants/{}/sign", "draft", {"party": "funder", "signed_on": "2020-01-01"}, MANAGERS, 422),
    f"POST {API}/grants/{{grant_id}}/disclose": posted("/grants/{}/disclose", "grant", {}, MANAGERS, 200),
    f"POST {API}/grants/{{grant_id}}/expenses": posted("/grants/{}/expenses", "grant", EXPENSE, MANAGERS, 422),
    f"POST {API}/grants/{{grant_id}}/requests": posted("/grants/{}/requests", "grant", ASKED, MANAGERS, 422),
    f"POST {API}/proposals/{{proposal}}/meet": posted(
        "/proposals/{}/meet", "proposal", {"condition": "nothing"}, RUNNERS, 422),
    f"POST {API}/proposals/{{proposal}}/stop": posted("/proposals/{}/stop", "proposal", {"reason": ""}, RUNNERS, 422),
    f"POST {API}/proposals/{{proposal}}/close": posted(
        "/proposals/{}/close", "proposal", {"reason": ""}, MANAGERS, 409),
    f"POST {API}/tranches/{{tranche_id}}/ask": posted("/tranches/{}/ask", "tranche", {}, RUNNERS, 200),
    f"GET {API}/waiting/{{things}}": only(
        READERS, f"{API}/waiting/payments", but=dict.fromkeys(READERS, (200, 200))),
    f"POST {API}/waiting/{{things}}/{{thing_id}}": posted(
        "/waiting/expenses/{}", "claim", {"decision": "refuse"}, MANAGERS[:2], 422),
}  # fmt: skip
TABLE |= ROUTES


def make() -> None:
    """Make the fund and all that hangs on it, once."""
    made, found = filled()
    MADE.update(found, money=made, fund=made.fund, tranche=found["payment"].tranche)
    MADE["proposal"] = SimpleNamespace(pk=found["grant"].proposal)


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with settled(django_db_blocker, ROLES, make_areas, make):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role_meets(name: str) -> None:
    check(TABLE[name], ROLES)


def test_the_table_names_every_address() -> None:
    assert missing(TABLE, urls="shanzhi.funding.urls", api_prefix=f"{API}/") == set()


def test_the_team_sees_its_own_money_and_no_desk() -> None:
    client = sign_in(Client(), MADE["money"].leader)
    grant, claim = MADE["grant"].pk, MADE["claim"].pk
    for path in (f"mine/{grant}/", f"mine/{grant}/expense/", f"mine/{grant}/ask/", f"photos/{claim}/", "mine/"):
        assert client.get(f"/money/{path}").status_code == 200, path
    assert client.get("/desk/funding/").status_code == 403
    assert client.get(f"/desk/funding/grants/{grant}/sign/").status_code == 403
    other = Client()
    sign_in(other, MADE["money"].leader.__class__.objects.get(pk=MADE["money"].keeper.person_id))
    assert other.get("/desk/funding/").status_code == 200  # who keeps the book has a place at the desk
    assert other.get(f"/desk/funding/funds/{MADE['fund'].pk}/income/").status_code == 200
    assert COMMUNITY.startswith(SUBDISTRICT)
