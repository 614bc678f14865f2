"""Every address of voting meets every role, inside and outside the poll's area."""

from __future__ import annotations

import pytest

from shanzhi.kernel.roles import Role
from shanzhi.voting import operations
from shanzhi.voting.models import Poll
from tests.support.permissions import Roles, Row, check, everyone, missing, only
from tests.voting import support
from tests.voting.support import COMMUNITY, ELSEWHERE, STAFF, a_draft, a_person, now

pytestmark = pytest.mark.django_db
ROLES = Roles(inside=COMMUNITY, outside=ELSEWHERE)
MANAGERS = (
    Role.OPERATOR,
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.ADMINISTRATOR,
)
READERS = (*MANAGERS, Role.SOCIAL_WORKER, Role.AUDITOR)
NOBODYS = "00000000-0000-4000-8000-000000000000"


def running() -> Poll:
    """A poll that can be voted on; nobody of the table is on its roll."""
    a_person()
    poll = a_draft(areas=[COMMUNITY])
    operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now())
    return operations.open_poll(actor=STAFF, poll_id=poll.pk, at=now())


def counted() -> Poll:
    """A counted poll."""
    poll = support.close(running())
    operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
    return poll


def at(poll: Poll, end: str) -> str:
    """Give an address of a poll."""
    return f"/polls/{poll.pk}/{end}"


def api(poll: Poll, end: str = "") -> str:
    """Give an address of the API."""
    return f"/api/v1/voting/polls/{poll.pk}{end}"


# Who is not on the roll is told so; roles change nothing about a ballot. Only who signed in can be told more.
TABLE: dict[str, Row] = {
    "voting:vote": everyone(lambda: at(running(), "vote/"), status=403),
    "POST voting:review": everyone(lambda: at(running(), "review/"), status=403, method="POST"),
    "POST voting:cast": only((), lambda: at(running(), "cast/"), method="POST", data={"choice": "1"}),
    "voting:done": only((), lambda: at(running(), "done/"), refused=302),
    "voting:receipt": everyone(lambda: at(counted(), "receipt/")),
    "voting:results": everyone(lambda: at(counted(), "results/")),
    "voting:recount": everyone(lambda: at(counted(), "recount/")),
    "voting:file": everyone(lambda: at(counted(), "ballots.pb")),
    "voting:receipts": only((), "/account/receipts/", refused=200, anonymous=302),
    "voting:import": only(MANAGERS, "/desk/polls/import/", anonymous=302, but=dict.fromkeys(MANAGERS, (200, 200))),
    "voting:import_preview": only((), f"/desk/polls/import/{NOBODYS}/", refused=404, anonymous=302),
    "voting:electorate": only(READERS, lambda: f"/desk/polls/{running().pk}/electorate/", refused=404, anonymous=302),
    "POST voting:draw_roll": only(
        MANAGERS,
        lambda: f"/desk/polls/{a_draft(areas=[COMMUNITY]).pk}/electorate/draw/",
        method="POST",
        allowed=302,
        refused=404,
        anonymous=302,
        but={Role.SOCIAL_WORKER: (403, 404), Role.AUDITOR: (403, 404)},
    ),
    "GET /api/v1/voting/polls": everyone("/api/v1/voting/polls"),
    "GET /api/v1/voting/polls/{poll_id}": everyone(lambda: api(running())),
    "GET /api/v1/voting/polls/{poll_id}/options": everyone(lambda: api(running(), "/options")),
    "GET /api/v1/voting/polls/{poll_id}/ballot": only((), lambda: api(running(), "/ballot"), refused=404),
    "PUT /api/v1/voting/polls/{poll_id}/ballot": everyone(lambda: api(running(), "/ballot"), status=422, method="PUT"),
    "POST /api/v1/voting/polls/{poll_id}/receipt": everyone(
        lambda: api(counted(), "/receipt"), status=422, method="POST"
    ),
    "GET /api/v1/voting/polls/{poll_id}/result": everyone(lambda: api(counted(), "/result")),
    "GET /api/v1/voting/polls/{poll_id}/file": everyone(lambda: api(counted(), "/file")),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_role(name: str) -> None:
    check(TABLE[name], ROLES)


def test_the_table_is_complete() -> None:
    assert not missing(TABLE, urls="shanzhi.voting.urls", api_prefix="/api/v1/voting/")


@pytest.mark.parametrize("end", ["results/", "recount/", "ballots.pb"])
def test_the_sealed_answer_is_one_for_all_roles(end: str) -> None:
    check(everyone(lambda: at(running(), end), status=403), ROLES)


@pytest.mark.parametrize("end", ["/result", "/file"])
def test_the_sealed_answer_of_the_api_is_one_for_all_roles(end: str) -> None:
    check(everyone(lambda: api(running(), end), status=403), ROLES)
