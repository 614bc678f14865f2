"""Reading areas. The tree, its names, changes, figures and stations are public: everyone sees all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from shanzhi.kernel import areas
from shanzhi.kernel.errors import NotFound
from shanzhi.places.models import KINDS, Area, AreaChange, AreaFigure, ChangeKind, ChangeLink, FormerName, Station

LONGEST_CHAIN = 64


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of a code by a day: the codes that hold (`current`), and those it passed through to them."""

    code: str
    current: tuple[str, ...]
    passed: tuple[str, ...]

    @property
    def unchanged(self) -> bool:
        """Tell whether the code itself still holds."""
        return self.current == (self.code,)


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


def subtree(code: str) -> QuerySet[Area]:
    """Give an area with all below it, by code; the empty code is the whole country."""
    return Area.objects.filter(within("code", code)).order_by("code")


def communities(code: str, at: datetime | date) -> QuerySet[Area]:
    """Give the communities in an area that hold on the day, by code."""
    return subtree(code).filter(valid(at), level=areas.COMMUNITY)


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


def resolve(code: str, at: datetime | date) -> Resolved:
    """Follow a code through the changes up to a day, to the codes that hold then.

    A split gives several, a closure none. Raises NotFound for a code that never was. Cycles, which operations refuse
    to make, end where they close.
    """
    day = day_of(at)
    if not Area.objects.filter(pk=code).exists():
        raise NotFound(field="area")
    passed: list[str] = []
    current: set[str] = set()
    seen, edge = {code}, {code}
    for _step in range(LONGEST_CHAIN):
        onward = _successors(edge, day)
        current |= edge - onward.keys()
        current |= {code for code in edge if code in onward.get(code, ())}  # a part of a split may keep the code
        passed += sorted(code for code in edge & onward.keys() if code not in current)
        edge = {new for news in onward.values() for new in news if new is not None} - seen
        seen |= edge
        if not edge:
            break
    return Resolved(code=code, current=tuple(sorted(current)), passed=tuple(passed))


def _successors(codes: set[str], day: date) -> dict[str, list[str | None]]:
    """Give, for each code that a change up to the day ended, the codes after it."""
    found: dict[str, list[str | None]] = {}
    links = ChangeLink.objects.filter(old__in=codes, change__on__lte=day).exclude(change__kind=ChangeKind.RENAME)
    for old, new in links.values_list("old_id", "new_id"):
        found.setdefault(old, []).append(new)
    return found


def changes(code: str) -> QuerySet[AreaChange]:
    """Give what happened to a code, newest first, with links."""
    return (
        AreaChange.objects.filter(Q(links__old=code) | Q(links__new=code))
        .distinct()
        .prefetch_related("links")
        .order_by("-on", "id")
    )


def former_names(code: str) -> QuerySet[FormerName]:
    """Give the names that a code had, the last first."""
    return FormerName.objects.filter(area=code).order_by("-valid_to")


def figures(codes: Sequence[str], at: datetime | date) -> dict[str, dict[str, AreaFigure]]:
    """Give for each code the figure of each measure that holds on the day, in one query."""
    rows = (
        AreaFigure.objects.filter(area__in=codes, valid_from__lte=day_of(at))
        .order_by("area", "measure", "-valid_from")
        .distinct("area", "measure")
    )
    found: dict[str, dict[str, AreaFigure]] = {code: {} for code in codes}
    for row in rows:
        found[row.area_id][row.measure] = row
    return found


def figure_series(code: str) -> QuerySet[AreaFigure]:
    """Give all figures of an area, the newest of each measure first."""
    return AreaFigure.objects.filter(area=code).order_by("measure", "-valid_from")


def stations(code: str = areas.COUNTRY) -> QuerySet[Station]:
    """Give the social-work stations in an area, open and closed, newest first."""
    return Station.objects.filter(within("area", code)).select_related("area").order_by("-created_at", "id")


def station(*, station_id: UUID) -> Station:
    """Give a station, or raise NotFound."""
    found = Station.objects.select_related("area").filter(pk=station_id).first()
    if found is None:
        raise NotFound
    return found
