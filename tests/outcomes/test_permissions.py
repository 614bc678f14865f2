"""Every address of outcomes meets every role, inside and outside its area."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import STAFF_READERS
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled

ROLES = Roles(inside=COMMUNITY, outside="110114008001")
READERS = tuple(STAFF_READERS)
NOBODYS = uuid4()
DESK: dict[str, tuple[int, int]] = dict.fromkeys(READERS, (200, 200))
TABLE: dict[str, Row] = {
    "outcomes:index": everyone("/outcomes/"),
    "outcomes:round": everyone(f"/outcomes/rounds/{NOBODYS}/", status=404),
    "outcomes:round_on": everyone(f"/outcomes/rounds/{NOBODYS}/2021-01-31/", status=404),
    "outcomes:survival": everyone("/outcomes/survival/370102/"),
    "outcomes:survival_by": everyone("/outcomes/survival/370102/class/"),
    "outcomes:desk": only(READERS, "/desk/outcomes/", but=DESK, anonymous=302),
    "outcomes:desk_on": only(READERS, "/desk/outcomes/2021-01-31/", but=DESK, anonymous=302),
    "GET /api/v1/outcomes/rounds": everyone("/api/v1/outcomes/rounds"),
    "GET /api/v1/outcomes/rounds/{call_id}": everyone(f"/api/v1/outcomes/rounds/{NOBODYS}", status=404),
    "GET /api/v1/outcomes/survival/{code}": everyone("/api/v1/outcomes/survival/370102?by=class"),
    "GET /api/v1/outcomes/signs": only(READERS, "/api/v1/outcomes/signs", but=DESK),
}


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
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
    assert missing(TABLE, urls="shanzhi.outcomes.urls", api_prefix="/api/v1/outcomes/") == set()
