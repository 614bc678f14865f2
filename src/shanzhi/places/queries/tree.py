"""The tree of areas: which codes hold when, what lies in what, names of today and of earlier days, search."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from shanzhi.kernel import areas
from shanzhi.kernel.errors import NotFound
from shanzhi.places.models import KINDS, LOCAL_LEVELS, Area, FormerName


def day_of(at: datetime | date) -> date:
    """Give the day of a moment in the time of the place; a day stays as it is."""
    return timezone.localdate(at) if isinstance(at, datetime) else at


def within(field: str, code: str) -> Q:
    """Give the condition that `field` (a path to a column of codes) lies in the subtree of `code`, itself included."""
    if code == areas.COUNTRY:
        return Q()
    return Q(**{f"{field}__gte": code, f"{field}__lt": areas.upper_bound(code)})


def within_any(field: str, codes: Iterable[str]) -> Q:
    """Give the condition that `field` lies in one of the subtrees; with no codes nothing does."""
    condition = Q(pk__in=())
    for code in areas.outermost(set(codes)):
        if code == areas.COUNTRY:
            return Q()
        condition |= within(field, code)
    return condition


def valid(at: datetime | date) -> Q:
    """Give the condition that an area's code holds on the day."""
    day = day_of(at)
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def holds(area: Area, at: datetime | date) -> bool:
    """Tell whether an area's code holds on the day."""
    day = day_of(at)
    return (area.valid_from is None or area.valid_from <= day) and (area.valid_to is None or area.valid_to > day)


def area(*, code: str, at: datetime | date | None = None) -> Area:
    """Give the area of a code. With `at` the code must hold then; without it former codes are given too.

    Raises NotFound for any other text.
    """
    found = Area.objects.filter(pk=code).first()
    if found is None or (at is not None and not holds(found, at)):
        raise NotFound(field="area")
    return found


def exists(code: str, at: datetime | date) -> bool:
    """Tell whether a code holds on the day."""
    return Area.objects.filter(valid(at), pk=code).exists()


def existing(codes: Collection[str], at: datetime | date) -> set[str]:
    """Give those of some codes that hold on the day; in one query."""
    return set(Area.objects.filter(valid(at), pk__in=codes).values_list("pk", flat=True))


def subtree(code: str) -> QuerySet[Area]:
    """Give an area with all below it, by code; the empty code is the whole country."""
    return Area.objects.filter(within("code", code)).order_by("code")


def communities(code: str, at: datetime | date) -> QuerySet[Area]:
    """Give the communities in an area that hold on the day, by code."""
    return subtree(code).filter(valid(at), level=areas.COMMUNITY)


def officials(code: str, at: datetime | date) -> QuerySet[Area]:
    """Give an area with all below it down to communities, as far as they hold on the day, by code."""
    return subtree(code).filter(valid(at)).exclude(level__in=LOCAL_LEVELS)


def children(code: str, at: datetime | date | None = None) -> QuerySet[Area]:
    """Give the areas directly below a code (the provinces for the empty code); with `at` only those that hold."""
    if code == areas.COUNTRY:
        below = Area.objects.filter(~Q(level=areas.COMMUNITY), parent__isnull=True)
    elif len(code) == areas.LENGTHS[areas.SUBDISTRICT]:  # by the primary key: the index of children has no communities
        below = Area.objects.filter(within("code", code), level=areas.COMMUNITY)
    else:
        below = Area.objects.filter(~Q(level=areas.COMMUNITY), parent=code)
    return (below if at is None else below.filter(valid(at))).order_by("code")


def of_kind(kind: str) -> Q:
    """Give the condition that an area is a community whose committee is of a kind, by the tenth digit of its code."""
    digits = "".join(digit for digit, found in KINDS.items() if found == kind)
    match = Q(code__regex=f"^.{{9}}[{digits}]") if digits else ~Q(code__regex=f"^.{{9}}[{''.join(KINDS)}]")
    return Q(level=areas.COMMUNITY) & match


def names(codes: Iterable[str]) -> dict[str, str]:
    """Give the names of codes, in one query; unknown codes are left out."""
    return dict(Area.objects.filter(pk__in=set(codes)).values_list("code", "name"))


def named() -> QuerySet[Area]:
    """Give all areas with their name of today as `words`, as histories ask for them."""
    return Area.objects.annotate(words=F("name"))


def path(code: str) -> list[Area]:
    """Give the areas from the province down to the code itself, in one query."""
    return list(Area.objects.filter(pk__in=[*areas.ancestors_of(code), code]).order_by("code"))


def ancestors(code: str) -> list[Area]:
    """Give the areas above a code, the province first, in one query."""
    return list(Area.objects.filter(pk__in=areas.ancestors_of(code)).order_by("code"))


def full_names(codes: Iterable[str], *, without: str = "") -> dict[str, str]:
    """Give the names of codes with all above them ("山东省 济南市 历下区"), in one query.

    Names repeat, so lists show these. `without` leaves out what lies above that code.
    """
    wanted = set(codes)
    above = {step for code in wanted for step in areas.ancestors_of(code) if len(step) > len(without) - 1}
    known = names(wanted | above)
    return {
        code: " ".join(
            known[step]
            for step in (*areas.ancestors_of(code), code)
            if step in known and (step in above or step == code)
        )
        for code in wanted
        if code in known
    }


def name_at(code: str, at: datetime | date) -> str:
    """Give the name that an area had on a day; the name of today where no change is known."""
    former = FormerName.objects.filter(area=code, valid_to__gt=day_of(at)).order_by("valid_to").first()
    return former.name if former else area(code=code).name


def after(rows: QuerySet[Area], last: str) -> QuerySet[Area]:
    """Give what `search` found behind one of the areas that it found; raise NotFound for another code."""
    row: Any = rows.filter(pk=last).first()
    if row is None:
        raise NotFound(field="after")
    return rows.filter(Q(nearness__gt=row.nearness) | Q(nearness=row.nearness, code__gt=last))


def search(text: str, *, inside: str = areas.COUNTRY, at: datetime | date | None = None) -> QuerySet[Area]:
    """Find areas by name, former name or the start of a code: the exact name first, then names that start so."""
    words = text.strip()
    if not words:
        return Area.objects.none()
    if words.isascii() and words.isdigit():
        match = within("code", words)
    else:
        former = FormerName.objects.filter(name__contains=words).values("area")
        match = Q(name__contains=words) | Q(pk__in=former)
    found = Area.objects.filter(within("code", inside), match)
    if at is not None:
        found = found.filter(valid(at))
    nearness = Case(
        When(name=words, then=Value(0)), When(name__startswith=words, then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    return found.annotate(nearness=nearness).order_by("nearness", "code")


def former_names(code: str) -> QuerySet[FormerName]:
    """Give the names that a code had, the last first."""
    return FormerName.objects.filter(area=code).order_by("-valid_to")
