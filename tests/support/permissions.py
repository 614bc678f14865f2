"""The permission table: every address of an app meets every role, inside and outside its area.

An app's `tests/<app>/test_permissions.py` holds one table, `{name: Row}`, and three tests:

    TABLE = {
        "places:area": everyone("/places/370102001001/"),
        "places:add": only(LOCAL, "/places/370102001001/add/"),
        "POST places:add": only(LOCAL, "/places/370102001001/add/", method="POST", allowed=422),
        "GET /api/v1/places/areas": everyone("/api/v1/places/areas"),
    }
    ROLES = Roles(inside="370102001001", outside="110114012035")

    @pytest.fixture(scope="module")
    def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
        with settled(django_db_blocker, ROLES, load_districts):
            yield

    @pytest.fixture(autouse=True)
    def _undone(_ground: None) -> Iterator[None]:
        with undone():
            yield

    @pytest.mark.parametrize("name", TABLE)
    def test_every_role(name): check(TABLE[name], ROLES)
    def test_table_is_complete(): assert not missing(TABLE, urls="shanzhi.places.urls", api="/api/v1/places/")

A page is named by its url name ("app:name"), with a method before it when it is not GET; an operation of the API by
method and path as the OpenAPI document writes them. `inside` and `outside` are areas: each role is tried once with a
grant in the first and once in the second, and once more nobody signed in, and a person without any role. A row may
override single roles: `only(…, but={Role.AUDITOR: (200, 404)})`. Paths may be functions that make what they point to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from json import dumps
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import URLPattern
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.config.api import api
from shanzhi.kernel.roles import Role
from tests.support.ground import held_open
from tests.support.people import client_for

ANONYMOUS = "anonymous"
NO_ROLE = "no role"
WHO: tuple[str, ...] = (ANONYMOUS, NO_ROLE, *Role)
Expected = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """One address with the status that each role meets: inside its area, outside it."""

    path: str | Callable[[], str]
    expected: Mapping[str, Expected]
    method: str = "GET"
    data: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    """What a program sends to the API, in place of a form; it goes under a key of its own each time."""


@dataclass(frozen=True)
class Roles:
    """Where the roles are held: in the area of the thing, and in another one."""

    inside: str
    outside: str
    _kept: dict[str, tuple[Client, Client]] = field(default_factory=dict, compare=False, repr=False)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Make everybody once for all that is asked in the block."""
        self._kept.update({who: self._made(who) for who in WHO})
        yield
        self._kept.clear()

    def clients(self, who: str) -> tuple[Client, Client]:
        """Give a browser inside and one outside, each as fresh as signing in left it."""
        near, far = self._kept[who] if who in self._kept else self._made(who)
        return (_again(near), _again(far)) if who in self._kept else (near, far)

    def _made(self, who: str) -> tuple[Client, Client]:
        if who == ANONYMOUS:
            return Client(), Client()
        role = None if who == NO_ROLE else Role(who)
        return client_for(role, self.inside), client_for(role, self.outside)


@contextmanager
def settled(blocker: DjangoDbBlocker, roles: Roles, *makers: Callable[[], object]) -> Iterator[None]:
    """Make everybody, and what `makers` make, once for all tests of a module; each must undo what it does."""
    with held_open(blocker):
        for make in makers:
            make()
        with roles.settled():
            yield


def _again(client: Client) -> Client:
    fresh = Client()
    fresh.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    if hasattr(client, "person"):
        fresh.person = client.person  # type: ignore[attr-defined]  # tests ask who the client is
    return fresh


def everyone(path: str | Callable[[], str], *, status: int = 200, method: str = "GET") -> Row:
    """Make the row of an address that is open to all."""
    return Row(path, dict.fromkeys(WHO, (status, status)), method)


def only(
    roles: Iterable[Role],
    path: str | Callable[[], str],
    *,
    allowed: int = 200,
    refused: int = 403,
    anonymous: int = 401,
    outside: int | None = None,
    method: str = "GET",
    data: Mapping[str, Any] | None = None,
    json: Mapping[str, Any] | None = None,
    but: Mapping[str, Expected] | None = None,
) -> Row:
    """Make the row of an address that is open to some roles inside their area alone."""
    beyond = refused if outside is None else outside
    expected: dict[str, Expected] = dict.fromkeys(WHO, (refused, beyond))
    expected |= {ANONYMOUS: (anonymous, anonymous)}
    expected |= dict.fromkeys(roles, (allowed, beyond))
    return Row(path, {**expected, **(but or {})}, method, data or {}, json)


def check(row: Row, roles: Roles) -> None:
    """Meet the address with every role and compare all at once, so that a failure shows the whole row."""
    path = row.path if isinstance(row.path, str) else row.path()
    found = {}
    for who in WHO:
        inside, outside = roles.clients(who)
        found[who] = (_status(inside, row, path), _status(outside, row, path))
    assert found == dict(row.expected)


def _status(client: Client, row: Row, path: str) -> int:
    status: int = client.generic(row.method, path, **_body(row)).status_code
    return status


def _body(row: Row) -> dict[str, Any]:
    if row.method in ("GET", "HEAD"):
        return {}
    if row.json is not None:
        sent = dumps({name: value() if callable(value) else value for name, value in row.json.items()})
        return {"data": sent, "content_type": "application/json", "headers": {"Idempotency-Key": uuid4().hex}}
    pairs = "&".join(f"{name}={value}" for name, value in row.data.items())
    return {"data": pairs, "content_type": "application/x-www-form-urlencoded"}


def missing(table: Mapping[str, Row], *, urls: str = "", api_prefix: str = "") -> set[str]:
    """Give the url names and API operations that the table lacks, and rows that point to nothing any more."""
    wanted = (page_names(urls) if urls else set()) | (operations(api_prefix) if api_prefix else set())
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    have = {name.removeprefix(f"{m} ") if ":" in name else name for name in table for m in methods if _starts(name, m)}
    return wanted ^ have


def _starts(name: str, method: str) -> bool:
    return name.startswith(f"{method} ") or (
        method == "GET" and name.split(" ")[0] not in ("POST", "PUT", "PATCH", "DELETE")
    )


def page_names(urls: str) -> set[str]:
    """List the names of an app's url patterns."""
    module = import_module(urls)
    names = {pattern.name for pattern in module.urlpatterns if isinstance(pattern, URLPattern)}
    assert None not in names, f"{urls} has an address without a name"
    prefix = f"{module.app_name}:" if getattr(module, "app_name", "") else ""
    return {f"{prefix}{name}" for name in names}


def operations(prefix: str) -> set[str]:
    """List the API's operations below a path, as 'GET /api/v1/places/areas'."""
    paths = api.get_openapi_schema()["paths"]
    return {
        f"{method.upper()} {path}" for path, methods in paths.items() if path.startswith(prefix) for method in methods
    }
