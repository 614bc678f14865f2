"""The rows of the permission table for imports, and imports for the tests that ask every address."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.volunteering.models import VolunteerImport, VolunteerRow
from tests.people.conftest import SUBDISTRICT
from tests.support.people import AT, a_person, an_actor
from tests.support.permissions import Row, everyone, only
from tests.volunteering.import_support import a_list, a_row, checked, sent, taken

OFFICERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
DESK = "/desk/volunteering/imports"
API = "/api/v1/volunteering/imports"
COMMUNITY = "370102001001"
SIGN_IN = 302


def _by() -> Any:
    return an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])


def _phone() -> str:
    return f"139{uuid4().int % 10**8:08d}"


def a_checked(area: str = COMMUNITY, at: Any = AT) -> VolunteerImport:
    """Have a list checked that holds a new row, a doubtful one and a refused one."""
    there = a_person(area, name="存疑示例", verified=False)
    rows = [
        a_row(1, "新来示例", 手机号=_phone(), 所属社区="", 技能="吹笛子", 时长=2.5),
        a_row(2, "存疑示例", 出生日期=there.born_on and there.born_on.isoformat(), 所属社区=""),
        a_row(3, "错号示例", 手机号="12345", 所属社区=""),
    ]
    return checked(_by(), a_list(*rows), area=area, at=at)


def _sent(area: str = COMMUNITY, at: Any = AT) -> VolunteerImport:
    return sent(_by(), a_list(a_row(1, "新来示例", 手机号=_phone(), 所属社区="")), area=area, at=at)


def _taken(area: str = COMMUNITY, at: Any = AT) -> VolunteerImport:
    return taken(_by(), a_list(a_row(1, "新来示例", 手机号=_phone(), 所属社区="", 时长=2.5)), area=area, at=at)


def one(make: Callable[[], VolunteerImport], path: str = "", root: str = DESK) -> Any:
    """Have an import of the community, and give an address of it."""
    return lambda: f"{root}/{make().pk}{path}"


def of_officers(path: Any, *, inside: int | None = None, **row: Any) -> Row:
    """Make the row of what officers of the area do; for all others there is no such import."""
    if inside is not None:
        row["allowed"] = inside
    return only(OFFICERS, path, refused=404, **row)


def listed(path: str, status: int = 200, **row: Any) -> Row:
    """Make the row of what is open to officers wherever they are."""
    return only(OFFICERS, path, but=dict.fromkeys(OFFICERS, (status, status)), **row)


def _doubtful() -> str:
    found = a_checked()
    return f"{DESK}/{found.pk}/rows/{VolunteerRow.objects.get(of_import=found, outcome='doubtful').pk}/"


TABLE: dict[str, Row] = {
    "volunteering:imports": listed(f"{DESK}/", anonymous=SIGN_IN),
    "volunteering:import_new": listed(f"{DESK}/new/", anonymous=SIGN_IN),
    "POST volunteering:import_new": listed(f"{DESK}/new/", 422, anonymous=SIGN_IN, method="POST"),
    "volunteering:import": of_officers(one(a_checked, "/"), anonymous=SIGN_IN),
    "volunteering:import_columns": of_officers(one(_sent, "/columns/"), anonymous=SIGN_IN),
    "POST volunteering:import_columns": of_officers(
        one(_sent, "/columns/"), anonymous=SIGN_IN, method="POST", inside=422),
    "POST volunteering:import_take": of_officers(
        one(a_checked, "/take/"), anonymous=SIGN_IN, method="POST", inside=302),
    # What is taken is not dropped any more; dropped itself: test_import_jobs.
    "POST volunteering:import_forget": of_officers(
        one(_taken, "/forget/"), anonymous=SIGN_IN, method="POST", inside=409),
    "volunteering:import_undo": of_officers(one(_taken, "/undo/"), anonymous=SIGN_IN),
    "POST volunteering:import_undo": of_officers(
        one(_taken, "/undo/"), anonymous=SIGN_IN, method="POST", inside=302),
    "volunteering:import_row": of_officers(_doubtful, anonymous=SIGN_IN),
    "POST volunteering:import_row": of_officers(_doubtful, anonymous=SIGN_IN, method="POST", inside=422),
    f"GET {API}": listed(API),
    f"POST {API}": everyone(API, status=422, method="POST"),  # without a file; with one: test_import_pages
    f"GET {API}/{{import_id}}": of_officers(one(a_checked, root=API)),
    f"GET {API}/{{import_id}}/rows": of_officers(one(a_checked, "/rows", API)),
    f"POST {API}/{{import_id}}/columns": of_officers(
        one(_sent, "/columns", API), method="POST", json={"columns": {}, "sheets": []}, inside=422),
    f"POST {API}/{{import_id}}/rows/{{row_id}}/decide": of_officers(
        one(a_checked, "/rows/1/decide", API), method="POST", json={"decision": "same"}, inside=404),
    f"POST {API}/{{import_id}}/take": of_officers(one(a_checked, "/take", API), method="POST", json={}),
    f"POST {API}/{{import_id}}/forget": of_officers(one(_taken, "/forget", API), method="POST", json={}, inside=409),
    f"POST {API}/{{import_id}}/undo": of_officers(one(_taken, "/undo", API), method="POST", json={}),
}  # fmt: skip


def of_imports() -> dict[str, list[str]]:
    """Give the imports that are there, by the name of the place for one in addresses."""
    return {"import_id": [str(one) for one in VolunteerImport.objects.values_list("pk", flat=True)] or [str(uuid4())]}


def pages() -> dict[str, str]:
    """Give the pages of imports as an officer of the subdistrict sees them, each step of one with rows."""
    there = ("370102001002", timezone.now())  # the other community gives way where a change of areas is tried
    waiting, done, read = a_checked(*there), _taken(*there), _sent(*there)
    row = VolunteerRow.objects.get(of_import=waiting, outcome="doubtful")
    assert there[0][:9] == SUBDISTRICT
    return {
        "volunteering:imports": f"{DESK}/",
        "volunteering:import_new": f"{DESK}/new/",
        "volunteering:import_columns": f"{DESK}/{read.pk}/columns/",
        "volunteering:import": f"{DESK}/{waiting.pk}/",
        "volunteering:import taken": f"{DESK}/{done.pk}/",
        "volunteering:import_undo": f"{DESK}/{done.pk}/undo/",
        "volunteering:import_row": f"{DESK}/{waiting.pk}/rows/{row.pk}/",
    }
