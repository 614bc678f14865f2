"""Reading records that may be one person's, what stands between them, and what was decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, DateField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import merging
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.people import minors, policies
from shanzhi.people.actors import grants_of, records_of
from shanzhi.people.documents import WITH_RESIDENT_ID
from shanzhi.people.lifecycle import VERIFIED, VERIFIERS
from shanzhi.people.models import Account, Consent, Guardianship, Person, PersonMerge, Recovery, RoleGrant
from shanzhi.people.queries.records import marked, search
from shanzhi.places import queries as places
from shanzhi.places.models import Area

HOME = LENGTHS[COMMUNITY]
MOST_TWINS = 10
STANDING = ("proposed", "done")


def require_mergers(viewer: Actor) -> None:
    """Refuse who merges nobody."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not viewer.holds_anywhere(VERIFIERS):
        raise Forbidden


def _scope(viewer: Actor, path: str) -> Q:
    return places.within_any(path, viewer.areas(VERIFIERS))


def _place(path: str) -> Subquery:
    return Subquery(Area.objects.filter(code=Left(OuterRef(path), HOME)).values("name")[:1])


def _free(viewer: Actor) -> QuerySet[Person]:
    """Give the people of the viewer's areas who were not erased and stand in no merge as the one that gives way."""
    given_way = PersonMerge.objects.filter(state__in=STANDING).values("merged")
    return Person.objects.filter(_scope(viewer, "area"), erased_at=None).exclude(pk__in=given_way)


def _alike() -> QuerySet[Person]:
    """Give those after an outer person who are likely the same: by name and birth, or community where none is known.

    Birth dates agree where they are the same or one of them is not known. Only blind indexes are compared.
    """
    birth, anything = OuterRef("born_on"), Value(date.min)
    return (
        Person.objects.filter(name_mark=OuterRef("name_mark"))
        .alias(
            home=Left("area", HOME),
            one=Coalesce("born_on", birth, anything, output_field=DateField()),
            other=Coalesce(birth, "born_on", anything, output_field=DateField()),
        )
        .filter(Q(born_on=birth) | Q(home=Left(OuterRef("area"), HOME), one=F("other")))
    )


class _Among(Func):
    """That a column's value is one of an array's, which the database makes once and looks up by the column's index."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def _namesakes(rows: QuerySet[Person]) -> _Among:
    """Give the condition of bearing a name that stands on several of these records."""
    names = rows.exclude(name_mark=None).order_by().values("name_mark").annotate(bearers=Count("pk"))
    return _Among(F("name_mark"), ArraySubquery(names.filter(bearers__gt=1).values("name_mark")))


def _seen(side: str, other: str) -> QuerySet[Any, Any]:
    """Give pairs that were looked at and found to be two people, of an outer person on one side."""
    rows: QuerySet[Any, Any] = PersonMerge.objects.filter(state="refused", **{side: OuterRef(OuterRef("pk"))})
    return rows.values(other)


def twins(*, viewer: Actor) -> QuerySet[Person]:
    """Give the people of the viewer's areas who have a likely twin there, each beside the next record of the same.

    Likely are the same whole name and birth; or the same name and community, where the birth of one is not known. Pairs
    that were proposed and not merged are left out. The other one comes as `twin_id`, with `twin_name`, `twin_born`,
    `twin_state` and `twin_place`.
    """
    require_mergers(viewer)
    free = _free(viewer)
    others = _alike().filter(pk__in=free.values("pk"), pk__gt=OuterRef("pk"))
    others = others.exclude(pk__in=_seen("kept", "merged")).exclude(pk__in=_seen("merged", "kept"))
    twin = Person.objects.filter(pk=OuterRef("twin_id"))
    rows = (
        free.filter(_namesakes(free))
        .annotate(twin_id=Subquery(others.order_by("pk").values("pk")[:1]))
        .exclude(twin_id=None)
    )
    return rows.annotate(
        area_name=_place("area"),
        twin_name=Subquery(twin.values("name")),
        twin_born=Subquery(twin.values("born_on")),
        twin_state=Subquery(twin.values("real_name")),
        twin_place=Subquery(twin.annotate(place=_place("area")).values("place")),
    ).order_by("-created_at", "id")


def twins_of(*, viewer: Actor, person: Person) -> list[Person]:
    """List likely twins of one person, ten at most."""
    require_mergers(viewer)
    near = Q(area__startswith=person.area[:HOME]) if person.area else Q(pk__in=())
    alike = near if person.born_on is None else Q(born_on=person.born_on) | (near & Q(born_on=None))
    rows = _free(viewer).filter(alike, name_mark=person.name_mark, name_mark__isnull=False).exclude(pk=person.pk)
    return list(rows.annotate(area_name=_place("area")).order_by("pk")[:MOST_TWINS])


def candidates(*, viewer: Actor, person: Person, words: str) -> list[Person]:
    """Find records to merge by the whole phone, document number or name, in the viewer's areas; ten at most."""
    require_mergers(viewer)
    rows = search(_free(viewer).exclude(pk=person.pk), words)
    return list(rows.annotate(area_name=_place("area")).order_by("pk")[:MOST_TWINS])


@dataclass(frozen=True)
class Side:
    """One record beside the other, masked, with what hangs on it."""

    person: Person
    place: str
    account: Account | None
    counts: list[tuple[Any, int]]


@dataclass(frozen=True)
class Preview:
    """What a merge of two would do: both records, what stands in the way, and whether a second of staff decides.

    What a running vote has against it is not here: it would tell of both that they voted.
    """

    kept: Side
    merged: Side
    hindrances: list[Any]
    needs_second: bool


def mergeable(*, viewer: Actor, person_id: UUID, at: datetime) -> Person:
    """Give a person whom the viewer may merge with another."""
    found = policies.load(viewer=viewer, person_id=person_id, at=at, lock=False)
    policies.require(policies.may_merge(actor=viewer, people=[found], at=at))
    return found


def preview(*, viewer: Actor, kept_id: UUID, merged_id: UUID, at: datetime) -> Preview:
    """Show two records side by side, and what a merge would do. Both must lie in the viewer's areas."""
    if kept_id == merged_id:
        raise NotFound
    return _preview(*(mergeable(viewer=viewer, person_id=one, at=at) for one in (kept_id, merged_id)), at=at)


def preview_of(*, viewer: Actor, found: PersonMerge, at: datetime) -> Preview:
    """Show the two records of a merge that the viewer sees, and what stands in the way of it."""
    require_mergers(viewer)
    return _preview(found.kept, found.merged, at=at)


def _preview(kept: Person, merged: Person, *, at: datetime) -> Preview:
    names = places.full_names({kept.area, merged.area} - {""})
    accounts = {one.person_id: one for one in Account.objects.filter(person__in=(kept, merged))}
    first, second = (
        Side(one, names.get(one.area, ""), accounts.get(one.pk), merging.counts(one.pk)) for one in (kept, merged)
    )
    second_due = needs_second(kept=kept, merged=merged, at=at)
    return Preview(first, second, hindrances_of(kept=kept, merged=merged, at=at), second_due)


def _all_of(person: Person) -> list[Person]:
    """Give a record and those merged into it."""
    return [person, *Person.objects.filter(merged_into=person.pk).order_by("pk")]


def hindrances_of(*, kept: Person, merged: Person, at: datetime) -> list[Any]:
    """List in words what stands in the way of a merge: in this room, and in the others.

    Of the record that stays all count that were merged into it: they are one person's.
    """
    staying = _all_of(kept)
    found: list[Any] = []
    if kept.merged_into_id is not None or merged.merged_into_id is not None:
        found.append(_("One of these records was merged with another already. Undo that merge first."))
    elif PersonMerge.objects.filter(kept=merged, state__in=STANDING).exists():
        found.append(
            _("Other records were merged into the one that would give way. Keep that one, or undo those merges.")
        )
    if merged.real_name in VERIFIED and kept.real_name not in VERIFIED:
        found.append(_("The record that would give way is verified, the other one is not. Keep the verified one."))
    if any(_differ(one, merged) for one in staying):
        found.append(_("Both were verified against documents that differ, so these are two people."))
    if Recovery.objects.filter(person__in=(*staying, merged), state__in=("asked", "waiting")).exists():
        found.append(_("A lost second factor of one of them is being replaced. Have that finished or stopped first."))
    if Guardianship.objects.filter(Q(ward=merged) | Q(guardian=merged), minors.not_over(at)).exists():
        found.append(
            _("A guardian link stands on the record that would give way. End it, and note it on the other one.")
        )
    if kept.born_on is None and merged.born_on is not None and minors.is_minor(merged, at):
        found.append(
            _("Only the record that gives way tells that this is a minor. Let that record be the one that stays.")
        )
    return [*found, *merging.hindrances(kept.pk, merged.pk)]


def _differ(one: Person, other: Person) -> bool:
    """Tell whether two documents cannot be one person's: numbers are unique, so two resident numbers always differ."""
    if any(person.real_name not in VERIFIED for person in (one, other)):
        return False
    numbers = all(person.verified_against in WITH_RESIDENT_ID for person in (one, other))
    return numbers or (one.born_on is not None and other.born_on is not None and one.born_on != other.born_on)


def needs_second(*, kept: Person, merged: Person, at: datetime) -> bool:
    """Tell whether a second of staff decides: both verified, two numbers, two sign-ins, a role of staff, or not alike.

    In these a wrong merge would let one person act as another, so nobody does it alone. Records merged before count
    with the one that stays, so that two merges do no more than one. And who could try any two records alone would learn
    of two people whether both took part in a running vote.
    """
    staying = _all_of(kept)
    if not is_alike(kept, merged):
        return True
    for what in ("real_name", "id_mark"):
        if any(_has(one, what) for one in staying) and _has(merged, what):
            return True
    signing_in = set(Account.objects.filter(person__in=(*staying, merged)).values_list("person", flat=True))
    if merged.pk in signing_in and len(signing_in) > 1:
        return True
    return any(grant.role in STAFF_READERS for one in (kept, merged) for grant in grants_of(person=one, at=at))


def _has(one: Person, what: str) -> bool:
    return one.real_name in VERIFIED if what == "real_name" else one.id_mark is not None


def is_alike(one: Person, other: Person) -> bool:
    """Tell whether two records look like one person's, as the list of likely twins has it."""
    if one.name_mark is None or bytes(one.name_mark) != bytes(other.name_mark or b""):
        return False
    if one.born_on is not None and other.born_on is not None:
        return one.born_on == other.born_on
    return bool(one.area) and one.area[:HOME] == other.area[:HOME]


def merges(*, viewer: Actor) -> QuerySet[PersonMerge]:
    """Give the merges of records in the viewer's areas, newest first; none with somebody who was erased since."""
    require_mergers(viewer)
    living = Q(kept__erased_at=None, merged__erased_at=None)
    rows = PersonMerge.objects.filter(_scope(viewer, "kept__area"), _scope(viewer, "merged__area"), living)
    return rows.select_related("kept", "merged", "proposed_by").order_by("-proposed_at", "id")


def search_merges(rows: QuerySet[PersonMerge], words: str) -> QuerySet[PersonMerge]:
    """Find merges by either record, as `search` finds people."""
    return rows.filter(marked(words, "kept__") | marked(words, "merged__"))


def merge(*, viewer: Actor, merge_id: UUID) -> PersonMerge:
    """Give one merge of the viewer's areas. Raises NotFound."""
    rows = merges(viewer=viewer).select_related("kept", "merged", "proposed_by", "decided_by", "undone_by")
    found = rows.filter(pk=merge_id).first()
    if found is None:
        raise NotFound
    return found


def is_last(found: PersonMerge) -> bool:
    """Tell whether no later merge into the same record stands on this one."""
    return not PersonMerge.objects.filter(kept=found.kept_id, state="done", place__gt=found.place or 0).exists()


def merges_of(*, person: Person) -> list[PersonMerge]:
    """List the standing merges of a record, waiting ones too, for who may see it already."""
    rows = PersonMerge.objects.filter(Q(kept=person) | Q(merged=person), state__in=STANDING)
    return list(rows.select_related("kept", "merged").order_by("proposed_at", "id")[:MOST_TWINS])


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    return [
        (_("Roles"), RoleGrant.objects.filter(person=person_id).count()),
        (_("Texts agreed to"), Consent.objects.filter(person=person_id).count()),
        (_("Sign-ins"), Account.objects.filter(person=person_id).count()),
        (_("Records merged into it"), len(records_of(person_id)) - 1),
    ]


merging.register("people", merging.MergeRoom(counts=_counts))
