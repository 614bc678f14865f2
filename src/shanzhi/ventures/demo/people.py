"""Made-up residents and staff of the demo, put on record by the operations of the people app (示例)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Final

from django.db import transaction

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.organizations import demo as organizations
from shanzhi.people.actors import actor_for, actor_of_person
from shanzhi.people.fields import ID_NUMBER, marks
from shanzhi.people.models import Account, Person, RoleGrant
from shanzhi.people.operations import grant, set_password, verify
from shanzhi.people.operations.records import new_person
from shanzhi.places import exchange
from shanzhi.places.models import Area
from shanzhi.places.operations import import_areas

Progress = Callable[[str, int, int], None]
SYSTEM: Final = Actor.system("demo")
DISTRICT: Final = "370102"
FAMILY: Final = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗"
GIVEN: Final = (
    *("秀英", "建国", "桂兰", "志强", "丽华", "海涛", "玉梅", "国庆", "晓燕", "俊杰"),
    *("淑珍", "文博", "春生", "雪梅", "立新", "美玲", "永福", "思远", "金凤", "家宝"),
)


def silent(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""


def ensure_areas(*, at: datetime, progress: Progress = silent) -> None:
    """Take in the areas that the project ships, unless they are there."""
    if not Area.objects.filter(pk=DISTRICT).exists():
        import_areas(
            actor=SYSTEM,
            sheets=exchange.shipped(),
            as_of=exchange.VERSION_DAY,
            source=f"{exchange.PACKAGE} {exchange.VERSION}",
            at=at,
            progress=progress,
        )


def number_of(group: str, place: int) -> str:
    """Give the made-up document number of a demo person: a passport's, which can be no citizen's identity number."""
    return f"DEMO{group}{place:05d}"


def residents(
    *, group: str, communities: Sequence[str], count: int, at: datetime, progress: Progress = silent, step: str = ""
) -> list[Person]:
    """Have `count` verified synthetic residents spread over communities; those of an earlier run are found again."""
    blinds = {blind: place for place in range(count) for blind in marks(number_of(group, place), purpose=ID_NUMBER)}
    known = {blinds[bytes(one.id_mark or b"")]: one for one in Person.objects.filter(id_mark__in=blinds)}
    draw = Random(f"shanzhi {group}")  # noqa: S311 - made-up names, the same at each run
    people = []
    for place in range(count):
        name = draw.choice(FAMILY) + draw.choice(GIVEN)
        born = date(1945 + draw.randrange(62), 1 + draw.randrange(12), 1 + draw.randrange(28))
        found = known.get(place)
        if found is None:
            found = _resident(group, place, name, born, communities[place % len(communities)], at)
        people.append(found)
        progress(step, place + 1, count)
    return people


def _resident(group: str, place: int, name: str, born: date, area: str, at: datetime) -> Person:
    with transaction.atomic():
        person = new_person(actor=SYSTEM, name=name, area=area, at=at, synthetic=True)
        return verify(
            actor=SYSTEM,
            person_id=person.pk,
            document="passport",
            id_number=number_of(group, place),
            born_on=born,
            at=at,
        )


@dataclass(frozen=True, slots=True)
class Helper:
    """One sign-in of the demo: `login` and the common password; a role in an area, or a resident at home."""

    login: str
    name: str
    role: Role
    area: str
    home: str = "370102001002"


HELPERS: Final = (
    Helper("resident", "李秀英", Role.RESIDENT, "370102001002"),
    Helper("volunteer", "张海涛", Role.VOLUNTEER, "370102001002"),
    Helper("leader", "周文静", Role.TEAM_LEADER, "370102001002"),
    Helper("worker", "孙晓燕", Role.SOCIAL_WORKER, "370102001"),
    Helper("secretary", "刘国庆", Role.COMMUNITY_SECRETARY, "370102001002"),
    Helper("subdistrict", "陈志强", Role.SUBDISTRICT_OFFICER, "370102001"),
    Helper("district", "赵立新", Role.DISTRICT_OFFICER, "370102"),
    Helper("operator", "吴美玲", Role.OPERATOR, "370102"),
    Helper("juror", "徐文博", Role.JUROR, "370102"),
    Helper("auditor", "高桂兰", Role.AUDITOR, "370102"),
    Helper("administrator", "林思远", Role.ADMINISTRATOR, ""),
)
PASSWORD: Final = "shanzhi-demo-2026"  # noqa: S105 - of the demo alone, printed by it


def ensure_helpers(*, at: datetime, progress: Progress = silent, step: str = "") -> dict[str, Actor]:
    """Have one sign-in for each role, and give the actors behind them by login name."""
    actors = {}
    for place, helper in enumerate(HELPERS):
        account = Account.objects.filter(login_name=helper.login).select_related("person").first()
        if account is None:
            account = _open(helper, place, at)
        if helper.role is Role.OPERATOR and account.person is not None:
            _join(account.person, at)
        actors[helper.login] = actor_for(account=account, at=at)
        progress(step, place + 1, len(HELPERS))
    return actors


def _join(person: Person, at: datetime) -> None:
    """Have the operator hold the role in the support organisation of the demo too, unless somebody ended that."""
    body = organizations.ensure(at=at)
    if body.open and not RoleGrant.objects.filter(person=person, organization=body.pk).exists():
        grant(
            actor=SYSTEM, person_id=person.pk, role=Role.OPERATOR, organization=body.pk, starts_at=at,
            reason="示例登录", at=at,
        )  # fmt: skip


def _open(helper: Helper, place: int, at: datetime) -> Account:
    """Make person, role and sign-in; no operation opens an account with a name for others, so the row is made here."""
    with transaction.atomic():
        born = date(1970 + place, 5, 20)
        person = _resident("STAFF", place, helper.name, born, helper.home, at)
        if helper.role is not Role.RESIDENT:
            grant(
                actor=SYSTEM,
                person_id=person.pk,
                role=helper.role,
                area=helper.area,
                starts_at=at,
                reason="示例登录",
                at=at,
            )
        account = Account(person=person, login_name=helper.login, created_at=at)
        account.set_unusable_password()
        account.save(force_insert=True)
        return set_password(actor=Actor(account_id=account.pk), account_id=account.pk, password=PASSWORD, at=at)


def as_actor(person: Person, at: datetime) -> Actor:
    """Give the actor of a synthetic person."""
    return actor_of_person(person_id=person.pk, at=at)
