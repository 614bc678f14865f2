"""Every address of voting meets every role, inside and outside the poll's area."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import Role
from shanzhi.voting import operations
from shanzhi.voting.models import Poll, RollEntry
from tests.support.ground import undone
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.voting import support
from tests.voting.paper_support import Hall, another_hall
from tests.voting.support import COMMUNITY, ELSEWHERE, STAFF, a_draft, a_person, now

ROLES = Roles(inside=COMMUNITY, outside=ELSEWHERE)
MANAGERS = (
    Role.OPERATOR,
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.ADMINISTRATOR,
)
READERS = (*MANAGERS, Role.SOCIAL_WORKER, Role.AUDITOR)


def running() -> Poll:
    """A poll that can be voted on; nobody of the table is on its roll, for none is old enough."""
    a_person(born=date(1930, 5, 1))
    poll = a_draft(areas=[COMMUNITY], minimum_age=90)
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


def booth(state: str = "prepared") -> Hall:
    """A booth of a running poll of the community, with officers who are nobody of the table."""
    hall = another_hall(running(), area=COMMUNITY)
    if state != "prepared":
        operations.open_booth(actor=hall.first, booth_id=hall.booth.pk, received=3, at=now())
    if state == "closed":
        hall.close(unissued=3, cast=0)
    return hall


def desk(end: str = "", state: str = "prepared") -> Callable[[], str]:
    """Give an address of a booth's desk."""
    return lambda: f"/desk/booths/{booth(state).booth.pk}/{end}"


def paper_api(end: str = "", state: str = "open") -> Callable[[], str]:
    """Give an address of a booth in the API."""
    return lambda: f"/api/v1/voting/booths/{booth(state).booth.pk}{end}"


def with_mark(end: str) -> Callable[[], str]:
    """Give an address of a mark in the API."""

    def address() -> str:
        hall = booth("open")
        voter = RollEntry.objects.filter(poll=hall.poll).first()
        assert voter is not None
        mark = operations.mark_voter(
            actor=hall.first, booth_id=hall.booth.pk, voter=voter.pk, document_seen=True, key="k" * 8, at=now()
        )
        return f"/api/v1/voting/booths/{hall.booth.pk}/marks/{mark.pk}/{end}"

    return address


def page_of_mark() -> str:
    """Give the page of a mark."""
    booth_id, mark_id = with_mark("")().split("/")[5:8:2]
    return f"/desk/booths/{booth_id}/marks/{mark_id}/"


READS_ONLY = (Role.SOCIAL_WORKER, Role.AUDITOR)


def staff_only(path: Callable[[], str], **more: object) -> Row:
    """A page of the desk that staff of the area may read; to all others there is none."""
    return only(READERS, path, refused=404, anonymous=302, **more)  # type: ignore[arg-type]


def officers_only(path: Callable[[], str], *, anonymous: int = 302, **more: Any) -> Row:
    """A page for the officers of the booth: staff of the area see that there is one, and are refused."""
    return only(READERS, path, allowed=403, refused=404, anonymous=anonymous, **more)


def managers_only(
    path: Callable[[], str], *, allowed: int = 200, method: str = "GET", anonymous: int = 302, readers: int = 403
) -> Row:
    """An act of those who run the vote; those who may only look are refused."""
    but = dict.fromkeys(READS_ONLY, (readers, 404))
    return only(MANAGERS, path, allowed=allowed, refused=404, anonymous=anonymous, method=method, but=but)


def with_api(rows: dict[str, Row]) -> dict[str, Row]:
    """Name rows by the paths of the API."""
    return {f"{name.split()[0]} /api/v1/voting{name.split()[1]}": row for name, row in rows.items()}


def posted(path: Callable[[], str], row: Callable[..., Row], **more: object) -> Row:
    """An act of the API without a body, or with one that fails only after the role was looked at."""
    return row(path, method="POST", anonymous=404, **more)


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
    "voting:electorate": only(READERS, lambda: f"/desk/polls/{running().pk}/electorate/", refused=404, anonymous=302),
    "voting:roll_communities": staff_only(lambda: f"/desk/polls/{running().pk}/electorate/communities/"),
    "POST voting:draw_roll": only(
        MANAGERS,
        lambda: f"/desk/polls/{a_draft(areas=[COMMUNITY]).pk}/electorate/draw/",
        method="POST",
        allowed=302,
        refused=404,
        anonymous=302,
        but={Role.SOCIAL_WORKER: (403, 404), Role.AUDITOR: (403, 404)},
    ),
    "voting:places": everyone(lambda: at(running(), "places/")),
    "voting:my_booths": only((), "/desk/booths/", refused=200, anonymous=302),
    "voting:booths": only(READERS, lambda: f"/desk/polls/{booth().poll.pk}/booths/", refused=404, anonymous=302),
    "voting:booth_add": managers_only(lambda: f"/desk/polls/{running().pk}/booths/add/", readers=403),
    "voting:paper_terms": managers_only(lambda: f"/desk/polls/{running().pk}/booths/terms/"),
    "voting:specimen": managers_only(lambda: f"/desk/polls/{running().pk}/booths/specimen.pdf"),
    "voting:booth": staff_only(desk()),
    "voting:booth_edit": managers_only(desk("edit/")),
    "voting:booth_officers": managers_only(desk("officers/")),
    "voting:booth_cancel": managers_only(desk("cancel/")),
    "voting:booth_print": managers_only(desk("print/")),
    "POST voting:booth_sheets": managers_only(desk("print/1.pdf"), method="POST", allowed=404),
    "voting:booth_open": staff_only(desk("open/")),
    "voting:booth_receive": staff_only(desk("receive/", "open")),
    "voting:booth_voters": staff_only(desk("voters/", "open")),
    "voting:booth_voter": officers_only(desk("voters/1/", "open")),
    "voting:booth_register": officers_only(desk("register/", "open")),
    "voting:booth_spoil": officers_only(desk("spoil/", "open")),
    "voting:booth_marks": staff_only(desk("marks/")),
    "voting:booth_mark": staff_only(page_of_mark),
    "voting:booth_visits": officers_only(desk("visits/")),
    "voting:booth_close": officers_only(desk("close/", "open")),
    "voting:booth_balance": staff_only(desk("balance/", "closed")),
    "voting:entry": only(MANAGERS, desk("entry/", "closed"), refused=404, anonymous=302,
                         but=dict.fromkeys(READS_ONLY, (403, 404))),
    "POST voting:entry_back": only(MANAGERS, desk("entry/back/", "closed"), allowed=302, refused=404, anonymous=302,
                                   method="POST", but=dict.fromkeys(READS_ONLY, (403, 404))),
    "voting:differences": only(MANAGERS, desk("differences/", "closed"), refused=404, anonymous=302,
                               but=dict.fromkeys(READS_ONLY, (403, 404))),
    "voting:offline": officers_only(desk("offline/")),
    "voting:offline_worker": officers_only(desk("offline/worker.js")),
    "POST voting:offline_list": officers_only(desk("offline/list/", "open"), method="POST"),
    "POST voting:offline_upload": officers_only(desk("offline/upload/", "open"), method="POST"),
    **with_api({
        "GET /polls/{poll_id}/places": everyone(lambda: api(running(), "/places")),
        "PUT /polls/{poll_id}/paper-terms": everyone(lambda: api(running(), "/paper-terms"), status=422, method="PUT"),
        "GET /polls/{poll_id}/booths": only(READERS, lambda: api(booth().poll, "/booths"), refused=404, anonymous=404),
        "POST /polls/{poll_id}/booths": everyone(lambda: api(running(), "/booths"), status=422, method="POST"),
        "GET /booths/{booth_id}": only(READERS, paper_api(), refused=404, anonymous=404),
        "PUT /booths/{booth_id}": everyone(paper_api(), status=422, method="PUT"),
        **{
            f"POST /booths/{{booth_id}}/{end}": everyone(paper_api(f"/{end}"), status=422, method="POST")
            for end in (
                "cancel", "officers", "officers/end", "runs", "open", "receive", "voters", "register", "marks",
                "marks/confirm", "spoil", "upload", "close", "entries", "entries/take-back", "reconcile",
            )
        },
        **{
            f"POST /booths/{{booth_id}}/marks/{{mark_id}}/{end}": everyone(with_mark(end), status=422, method="POST")
            for end in ("carry-off", "refuse")
        },
        "GET /booths/{booth_id}/marks": only(READERS, paper_api("/marks"), refused=404, anonymous=404),
        "POST /booths/{booth_id}/marks/{mark_id}/hand-back": posted(with_mark("hand-back"), officers_only),
        "POST /booths/{booth_id}/list": posted(paper_api("/list"), officers_only),
        "POST /booths/{booth_id}/open-outers": posted(paper_api("/open-outers", "closed"), officers_only),
        "GET /booths/{booth_id}/differences": only(READERS, paper_api("/differences"), refused=404, anonymous=404),
        "GET /booths/{booth_id}/balance": only(READERS, paper_api("/balance"), refused=404, anonymous=404),
    }),
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
}  # fmt: skip


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


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
