"""The rows of the permission table for registers, and registers for the tests that ask every address."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.organizations.models import RegisterImport, RegisterRow
from tests.organizations.register_support import a_register, a_row, checked, sent, taken
from tests.people.conftest import SUBDISTRICT
from tests.support.organizations import an_organization
from tests.support.people import AT, an_actor
from tests.support.permissions import Row, everyone, only

MANAGERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
DESK = "/desk/organizations/registers"
API = "/api/v1/organizations/registers"
COMMUNITY = "370102001001"
SIGN_IN = 302


def _by() -> Any:
    return an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])


def a_checked(area: str = COMMUNITY, at: Any = AT) -> RegisterImport:
    """Have a register checked that holds a new row, a doubtful one, one on record and a refused one."""
    mark = uuid4().int % 10**6
    an_organization(SUBDISTRICT, name=f"存疑队{mark}（示例）")
    an_organization(area, name=f"在册队{mark}（示例）")
    names = (f"新队{mark}（示例）", f"存疑队{mark}（示例）", f"在册队{mark}（示例）")
    rows = [a_row(n, name, 所属社区="", 负责人="诸葛示例") for n, name in enumerate(names, 1)]
    wrong = a_row(4, f"错队{mark}（示例）", 所属社区="", 联系电话="12345")
    return checked(_by(), a_register(*rows, wrong), area=area, at=at)


def a_checked_around(at: Any = AT) -> RegisterImport:
    """Have a register checked with a doubtful row: its name is on record in another community of the subdistrict."""
    name = f"两处队{uuid4().int % 10**6}（示例）"
    an_organization("370102001002", name=name)
    return checked(_by(), a_register(a_row(1, name, 所属社区="")), area=SUBDISTRICT, at=at)


def one(make: Any, path: str = "", root: str = DESK) -> Any:
    """Have a register of the community, and give an address of it."""
    return lambda: f"{root}/{make().pk}{path}"


def _sent(area: str = COMMUNITY, at: Any = AT) -> RegisterImport:
    return sent(_by(), a_register(a_row(1, "新队（示例）", 所属社区="")), area=area, at=at)


def _taken(area: str = COMMUNITY, at: Any = AT) -> RegisterImport:
    return taken(_by(), a_register(a_row(1, "新队（示例）", 所属社区="")), area=area, at=at)


def of_officers(path: Any, *, inside: int | None = None, **row: Any) -> Row:
    """Make the row of what officers of the area do; for all others there is no such register."""
    if inside is not None:
        row["allowed"] = inside
    return only(MANAGERS, path, refused=404, **row)


def listed(path: str, status: int = 200, **row: Any) -> Row:
    """Make the row of what is open to officers wherever they are."""
    return only(MANAGERS, path, but=dict.fromkeys(MANAGERS, (status, status)), **row)


TABLE: dict[str, Row] = {
    "organizations:registers": listed(f"{DESK}/", anonymous=SIGN_IN),
    "organizations:register_new": listed(f"{DESK}/new/", anonymous=SIGN_IN),
    "POST organizations:register_new": listed(f"{DESK}/new/", 422, anonymous=SIGN_IN, method="POST"),
    "organizations:register": of_officers(one(a_checked, "/"), anonymous=SIGN_IN),
    "organizations:register_columns": of_officers(one(_sent, "/columns/"), anonymous=SIGN_IN),
    "POST organizations:register_columns": of_officers(
        one(_sent, "/columns/"), anonymous=SIGN_IN, method="POST", inside=422),
    "POST organizations:register_take": of_officers(
        one(a_checked, "/take/"), anonymous=SIGN_IN, method="POST", inside=302),
    "organizations:register_undo": of_officers(one(_taken, "/undo/"), anonymous=SIGN_IN),
    "POST organizations:register_undo": of_officers(
        one(_taken, "/undo/"), anonymous=SIGN_IN, method="POST", inside=302),
    "organizations:register_row": of_officers(
        lambda: f"{DESK}/{a_checked().pk}/rows/0/", anonymous=SIGN_IN, inside=404),
    f"GET {API}": listed(API),
    f"POST {API}": everyone(API, status=422, method="POST"),  # without a file; with one: test_register_pages
    f"GET {API}/{{register_id}}": of_officers(one(a_checked, root=API)),
    f"GET {API}/{{register_id}}/rows": of_officers(one(a_checked, "/rows", API)),
    f"POST {API}/{{register_id}}/columns": of_officers(
        one(_sent, "/columns", API), method="POST", json={"columns": {}, "sheets": []}, inside=422),
    f"POST {API}/{{register_id}}/rows/{{row_id}}/decide": of_officers(
        one(a_checked, "/rows/1/decide", API), method="POST", json={"decision": "same"}, inside=404),
    f"POST {API}/{{register_id}}/take": of_officers(one(a_checked, "/take", API), method="POST", json={}),
    f"POST {API}/{{register_id}}/undo": of_officers(one(_taken, "/undo", API), method="POST", json={}),
}  # fmt: skip


def of_registers() -> dict[str, list[str]]:
    """Give the registers that are there, and some rows of them, by the names of the places for them in addresses."""
    rows = RegisterRow.objects.order_by("pk").values_list("pk", flat=True)[:5]
    return {
        "register_id": [str(one) for one in RegisterImport.objects.values_list("pk", flat=True)] or [str(uuid4())],
        "row_id": [str(one) for one in rows] or ["1"],
    }


def pages() -> dict[str, str]:
    """Give the pages of registers as an officer of the subdistrict sees them, each step of one with rows."""
    at = timezone.now()
    there = ("370102001002", at)  # the other community has given way to a new one where a change of areas is tried
    waiting, around, done, read = a_checked(*there), a_checked_around(at), _taken(*there), _sent(*there)
    row = RegisterRow.objects.get(register=around, outcome="doubtful")
    return {
        "organizations:registers": f"{DESK}/",
        "organizations:register_new": f"{DESK}/new/",
        "organizations:register_columns": f"{DESK}/{read.pk}/columns/",
        "organizations:register": f"{DESK}/{waiting.pk}/",
        "organizations:register taken": f"{DESK}/{done.pk}/",
        "organizations:register_undo": f"{DESK}/{done.pk}/undo/",
        "organizations:register_row": f"{DESK}/{around.pk}/rows/{row.pk}/",
    }
