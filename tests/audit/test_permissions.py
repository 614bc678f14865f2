"""The permission table of the log's pages and API."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.audit.operations.sealing import seal
from shanzhi.kernel.roles import STAFF_READERS, Role
from tests.audit.support import an_event
from tests.support.ground import undone
from tests.support.permissions import ANONYMOUS, NO_ROLE, Expected, Roles, Row, check, everyone, missing, settled
from tests.support.places import load_districts

INSIDE, OUTSIDE = "370102001", "370102002"
ROLES = Roles(inside=INSIDE, outside=OUTSIDE)


def sealed(address: str) -> Callable[[], str]:
    """An address of the log with one event, sealed; {event} and {digest} are the event's."""

    def made() -> str:
        event = an_event(INSIDE)
        head = seal(at=timezone.now())
        assert head is not None
        return address.format(event=event.pk, digest=event.digest, size=head.size)

    return made


def readers(address: str, *, stranger: int, away: int, anonymous: int) -> Row:
    """The row of an address that staff and auditors of the area read, and others do not."""
    expected: dict[str, Expected] = {str(role): (stranger, stranger) for role in (NO_ROLE, *Role)}
    expected |= {ANONYMOUS: (anonymous, anonymous)}
    expected |= {str(role): (200, away) for role in STAFF_READERS}
    return Row(sealed(address), expected)


TABLE = {
    "audit:log": everyone(sealed("/audit/")),
    "audit:check": everyone(sealed("/audit/check/?digest={digest}")),
    "audit:checkpoint": everyone(sealed("/audit/checkpoint")),
    "audit:head": everyone(sealed("/audit/heads/{size}/")),
    "audit:note": everyone(sealed("/audit/heads/{size}/note")),
    "audit:events": readers("/audit/events/", stranger=403, away=200, anonymous=302),
    "audit:event": readers("/audit/events/{event}/", stranger=404, away=404, anonymous=302),
    "audit:history": readers(f"/audit/history/places.area/{INSIDE}/", stranger=404, away=404, anonymous=302),
    "GET /api/v1/audit/heads": everyone(sealed("/api/v1/audit/heads")),
    "GET /api/v1/audit/heads/latest": everyone(sealed("/api/v1/audit/heads/latest")),
    "GET /api/v1/audit/heads/{size}": everyone(sealed("/api/v1/audit/heads/{size}")),
    "GET /api/v1/audit/keys": everyone(sealed("/api/v1/audit/keys")),
    "GET /api/v1/audit/proofs/inclusion": everyone(sealed("/api/v1/audit/proofs/inclusion?digest={digest}")),
    "GET /api/v1/audit/proofs/consistency": everyone(sealed("/api/v1/audit/proofs/consistency?first=1")),
    "GET /api/v1/audit/bundle": everyone(sealed("/api/v1/audit/bundle?digest={digest}")),
    "GET /api/v1/audit/events/{number}": readers("/api/v1/audit/events/{event}", stranger=404, away=404, anonymous=404),
}


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the areas, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, load_districts):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role(name: str) -> None:
    check(TABLE[name], ROLES)


def test_table_is_complete() -> None:
    assert not missing(TABLE, urls="shanzhi.audit.urls", api_prefix="/api/v1/audit/")
