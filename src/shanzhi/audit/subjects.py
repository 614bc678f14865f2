"""What events are about, and how they read: each room registers its things, words and fields here.

A room's `history.py`, loaded by its `AppConfig.ready`, says for each kind of thing how to find it for a viewer, and in
words what its events did. One page then shows the history of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, CharField, F, Field, OuterRef, Q, QuerySet, Subquery, UUIDField, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import upper_bound
from shanzhi.kernel.roles import STAFF_READERS, Role

Words = str | Promise
UNNAMED: Final = str(UUID(int=0))
"""What stands for a thing that an event keeps back, as that of a sheet saved while a juror types does."""
PARTS_OF_SYSTEM: Final[dict[str, Words]] = {
    "system:clock": _("The clock"),
    "system:operator": _("The operator, by command"),
    "system:resident": _("A resident, not named"),
    "system:juror": _("A juror, not named"),
    "system:projects": _("The decision on the project"),
    "system:sign-in": pgettext_lazy("who acts", "Signing in"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing as a viewer may see it. With `whole` the viewer reads all of its events, whatever area they lie in.

    With `names` the viewer reads who acted in them too, as those do who run the thing; a team does not.
    """

    title: Words
    url: str = ""
    whole: bool = False
    names: bool = False


@dataclass(frozen=True)
class Subject:
    """A kind of thing that events are about.

    `find` gives a thing to a viewer who may see it, None where it no longer exists, and raises NotFound where it is
    hidden; without it, the thing has no history of its own, and its events stand under their area. `events` widens the
    history to events about parts of the thing. `titles` gives the rows whose titles a viewer may read in a list, and
    the field of the title. `readers`, where not all staff and auditors of an area read of such things, are the roles
    that do. `veil`, where events of such things stay sealed for a time or from some, gives the condition of those that
    a viewer's roles let be read. `private` histories open for whom the thing belongs to: no list leads to them.
    `values` turn a field's stored value into words. `codes`, for fields that hold codes of words that areas keep, give
    the rows that name those: `code`, and `words` in the reader's language, each code once. They may ask for the
    event's area by `OuterRef("area")`.
    """

    type: str
    label: Words
    find: Callable[[Actor, str, datetime], Shown | None] | None = None
    events: Callable[[str], Q] | None = None
    titles: Callable[[Actor], tuple[QuerySet[Any], str]] | None = None
    readers: frozenset[Role] | None = None
    veil: Callable[[Actor], Q] | None = None
    private: bool = False
    key: Field[Any, Any] = field(default_factory=UUIDField)
    fields: Mapping[str, Words] = field(default_factory=dict)
    values: Mapping[str, Callable[[Any], Words]] = field(default_factory=dict)
    codes: Mapping[str, Callable[[], QuerySet[Any]]] = field(default_factory=dict)

    def condition(self, subject_id: str) -> Q:
        """Give the condition that an event belongs to the history of a thing."""
        own = Q(subject_type=self.type, subject_id=subject_id)
        return own | self.events(subject_id) if self.events else own


@dataclass
class _Registry:
    subjects: dict[str, Subject] = field(default_factory=dict)
    verbs: dict[str, Words] = field(default_factory=dict)
    tones: dict[str, str] = field(default_factory=dict)
    name_people: Callable[[QuerySet[Event]], QuerySet[Event]] | None = None


_registry: Final = _Registry()


def uuid_of(text: str) -> UUID:
    """Read a number of a thing as it stands in an event or an address; where it is none, one that nothing has."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def register(subject: Subject) -> None:
    """Register a kind of thing; registering the same again replaces it."""
    _registry.subjects[subject.type] = subject


def register_verbs(verbs: Mapping[str, Words], *, tones: Mapping[str, str] | None = None) -> None:
    """Register in words what verbs did ('ventures.call.open': 'Round opened'), and the tones of some."""
    _registry.verbs.update(verbs)
    _registry.tones.update(tones or {})


def register_people(name_people: Callable[[QuerySet[Event]], QuerySet[Event]]) -> None:
    """Register who can add to events, in the same query, `actor_name` and `about_name`: masked names of people."""
    _registry.name_people = name_people


def subject(kind: str) -> Subject | None:
    """Give a kind of thing, or None."""
    return _registry.subjects.get(kind)


def subjects() -> tuple[Subject, ...]:
    """Give all kinds of things, by the names of their types."""
    return tuple(_registry.subjects[name] for name in sorted(_registry.subjects))


def verb_words(verb: str) -> str:
    """Say what a verb did; one that no room knows is shown as it is."""
    return str(_registry.verbs.get(verb, verb))


def verbs() -> dict[str, str]:
    """Give all verbs in words."""
    return {verb: str(words) for verb, words in _registry.verbs.items()}


def tone(verb: str) -> str:
    """Give the tone in which a verb is shown."""
    return _registry.tones.get(verb, "plain")


def within_areas(codes: tuple[str, ...]) -> Q:
    """Give the condition that an event lies in one of the areas."""
    condition = Q(pk__in=())
    for code in codes:
        condition |= Q(area__gte=code, area__lt=upper_bound(code)) if code else Q()
        if not code:
            return Q()
    return condition


def readable(viewer: Actor) -> Q:
    """Give the condition that the viewer's roles let an event be read: by its area, and by what it is about."""
    areas = viewer.areas(STAFF_READERS)
    condition = within_areas(areas)
    narrow: dict[frozenset[Role], list[str]] = {}
    for one in subjects():
        if one.readers is not None:
            narrow.setdefault(one.readers, []).append(one.type)
    for readers, types in narrow.items():
        theirs = viewer.areas(readers)
        # the whole country is an empty condition, which would vanish beside the other instead of letting all through
        if theirs != areas and "" not in theirs:
            condition &= ~Q(subject_type__in=types) | within_areas(theirs)
    for one in subjects():
        if one.veil is not None:
            condition &= ~Q(subject_type=one.type) | Q(subject_id=UNNAMED) | one.veil(viewer)
    return condition


def named(rows: QuerySet[Event], viewer: Actor, *, names: bool = False) -> QuerySet[Event]:
    """Add to events, in the same query, who acted and what it was about, as far as the viewer may read that.

    Gives `by_viewer`, `known_actor` (who acted, where the viewer may read that), `actor_name` and `about_name` (masked
    people), and `about_title` of things. Who acted is read by staff of the event's area, and with `names` of all of
    them: a team reads what was done to its proposal, not which reviewer did it, also when it is staff elsewhere.
    """
    mine = Q(actor_person__in=viewer.persons) if viewer.person_id else Q(pk__in=())
    areas = viewer.areas(STAFF_READERS)
    everywhere, near = names or "" in areas, within_areas(areas)
    rows = rows.annotate(
        by_viewer=Case(When(mine, then=Value(True)), default=Value(False)),
        known_actor=F("actor_person") if everywhere else Case(When(near, then=F("actor_person"))),
    )
    if _registry.name_people is not None and (everywhere or viewer.holds_anywhere(STAFF_READERS)):
        rows = _registry.name_people(rows)
    # A branch is worked out for events of its kind alone: the numbers of others may not even be of its form.
    branches = [When(subject_type=one.type, then=_title(one, viewer)) for one in subjects() if one.titles]
    if not branches:
        return rows
    return rows.annotate(about_title=Case(*branches, default=Value(""), output_field=CharField()))


def _title(one: Subject, viewer: Actor) -> Subquery:
    assert one.titles is not None
    things, title = one.titles(viewer)
    found = things.order_by().filter(pk=Cast(OuterRef("subject_id"), one.key))
    return Subquery(found.values(words=Cast(F(title), CharField()))[:1])


def has_history(event: Event) -> bool:
    """Tell whether what an event, fetched through `named`, was about has a history that its reader may open."""
    kind = subject(event.subject_type)
    if kind is None or kind.find is None or kind.private or event.subject_id == UNNAMED:
        return False
    return not is_hidden(event)


def is_hidden(event: Event) -> bool:
    """Tell whether what an event, fetched through `named`, was about is hidden from its reader, as a draft is."""
    kind = subject(event.subject_type)
    if kind is None or kind.titles is None or event.subject_id == UNNAMED:
        return False
    return not getattr(event, "about_title", "")


def title_of(event: Event) -> str:
    """Say in a few words what an event, fetched through `named`, was about."""
    kind = subject(event.subject_type)
    label = str(kind.label) if kind else event.subject_type
    about = getattr(event, "about_title", None) or getattr(event, "about_name", None)
    return f"{label} {about}" if about else label


def actor_of(event: Event) -> str:
    """Say who did an event fetched through `named`: oneself, a masked name, or which part of the system."""
    if getattr(event, "by_viewer", False):
        return gettext("You")
    name = getattr(event, "actor_name", None)
    if name is not None and event.known_actor is not None:  # type: ignore[attr-defined]  # set by `named`
        return str(name)
    if event.actor_label:
        return str(PARTS_OF_SYSTEM.get(event.actor_label, _("The system")))
    return gettext("Another person") if event.actor_person else gettext("Nobody signed in")
