"""Every address of notices meets every role, inside and outside the area of the notice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import STAFF, STAFF_READERS, Role
from shanzhi.notices import operations
from shanzhi.notices.links import Choice, unsubscribe_path
from shanzhi.notices.models import Delivery, Notice
from shanzhi.notices.values import To
from shanzhi.voting.telling import RESULT
from tests.notices.support import CLOCK, NOON, a_reader, of, tell
from tests.support.ground import undone
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.voting import support as voting
from tests.voting.support import COMMUNITY, ELSEWHERE

ROLES = Roles(inside=COMMUNITY, outside=ELSEWHERE)
READERS, KEEPERS = tuple(STAFF_READERS), tuple(STAFF)
API = "/api/v1/notices"


def failed() -> Notice:
    """A notice of a vote in the area that failed for one person."""
    poll = voting.a_draft(areas=[COMMUNITY])
    notice = operations.notify(
        actor=CLOCK, kind=RESULT, values={"title": poll, "link": To("voting:results", (poll.pk,))},
        to=[a_reader().pk], key=str(poll.pk), subject=poll, area=COMMUNITY, at=NOON,
    )  # fmt: skip
    assert notice is not None
    mine = Delivery.objects.filter(notice=notice, channel="email")
    mine.update(state="failed", cause="gateway", next_try_at=None)
    return notice


def somebodys() -> str:
    """An address of somebody else's notice."""
    person = a_reader()
    tell(person)
    return f"/account/notices/{of(person, 'app').pk}/"


def a_link() -> str:
    """A link to unsubscribe."""
    return unsubscribe_path(Choice(a_reader().pk, "hobby", "email"))


def own_page(path: str, *, status: int = 200) -> Row:
    """Make the row of a page of one's own account."""
    return only((), path, refused=status, anonymous=302)


TABLE: dict[str, Row] = {
    "notices:own": own_page("/account/notices/"),
    "POST notices:read_all": only((), "/account/notices/read/", method="POST", refused=302, anonymous=302,
                                  data={"opened": "2026-11-25T00:00:00"}),
    "notices:choices": own_page("/account/notices/choices/"),
    "POST notices:choices": only((), "/account/notices/choices/", method="POST", refused=422, anonymous=302,
                                 data={"language": "xx"}),
    "notices:email": own_page("/account/notices/email/"),
    "POST notices:email": only((), "/account/notices/email/", method="POST", refused=422, anonymous=302,
                               data={"address": "x"}),
    "notices:email_code": own_page("/account/notices/email/code/", status=302),
    "POST notices:email_remove": only((), "/account/notices/email/remove/", method="POST", refused=302, anonymous=302),
    "notices:wechat": own_page("/account/notices/wechat/", status=302),
    "notices:wechat_back": own_page("/account/notices/wechat/back/", status=404),
    "POST notices:wechat_remove": only((), "/account/notices/wechat/remove/", method="POST", refused=302,
                                       anonymous=302),
    "notices:notice": only((), somebodys, refused=404, anonymous=302),
    "POST notices:read": only((), lambda: somebodys() + "read/", method="POST", refused=404, anonymous=302),
    "notices:unsubscribe": everyone(a_link),
    "POST notices:unsubscribe": everyone(a_link, method="POST"),
    "notices:desk": only(READERS, "/desk/notices/", anonymous=302, but=dict.fromkeys(READERS, (200, 200))),
    "notices:outbox": only((), "/desk/notices/outbox/", refused=404, anonymous=302, but={
        Role.OPERATOR: (200, 200), Role.ADMINISTRATOR: (200, 200)}),
    "notices:delivered": only(READERS, lambda: f"/desk/notices/{failed().pk}/", anonymous=302,
                              but=dict.fromkeys(READERS, (200, 404))),
    "POST notices:retry": only(
        KEEPERS, lambda: f"/desk/notices/{failed().pk}/retry/", method="POST", anonymous=302, allowed=409,
        data={"channel": "email", "cause": "nothing"}, but={
            **dict.fromkeys(KEEPERS, (409, 404)), Role.AUDITOR: (403, 404)}),
    f"GET {API}/": only((), f"{API}/", refused=200),
    f"POST {API}/read": only((), f"{API}/read", method="POST", refused=200),
    f"POST {API}/{{delivery_id}}/read": only(
        (), lambda: f"{API}/{somebodys().split('/')[3]}/read", method="POST", refused=404),
    f"GET {API}/choices": only((), f"{API}/choices", refused=200),
    f"PUT {API}/choices": everyone(f"{API}/choices", method="PUT", status=422),
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
    assert not missing(TABLE, urls="shanzhi.notices.urls", api_prefix=f"{API}/")
