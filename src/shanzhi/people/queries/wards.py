"""Reading guardian links: the desk's list, a guardian's wards, a ward's guardians; each query takes the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.personal import Hindrance
from shanzhi.people import minors, policies
from shanzhi.people.actors import records_of
from shanzhi.people.models import Consent, Guardianship, Person
from shanzhi.people.operations.erasure import hindrances_of
from shanzhi.people.operations.guardians import TooOldForThat
from shanzhi.people.queries.consents import Agreed, agreed_of
from shanzhi.people.queries.own_data import Held, held_about_me, held_in_words
from shanzhi.people.queries.records import marked, require_desk
from shanzhi.people.texts import MINOR
from shanzhi.places import queries as places
from shanzhi.places.models import Area


def guardianships(*, viewer: Actor) -> QuerySet[Guardianship]:
    """Give the guardian links of minors, or of those who were, in the viewer's areas, newest first."""
    require_desk(viewer)
    name = Subquery(Area.objects.filter(code=OuterRef("ward__area")).values("name")[:1])
    scope = places.within_any("ward__area", viewer.areas(policies.READERS))
    rows = Guardianship.objects.filter(scope).select_related("ward", "guardian", "verified_by")
    return rows.annotate(area_name=name).order_by("-verified_at", "id")


def search_guardianships(rows: QuerySet[Guardianship], words: str) -> QuerySet[Guardianship]:
    """Find links by ward or guardian, as `search` finds people."""
    return rows.filter(marked(words, "ward__") | marked(words, "guardian__"))


def in_state(state: str, at: datetime) -> Q:
    """Give the condition that a link holds now, or that it is over."""
    return minors.running(at) if state == "holds" else ~minors.running(at)


def guardianship(*, viewer: Actor, link_id: UUID) -> Guardianship:
    """Give one guardian link of the viewer's areas."""
    found = guardianships(viewer=viewer).filter(pk=link_id).first()
    if found is None:
        raise NotFound
    return found


def over(link: Guardianship, at: datetime) -> tuple[str, date] | None:
    """Tell why and on which day a link with its people was over, None while it holds or has yet to begin."""
    day = timezone.localdate(at)
    ends: list[tuple[date, str]] = []
    if link.ended_at is not None and link.ended_at <= at:
        ends.append((timezone.localdate(link.ended_at), "staff" if link.ended_by_id else "closed"))
    if link.ends_on is not None and link.ends_on < day:
        ends.append((link.ends_on, "date"))
    grown = minors.majority(link.ward.born_on) if link.ward.born_on else None
    if grown is not None and grown <= day:
        ends.append((grown, "majority"))
    if not ends:
        return None
    when, why = min(ends)
    return why, when


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with its link: whether a guardian's consent stands, and whether to today's text."""

    link: Guardianship
    person: Person
    child: bool
    agreed: bool
    today: bool

    @property
    def grown_up_on(self) -> date | None:
        """The day on which the guardian's rights end at the latest."""
        return minors.majority(self.person.born_on) if self.person.born_on else None


def wards(*, viewer: Actor, at: datetime) -> list[Ward]:
    """List those for whom the viewer is the guardian now."""
    rows = Guardianship.objects.filter(minors.running(at), guardian_id=viewer.person()).select_related("ward")
    links = list(rows.order_by("verified_at", "id"))
    given: dict[UUID, set[str]] = {}
    standing = Consent.objects.filter(
        minors.running(at, "guardianship__"), person__in=[one.ward_id for one in links], withdrawn_at=None
    )
    for person_id, version in standing.values_list("person_id", "text_version"):
        given.setdefault(person_id, set()).add(version)
    return [_ward(one, given.get(one.ward_id, set()), at) for one in links]


def _ward(link: Guardianship, versions: set[str], at: datetime) -> Ward:
    today = any(MINOR.counts(version) for version in versions)
    return Ward(link, link.ward, minors.is_child(link.ward, at), bool(versions), today)


def ward(*, viewer: Actor, ward_id: UUID, at: datetime) -> Ward:
    """Give one ward of the viewer; a stranger's does not exist."""
    found = next((one for one in wards(viewer=viewer, at=at) if one.person.pk == ward_id), None)
    if found is None:
        raise NotFound
    return found


def guardians(*, viewer: Actor, at: datetime) -> list[Guardianship]:
    """List who are the viewer's guardians, or were, newest first."""
    rows = Guardianship.objects.filter(ward_id=viewer.person()).select_related("guardian", "ward")
    return list(rows.order_by("-verified_at", "id"))


def guardians_of(*, viewer: Actor, person: Person) -> list[Guardianship]:
    """List a person's guardian links for the desk; the viewer must see the person already."""
    if not viewer.holds(policies.READERS, person.area):
        return []
    rows = Guardianship.objects.filter(ward=person).select_related("guardian", "ward")
    return list(rows.order_by("-verified_at", "id"))


def consents_for(*, viewer: Actor, ward_id: UUID, at: datetime) -> list[Agreed]:
    """List what guardians agreed to for a ward, for its guardian."""
    found = ward(viewer=viewer, ward_id=ward_id, at=at)
    return agreed_of(Consent.objects.filter(person__in=records_of(found.person.pk), guardianship__isnull=False))


def _in_place_of(viewer: Actor, ward_id: UUID, at: datetime) -> Actor:
    """Give the ward as the viewer of its own data; from 14 on it reads that itself."""
    found = ward(viewer=viewer, ward_id=ward_id, at=at)
    if not found.child:
        raise TooOldForThat
    also = tuple(records_of(found.person.pk)[1:])
    return Actor(person_id=found.person.pk, account_id=viewer.account_id, also=also)


def held_about_ward(*, viewer: Actor, ward_id: UUID, at: datetime) -> dict[str, Any]:
    """Give all that is held about a ward under 14, as its own export is. Raises NotFound, TooOldForThat."""
    return held_about_me(viewer=_in_place_of(viewer, ward_id, at), at=at)


def ward_in_words(*, viewer: Actor, ward_id: UUID, at: datetime) -> list[Held]:
    """Give the same in words. Raises NotFound, TooOldForThat."""
    return held_in_words(viewer=_in_place_of(viewer, ward_id, at), at=at)


def hindering_ward(*, viewer: Actor, ward_id: UUID, at: datetime) -> list[Hindrance]:
    """Give what forbids for now to erase a ward under 14. Raises NotFound, TooOldForThat."""
    return hindrances_of(_in_place_of(viewer, ward_id, at).person(), at)


def wards_due(*, viewer: Actor, at: datetime) -> int:
    """Count the wards for whom today's text waits for the viewer: those under 14, and those once agreed for."""
    return sum(not one.today and (one.child or one.agreed) for one in wards(viewer=viewer, at=at))
