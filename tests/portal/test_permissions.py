"""Every address of the public site, of jobs and of preferences meets every role."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.work.models import Job
from tests.support.ground import undone
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.support.places import AT, load_districts

COMMUNITY = "370102001002"
ROLES = Roles(inside=COMMUNITY, outside="110114012035")


def job() -> str:
    """Make a job of the community and give its address."""
    return f"/work/{Job.objects.create(kind='test', area=COMMUNITY, created_at=AT).pk}/"


TABLES: dict[str, dict[str, Row]] = {
    "shanzhi.portal.urls": {
        "portal:home": everyone("/"),
        "portal:district": everyone("/d/370102/"),
        "portal:today": everyone("/today/"),
        "portal:desk": everyone("/desk/", status=302),
        "portal:search": everyone("/search/?q=x"),
        "portal:open_data": everyone("/open-data/"),
        "portal:accessibility": everyone("/accessibility/"),
        "portal:sources": everyone("/sources/"),
    },
    "shanzhi.work.urls": {
        "work:jobs": only((), "/work/", refused=200, anonymous=302),
        "work:job": only(STAFF_READERS, job, refused=404, anonymous=404),
    },
    "shanzhi.ui.urls": {
        "ui:pieces": everyone("/ui/pieces/"),
        "ui:preferences": everyone("/ui/preferences/", status=405),
        "POST ui:preferences": everyone("/ui/preferences/", status=302, method="POST"),
    },
}
ROWS = {name: row for table in TABLES.values() for name, row in table.items()}


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the areas, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, load_districts):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", ROWS)
def test_every_role_meets(name: str) -> None:
    check(ROWS[name], ROLES)


@pytest.mark.parametrize("urls", TABLES)
def test_the_table_names_every_address(urls: str) -> None:
    assert missing(TABLES[urls], urls=urls) == set()
