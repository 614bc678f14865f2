"""Every address of projects meets every role, inside and outside its area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import STAFF, STAFF_READERS, Role
from shanzhi.projects.models import Activity, Ceremony, Objection, Photo, Report, Step
from shanzhi.projects.operations.feedback import link_of
from tests.projects.support import Ground, make_everything
from tests.support.ground import undone
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.ventures.support import SUBDISTRICT

API = "/api/v1/projects"
ROLES = Roles(inside=SUBDISTRICT, outside="110114008")
READERS, STAFFED = tuple(STAFF_READERS), tuple(STAFF)
MANAGERS = (
    Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.OPERATOR, Role.ADMINISTRATOR,
)  # fmt: skip
# Who runs a round and manages funds.
GRANTING = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
SIGN_IN = 302
kept: dict[str, Ground] = {}


def at_project(path: str = "", *, desk: bool = False) -> Any:
    return lambda: f"{'/desk' if desk else ''}/projects/{kept['ground'].project.pk}/{path}"


def at_activity(path: str = "") -> Any:
    return lambda: f"/projects/activities/{Activity.objects.get(state='reported').pk}/{path}"


def at_ceremony(path: str = "", *, desk: bool = False) -> Any:
    return lambda: f"{'/desk' if desk else ''}/graduations/{Ceremony.objects.get().pk}/{path}"


def at_report(path: str = "") -> Any:
    return lambda: f"/desk/projects/reports/{Report.objects.get(kind='midterm').pk}/{path}"


def at_objection(path: str, *, desk: bool = True) -> Any:
    return lambda: f"{'/desk' if desk else ''}/projects/objections/{Objection.objects.get().pk}/{path}"


def anywhere(roles: tuple[Role, ...], path: Any, status: int = 200, **row: Any) -> Row:
    """Make the row of what is open to roles wherever they are held."""
    return only(roles, path, but=dict.fromkeys(roles, (status, status)), **{"anonymous": SIGN_IN, **row})


def teams(path: Any, **row: Any) -> Row:
    """Make the row of what the team alone may do."""
    return only((), path, **{"anonymous": SIGN_IN, **row})


def posted(row: Row, status: int, **more: Any) -> Row:
    """Send an empty form to the address of a row: who may is told what is missing."""
    found = {who: tuple(status if one == 200 else one for one in met) for who, met in row.expected.items()}
    return Row(row.path, found, "POST", **more)  # type: ignore[arg-type]  # pairs stay pairs


def by_api(path: str) -> Any:
    return lambda: f"{API}/{kept['ground'].project.pk}{path}"


def at_activity_api(path: str) -> Any:
    return lambda: f"{API}/activities/{Activity.objects.get(state='reported').pk}/{path}"


def at_graduation_api(path: str) -> Any:
    return lambda: f"{API}/graduations/{Ceremony.objects.get().pk}/{path}"


def at_report_api(path: str) -> Any:
    return lambda: f"{API}/reports/{Report.objects.get(kind='midterm').pk}/{path}"


def written(roles: tuple[Role, ...], path: Any, allowed: int, json: dict[str, Any]) -> Row:
    """Make the row of what a program sends; whoever may is told what is wrong with it, so that nothing changes."""
    return only(roles, path, method="POST", allowed=allowed, json=json)


ROWS: dict[str, Row] = {
    "days": only(MANAGERS, at_project("days/", desk=True), anonymous=SIGN_IN),
    "mentor": only(MANAGERS, at_project("mentor/", desk=True), anonymous=SIGN_IN),
    "terminate": only(MANAGERS, at_project("terminate/", desk=True), anonymous=SIGN_IN),
    "grant": only(GRANTING, at_project("grant/", desk=True), anonymous=SIGN_IN),
    "settle": only(MANAGERS, at_project("settle/", desk=True), anonymous=SIGN_IN),
    "visit": only(STAFFED, at_project("visit/", desk=True), anonymous=SIGN_IN),
    "decide": only(MANAGERS, at_report("decide/"), refused=404, anonymous=SIGN_IN,
                   but={Role.SOCIAL_WORKER: (403, 404), Role.AUDITOR: (403, 404)}),
    "rule": only(MANAGERS, at_objection(""), anonymous=SIGN_IN),
    "new_ceremony": anywhere(MANAGERS, "/desk/graduations/new/"),
    "write_rules": anywhere(MANAGERS, "/desk/projects/rules/new/"),
    "ceremony_list": only(MANAGERS, at_ceremony("list/", desk=True), anonymous=SIGN_IN),
    "hold_ceremony": only(MANAGERS, at_ceremony("held/", desk=True), anonymous=SIGN_IN),
    "cancel_ceremony": only(MANAGERS, at_ceremony("cancel/", desk=True), anonymous=SIGN_IN),
    "begin": only(MANAGERS, lambda: f"/desk/projects/begin/{kept['ground'].call.pk}/", anonymous=SIGN_IN),
}  # fmt: skip
TABLE: dict[str, Row] = {
    "projects:projects": everyone("/projects/"),
    "projects:project": everyone(at_project()),
    "projects:activity": everyone(at_activity()),
    "projects:photo": everyone(lambda: f"{at_activity()()}photos/{Photo.objects.get(shown=True).pk}/"),
    "projects:feedback": everyone(lambda: f"/projects/feedback/{link_of(kept['now'])}/"),  # type: ignore[arg-type]
    "projects:ceremonies": everyone("/graduations/"),
    "projects:ceremony": everyone(at_ceremony()),
    "projects:ceremony_pdf": everyone(at_ceremony("list.pdf")),
    "projects:mine": Row(
        "/account/projects/", {**dict.fromkeys(("no role", *Role), (200, 200)), "anonymous": (SIGN_IN, SIGN_IN)}
    ),
    # Staff may object too, while the result is under notice.
    "projects:object": only(STAFFED, at_project("object/"), anonymous=SIGN_IN),
    "projects:appeal": teams(at_project("appeal/")),
    "projects:withdraw": teams(at_objection("withdraw/", desk=False)),
    "projects:plan": teams(at_project("activities/new/")),
    "projects:midterm": teams(at_project("midterm/")),
    "projects:completion": teams(at_project("completion/")),
    "projects:change_activity": teams(at_activity("edit/")),
    "projects:report_activity": teams(at_activity("report/")),
    "projects:cancel_activity": teams(at_activity("cancel/")),
    "POST projects:announce": teams(at_activity("announce/"), method="POST"),
    "POST projects:file": teams(at_project("file/"), method="POST"),
    # Whoever may is told that there is no such photo, or that the step is done: so one address serves all roles.
    "POST projects:remove_photo": only(
        MANAGERS, at_activity(f"photos/{uuid4()}/remove/"), allowed=404, anonymous=SIGN_IN, method="POST"
    ),
    "POST projects:finish_step": only(
        STAFFED, lambda: f"/projects/steps/{Step.objects.get().pk}/done/", allowed=409, refused=404,
        anonymous=SIGN_IN, method="POST", but={Role.AUDITOR: (403, 404)},
    ),
    "projects:desk": anywhere(READERS, "/desk/projects/"),
    "projects:desk_due": anywhere(READERS, "/desk/projects/due/"),
    "projects:desk_rules": anywhere(READERS, "/desk/projects/rules/"),
    "projects:desk_ceremonies": anywhere(READERS, "/desk/graduations/"),
    "projects:review": only(READERS, at_report(), refused=404, anonymous=SIGN_IN),
    "POST projects:confirm": only(
        MANAGERS, at_project("confirm/", desk=True), allowed=409, anonymous=SIGN_IN, method="POST"
    ),
    **{f"POST projects:{name}": posted(row, 422) for name, row in ROWS.items()},
    f"GET {API}/": everyone(f"{API}/"),
    f"GET {API}/due": Row(
        f"{API}/due", {**dict.fromkeys(("no role", *Role), (200, 200)), "anonymous": (401, 401)}
    ),
    f"GET {API}/{{project_id}}": everyone(by_api("")),
    f"GET {API}/graduations/{{ceremony_id}}": everyone(lambda: f"{API}/graduations/{Ceremony.objects.get().pk}"),
    f"POST {API}/begin/{{call_id}}": only(
        MANAGERS, lambda: f"{API}/begin/{kept['ground'].call.pk}", method="POST", allowed=422,
        json={"starts_on": "2026-12-01", "ends_on": "2026-12-01"},
    ),
    f"POST {API}/{{project_id}}/activities": written(
        (), by_api("/activities"), 403, {"title": "x", "place": "x", "starts_at": "2026-12-01T09:00:00+08:00"}
    ),
    f"POST {API}/activities/{{activity_id}}/announce": only((), at_activity_api("announce"), method="POST", json={}),
    f"POST {API}/activities/{{activity_id}}/report": written(
        (), at_activity_api("report"), 403, {"attended": 1, "summary": "x"}
    ),
    f"POST {API}/activities/{{activity_id}}/cancel": written((), at_activity_api("cancel"), 403, {"reason": "x"}),
    f"POST {API}/{{project_id}}/reports": written((), by_api("/reports"), 403, {"kind": "midterm", "done": "x"}),
    f"POST {API}/reports/{{report_id}}/sheets": written(STAFFED, at_report_api("sheets"), 409, {"points": {}}),
    f"POST {API}/reports/{{report_id}}/decision": written(
        MANAGERS, at_report_api("decision"), 409, {"outcome": "mend", "comment": "x"}
    ),
    f"POST {API}/{{project_id}}/confirm": only(MANAGERS, by_api("/confirm"), method="POST", allowed=409, json={}),
    f"POST {API}/{{project_id}}/objections": written((), by_api("/objections"), 403,
                                                     {"kind": "appeal", "grounds": "x"}),
    f"POST {API}/objections/{{objection_id}}/ruling": written(
        MANAGERS, lambda: f"{API}/objections/{Objection.objects.get().pk}/ruling", 409,
        {"version": 9, "outcome": "upheld", "ruling": "x"},
    ),
    f"POST {API}/{{project_id}}/visits": written(
        STAFFED, by_api("/visits"), 422, {"visited_on": "2020-01-01", "overall": "x"}
    ),
    f"GET {API}/activities/{{activity_id}}": everyone(lambda: at_activity_api("")().rstrip("/")),
    f"POST {API}/activities/{{activity_id}}/change": written(
        (), at_activity_api("change"), 403,
        {"version": 1, "title": "x", "place": "x", "starts_at": "2026-12-01T09:00:00+08:00"}
    ),
    f"POST {API}/activities/{{activity_id}}/photos/{{photo_id}}/remove": only(
        MANAGERS, at_activity_api(f"photos/{uuid4()}/remove"), allowed=404, method="POST", json={}
    ),
    f"GET {API}/{{project_id}}/visits": only(READERS, by_api("/visits"), refused=404),
    f"POST {API}/steps/{{step_id}}/done": only(
        STAFFED, lambda: f"{API}/steps/{Step.objects.get().pk}/done", allowed=409, refused=404, method="POST", json={},
        but={Role.AUDITOR: (403, 404)},
    ),
    f"POST {API}/{{project_id}}/settle": written(MANAGERS, by_api("/settle"), 409, {"settlement": "x"}),
    f"POST {API}/{{project_id}}/grant": written(
        MANAGERS, by_api("/grant"), 404,
        {"fund": str(uuid4()), "lines": [{"name": "x", "amount_fen": 1}], "custody": "own",
         "tranches": [{"name": "signed", "amount_fen": 1}], "starts_on": "2026-12-01", "ends_on": "2026-12-02"},
    ),
    f"GET {API}/rules/{{code}}": anywhere(READERS, f"{API}/rules/{SUBDISTRICT}", anonymous=401),
    f"POST {API}/rules": written(MANAGERS, f"{API}/rules", 422, {"area": SUBDISTRICT, "days": {"reviewers": 0}}),
    f"GET {API}/graduations": everyone(f"{API}/graduations"),
    f"POST {API}/graduations": written(
        MANAGERS, f"{API}/graduations", 422,
        {"area": SUBDISTRICT, "title": "x", "held_on": "1800-01-01", "place": "x"},
    ),
    **{f"POST {API}/graduations/{{ceremony_id}}/{path}": written(
        MANAGERS, at_graduation_api(path), 409, {"version": 999, **more}
    ) for path, more in (("projects", {"projects": []}), ("held", {}), ("cancel", {"reason": "x"}))},
    f"POST {API}/{{project_id}}/terminate": written(
        MANAGERS, by_api("/terminate"), 409, {"version": 999, "reason": "x"}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and a project on its way, made once; each test undoes what it does."""

    def make() -> None:
        kept["ground"], kept["now"] = make_everything()  # type: ignore[assignment]  # an activity of today

    with settled(django_db_blocker, ROLES, make):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role_meets(name: str) -> None:
    check(TABLE[name], ROLES)


def test_the_table_names_every_address() -> None:
    assert missing(TABLE, urls="shanzhi.projects.urls", api_prefix=f"{API}/") == set()
