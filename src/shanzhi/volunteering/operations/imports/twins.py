"""Who a row is: somebody on record, somebody in a row before, or somebody new.

By the identity number, the phone, the number as a volunteer, and by name and day of birth. The first three name one
person, so under another name they refuse the row; name and birth may be those of two, so an officer decides. So it is
with the name and a number that an office before gave: in one list it is one person's, but another office may have given
it anew. What lies outside the area is never told but for that it is there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db.models import Q

from shanzhi.kernel.areas import covers
from shanzhi.people import minors
from shanzhi.people.fields import ID_NUMBER, NAME, PHONE, marks
from shanzhi.people.models import Person
from shanzhi.places import queries as places
from shanzhi.places.exchange.lists.columns import Wrong
from shanzhi.volunteering.exchange.rows import Line, beyond_life
from shanzhi.volunteering.models import EarlierHours, RowMark, RowOutcome, Volunteer
from shanzhi.volunteering.queries import SERVING_FIRST

_FIELD_OF: Final = {RowMark.ID: "id_number", RowMark.PHONE: "phone", RowMark.NUMBER: "earlier_number"}
_ANOTHERS: Final = {
    RowMark.ID: "id_of_another", RowMark.PHONE: "phone_of_another", RowMark.NUMBER: "number_of_another",
}  # fmt: skip
_TWICE: Final = {RowMark.ID: "twice_id", RowMark.PHONE: "twice_phone", RowMark.NUMBER: "twice_number"}


@dataclass
class Somebody:
    """A person on record or of a row before, as far as it is known; `row` is that row."""

    person: UUID
    name: str
    area: str
    volunteer: UUID
    id_number: str | None = None
    phone: str | None = None
    born_on: date | None = None
    serves: Volunteer | None = None
    minutes: int = 0
    row: int | None = None


@dataclass
class Found:
    """What a row is: its outcome, by which mark, who it is, and what is wrong with it."""

    outcome: RowOutcome
    who: Somebody
    mark: str = ""
    wrong: list[Wrong] = field(default_factory=list)


class Known:
    """People on record and in rows before, looked up batch by batch."""

    def __init__(self, area: str, at: datetime) -> None:
        """Take the area of the import, and now."""
        self._area, self._at = area, at
        self._seen: dict[tuple[str, Any], Somebody] = {}
        self._there: dict[tuple[str, Any], Somebody] = {}
        self._agreed: set[UUID] = set()
        # Rows that were refused for a child: another row of the same child may not say the birth.
        self._children: set[tuple[RowMark, Any, str]] = set()
        # By the number of an office before: each office counts from one, so it may be that of somebody else.
        self._office: dict[str, list[Somebody]] = {}

    def look_up(self, lines: Sequence[Line]) -> None:
        """Read who of the record these rows may be; in a fixed number of queries."""
        by_id = _by_mark("id_mark", ID_NUMBER, {line.id_number for line in lines if line.id_number})
        by_phone = _by_mark("phone_mark", PHONE, {line.phone for line in lines if line.phone})
        numbers = {line.earlier_number for line in lines if line.earlier_number}
        serving = list(
            Volunteer.objects.select_related("person__merged_into").filter(
                Q(number__in=numbers) | Q(earlier_number__in=numbers, earlier_number__gt="")
            )
        )
        born = self._by_birth([line for line in lines if line.born_on])
        people = {one.pk: one for one in (*by_id.values(), *by_phone.values(), *born, *(v.human for v in serving))}
        self._there = {}
        known = self._somebodies(people)
        for key, one in by_id.items():
            self._there[RowMark.ID, key] = known[one.pk]
        for key, one in by_phone.items():
            self._there[RowMark.PHONE, key] = known[one.pk]
        self._office = defaultdict(list)
        for volunteer in serving:
            who = known[volunteer.human.pk]
            self._there[RowMark.NUMBER, volunteer.number] = who
            if covers(self._area, volunteer.area) and covers(self._area, who.area):
                self._office[volunteer.earlier_number].append(who)
        for one in born:
            self._there.setdefault((RowMark.BIRTH, (known[one.pk].name, one.born_on)), known[one.pk])
        young = [one.pk for one in people.values() if minors.is_child(one, self._at)]
        self._agreed = minors.agreed_for(young, self._at)

    def _by_birth(self, lines: Sequence[Line]) -> list[Person]:
        """Find people of the area by whole name and day of birth."""
        blinds = {mark for line in lines for mark in marks(line.name, purpose=NAME)}
        days = {line.born_on for line in lines}
        rows = Person.objects.filter(places.within("area", self._area), name_mark__in=list(blinds), born_on__in=days)
        return list(rows.filter(erased_at=None, merged_into=None))

    def _somebodies(self, people: Mapping[UUID, Person]) -> dict[UUID, Somebody]:
        """Give the people with their entries as volunteers and hours of before."""
        rows = Volunteer.objects.select_related("person__merged_into").filter(
            Q(person__in=people) | Q(person__merged_into__in=people)
        )
        serving: dict[UUID, Volunteer] = {}
        humans: dict[UUID, UUID] = {}
        for entry in rows.order_by(*SERVING_FIRST):
            serving.setdefault(entry.human.pk, entry)
            humans[entry.pk] = entry.human.pk
        minutes: Counter[UUID] = Counter()
        for key, some in EarlierHours.objects.filter(volunteer__in=humans).values_list("volunteer", "minutes"):
            minutes[humans[key]] += some
        found = {}
        for key, one in people.items():
            serves = serving.get(key)
            found[key] = Somebody(
                one.pk, one.name.reveal(), one.area, serves.pk if serves else uuid4(),
                one.id_number.reveal() if one.id_number else None, one.phone.reveal() if one.phone else None,
                one.born_on, serves, minutes[key],
            )  # fmt: skip
        return found

    def find(self, line: Line) -> Found:
        """Say who a row is."""
        found = self._find(line)
        if found.outcome != RowOutcome.REFUSED:
            self._remember(line, found)
        return found

    def _find(self, line: Line) -> Found:
        hits = [(mark, one) for mark, key in _keys(line) if (one := self._of(mark, key)) is not None]
        sure = [(mark, one) for mark, one in hits if mark != RowMark.BIRTH]
        if not sure:
            return self._perhaps(line, hits)
        mark, who = sure[0]
        for other, one in sure:
            if one.person != who.person or not _fits(line, one):
                table = _TWICE if one.row else _ANOTHERS
                return _refused(who, Wrong(_FIELD_OF[other], table[other], str(one.row or "")))
        if who.row is None and not covers(self._area, who.area):
            return _refused(who, Wrong(_FIELD_OF[mark], "elsewhere", ""))
        return self._checked(line, Found(RowOutcome.MERGE, who, mark))

    def _perhaps(self, line: Line, hits: Sequence[tuple[RowMark, Somebody]]) -> Found:
        """Say whether somebody bears the same name, and was born that day or has the number at the office before.

        With two identity numbers, or two days of birth, it is another.
        """
        numbered = self._office.get(line.earlier_number, ()) if line.earlier_number else ()
        for mark, one in [*hits, *((RowMark.NUMBER, one) for one in numbered)]:
            if _fits(line, one) and line.born_on in (None, one.born_on or line.born_on):
                return self._checked(line, Found(RowOutcome.DOUBTFUL, one, mark))
        new = Somebody(uuid4(), line.name, line.area, uuid4())
        return self._checked(line, Found(RowOutcome.NEW, new))

    def _checked(self, line: Line, found: Found) -> Found:
        """Refuse what the record forbids: another birth, too many hours for it, a child without a yes, two sums."""
        who = found.who
        if line.born_on and who.born_on and line.born_on != who.born_on:
            return _refused(who, Wrong("born_on", "born_against_record", ""))
        young = minors.child_born(line.born_on or who.born_on, self._at) and who.person not in self._agreed
        if young or (self._children and not self._children.isdisjoint(_named_keys(line))):
            self._children.update(_named_keys(line))
            return _refused(who, Wrong("born_on", "child", ""))
        if found.outcome == RowOutcome.MERGE and not line.born_on and who.born_on:
            beyond = beyond_life(line.minutes, who.born_on, line.as_of)
            if beyond:
                return Found(RowOutcome.REFUSED, who, wrong=beyond)
        if who.row and line.minutes and who.minutes and line.minutes != who.minutes:
            return _refused(who, Wrong("minutes", "twice_hours", str(who.row)))
        return found

    def _of(self, mark: RowMark, key: Any) -> Somebody | None:
        return self._seen.get((mark, key)) or self._there.get((mark, key))

    def _remember(self, line: Line, found: Found) -> None:
        """Keep a row for those that follow; what it adds to somebody counts for them too. Nobody goes into a doubt."""
        if found.outcome == RowOutcome.DOUBTFUL:
            return
        who = found.who
        here = Somebody(
            who.person, line.name, line.area, who.volunteer, line.id_number or who.id_number, line.phone or who.phone,
            line.born_on or who.born_on, who.serves, line.minutes or (who.minutes if who.row else 0),
            who.row or line.number,
        )  # fmt: skip
        for mark, key in _keys(line):
            self._seen.setdefault((mark, key), here)


def _refused(who: Somebody, wrong: Wrong) -> Found:
    return Found(RowOutcome.REFUSED, who, wrong=[wrong])


def _keys(line: Line) -> list[tuple[RowMark, Any]]:
    found: list[tuple[RowMark, Any]] = [
        (RowMark.ID, line.id_number), (RowMark.PHONE, line.phone), (RowMark.NUMBER, line.earlier_number),
    ]  # fmt: skip
    keys = [(mark, key) for mark, key in found if key]
    return [*keys, (RowMark.BIRTH, (line.name, line.born_on))] if line.born_on else keys


def _named_keys(line: Line) -> set[tuple[RowMark, Any, str]]:
    return {(mark, key, line.name) for mark, key in _keys(line)}


def _fits(line: Line, one: Somebody) -> bool:
    """Tell whether a row may be somebody: the name is the same, and no second identity number stands against it."""
    return one.name == line.name and not (line.id_number and one.id_number and line.id_number != one.id_number)


def _by_mark(column: str, purpose: str, values: Iterable[str]) -> dict[str, Person]:
    """Find the people behind values by a blind index; who was merged away goes by the record that is kept."""
    wanted = {blind: value for value in values for blind in marks(value, purpose=purpose)}
    rows = Person.objects.select_related("merged_into").filter(**{f"{column}__in": list(wanted)}, erased_at=None)
    return {wanted[bytes(getattr(one, column))]: one.merged_into or one for one in rows}
