"""Every address of versions, copies, comments and backing meets every role; and none of the rounds is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.ventures import operations
from tests.support import people
from tests.support.ground import undone
from tests.support.permissions import Row, everyone, missing, page_names, settled
from tests.support.permissions import operations as api_operations
from tests.support.places import load_districts
from tests.ventures import test_permissions as rounds
from tests.ventures.merger_table import MERGERS, scene
from tests.ventures.seat_table import SEATS
from tests.ventures.seat_table import scene as seat_scene
from tests.ventures.test_pages_training import TRAINING
from tests.ventures.test_permissions import (
    API,
    COMMUNITY,
    POST,
    ROLES,
    SIGNED_IN,
    Path,
    inside,
    made,
    meet,
    of_call,
    of_proposal,
    propose,
    read,
    run,
    several,
    signed_in,
    team,
)


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the areas, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, load_districts):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


def of_comment(path: str) -> Path:
    """Give the address of a page of a neighbour's comment on a project under public notice."""

    def address() -> str:
        neighbour = people.an_actor(None, COMMUNITY)
        said = operations.write_comment(
            actor=neighbour, proposal_id=made("notice").proposals.get().pk, words="灯装在哪里？", at=timezone.now()
        )
        return path.format(said.pk)

    return address


def copied_from(path: str) -> Path:
    """Give the address at which a proposal under review would be copied into its own call."""

    def address() -> str:
        one = made("review").proposals.get()
        return path.format(one.call_id, proposal=one.pk)

    return address


def nobody(path: Path | str, *, status: int = 403, anonymous: int = 302, **row: Any) -> Row:
    """Make the row of what is public, and open to one person or team alone that is not among the roles."""
    return several({SIGNED_IN: (status, status)}, (anonymous, anonymous), path, **row)


WORDS: Final = {"text": "灯装在哪里？"}
NOTHING: Final = {"proposal": "00000000-0000-4000-8000-000000000000"}
COPY: Final = "/calls/{}/propose/earlier/{proposal}/"
VOICES: Final[dict[str, Row]] = {
    "ventures:earlier": signed_in(of_call("submission", "/calls/{}/propose/earlier/")),
    "ventures:copy_proposal": team(copied_from(COPY)),
    "POST ventures:copy_proposal": team(copied_from(COPY), **POST),
    "ventures:versions": inside(of_proposal("review", "/proposals/{}/versions/"), anonymous=302),
    "ventures:versions of a public project": inside(of_proposal("notice", "/proposals/{}/versions/"), anonymous=302),
    "ventures:compare_versions": inside(of_proposal("review", "/proposals/{}/versions/compare/"), anonymous=302),
    "ventures:comment": propose(of_proposal("notice", "/proposals/{}/comments/new/"), status=200, anonymous=302),
    "POST ventures:comment": propose(
        of_proposal("notice", "/proposals/{}/comments/new/"), status=422, anonymous=302, **POST),
    "POST ventures:back": propose(of_proposal("notice", "/proposals/{}/backing/"), status=302, anonymous=302, **POST),
    "POST ventures:stop_backing": nobody(of_proposal("notice", "/proposals/{}/backing/end/"), status=302, **POST),
    "ventures:answer_comment": nobody(of_comment("/comments/{}/answer/")),
    "POST ventures:answer_comment": nobody(of_comment("/comments/{}/answer/"), **POST),
    "POST ventures:withdraw_comment": nobody(of_comment("/comments/{}/withdraw/"), **POST),
    "ventures:desk_comments": read(of_call("draft", "/desk/calls/{}/comments/")),
    "ventures:desk_hide": run(of_comment("/desk/comments/{}/hide/"), hidden=403),
    "POST ventures:desk_hide": run(of_comment("/desk/comments/{}/hide/"), status=422, hidden=403, **POST),
    f"GET {API}/proposals/{{proposal_id}}/comments": everyone(of_proposal("notice", f"{API}/proposals/{{}}/comments")),
    f"POST {API}/proposals/{{proposal_id}}/comments": propose(
        of_proposal("notice", f"{API}/proposals/{{}}/comments"), status=200, anonymous=401, data=WORDS, **POST),
    f"POST {API}/comments/{{comment_id}}/answers": nobody(
        of_comment(f"{API}/comments/{{}}/answers"), anonymous=401, data=WORDS, **POST),
    f"POST {API}/comments/{{comment_id}}/withdraw": nobody(
        of_comment(f"{API}/comments/{{}}/withdraw"), anonymous=401, **POST),
    f"POST {API}/comments/{{comment_id}}/hide": run(
        of_comment(f"{API}/comments/{{}}/hide"), status=422, hidden=403, anonymous=401, data={"reason": ""}, **POST),
    f"GET {API}/proposals/{{proposal_id}}/backing": everyone(of_proposal("notice", f"{API}/proposals/{{}}/backing")),
    f"POST {API}/proposals/{{proposal_id}}/backing": propose(
        of_proposal("notice", f"{API}/proposals/{{}}/backing"), status=200, anonymous=401, **POST),
    f"POST {API}/proposals/{{proposal_id}}/backing/end": nobody(
        of_proposal("notice", f"{API}/proposals/{{}}/backing/end"), status=200, anonymous=401, **POST),
    f"GET {API}/proposals/{{proposal_id}}/versions": inside(of_proposal("review", f"{API}/proposals/{{}}/versions")),
    f"POST {API}/calls/{{call_id}}/copies": nobody(
        of_call("submission", f"{API}/calls/{{}}/copies"), status=404, anonymous=401, data=NOTHING, **POST),
}  # fmt: skip


@pytest.mark.parametrize("name", VOICES)
def test_every_role_meets(name: str) -> None:
    assert meet(VOICES[name]) == {}, VOICES[name].expected


def test_every_role_meets_the_addresses_of_mergers() -> None:
    named = scene()  # all that is sent to them is refused, so that one scene serves every row
    found = {name: meet(replace(row, path=str(row.path).format(**named))) for name, row in MERGERS.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_every_role_meets_the_roles_of_a_team() -> None:
    named = seat_scene()
    found = {name: meet(replace(row, path=str(row.path).format(**named))) for name, row in SEATS.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_the_tables_name_every_address() -> None:
    whole = rounds.TABLE | VOICES | TRAINING | MERGERS | SEATS
    plain = {name: row for name, row in whole.items() if " of a " not in name and " under " not in name}
    assert page_names("shanzhi.ventures.urls")
    assert api_operations(f"{API}/")
    assert not missing(plain, urls="shanzhi.ventures.urls", api_prefix=f"{API}/")
