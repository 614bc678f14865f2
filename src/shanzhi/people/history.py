"""How the history of people and their roles reads: names masked, values of personal data never told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, UUIDField, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event
from shanzhi.audit.subjects import Shown, Subject, register, register_people, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import GRANTERS, Role
from shanzhi.people import holders, policies, queries
from shanzhi.people.guardianship import KINDS, PROOFS
from shanzhi.people.lifecycle import REAL_NAME
from shanzhi.people.models import ROLE_LABELS, Invitation, Person
from shanzhi.people.texts import TEXTS
from shanzhi.people.views.words import FIELD_WORDS, VERBS
from shanzhi.places import queries as places


def _person(viewer: Actor, person_id: str, at: datetime) -> Shown | None:
    found = Person.objects.filter(pk=uuid_of(person_id)).first()
    if found is None:
        return None
    if found.erased_at is not None:
        return Shown(str(found.name))  # the events stay, for those who read the area's
    if not policies.sees(viewer=viewer, person=found, at=at):
        raise NotFound
    own = viewer.is_person(found.pk)
    return Shown(
        str(found.name), reverse("people:account" if own else "people:person", args=[] if own else [found.pk]), own
    )


def _grant(viewer: Actor, grant_id: str, at: datetime) -> Shown | None:
    found = queries.grant_in_scope(viewer=viewer, grant_id=uuid_of(grant_id), at=at)
    title = f"{ROLE_LABELS[Role(found.role)]} · {found.person.name}"
    desk = reverse("people:roles") if viewer.holds_anywhere(policies.READERS) else reverse("people:account")
    return Shown(title, desk, viewer.is_person(found.person_id))


def _invitation(viewer: Actor, invitation_id: str, at: datetime) -> Shown | None:
    found = Invitation.objects.filter(pk=uuid_of(invitation_id)).first()
    if found is None:
        return None
    place = holders.place_of(found)
    if not viewer.holds(policies.READERS, place):
        raise NotFound
    page = reverse("people:end_invitation", args=[found.pk]) if viewer.holds(GRANTERS, place) else ""
    return Shown(ROLE_LABELS[Role(found.role)], page)


def _guardianship(viewer: Actor, link_id: str, at: datetime) -> Shown | None:
    found = queries.guardianship(viewer=viewer, link_id=uuid_of(link_id))
    return Shown(f"{found.ward.name} · {found.guardian.name}", reverse("people:guardianship", args=[found.pk]))


def name_people(rows: QuerySet[Event]) -> QuerySet[Event]:
    """Add to events the names, which show themselves masked, of who acted and of whom it was about."""
    acted = Person.objects.filter(pk=OuterRef("actor_person")).values("name")[:1]
    about = Person.objects.filter(pk=Cast(OuterRef("subject_id"), UUIDField())).values("name")[:1]
    named = Case(
        When(subject_type=Person._meta.label_lower, then=Subquery(about)), output_field=Person._meta.get_field("name")
    )
    return rows.annotate(actor_name=Subquery(acted), about_name=named)


def _purpose(value: Any) -> Any:
    text = TEXTS.get(value)
    return text.shown_title if text else value


def _role(value: Any) -> Any:
    return ROLE_LABELS.get(value, value)


FIELDS = {
    **FIELD_WORDS,
    "role": _("Role"),
    "area": _("Area"),
    "in": _("Organisation"),
    "starts_at": _("Starts"),
    "ends_at": _("Ends"),
    "state": _("Real name"),
    "purpose": _("Purpose of the text"),
    "version": _("Version of the text"),
    "against": _("Document"),
    "kind": _("Second factor"),
    "ended": _("Sessions ended"),
    "recovery": _("Lost second factor"),
    "side": _("This record"),
    "seen_as": _("Role of who looked"),
    "seen_in": _("Area of that role"),
}
VALUES = {
    "purpose": _purpose,
    "role": _role,
    "side": lambda value: {"kept": _("stays"), "merged": _("gives way")}.get(value, value),
    "seen_as": _role,
    "state": lambda value: dict(REAL_NAME.states).get(value, value),
}
AREAS = {"area": places.named, "seen_in": places.named}
register(
    Subject(
        type="people.person",
        label=_("Person"),
        find=_person,
        fields=FIELDS,
        values=VALUES,
        codes=AREAS,
        readers=policies.READERS,
    )
)
register(
    Subject(
        type="people.rolegrant",
        label=_("Role"),
        find=_grant,
        readers=policies.READERS,
        events=lambda grant_id: Q(subject_type="people.person", change__grant=grant_id),
    )
)
register(
    Subject(
        type="people.invitation",
        label=_("Invitation"),
        find=_invitation,
        readers=policies.READERS,
        fields={"role": _("Role"), "area": _("Area"), "in": _("Organisation"), "grant": _("Role given")},
        values={"role": _role},
        codes=AREAS,
    )
)
register(
    Subject(
        type="people.guardianship",
        label=_("Guardian link"),
        find=_guardianship,
        readers=policies.READERS,
        fields={"kind": _("Guardian by"), "document": _("Document")},
        values={"kind": lambda value: KINDS.get(value, value), "document": lambda value: PROOFS.get(value, value)},
    )
)
register(
    Subject(
        type="people.importbatch",
        label=_("List of residents"),
        readers=policies.READERS,
        fields={"people": _("New people"), "known": _("On record already")},
    )
)
register(Subject(type="people.account", label=_("Sign-in"), readers=policies.READERS))
register_people(name_people)
register_verbs(
    {
        **VERBS,
        "people.account.make": _("Sign-in made"),
        "people.account.password": _("Password set"),
        "people.account.rehash": _("Password hashed anew, unchanged"),
        "people.account.phone": _("Phone of a sign-in set"),
        "people.import.write": _("List of residents written"),
    },
    tones={
        "people.person.verify": "good",
        "people.person.revoke": "warn",
        "people.account.close": "warn",
        "people.factor.remove": "warn",
        "people.guardian.end": "warn",
        "people.recovery.finish": "warn",
        "people.role.lapse": "warn",
        "people.merge.approve": "warn",
        "people.merge.fail": "warn",
        "people.merge.undo": "warn",
    },
)
