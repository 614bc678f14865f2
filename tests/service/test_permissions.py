"""Every address of service records meets every role, inside and outside its area."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import Role
from shanzhi.service.models import Certificate, Complaint, Evidence, ServiceRecord, Thanks
from shanzhi.work.files import store
from tests.attendance.support import a_ground
from tests.people.conftest import COMMUNITY, make_areas
from tests.service.support import SERVED, a_batch, a_certificate, a_record
from tests.support.ground import undone
from tests.support.people import LONG_AGO
from tests.support.permissions import Row, check, everyone, missing, only, settled
from tests.volunteering.support import a_team, a_volunteer
from tests.volunteering.test_permissions import (
    AGREERS,
    OFFICERS,
    POST,
    READERS,
    ROLES,
    SIGN_IN,
    api,
    at_the_desk,
    listed,
    of_readers,
    signed_in,
)

API, DESK, ONE = "/api/v1/service", "/desk/service", "/service/records"
IN: dict[str, Any] = {"anonymous": SIGN_IN}
WHY = {"reason": " "}


def record(path: str, state: str = "noticed", root: str = ONE) -> Any:
    return lambda: f"{root}/{a_record(a_volunteer(area=COMMUNITY), a_team(COMMUNITY), state=state).pk}{path}"


def complaint(path: str, root: str = "/service/complaints") -> Any:
    def make() -> str:
        one = a_record(a_volunteer(area=COMMUNITY), a_team(COMMUNITY))
        made = Complaint.objects.create(record=one, matter="示例", made_at=LONG_AGO, due_on=SERVED)
        return f"{root}/{made.pk}{path}"

    return make


def evidence(path: str, root: str = "/service/evidence") -> Any:
    def make() -> str:
        one = a_record(a_volunteer(area=COMMUNITY), a_team(COMMUNITY))
        content = b"%PDF-1.4 made up %%EOF"
        made = Evidence.objects.create(
            record=one, name="签到表（示例）.pdf", kind="pdf", digest=store(content, room="service"), size=len(content),
            added_at=LONG_AGO,
        )  # fmt: skip
        return f"{root}/{made.pk}{path}"

    return make


def certificate(path: str, root: str = "/service/certificates") -> Any:
    return lambda: f"{root}/{a_certificate(a_volunteer(area=COMMUNITY), serial=1).pk}{path}"


def presence(path: str, root: str = "/service/shifts") -> Any:
    return lambda: f"{root}/{a_ground(area=COMMUNITY).shift.pk}{path}"


def checked() -> str:
    return f"/service/check/{a_certificate(a_volunteer(area=COMMUNITY), serial=1).code}/"


def team(path: str, root: str = "/teams") -> Any:
    return lambda: f"{root}/{a_team(COMMUNITY).pk}/{path}"


def thanks(path: str, root: str) -> Any:
    def make() -> str:
        note = Thanks.objects.create(volunteer=a_volunteer(area=COMMUNITY), note="示例", written_at=LONG_AGO)
        return f"{root}/{note.pk}{path}"

    return make


def batch(path: str, root: str = f"{DESK}/certificates/batches", state: str = "written") -> Any:
    return lambda: f"{root}/{a_batch(a_volunteer(area=COMMUNITY), state).pk}{path}"


def volunteer() -> str:
    return f"{DESK}/volunteers/{a_volunteer(area=COMMUNITY).pk}/"


PAGES: dict[str, Row] = {
    "service:mine": signed_in("/account/volunteering/service/"),
    "POST service:own_paper": signed_in(
        certificate("/own.pdf", "/account/volunteering/service/certificates"), 404, **POST),
    "service:thank": signed_in("/service/thanks/new/"),
    "POST service:thank": signed_in("/service/thanks/new/", 422, **POST),
    "service:check": everyone("/service/check/"),
    "service:checked": everyone(checked),
    "service:growth": everyone(f"/service/growth/{COMMUNITY}/"),
    "service:shift": of_readers(AGREERS, presence("/"), **IN),
    "POST service:shift": of_readers(AGREERS, presence("/"), allowed=422, **IN, **POST),
    "service:verify": signed_in("/service/verify/"),
    "POST service:verify": signed_in("/service/verify/", 302, **POST),
    "service:to_notice": signed_in("/service/notices/"),
    "POST service:to_notice": signed_in("/service/notices/", 302, **POST),
    "service:record": only(READERS, record("/"), refused=404, **IN),
    "service:complain": signed_in(record("/complain/"), 404),
    "POST service:complain": signed_in(record("/complain/"), 404, **POST),
    "POST service:put_under_notice": of_readers(AGREERS, record("/notice/", "recorded"), allowed=302, **IN, **POST),
    "service:refuse": of_readers(AGREERS, record("/refuse/"), **IN),
    "POST service:refuse": of_readers(AGREERS, record("/refuse/"), allowed=422, **IN, **POST),
    "service:reverse": of_readers(AGREERS, record("/reverse/", "verified"), **IN),
    "POST service:reverse": of_readers(AGREERS, record("/reverse/", "verified"), allowed=422, **IN, **POST),
    "service:add_evidence": of_readers(AGREERS, record("/evidence/"), **IN),
    "POST service:add_evidence": of_readers(AGREERS, record("/evidence/"), allowed=422, **IN, **POST),
    "service:evidence": only(READERS, evidence("/"), refused=404, **IN),
    "service:remove_evidence": of_readers(AGREERS, evidence("/remove/"), **IN),
    "POST service:remove_evidence": of_readers(AGREERS, evidence("/remove/"), allowed=422, **IN, **POST),
    "service:answer": of_readers(AGREERS, complaint("/answer/"), **IN),
    "POST service:answer": of_readers(AGREERS, complaint("/answer/"), allowed=422, **IN, **POST),
    "POST service:withdraw_complaint": signed_in(complaint("/withdraw/"), 404, **POST),
    "service:certificate": only(READERS, certificate("/"), refused=404, **IN),
    "service:copy": of_readers(AGREERS, certificate("/copy.pdf"), **IN),
    "service:withdraw": of_readers(AGREERS, certificate("/withdraw/"), **IN),
    "POST service:withdraw": of_readers(AGREERS, certificate("/withdraw/"), allowed=422, **IN, **POST),
    "service:team": only(READERS, team("service/"), refused=404, **IN),
    "service:table": of_readers(AGREERS, team("service/new/"), **IN),
    "POST service:table": of_readers(AGREERS, team("service/new/"), allowed=422, **IN, **POST),
    "service:notice": only(READERS, team("service/notice/"), refused=404, **IN),
    "service:desk": listed(READERS, f"{DESK}/", **IN),
    "service:volunteer": at_the_desk(READERS, volunteer, **IN),
    "service:office_table": listed(AGREERS, f"{DESK}/new/", **IN),
    "POST service:office_table": listed(AGREERS, f"{DESK}/new/", 422, **IN, **POST),
    "service:complaints": listed(READERS, f"{DESK}/complaints/", **IN),
    "service:thanks": listed(READERS, f"{DESK}/thanks/", **IN),
    "service:read": of_readers(AGREERS, thanks("/", f"{DESK}/thanks"), **IN),
    "POST service:read": of_readers(AGREERS, thanks("/", f"{DESK}/thanks"), allowed=422, **IN, **POST),
    "service:rules": signed_in(f"{DESK}/rules/"),
    "service:new_rules": listed(OFFICERS, f"{DESK}/rules/new/", **IN),
    "POST service:new_rules": listed(OFFICERS, f"{DESK}/rules/new/", 422, **IN, **POST),
    "POST service:export": listed(READERS, f"{DESK}/export/", 422, **IN, **POST),
    "service:export": listed(READERS, f"{DESK}/export/", **IN),
    "service:desk_growth": at_the_desk(READERS, f"{DESK}/growth/{COMMUNITY}/", **IN),
    "service:ready": listed(READERS, f"{DESK}/ready/", **IN),
    "service:certificates": listed(READERS, f"{DESK}/certificates/", **IN),
    "service:issue": listed(AGREERS, f"{DESK}/certificates/new/", **IN),
    "POST service:issue": listed(AGREERS, f"{DESK}/certificates/new/", 422, **IN, **POST),
    "service:batch": only(READERS, batch("/"), refused=404, **IN),
    "POST service:go_on": of_readers(AGREERS, batch("/go-on/", state="writing"), allowed=302, **IN, **POST),
    "service:sheets": of_readers(AGREERS, batch("/1.pdf"), **IN),
}  # fmt: skip
IDS = {"record_ids": [str(uuid4())]}
PAPER = {
    "area": COMMUNITY, "starts_on": "2026-01-01", "ends_on": "2026-01-31", "responsible": "x", "handler": "x",
    "contact": "x",
}  # fmt: skip
TAKEN = {"area": COMMUNITY, "starts_on": "2026-01-01", "ends_on": "2026-01-31"}
DID = {
    "area": COMMUNITY, "served_on": "2026-01-01", "task_code": "none_such", "content": "x",
    "rows": [{"volunteer_id": str(uuid4()), "minutes": 60}],
}  # fmt: skip
RULES = {
    "area": COMMUNITY, "valid_from": "2100-01-01", "notice_days": 7, "answer_days": 7, "star_minutes": [60, 60],
    "paper": "record", "prefix": "x", "core_minutes": 60, "core_times": 1, "core_months": 12, "source": "x",
    "example": True,
}  # fmt: skip
RECORDS, COMPLAINTS = f"{API}/records", f"{API}/complaints"
PAPERS = f"{API}/certificates"
RIGHT = {"reason": "x", "minutes": 60, "served_on": "2026-01-01"}
TABLE: dict[str, Row] = {
    **PAGES,
    f"GET {API}/me": api(f"{API}/me", 404),
    f"GET {API}/me/records": api(f"{API}/me/records", 200),
    f"GET {API}/me/way": api(f"{API}/me/way", 404),
    f"GET {RECORDS}": listed(READERS, RECORDS),
    f"GET {API}/to-verify": api(f"{API}/to-verify", 200),
    f"GET {API}/teams/{{team_id}}/records": only(READERS, team("records", f"{API}/teams"), refused=404),
    f"POST {RECORDS}": only(AGREERS, RECORDS, **POST, json=DID, allowed=422),
    **{f"POST {RECORDS}/{name}": api(f"{RECORDS}/{name}", 404, **POST, json=IDS) for name in ("notice", "verify")},
    f"POST {RECORDS}/refuse": api(f"{RECORDS}/refuse", 404, **POST, json={**IDS, "reason": "x"}),
    f"GET {RECORDS}/{{record_id}}": only(READERS, record("", root=RECORDS), refused=404),
    f"POST {RECORDS}/{{record_id}}/reverse": of_readers(
        AGREERS, record("/reverse", root=RECORDS), **POST, json={"reason": "x"}, allowed=409),
    f"POST {RECORDS}/{{record_id}}/correct": of_readers(
        AGREERS, record("/correct", root=RECORDS), **POST, json=RIGHT, allowed=409),
    f"POST {RECORDS}/{{record_id}}/complaints": api(
        record("/complaints", root=RECORDS), 404, **POST, json={"words": "x"}),
    f"POST {COMPLAINTS}/{{complaint_id}}/answer": of_readers(
        AGREERS, complaint("/answer", COMPLAINTS), **POST, json={"upheld": True, "answer": " "}, allowed=422),
    f"POST {COMPLAINTS}/{{complaint_id}}/withdraw": api(complaint("/withdraw", COMPLAINTS), 404, **POST, json={}),
    f"GET {COMPLAINTS}": listed(READERS, COMPLAINTS),
    f"GET {RECORDS}/{{record_id}}/complaints": only(READERS, record("/complaints", root=RECORDS), refused=404),
    f"GET {RECORDS}/{{record_id}}/evidence": only(READERS, record("/evidence", root=RECORDS), refused=404),
    f"POST {RECORDS}/{{record_id}}/evidence": of_readers(
        AGREERS, record("/evidence", root=RECORDS), **POST, json={"name": "x", "content": "eA=="}, allowed=422),
    f"GET {API}/evidence/{{evidence_id}}": only(READERS, evidence("", f"{API}/evidence"), refused=404),
    f"POST {API}/evidence/{{evidence_id}}/remove": of_readers(
        AGREERS, evidence("/remove", f"{API}/evidence"), **POST, json=WHY, allowed=422),
    f"GET {API}/thanks": listed(READERS, f"{API}/thanks"),
    f"POST {API}/thanks": api(f"{API}/thanks", 422, **POST, json={"number": "1", "words": "x"}),
    f"POST {API}/thanks/{{thanks_id}}/read": of_readers(
        AGREERS, thanks("/read", f"{API}/thanks"), **POST, json={"shown": False, **WHY}, allowed=422),
    f"GET {PAPERS}": api(PAPERS, 200),
    f"GET {PAPERS}/{{certificate_id}}": only(READERS, certificate("", PAPERS), refused=404),
    f"POST {PAPERS}": only(AGREERS, PAPERS, **POST, json={**PAPER, "volunteer_id": str(uuid4())}, allowed=404),
    f"POST {PAPERS}/{{certificate_id}}/withdraw": of_readers(
        AGREERS, certificate("/withdraw", PAPERS), **POST, json=WHY, allowed=422),
    f"POST {API}/batches": only(AGREERS, f"{API}/batches", **POST, json=PAPER, allowed=409),
    f"GET {API}/batches/{{batch_id}}": only(READERS, batch("", f"{API}/batches"), refused=404),
    f"POST {API}/batches/{{batch_id}}/go-on": of_readers(
        AGREERS, batch("/go-on", f"{API}/batches", "writing"), **POST, json={}
    ),
    f"GET {API}/batches/{{batch_id}}/sheets": of_readers(AGREERS, batch("/sheets", f"{API}/batches")),
    f"POST {PAPERS}/{{certificate_id}}/own": api(certificate("/own", PAPERS), 404, **POST, json={}),
    f"GET {PAPERS}/{{certificate_id}}/copy": of_readers(AGREERS, certificate("/copy", PAPERS)),
    f"POST {API}/export": only(READERS, f"{API}/export", **POST, json=TAKEN),
    f"GET {API}/check": everyone(f"{API}/check?number=1&code=2"),
    f"GET {API}/rules/{{area}}": everyone(f"{API}/rules/370102"),
    f"POST {API}/rules": only(OFFICERS, f"{API}/rules", **POST, json=RULES, allowed=422),
    f"GET {API}/shifts/{{shift_id}}/records": of_readers(AGREERS, presence("/records", f"{API}/shifts")),
    f"POST {API}/shifts/{{shift_id}}/records": of_readers(
        AGREERS, presence("/records", f"{API}/shifts"), allowed=409, **POST, json={}),
    f"GET {API}/growth/{{area}}": everyone(f"{API}/growth/370102"),
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
    assert missing(TABLE, urls="shanzhi.service.urls", api_prefix=f"{API}/") == set()


def test_a_write_outside_the_own_area_changes_nothing() -> None:
    one = a_record(a_volunteer(area=COMMUNITY), a_team(COMMUNITY), state="noticed")
    paper = a_certificate(a_volunteer(area=COMMUNITY), serial=1)
    for role in Role:
        outside = ROLES.clients(role)[1]
        for path in ("refuse", "reverse"):
            assert outside.post(f"{ONE}/{one.pk}/{path}/", {"reason": "x"}).status_code == 404
        assert outside.post(f"/service/certificates/{paper.pk}/withdraw/", {"reason": "x"}).status_code == 404
        sent = outside.post("/service/verify/", {"act": "ticked", "record": [str(one.pk)]})
        assert sent.status_code == 404
    assert ServiceRecord.objects.get(pk=one.pk).state == "noticed"
    assert Certificate.objects.get(pk=paper.pk).withdrawn_at is None
