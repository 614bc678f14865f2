"""The words of an area: skills, qualifications, kinds of tasks, each from the nearest area up the tree that says it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Length

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import ancestors_of, covers
from shanzhi.kernel.errors import NotFound
from shanzhi.people import queries as people
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.formatting import chinese
from shanzhi.volunteering import policies
from shanzhi.volunteering.models import QualificationKind, Skill, TaskKind

AREA_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
VOCABULARIES: Final[dict[str, Any]] = {"skills": Skill, "qualifications": QualificationKind, "tasks": TaskKind}
WordT = TypeVar("WordT", Skill, QualificationKind, TaskKind)


def holding(model: type[WordT], area: str) -> list[WordT]:
    """List the words that hold in an area, by code; a nearer one hides a farther one, even when it is retired."""
    return holding_each(model, [area])[area]


def _nearest(rows: Iterable[WordT]) -> list[WordT]:
    """Give of rows, the farthest first, the nearest of each code that is not retired, by code."""
    nearest = {row.code: row for row in rows}
    return sorted((row for row in nearest.values() if row.retired_at is None), key=lambda row: row.code)


def skills(area: str) -> list[Skill]:
    """List the skills that hold in an area."""
    return holding(Skill, area)


def skills_within(area: str) -> Callable[[str], list[Skill]]:
    """Give what lists the skills that hold in each area inside one, all read in one query."""
    above = Q(area__in=["", *ancestors_of(area)])
    read = Skill.objects.filter(places.within("area", area) | above) if area else Skill.objects.all()
    rows = list(read.order_by(Length("area"), "code"))
    return lambda code: _nearest(row for row in rows if covers(row.area, code))


def holding_each(model: type[WordT], areas: Collection[str]) -> dict[str, list[WordT]]:
    """List the words that hold in each of some areas, all read in one query; in none for no area."""
    steps = {"", *areas}.union(*map(ancestors_of, areas))
    rows = list(model.objects.filter(area__in=steps).order_by(Length("area"), "code")) if areas else []
    return {code: _nearest(row for row in rows if covers(row.area, code)) for code in areas}


def naming(model: type[WordT]) -> QuerySet[WordT]:
    """Give the words that hold, or held, in the `area` of a row about them, each code once as the nearest area says it.

    `words` is the name in the reader's language. For subqueries alone, as histories ask for them.
    """
    rows = model.objects.annotate(
        here=ExpressionWrapper(OuterRef("area"), CharField()), words=F("name" if chinese() else "name_en")
    )
    return rows.filter(here__startswith=F("area")).order_by("code", "-area").distinct("code")


def named(model: type[WordT], field: str) -> ArraySubquery:
    """Name the codes in an array of a row with an `area`, in the reader's language."""
    wanted = ExpressionWrapper(OuterRef(field), output_field=ArrayField(CharField()))
    found = naming(model).annotate(wanted=wanted).filter(Q(("wanted__contains", [F("code")])))
    return ArraySubquery(found.values("words"))


def task_codes(areas: Collection[str]) -> dict[str, frozenset[str]]:
    """Give the codes of the kinds of tasks that hold in each of some areas; in one query."""
    return {code: frozenset(one.code for one in kinds) for code, kinds in holding_each(TaskKind, areas).items()}


def qualification_kinds(area: str) -> list[QualificationKind]:
    """List the trainings and checks that hold in an area."""
    return holding(QualificationKind, area)


def task_kinds(area: str) -> list[TaskKind]:
    """List the kinds of tasks that hold in an area."""
    return holding(TaskKind, area)


def task_kind(*, area: str, code: str) -> TaskKind:
    """Give a kind of task as it holds in an area."""
    found = next((row for row in task_kinds(area) if row.code == code), None)
    if found is None:
        raise NotFound
    return found


def own_words(*, viewer: Actor, vocabulary: str) -> QuerySet[Any]:
    """Give the words of a vocabulary that the viewer's areas set or inherit, for staff; with `area_name`.

    `may_set` tells whether the viewer keeps it. Kinds of tasks come with `demanded`, the names of what they ask for.
    """
    policies.require_desk(viewer)
    if vocabulary not in VOCABULARIES:
        raise NotFound
    codes = viewer.areas(policies.READERS)
    above = {step for code in codes for step in ("", *ancestors_of(code))}
    rows = VOCABULARIES[vocabulary].objects
    seen: QuerySet[Any] = rows.filter(places.within_any("area", codes) | Q(area__in=above))
    own = places.within_any("area", viewer.areas(policies.OFFICERS))
    may_set = Case(When(own, then=Value(True)), default=Value(False))
    more = {"demanded": named(QualificationKind, "demands")} if vocabulary == "tasks" else {}
    told: QuerySet[Any] = seen.annotate(area_name=AREA_NAME, may_set=may_set, **more).order_by("code", "area")
    return told


def desk_words(*, viewer: Actor, vocabulary: str) -> list[Any]:
    """List the words of a vocabulary of the viewer's areas, each code once, for a filter. Raises NotFound."""
    rows = list(own_words(viewer=viewer, vocabulary=vocabulary))
    return sorted({row.code: row for row in rows}.values(), key=lambda row: row.code)


def search_words(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find words by a part of the name in either language, or of the code."""
    text = words.strip()
    return rows.filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__icontains=text))


def own_word(*, viewer: Actor, vocabulary: str, word_id: UUID) -> Any:
    """Give one of these words."""
    found = own_words(viewer=viewer, vocabulary=vocabulary).filter(pk=word_id).first()
    if found is None:
        raise NotFound
    return found


def word_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose words the viewer sets."""
    return people.source_of(people.Open(viewer.areas(policies.OFFICERS), at))
