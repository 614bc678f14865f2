"""Taking in a list of changes between two years: history for codes that are here already, changes for the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Invalid
from shanzhi.places import policies
from shanzhi.places.exchange import Difference, Mapping
from shanzhi.places.models import Area, AreaChange, ChangeKind, ChangeLink, FormerName


class WrongMapping(Invalid):
    """The mapping names codes that the list does not have on that side."""

    code = "wrong_mapping"
    message = _("The mapping names codes that are not gone or not new in the list: %(codes)s. Correct the mapping.")


class ParentMissing(Invalid):
    """An area of the list has no parent here."""

    code = "parent_missing"
    message = _("Import the areas above first; these are missing: %(codes)s.")


@dataclass(frozen=True, slots=True)
class DifferenceReport:
    """What a list of changes did, in numbers of areas; what was known before is not counted."""

    renamed: int
    replaced: int
    closed: int
    founded: int

    @property
    def changed(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.renamed or self.replaced or self.closed or self.founded)


@dataclass(frozen=True, slots=True)
class _Frame:
    on: date
    source: str
    at: datetime


def apply_difference(
    *, actor: Actor, difference: Difference, mapping: Mapping, on: date, source: str, at: datetime
) -> DifferenceReport:
    """Record the changes of a year as of the day `on`; areas that already are as the list ends only get their history.

    `mapping` says which codes followed a code that is gone. A second run changes nothing. Raises WrongMapping,
    ParentMissing, Forbidden.
    """
    policies.require(actor, policies.IMPORT, areas.COUNTRY)
    stray = (mapping.keys() - difference.gone.keys()) | (
        {new for news in mapping.values() for new in news} - difference.new.keys()
    )
    if stray:
        raise WrongMapping(codes=", ".join(sorted(stray)))
    frame = _Frame(on, source[:200], at)
    with transaction.atomic():
        _need_parents(difference)
        renamed = _rename(difference, frame)
        _begin(difference.new, on)
        _end(difference.gone, on)
        replaced = sum(_link(kind, pairs, frame) for kind, pairs in groups(mapping))
        followers = {new for news in mapping.values() for new in news}
        closed = _link(ChangeKind.CLOSURE, [(old, None) for old in difference.gone if old not in mapping], frame)
        founded = _link(ChangeKind.FOUNDING, [(None, new) for new in difference.new if new not in followers], frame)
        report = DifferenceReport(renamed, replaced, closed, founded)
        subject = Area.objects.order_by("code").first()
        if report.changed and subject is not None:
            counts = {"renamed": renamed, "replaced": replaced, "closed": closed, "founded": founded}
            told = {**counts, "on": on.isoformat()}
            record(actor=actor, verb="places.area.changes", subject=subject, area="", change=told, at=at, reason=source)
    return report


def groups(mapping: Mapping) -> list[tuple[ChangeKind, list[tuple[str | None, str | None]]]]:
    """Sort a mapping into splits, mergers, successions and transfers."""
    sources: dict[str, list[str]] = {}
    found: list[tuple[ChangeKind, list[tuple[str | None, str | None]]]] = []
    for old, news in sorted(mapping.items()):
        if len(news) > 1:
            found.append((ChangeKind.SPLIT, [(old, new) for new in news]))
        else:
            sources.setdefault(news[0], []).append(old)
    for new, olds in sorted(sources.items()):
        moved = areas.parent_of(olds[0]) != areas.parent_of(new)
        single = ChangeKind.TRANSFER if moved else ChangeKind.SUCCESSION
        found.append((ChangeKind.MERGE if len(olds) > 1 else single, [(old, new) for old in olds]))
    return found


def _need_parents(difference: Difference) -> None:
    listed = difference.gone.keys() | difference.new.keys()
    parents = {areas.parent_of(code) for code in listed} - listed - {areas.COUNTRY}
    parents |= difference.renamed.keys()
    missing = parents - set(Area.objects.filter(pk__in=parents).values_list("pk", flat=True))
    if missing:
        raise ParentMissing(codes=", ".join(sorted(missing)[:20]))


def _rename(difference: Difference, frame: _Frame) -> int:
    """Record the former names; an area that bears the old name takes the new one."""
    renamed = difference.renamed
    told = set(FormerName.objects.filter(area__in=renamed, valid_to=frame.on).values_list("area_id", flat=True))
    rows = Area.objects.select_for_update(of=("self",)).filter(pk__in=renamed.keys() - told).order_by("code")
    # An area with a third name was renamed again since: its later history stays as it is.
    found = [area for area in rows if area.name in renamed[area.code]]
    if not found:
        return 0
    FormerName.objects.bulk_create(
        FormerName(area=area, name=renamed[area.code][0], valid_from=area.valid_from, valid_to=frame.on)
        for area in found
    )
    change = AreaChange.objects.create(
        kind=ChangeKind.RENAME, on=frame.on, source=frame.source, created_at=frame.at, reason=""
    )
    links = []
    for area in found:
        before, after = renamed[area.code]
        area.name = after
        links.append(ChangeLink(change=change, old=area, new=area, old_name=before, new_name=after))
    Area.objects.bulk_update(found, ["name"], batch_size=1000)
    ChangeLink.objects.bulk_create(links)
    return len(found)


def _rows(names: dict[str, str], **fields: date) -> Iterable[Area]:
    for code, name in sorted(names.items()):
        yield Area(code=code, name=name, level=areas.level_of(code), parent_id=areas.parent_of(code) or None, **fields)


def _begin(new: dict[str, str], on: date) -> None:
    """Make the new areas, and note since when those hold that are here already."""
    Area.objects.bulk_create(_rows(new, valid_from=on), ignore_conflicts=True, batch_size=1000)
    Area.objects.filter(pk__in=new, valid_from__isnull=True).update(valid_from=on)


def _end(gone: dict[str, str], on: date) -> None:
    """End the codes that are gone; those that were never here are made, so that old records resolve."""
    Area.objects.bulk_create(_rows(gone, valid_to=on), ignore_conflicts=True, batch_size=1000)
    Area.objects.filter(pk__in=gone, valid_to__isnull=True).update(valid_to=on)


def _link(kind: ChangeKind, pairs: list[tuple[str | None, str | None]], frame: _Frame) -> int:
    """Write one change with the links that are not there yet; give how many."""
    ends = Q(old__in=[old for old, _new in pairs if old]) | Q(new__in=[new for _old, new in pairs if new])
    known = set(ChangeLink.objects.filter(ends, change__kind=kind, change__on=frame.on).values_list("old_id", "new_id"))
    fresh = [pair for pair in pairs if pair not in known]
    if not fresh:
        return 0
    change = AreaChange.objects.create(kind=kind, on=frame.on, source=frame.source, created_at=frame.at, reason="")
    names = dict(
        Area.objects.filter(pk__in={code for pair in fresh for code in pair if code}).values_list("code", "name")
    )
    ChangeLink.objects.bulk_create(
        ChangeLink(
            change=change, old_id=old, new_id=new, old_name=names.get(old or "", ""), new_name=names.get(new or "", "")
        )
        for old, new in fresh
    )
    return len(fresh)
