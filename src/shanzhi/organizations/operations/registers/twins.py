"""Is a row of a register an organisation that is on record, or one of a row before it?

Marks, in this order: the credit code; the name at the same seat; a former name at the same seat; the phone together
with a name that is alike. What is only half the same is doubtful, and an officer decides. Only organisations of the
area of the register are looked at. Phones are opened in memory alone, while the job runs.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid4

from shanzhi.kernel.likeness import dice, marks, pieces
from shanzhi.organizations.exchange.register_rows import Line
from shanzhi.organizations.models import Mark, Membership, Organization, Outcome, Part, PastName, RegisterEntry
from shanzhi.places import queries as places

# From so many of 100 points on two names are alike; everyday words do not count.
ALIKE: Final = 60
MOST_TWINS: Final = 5
CHUNK: Final = 5000


@dataclass(slots=True)
class Body:
    """An organisation on record, or the row that will make one."""

    id: UUID
    name: str
    area: str
    code: str | None
    row: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What comes of a row: the body that it goes into or may be, by which marks."""

    outcome: Outcome
    mark: str = ""
    body: Body | None = None
    twins: tuple[tuple[Body, str], ...] = ()


@lru_cache(maxsize=400_000)
def key(name: str) -> str:
    """Write a name so that width, case, spaces and marks make no difference."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


class Known:
    """The living organisations of an area by their marks, and those that the rows before will make."""

    def __init__(self, area: str) -> None:
        """Read them, in five queries."""
        self._codes: dict[str, Body] = {}
        self._names: dict[str, list[Body]] = defaultdict(list)
        self._former: dict[str, list[Body]] = defaultdict(list)
        self._phones: dict[str, list[Body]] = defaultdict(list)
        self._elsewhere: set[str] = set()
        rows = Organization.objects.filter(places.within("area", area), closed_at=None)
        columns = ("id", "name", "area", "credit_code", "kind", "purpose", "size_stated")
        bodies = {row[0]: _body(dict(zip(columns, row, strict=True))) for row in rows.values_list(*columns)}
        for body in bodies.values():
            self._add(body)
        inside = rows.values("pk")
        for owner, name in PastName.objects.filter(organization__in=inside).values_list("organization", "name"):
            self._former[key(name)].append(bodies[owner])
        for entry in RegisterEntry.objects.filter(organization__in=inside):
            body = bodies[entry.organization_id]
            body.values |= {"number": entry.number, "filed_on": entry.filed_on, "founded_on": entry.founded_on}
            for name in entry.former:
                self._former[key(name)].append(body)
        people = Membership.objects.filter(
            organization__in=inside, ends_on=None, part__in=(Part.IN_CHARGE, Part.CONTACT)
        )
        for one in people.order_by("created_at").iterator():
            self._meet(bodies[one.organization_id], one)

    def _add(self, body: Body) -> None:
        self._names[key(body.name)].append(body)
        if body.code:
            self._codes[body.code] = body

    def _meet(self, body: Body, one: Membership) -> None:
        people = body.values.setdefault("people", [])
        phone = one.phone.reveal() if one.phone else ""
        people.append((one.name.reveal(), phone, one.part))
        if phone:
            self._phones[phone].append(body)

    def shut(self, codes: Iterable[str]) -> None:
        """Look up which codes of the rows stand on records that are closed or elsewhere; no more is read of those."""
        open_here = self._codes.keys()
        wanted = sorted({code for code in codes if code} - open_here)
        for start in range(0, len(wanted), CHUNK):
            rows = Organization.objects.filter(credit_code__in=wanted[start : start + CHUNK])
            self._elsewhere.update(code for code in rows.values_list("credit_code", flat=True) if code)

    def taken_elsewhere(self, line: Line) -> bool:
        """Tell whether a row's code is that of a record that the register cannot reach."""
        return line.credit_code in self._elsewhere

    def find(self, line: Line) -> Found:
        """Find out what comes of a row; one that is new is known to the rows after it."""
        found = self._by_code(line) or self._by_name(line) or self._by_former(line) or self._by_phone(line)
        if found is None:
            return Found(Outcome.NEW, body=self._new(line))
        body = found.body
        if found.outcome == Outcome.MERGE and body is not None and line.credit_code and not body.code:
            body.code = line.credit_code
            self._codes[line.credit_code] = body
        return found

    def _new(self, line: Line) -> Body:
        body = Body(uuid4(), line.name, line.area, line.credit_code, line.number)
        self._add(body)
        for name in line.former:
            self._former[key(name)].append(body)
        if line.phone:
            self._phones[line.phone].append(body)
        return body

    def _by_code(self, line: Line) -> Found | None:
        same = self._codes.get(line.credit_code) if line.credit_code else None
        if same is None:
            return None
        others = [body for body in self._named(line) if body.area == line.area and body is not same]
        return _doubtful([same, *others], Mark.CODE) if others else Found(Outcome.MERGE, Mark.CODE, same)

    def _named(self, line: Line) -> list[Body]:
        return self._names.get(key(line.name), [])

    def _by_name(self, line: Line) -> Found | None:
        named = self._named(line)
        if not named:
            return None
        here = [body for body in named if body.area == line.area]
        if len(here) == 1 and not _against(here[0], line):
            return Found(Outcome.MERGE, Mark.NAME, here[0])
        # A name is common, and a body of another community is another one where its code says so.
        near = here or [body for body in named if not _against(body, line)]
        return _doubtful(near, Mark.NAME) if near else None

    def _by_former(self, line: Line) -> Found | None:
        before = [body for name in line.former for body in self._names.get(key(name), ())]
        before += self._former.get(key(line.name), ())
        before = [body for body in {id(one): one for one in before}.values() if not _against(body, line)]
        here = [body for body in before if body.area == line.area]
        if len(here) == 1:
            return Found(Outcome.MERGE, Mark.FORMER, here[0])
        return _doubtful(before, Mark.FORMER) if before else None

    def _by_phone(self, line: Line) -> Found | None:
        called = [body for body in self._phones.get(line.phone or "", ()) if not _against(body, line)]
        called = list({id(one): one for one in called}.values())
        here = [body for body in called if body.area == line.area and alike(body.name, line.name)]
        if len(here) == 1:
            return Found(Outcome.MERGE, Mark.PHONE, here[0])
        return _doubtful(called, Mark.PHONE) if called else None


def _body(row: dict[str, Any]) -> Body:
    values = {name: row[name] for name in ("kind", "purpose", "size_stated")}
    return Body(row["id"], row["name"], row["area"], row["credit_code"], values=values)


def _against(body: Body, line: Line) -> bool:
    """Tell whether two different codes say that these are two bodies."""
    return bool(body.code and line.credit_code and body.code != line.credit_code)


def _doubtful(bodies: list[Body], mark: Mark) -> Found:
    """Leave it to an officer; those with another mark than the first came by their name."""
    marked = [(body, mark.value if place == 0 or mark != Mark.CODE else Mark.NAME.value)
              for place, body in enumerate(bodies[:MOST_TWINS])]  # fmt: skip
    return Found(Outcome.DOUBTFUL, mark.value, bodies[0], tuple(marked))


def alike(one: str, other: str) -> bool:
    """Tell whether two names are alike enough for a shared phone to settle it."""
    return (dice(set(marks(pieces(one))), set(marks(pieces(other)))) or 0) >= ALIKE
