"""People, polls and ballots for the tests of voting."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Account, Person
from shanzhi.voting import operations
from shanzhi.voting.models import Poll
from shanzhi.voting.operations import BallotRules, CastChoices, OptionInput
from tests.support import people

AREA = "370102001"
COMMUNITY = "370102001001"
ELSEWHERE = "370102002001"
SPEC = {"rule": "equal-shares", "satisfaction": "cost", "completion": "add1u", "ties": ["id"]}
STAFF = Actor.system("test")
BUDGET = 1_000_00


def now() -> datetime:
    """The real moment: casts ask the database's clock too."""
    return timezone.now()


def a_person(area: str = COMMUNITY, *, born: date | None = date(1980, 5, 1), verified: bool = True) -> Person:
    """Make a person, verified unless told otherwise."""
    return people.a_person(area, born_on=born, verified=verified)


def actor(person: Person, *roles: tuple[Role, str]) -> Actor:
    """The actor of a person, resident of the own area, with further roles."""
    grants = (Grant(Role.RESIDENT, person.area), *(Grant(role, area) for role, area in roles))
    return Actor(person_id=person.pk, grants=grants)


def an_account(person: Person | None) -> Account:
    """Make a sign-in for a person."""
    return Account.objects.create(login_name=secrets.token_hex(8), person=person, created_at=now())


def projects(number: int = 5, cost: int = 300_00) -> list[OptionInput]:
    """Projects 1 to `number` at one cost."""
    return [
        OptionInput(
            code=str(n), title=f"项目{n}", summary=f"第{n}个项目", cost_fen=cost, theme="环境" if n % 2 else "助老"
        )
        for n in range(1, number + 1)
    ]


def a_draft(
    *,
    rules: BallotRules | None = None,
    options: Sequence[OptionInput] | None = None,
    areas: Sequence[str] = (AREA,),
    minimum_age: int = 18,
    budget: int = BUDGET,
    spec: dict[str, object] | None = None,
    closes: timedelta = timedelta(days=7),
    **more: object,
) -> Poll:
    """A poll with options, its roll not yet drawn."""
    at = now()
    poll = operations.create_poll(
        actor=STAFF,
        title="春季微创投",
        title_en="Spring round",
        areas=areas,
        minimum_age=minimum_age,
        roll_date=timezone.localtime(at).date(),
        rules=rules or BallotRules(kind="approval", max_choices=3),
        budget_fen=budget,
        spec=spec or dict(SPEC),
        opens_at=at - timedelta(hours=1),
        closes_at=at + closes,
        at=at,
        **more,
    )
    operations.set_options(actor=STAFF, poll_id=poll.pk, options=options or projects(), at=at)
    return poll


def an_open_poll(voters: Iterable[Person] | None = None, **terms: object) -> Poll:
    """A poll that can be voted on now; `voters` must exist before the roll is drawn."""
    if voters is None:
        a_person()
    else:
        list(voters)
    poll = a_draft(**terms)  # type: ignore[arg-type]  # passed on as they are
    operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now())
    return operations.open_poll(actor=STAFF, poll_id=poll.pk, at=now())


def vote(person: Person, poll_id: UUID, choices: CastChoices, key: str = "") -> str:
    """Cast and give the receipt."""
    return operations.cast(
        actor=actor(person), poll_id=poll_id, choices=choices, key=key or secrets.token_hex(8), at=now()
    ).receipt


def close(poll: Poll) -> Poll:
    """Close a poll before its time, with a reason."""
    return operations.close_poll(actor=STAFF, poll_id=poll.pk, at=now(), reason="测试")


@contextmanager
def beside_the_guards() -> Iterator[None]:
    """Write in the block what the triggers of the tables refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = origin")
