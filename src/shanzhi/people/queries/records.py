"""Reading people: each query takes the viewer and gives only who exists for that viewer."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from shanzhi.audit.models import Event
from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.people import holders, policies
from shanzhi.people.actors import survivor
from shanzhi.people.fields import ID_NUMBER, NAME, PHONE, marks
from shanzhi.people.models import Account, ImportBatch, Person, RoleGrant
from shanzhi.places import queries as places
from shanzhi.places.models import Area


def require_desk(viewer: Actor) -> None:
    """Refuse who has no place at the desk of people: staff and auditors only."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not viewer.holds_anywhere(policies.READERS):
        raise Forbidden


def own(*, viewer: Actor) -> Person:
    """Give the viewer's own record; raise NotFound when none is declared yet."""
    if not viewer.signed_in:
        raise SignInNeeded
    person = Person.objects.filter(pk=viewer.person_id).first() if viewer.person_id else None
    if person is None:
        raise NotFound
    return person


def people(*, viewer: Actor) -> QuerySet[Person]:
    """Give the people who live in the viewer's areas, with the name of the home as `area_name`; newest first.

    Records that gave way to another of the same person are left out: the search finds that one by them.
    """
    require_desk(viewer)
    return _people_of(frozenset(viewer.areas(policies.READERS))).all()


@lru_cache(maxsize=512)
def _people_of(areas: frozenset[str]) -> QuerySet[Person]:
    """Write the query of a scope, which is always the same and costs as much to write as to ask; it is never asked."""
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    return (
        Person.objects.filter(places.within_any("area", areas), erased_at=None, merged_into=None)
        .annotate(area_name=name)
        .only(
            "id", "name", "id_number", "phone", "area", "real_name", "verified_at", "synthetic", "version", "created_at"
        )
        .order_by("-created_at", "id")
    )


def person(*, viewer: Actor, person_id: UUID, at: datetime) -> Person:
    """Give one person who exists for the viewer: oneself, a resident of the own areas, a holder of a role there."""
    if not viewer.signed_in:
        raise SignInNeeded
    return policies.load(viewer=viewer, person_id=person_id, at=at, lock=False)


def search(rows: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Find by the whole phone, the whole document number or the whole name, through the blind indexes.

    What stands on a record that was merged away finds the one that stayed, too.
    """
    condition = marked(words)
    away = Person.objects.filter(condition, merged_into__isnull=False).values("merged_into")
    return rows.filter(condition | Q(pk__in=away))


def search_holders(rows: QuerySet[RoleGrant], words: str) -> QuerySet[RoleGrant]:
    """Find roles by who holds them, as `search` finds people."""
    return rows.filter(marked(words, "person__"))


def marked(words: str, path: str = "") -> Q:
    """Give the condition that a person, found by a path, has a whole phone, document number or name."""
    text = "".join(words.split())
    found = Q(**{f"{path}name_mark__in": marks(text, purpose=NAME)})
    found |= Q(**{f"{path}id_mark__in": marks(text.upper(), purpose=ID_NUMBER)})
    with suppress(identifiers.NotAPhone):  # then it is a name or a number of a document
        found |= Q(**{f"{path}phone_mark__in": marks(identifiers.phone(text), purpose=PHONE)})
    return found


def holding(role: str, at: datetime) -> Q:
    """Give the condition that a person holds a role at a moment."""
    held = RoleGrant.objects.filter(running(at), person=OuterRef("pk"), role=role)
    return Q(Exists(held))


def running(at: datetime) -> Q:
    """Give the condition that a grant holds at a moment."""
    return Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def by_proven_id(*, viewer: Actor, id_number: str) -> Person | None:
    """Find a person of the viewer's areas by the document number, also of a merged record; None when there is none."""
    scope = places.within_any("area", viewer.areas(policies.READERS))
    found = Person.objects.filter(scope, id_mark__in=marks(id_number, purpose=ID_NUMBER)).first()
    return found and survivor(found)


def grants(*, viewer: Actor, person: Person) -> list[RoleGrant]:
    """List a person's roles, those of merged records too, by start; the viewer must see the person already."""
    rows = RoleGrant.objects.filter(Q(person=person) | Q(person__merged_into=person))
    rows = rows.select_related("granted_by").order_by("-starts_at", "id")
    if viewer.is_person(person.pk) or viewer.holds(policies.READERS, person.area):
        return list(rows)
    known = holders.find(g.organization for g in rows)
    return [g for g in rows if (place := holders.place_of(g, known)) and viewer.holds(policies.READERS, place)]


def held_within(areas: Iterable[str]) -> Q:
    """Give the condition that a role or an invitation lies in one of the areas, or in an organisation seated there."""
    codes = tuple(areas)
    inside = places.within_any("area", codes)
    return inside if not inside else inside | Q(organization__in=holders.bodies().seated(codes))


def role_grants(*, viewer: Actor) -> QuerySet[RoleGrant]:
    """Give the roles held in the viewer's areas and in organisations there, with their people, newest first.

    Each comes with the name of its area or organisation.
    """
    require_desk(viewer)
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    rows = RoleGrant.objects.filter(held_within(viewer.areas(policies.READERS))).select_related("person")
    named = rows.annotate(area_name=name, organization_name=holders.bodies().named("organization"))
    return named.order_by("-created_at", "id")


def roles_in(*, viewer: Actor, organization: UUID, at: datetime) -> QuerySet[RoleGrant]:
    """Give the roles held in an organisation: all to staff who read people at its seat, to others their own.

    `opens` tells whether the viewer may open the page of the person: staff may, while the role holds.
    """
    body = holders.find([organization]).get(organization)
    rows = RoleGrant.objects.filter(organization=organization).select_related("person")
    reads = body is not None and viewer.holds(policies.READERS, body.seat)
    if not reads:
        rows = rows.filter(person_id__in=viewer.persons)
    opens = Case(When(running(at), then=Value(reads)), default=Value(False))
    return rows.annotate(opens=opens).order_by("-starts_at", "id")


def grant_in_scope(*, viewer: Actor, grant_id: UUID, at: datetime) -> RoleGrant:
    """Give one grant whose person exists for the viewer."""
    found = RoleGrant.objects.select_related("person").filter(pk=grant_id).first()
    if found is None or not policies.sees(viewer=viewer, person=found.person, at=at):
        raise NotFound
    return found


def has_passkey(*, account_id: UUID) -> bool:
    """Tell whether an account has a passkey."""
    return bool(Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN).exists())


def account_of(*, person: Person) -> Account | None:
    """Give a person's sign-in, if there is one."""
    return Account.objects.filter(person=person).first()


def looks(*, viewer: Actor) -> list[Event]:
    """List when the viewer's own data was shown in full and why; newest first, fifty at most."""
    rows = Event.objects.filter(
        subject_type=Person._meta.label_lower,
        subject_id__in=[str(one) for one in viewer.persons],
        verb="people.person.unmask",
    )
    return list(rows.order_by("-id")[:50])


def batch(*, viewer: Actor, batch_id: UUID) -> ImportBatch:
    """Give a list that the viewer sent in; to others it does not exist."""
    found = ImportBatch.objects.filter(pk=batch_id, owner_id__in=(viewer.person(), *viewer.also)).first()
    if found is None:
        raise NotFound
    return found
