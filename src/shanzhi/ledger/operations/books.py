"""Making books and commodities, naming who keeps a book, closing its periods."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import connection

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.ledger import policies
from shanzhi.ledger.models import Book, Closing, Commodity, Keeper
from shanzhi.ledger.models.books import CODE_SHAPE, Kind
from shanzhi.ledger.operations.accounts import refusing
from shanzhi.ledger.refusals import BadCode, BadDay, BadKind, BadName, KeeperAlready
from shanzhi.people.models import Person
from shanzhi.places import queries as places

LONGEST_NAME: Final = 100
# What every book counts in; goods are added by their code.
BASICS: Final = (
    {"code": "CNY", "kind": Kind.MONEY, "name": "人民币", "unit": "元", "digits": 2},
    {"code": "MIN", "kind": Kind.TIME, "name": "时间", "unit": "分钟", "digits": 0},
)


def create_book(*, actor: Actor, name: str, area: str, begins_on: date, at: datetime, synthetic: bool = False) -> Book:
    """Begin a book in an area; nothing is entered in it before `begins_on`."""
    policies.require(policies.may_create(actor=actor))
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME:
        raise BadName(field="name")
    if area:
        places.area(code=area, at=at)
    policies.require(policies.may_manage(actor=actor, area=area))
    with refusing():
        Commodity.objects.bulk_create([Commodity(**one) for one in BASICS], ignore_conflicts=True)
        made = Book.objects.create(name=words, area=area, begins_on=begins_on, created_at=at, synthetic=synthetic)
        record(
            actor=actor, verb="ledger.book.create", subject=made, area=area, at=at,
            change={"fields": {"name": [None, words], "begins_on": [None, begins_on.isoformat()]}},
        )  # fmt: skip
    return made


def create_commodity(
    *, actor: Actor, code: str, kind: Kind, name: str, unit: str, at: datetime, digits: int = 0
) -> Commodity:
    """Say what is counted under a code; goods by the piece, for all books. Only staff who keep books for an area."""
    policies.require(policies.may_create(actor=actor))
    if not re.fullmatch(CODE_SHAPE, code):
        raise BadCode(field="code")
    if not name.strip() or not unit.strip() or len(name) > 60 or len(unit) > 20:
        raise BadName(field="name")
    if kind not in Kind.values:
        raise BadKind(field="kind")
    with refusing():
        made = Commodity(code=code, kind=kind, name=name.strip(), unit=unit.strip(), digits=digits)
        made.save(force_insert=True)
        record(
            actor=actor, verb="ledger.commodity.create", subject=made, area="", at=at,
            change={"kind": kind, "unit": unit.strip(), "digits": digits},
        )  # fmt: skip
    return made


def name_keeper(*, actor: Actor, book_id: UUID, person_id: UUID, at: datetime) -> Keeper:
    """Name a person keeper of a book, by an officer of its area; never oneself."""
    book = _to_manage(actor, book_id)
    if actor.is_person(person_id):
        raise Forbidden
    if not Person.objects.filter(pk=person_id, merged_into__isnull=True).exists():
        raise NotFound
    with refusing():
        if Keeper.objects.filter(book=book, person_id=person_id, until__isnull=True).exists():
            raise KeeperAlready
        made = Keeper.objects.create(book=book, person_id=person_id, since=at)
        record(
            actor=actor, verb="ledger.keeper.name", subject=made, area=book.area, at=at, change={"book": str(book.pk)}
        )
    return made


def release_keeper(*, actor: Actor, keeper_id: UUID, at: datetime) -> Keeper:
    """End that somebody keeps a book."""
    found = Keeper.objects.select_related("book").filter(pk=keeper_id, until__isnull=True).first()
    if found is None:
        raise NotFound
    book = _to_manage(actor, found.book_id)
    with refusing():
        found.until = at
        found.save(update_fields=["until"])
        record(
            actor=actor,
            verb="ledger.keeper.release",
            subject=found,
            area=book.area,
            at=at,
            change={"book": str(book.pk)},
        )
    return found


def close_period(*, actor: Actor, book_id: UUID, through: date, at: datetime, today: date) -> Closing:
    """Close a book up to and with a day that is over: nothing more is entered there. It is not opened again."""
    book = _to_manage(actor, book_id)
    if through >= today or through < book.begins_on or (book.closed_through and through <= book.closed_through):
        raise BadDay(field="through")
    number = uuid4()
    with refusing():
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_close(%s, %s, %s, %s)", [number, book.pk, through, at])
        made = Closing.objects.get(pk=number)
        record(
            actor=actor, verb="ledger.book.close", subject=book, area=book.area, at=at,
            change={"through": through.isoformat(), "entries": made.entries, "digest": made.digest},
        )  # fmt: skip
    return made


def _to_manage(actor: Actor, book_id: UUID) -> Book:
    found = Book.objects.filter(policies.readable(actor), pk=book_id).first()
    if found is None:
        raise NotFound
    policies.require(policies.may_manage(actor=actor, area=found.area))
    return found
