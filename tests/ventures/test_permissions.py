"""Every address of the rounds meets every role: public pages, the team's, the desk's, and each route of the API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations
from shanzhi.ventures.demo.rounds import DAY, PLAN, move, new_call
from tests.support.ground import undone
from tests.support.permissions import (
    ANONYMOUS,
    NO_ROLE,
    WHO,
    Expected,
    Roles,
    Row,
    everyone,
    only,
    settled,
)  # fmt: skip
from tests.support.places import load_districts
from tests.ventures.desk_support import SYSTEM, first_day
from tests.ventures.dispute_support import objection_to
from tests.ventures.jury_support import JURY, RULE, phases_with_pitch
from tests.ventures.permission_support import COMMUNITY, Path, made, of_call, of_proposal, several

ROLES: Final = Roles(inside=COMMUNITY, outside="110114012035")
MANAGERS: Final = (
    Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.OPERATOR, Role.ADMINISTRATOR,
)  # fmt: skip
REVIEWERS: Final = (*MANAGERS, Role.SOCIAL_WORKER)
READERS: Final = (*REVIEWERS, Role.AUDITOR)
SIGNED_IN: Final = (NO_ROLE, *Role)
VERIFIED: Final = tuple(Role)
API: Final = "/api/v1/ventures"


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the areas, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, load_districts):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


def judged(path: str) -> Path:
    """Give the address of a page of a published call with a jury, in which nobody sits yet."""

    def address() -> str:
        start = first_day("submission")
        call = new_call(actor=SYSTEM, areas=[COMMUNITY], title="有评审（示例）", first_day=start, at=start - DAY)
        given = {"rule": RULE, "jury": JURY, "phases": phases_with_pitch(start)}
        operations.save_call(actor=SYSTEM, call_id=call.pk, version=call.version, given=given, at=start - DAY)
        for kind in ("publicity", "submission"):
            call = move(SYSTEM, call, start + PLAN[kind] * DAY)
        return path.format(call.pk, other=call.created_by_id or call.pk)

    return address


def seated(path: str, *, anonymous: int = 302, **row: Any) -> Row:
    """Make the row of a juror's page: no role opens it, only a seat, which tests/ventures/test_pages_jury.py takes."""
    return several({SIGNED_IN: (404, 404)}, (anonymous, anonymous), judged(path), **row)


def staffed(path: Path | str, *, roles: Iterable[Role], status: int = 200, **row: Any) -> Row:
    """Make the row of a page for staff, wherever their area lies."""
    return several({SIGNED_IN: (403, 403), tuple(roles): (status, status)}, (302, 302), path, **row)


def run(path: Path | str, *, status: int = 200, hidden: int = 404, anonymous: int = 302, **row: Any) -> Row:
    """Make the row of a page for those who run a call: other staff of the area may see it, strangers only if public."""
    groups: dict[tuple[Any, ...], Expected] = {
        SIGNED_IN: (hidden, hidden), READERS: (403, hidden), MANAGERS: (status, hidden)}  # fmt: skip
    return several(groups, (anonymous, anonymous), path, **row)


def read(path: Path) -> Row:
    """Make the row of a page of a draft that all staff of the area may read."""
    return several({SIGNED_IN: (404, 404), READERS: (200, 404)}, (302, 302), path)


def team(path: Path | str, *, anonymous: int = 302, **row: Any) -> Row:
    """Make the row of a page for the team alone: staff of the area see the proposal, others do not."""
    return several({SIGNED_IN: (404, 404), READERS: (403, 404)}, (anonymous, anonymous), path, **row)


def propose(path: Path, *, status: int, anonymous: int, **row: Any) -> Row:
    """Make the row of beginning a proposal: verified residents of the call's areas, whatever role they have besides."""
    groups: dict[tuple[Any, ...], Expected] = {SIGNED_IN: (403, 403), VERIFIED: (status, 403)}
    return several(groups, (anonymous, anonymous), path, **row)


def review(path: Path, *, status: int, anonymous: int = 302, **row: Any) -> Row:
    """Make the row of reviewing: reviewers of the area; its auditors see the proposal, others do not."""
    groups: dict[tuple[Any, ...], Expected] = {
        SIGNED_IN: (404, 404), READERS: (403, 404), REVIEWERS: (status, 404)}  # fmt: skip
    return several(groups, (anonymous, anonymous), path, **row)


def inside(path: Path | str, *, anonymous: int = 404) -> Row:
    """Make the row of what staff of the area read and others do not find."""
    return several({SIGNED_IN: (404, 404), READERS: (200, 404)}, (anonymous, anonymous), path)


def signed_in(path: Path | str, *, anonymous: int = 302, **row: Any) -> Row:
    return several({SIGNED_IN: (200, 200)}, (anonymous, anonymous), path, **row)


def of_dispute(path: str) -> Path:
    """Give the address of a page of an objection to the proposal of a call under notice."""

    def address() -> str:
        one = made("notice").proposals.get()
        return path.format(objection_to(one).pk, proposal=one.pk)

    return address


def team_in_public(path: Path, *, anonymous: int = 302, **row: Any) -> Row:
    """Make the row of a page for the team alone about what everybody sees."""
    return several({SIGNED_IN: (403, 403)}, (anonymous, anonymous), path, **row)


def object_to(path: Path, *, status: int = 200, anonymous: int = 302, **row: Any) -> Row:
    """Make the row of objecting: verified residents of the call's areas, whatever role they have besides."""
    groups: dict[tuple[Any, ...], Expected] = {SIGNED_IN: (403, 403), VERIFIED: (status, 403)}
    return several(groups, (anonymous, anonymous), path, **row)


POST: Final[dict[str, Any]] = {"method": "POST"}
CHANGE: Final[dict[str, Any]] = {"version": 1, "fields": {}}
PUBLIC: Final[dict[str, Row]] = {
    "ventures:calls": everyone("/calls/"),
    "ventures:notices": everyone("/calls/notices.atom"),
    "ventures:call": everyone(of_call("submission", "/calls/{}/")),
    "ventures:call of a draft": several({READERS: (200, 404)}, (404, 404), of_call("draft", "/calls/{}/")),
    "ventures:terms": everyone(of_call("submission", "/calls/{}/terms/1.json")),
    "ventures:call_proposals": everyone(of_call("notice", "/calls/{}/proposals/")),
    "ventures:proposals": everyone("/proposals/"),
    "ventures:proposal": everyone(of_proposal("notice", "/proposals/{}/")),
    "ventures:proposal under review": inside(of_proposal("review", "/proposals/{}/")),
    "ventures:document": everyone(of_proposal("notice", "/proposals/{}/document.docx")),
    "ventures:document_pdf": everyone(of_proposal("notice", "/proposals/{}/document.pdf")),
    "ventures:attachment": inside(of_proposal("review", "/proposals/{}/files/{file}/")),
}
TEAM: Final[dict[str, Row]] = {
    "ventures:propose": signed_in(of_call("submission", "/calls/{}/propose/")),
    "POST ventures:propose": propose(of_call("submission", "/calls/{}/propose/"), status=302, anonymous=302, **POST),
    "ventures:edit": team(of_proposal("review", "/proposals/{}/edit/")),
    "ventures:files": team(of_proposal("review", "/proposals/{}/edit/files/")),
    "POST ventures:files": team(of_proposal("review", "/proposals/{}/edit/files/"), **POST),
    "POST ventures:detach": team(of_proposal("review", "/proposals/{}/edit/files/{file}/remove/"), **POST),
    "ventures:communities": team(of_proposal("review", "/proposals/{}/edit/communities/?name=community")),
    "ventures:section": team(of_proposal("review", "/proposals/{}/edit/idea/")),
    "POST ventures:section": team(of_proposal("review", "/proposals/{}/edit/idea/"), **POST),
    "POST ventures:take_section": team(of_proposal("review", "/proposals/{}/edit/idea/take/"), **POST),
    "ventures:check": team(of_proposal("review", "/proposals/{}/check/")),
    "POST ventures:check": team(of_proposal("review", "/proposals/{}/check/"), **POST),
    "ventures:handed_in": team(of_proposal("review", "/proposals/{}/handed-in/")),
    "ventures:withdraw": team(of_proposal("review", "/proposals/{}/withdraw/")),
    "POST ventures:withdraw": team(of_proposal("review", "/proposals/{}/withdraw/"), **POST),
    "ventures:my_proposals": signed_in("/account/proposals/"),
}
NO_UPLOAD: Final = "/desk/calls/import/00000000-0000-4000-8000-000000000000/"
DESK: Final[dict[str, Row]] = {
    "ventures:desk_calls": staffed("/desk/calls/", roles=READERS),
    "ventures:desk_new_call": staffed("/desk/calls/new/", roles=MANAGERS),
    "POST ventures:desk_new_call": staffed("/desk/calls/new/", roles=MANAGERS, status=422, **POST),
    "ventures:desk_areas": staffed("/desk/calls/areas/?name=areas", roles=MANAGERS),
    "ventures:desk_import": staffed("/desk/calls/import/", roles=MANAGERS),
    "POST ventures:desk_import": staffed("/desk/calls/import/", roles=MANAGERS, status=422, **POST),
    "ventures:desk_import_preview": staffed(NO_UPLOAD, roles=MANAGERS, status=404),
    "POST ventures:desk_import_preview": staffed(NO_UPLOAD, roles=MANAGERS, status=404, **POST),
    "ventures:desk_call": read(of_call("draft", "/desk/calls/{}/")),
    "ventures:desk_part": run(of_call("draft", "/desk/calls/{}/parts/rule/")),
    "POST ventures:desk_part": run(of_call("draft", "/desk/calls/{}/parts/rule/"), status=422, **POST),
    "ventures:desk_templates": run(of_call("draft", "/desk/calls/{}/templates/")),
    "ventures:desk_template": run(of_call("draft", "/desk/calls/{}/templates/theme/?theme=为老服务")),
    "POST ventures:desk_template": run(
        of_call("draft", "/desk/calls/{}/templates/theme/?theme=为老服务"), status=302, **POST),
    "ventures:desk_preview": read(of_call("draft", "/desk/calls/{}/preview/")),
    "ventures:desk_copy": run(of_call("draft", "/desk/calls/{}/copy/")),
    "POST ventures:desk_copy": run(of_call("draft", "/desk/calls/{}/copy/"), status=422, **POST),
    "ventures:desk_cancel": run(of_call("draft", "/desk/calls/{}/cancel/")),
    "POST ventures:desk_cancel": run(of_call("draft", "/desk/calls/{}/cancel/"), status=422, **POST),
    "ventures:desk_change": run(of_call("submission", "/desk/calls/{}/change/"), hidden=403),
    "ventures:desk_change_part": run(of_call("submission", "/desk/calls/{}/change/money/"), hidden=403),
    "POST ventures:desk_change_part": run(
        of_call("submission", "/desk/calls/{}/change/money/"), hidden=403, status=422, **POST),
    "ventures:desk_history": read(of_call("draft", "/desk/calls/{}/history/")),
    "ventures:desk_proposals": read(of_call("draft", "/desk/calls/{}/proposals/")),
    "ventures:desk_exclusive": run(of_proposal("review", "/desk/proposals/{}/group/")),
    "POST ventures:desk_exclusive": run(
        of_proposal("review", "/desk/proposals/{}/group/"), status=422, data={"exclusive": "x"}, **POST),
    "ventures:desk_disqualify": run(of_proposal("review", "/desk/proposals/{}/disqualify/")),
    "POST ventures:desk_disqualify": run(
        of_proposal("review", "/desk/proposals/{}/disqualify/"), status=422, **POST
    ),
    "ventures:desk_places": run(of_call("draft", "/desk/calls/{}/places/")),
    "POST ventures:desk_places": run(of_call("draft", "/desk/calls/{}/places/"), status=409, **POST),
    "ventures:desk_phase": run(of_call("draft", "/desk/calls/{}/phase/")),
    "POST ventures:desk_phase": run(of_call("draft", "/desk/calls/{}/phase/"), status=409, **POST),
    "POST ventures:desk_draw_roll": run(of_call("draft", "/desk/calls/{}/phase/roll/"), status=302, **POST),
    "ventures:desk_reviews": staffed("/desk/reviews/", roles=REVIEWERS),
    "ventures:desk_batch": staffed("/desk/reviews/batch/", roles=REVIEWERS, status=302),
    "POST ventures:desk_batch": staffed("/desk/reviews/batch/", roles=REVIEWERS, status=302, **POST),
    "ventures:desk_assign": staffed("/desk/reviews/assign/", roles=REVIEWERS, status=302),
    "POST ventures:desk_assign": staffed("/desk/reviews/assign/", roles=REVIEWERS, status=302, **POST),
    "ventures:desk_review": review(of_proposal("review", "/desk/reviews/{}/"), status=200),
    "POST ventures:desk_review": review(of_proposal("review", "/desk/reviews/{}/"), status=422, **POST),
    "ventures:desk_review_done": review(of_proposal("review", "/desk/reviews/{}/done/"), status=200),
}  # fmt: skip
ROUTES: Final[dict[str, Row]] = {
    f"GET {API}/calls": everyone(f"{API}/calls"),
    f"POST {API}/calls": only(
        MANAGERS, f"{API}/calls", method="POST", data={"title": "接口", "areas": [COMMUNITY]}),
    f"GET {API}/calls/{{call_id}}": everyone(of_call("submission", f"{API}/calls/{{}}")),
    f"PATCH {API}/calls/{{call_id}}": run(
        of_call("draft", f"{API}/calls/{{}}"), anonymous=401, method="PATCH", data=CHANGE),
    f"GET {API}/calls/{{call_id}}/terms": everyone(of_call("submission", f"{API}/calls/{{}}/terms")),
    f"POST {API}/calls/{{call_id}}/terms": run(
        of_call("submission", f"{API}/calls/{{}}/terms"), status=409, hidden=403, anonymous=401,
        data={**CHANGE, "reason": "x"}, **POST),
    f"GET {API}/calls/{{call_id}}/notices": everyone(of_call("submission", f"{API}/calls/{{}}/notices")),
    f"GET {API}/calls/{{call_id}}/awards": everyone(of_call("submission", f"{API}/calls/{{}}/awards")),
    f"GET {API}/calls/{{call_id}}/checks": run(of_call("draft", f"{API}/calls/{{}}/checks"), anonymous=404),
    f"GET {API}/calls/{{call_id}}/preview": run(of_call("draft", f"{API}/calls/{{}}/preview"), anonymous=404),
    f"POST {API}/calls/{{call_id}}/advance": run(
        of_call("draft", f"{API}/calls/{{}}/advance"), status=409, anonymous=401, data={"expected": "voting"}, **POST),
    f"POST {API}/calls/{{call_id}}/roll": run(
        of_call("draft", f"{API}/calls/{{}}/roll"), status=409, anonymous=401, **POST),
    f"POST {API}/calls/{{call_id}}/cancel": run(
        of_call("cancelled", f"{API}/calls/{{}}/cancel"), status=409, anonymous=401, data={"reason": "x"}, **POST),
    f"GET {API}/proposals": everyone(f"{API}/proposals"),
    f"GET {API}/proposals/mine": signed_in(f"{API}/proposals/mine", anonymous=401),
    f"POST {API}/calls/{{call_id}}/proposals": propose(
        of_call("submission", f"{API}/calls/{{}}/proposals"), status=200, anonymous=401, **POST),
    f"GET {API}/proposals/{{proposal_id}}": inside(of_proposal("review", f"{API}/proposals/{{}}")),
    f"PATCH {API}/proposals/{{proposal_id}}": team(
        of_proposal("review", f"{API}/proposals/{{}}"), anonymous=401, method="PATCH", data=CHANGE),
    f"POST {API}/proposals/{{proposal_id}}/submit": team(
        of_proposal("review", f"{API}/proposals/{{}}/submit"), anonymous=401, data={"version": 1}, **POST),
    f"POST {API}/proposals/{{proposal_id}}/withdraw": team(
        of_proposal("review", f"{API}/proposals/{{}}/withdraw"), anonymous=401,
        data={"reason": "x"}, **POST),
    f"GET {API}/proposals/{{proposal_id}}/document": inside(of_proposal("review", f"{API}/proposals/{{}}/document")),
    f"GET {API}/reviews": signed_in(f"{API}/reviews", anonymous=401),
    f"POST {API}/proposals/{{proposal_id}}/reviews": review(
        of_proposal("review", f"{API}/proposals/{{}}/reviews"), status=409, anonymous=401,
        data={"version": 0, "decision": "pass", "answers": []}, **POST),
}  # fmt: skip
SHEET: Final = {"version": 0, "scores": {}}
JURIES: Final[dict[str, Row]] = {
    "ventures:jury_result": everyone(judged("/calls/{}/jury/"), status=404),  # public once its chair has closed it
    "ventures:juries": signed_in("/juries/"),
    "ventures:jury": seated("/juries/{}/"),
    "ventures:jury_due": several(  # the number alone, also for those who run the call
        {SIGNED_IN: (404, 404), MANAGERS: (200, 404)}, (302, 302), judged("/juries/{}/due/")),
    "ventures:jury_interests": seated("/juries/{}/interests/"),
    "POST ventures:jury_interests": seated("/juries/{}/interests/", **POST),
    "POST ventures:jury_draw": seated("/juries/{}/draw/", **POST),
    "POST ventures:jury_pitch": seated("/juries/{}/pitches/1/", data={"move": "start"}, **POST),
    "POST ventures:jury_close": seated("/juries/{}/close/", **POST),
    "ventures:jury_sheet": seated("/juries/{}/sheets/{other}/"),
    "POST ventures:jury_sheet": seated("/juries/{}/sheets/{other}/", **POST),
    "ventures:desk_jury": run(judged("/desk/calls/{}/jury/"), hidden=403),
    "POST ventures:desk_jury": run(judged("/desk/calls/{}/jury/"), hidden=403, status=422, **POST),
    "POST ventures:desk_jury_draw": run(judged("/desk/calls/{}/jury/draw/"), hidden=403, status=302, **POST),
    "POST ventures:desk_jury_pitch": run(
        judged("/desk/calls/{}/jury/pitches/1/"), hidden=403, status=404, data={"move": "start"}, **POST),
    "ventures:desk_jury_end": run(judged("/desk/calls/{}/jury/{other}/end/"), hidden=403, status=404),
    "POST ventures:desk_jury_end": run(judged("/desk/calls/{}/jury/{other}/end/"), hidden=403, status=404, **POST),
    f"GET {API}/calls/{{call_id}}/jury": everyone(judged(f"{API}/calls/{{}}/jury"), status=404),
    f"GET {API}/juries/{{call_id}}": seated(f"{API}/juries/{{}}", anonymous=401),
    f"POST {API}/juries/{{call_id}}/interests": seated(
        f"{API}/juries/{{}}/interests", anonymous=401, data={"interests": {}}, **POST),
    f"GET {API}/juries/{{call_id}}/sheets/{{proposal_id}}": seated(
        f"{API}/juries/{{}}/sheets/{{other}}", anonymous=401),
    f"PUT {API}/juries/{{call_id}}/sheets/{{proposal_id}}": seated(
        f"{API}/juries/{{}}/sheets/{{other}}", anonymous=401, method="PUT", data=SHEET),
    f"POST {API}/juries/{{call_id}}/close": several(
        {SIGNED_IN: (403, 403)}, (401, 401), judged(f"{API}/juries/{{}}/close"), **POST),
}  # fmt: skip
GROUNDS: Final = {"grounds": "x"}
RULING: Final = {"version": 9, "outcome": "dismissed", "ruling": "x"}
DISPUTES: Final[dict[str, Row]] = {
    "ventures:object": object_to(of_proposal("notice", "/proposals/{}/object/")),
    "POST ventures:object": object_to(of_proposal("notice", "/proposals/{}/object/"), status=422, **POST),
    "ventures:appeal": team(of_proposal("review", "/proposals/{}/appeal/")),
    "POST ventures:appeal": team(of_proposal("review", "/proposals/{}/appeal/"), **POST),
    "ventures:answer": team_in_public(of_dispute("/disputes/{}/answer/")),
    "POST ventures:answer": team_in_public(of_dispute("/disputes/{}/answer/"), **POST),
    "ventures:withdraw_dispute": team_in_public(of_dispute("/disputes/{}/withdraw/")),
    "POST ventures:withdraw_dispute": team_in_public(of_dispute("/disputes/{}/withdraw/"), **POST),
    "ventures:desk_disputes": staffed("/desk/disputes/", roles=READERS),
    "ventures:desk_dispute": several(
        {SIGNED_IN: (403, 403), READERS: (200, 404)}, (302, 302), of_dispute("/desk/disputes/{}/")),
    "POST ventures:desk_dispute": several(
        {SIGNED_IN: (403, 403), READERS: (403, 404), MANAGERS: (422, 404)}, (302, 302),
        of_dispute("/desk/disputes/{}/"), **POST),
    f"GET {API}/proposals/{{proposal_id}}/disputes": everyone(of_dispute(f"{API}/proposals/{{proposal}}/disputes")),
    f"POST {API}/proposals/{{proposal_id}}/objections": object_to(
        of_proposal("notice", f"{API}/proposals/{{}}/objections"), anonymous=401, data=GROUNDS, **POST),
    f"POST {API}/proposals/{{proposal_id}}/appeals": team(
        of_proposal("review", f"{API}/proposals/{{}}/appeals"), anonymous=401, data=GROUNDS, **POST),
    f"PUT {API}/disputes/{{dispute_id}}/answer": team_in_public(
        of_dispute(f"{API}/disputes/{{}}/answer"), anonymous=401, method="PUT", data={"version": 1, "answer": "x"}),
    f"POST {API}/disputes/{{dispute_id}}/withdraw": team_in_public(
        of_dispute(f"{API}/disputes/{{}}/withdraw"), anonymous=401, data={"version": 1}, **POST),
    f"POST {API}/disputes/{{dispute_id}}/ruling": several(
        {SIGNED_IN: (403, 403), MANAGERS: (409, 403)}, (401, 401),
        of_dispute(f"{API}/disputes/{{}}/ruling"), data=RULING, **POST),
}  # fmt: skip
TABLE: Final = PUBLIC | TEAM | DESK | ROUTES | JURIES | DISPUTES


def status(client: Client, row: Row, path: str) -> int:
    """Send what a row says: a form to a page, JSON with a key to a route."""
    if row.method == "GET":
        return int(client.get(path).status_code)
    if not path.startswith(API):
        return int(client.post(path, dict(row.data)).status_code)
    headers = {"Idempotency-Key": "one-key-of-the-table"}
    return int(
        client.generic(
            row.method, path, json.dumps(dict(row.data)), content_type="application/json", headers=headers
        ).status_code
    )


def meet(row: Row) -> dict[str, Expected]:
    """Meet an address with every role; gives those that met something else than the row says."""
    path = row.path if isinstance(row.path, str) else row.path()
    found = {}
    for who in WHO:
        near, far = ROLES.clients(who)
        found[who] = (status(near, row, path), status(far, row, path))
    return {who: one for who, one in found.items() if one != row.expected[who]}


@pytest.mark.parametrize("name", TABLE)
def test_every_role_meets(name: str) -> None:
    assert meet(TABLE[name]) == {}, TABLE[name].expected


def test_nobody_unknown_stands_in_the_table() -> None:
    assert all(set(row.expected) == {ANONYMOUS, NO_ROLE, *Role} for row in TABLE.values())
