"""Whether a volunteer may take a kind of task on a day, and what stands against it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.people import minors
from shanzhi.people.actors import records_of
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Qualification, TaskKind, Volunteer
from shanzhi.volunteering.queries.words import qualification_kinds, task_kinds

GUARDIAN: Final = _("A guardian's consent is waited for: the volunteer is under 18.")
OWN: Final = _("The volunteer's own consent is waited for, on the page of the account.")


@dataclass(frozen=True, slots=True)
class Reason:
    """What stands against it: a stable code, and words with what would help."""

    code: str
    words: Any


@dataclass(frozen=True, slots=True)
class Fitness:
    """The reasons against, none for yes; `insure` says that the organiser insures the volunteer before the task."""

    reasons: tuple[Reason, ...]
    insure: bool

    @property
    def good(self) -> bool:
        """Tell whether nothing stands against it."""
        return not self.reasons


def lacking(volunteer: Volunteer, at: datetime) -> str:
    """Tell whose consent somebody lacks for volunteering: `minors.GUARDIAN`, `minors.OWN`, or '' for nobody's.

    Under 14 the guardian's, from 14 to 17 the own one and the guardian's (`people.minors`).
    """
    person = volunteer.human
    if not minors.is_minor(person, at):
        return ""
    if not minors.guardian_agrees(person.pk, at):
        return minors.GUARDIAN
    return minors.waits_for(person, at, records_of(person.pk))


def serves(volunteer: Volunteer, at: datetime) -> bool:
    """Tell whether somebody serves: neither paused nor gone, and no consent is lacking.

    Who waits for one is `registered`, and serves from the moment on in which none is lacking any more.
    """
    return volunteer.state in ("active", "registered") and not lacking(volunteer, at)


def fit_for(*, volunteer: Volunteer, at: datetime) -> list[tuple[TaskKind, Fitness]]:
    """Say of each kind of task of the volunteer's area what stands against it today; in a fixed number of queries."""
    on = timezone.localdate(at)
    kinds = task_kinds(volunteer.area)
    if not kinds:
        return []
    known = _Known(_standing(volunteer, at), _held(volunteer, on), _names(volunteer.area))
    return [(kind, _judged(volunteer, kind, on, known)) for kind in kinds]


def may_do(*, volunteer: Volunteer, task_kind: TaskKind, on: date, at: datetime) -> Fitness:
    """Say what stands against a volunteer's taking a kind of task on a day.

    Consents are those of now (`at`), age and qualifications those of the day (志愿服务条例 art. 15). Of somebody whose
    age nobody has seen in a document it is known alone that the person said to be grown up.
    """
    names = _names(volunteer.area) if task_kind.demands else {}
    return _judged(volunteer, task_kind, on, _Known(_standing(volunteer, at), _held(volunteer, on), names))


def each_fit(*, volunteer: Volunteer, tasks: Iterable[tuple[TaskKind, date]], at: datetime) -> list[Fitness]:
    """Say of many kinds of tasks, each on a day, what `may_do` says of one; in a fixed number of queries."""
    standing, names = _standing(volunteer, at), _names(volunteer.area)
    rows = Qualification.objects.filter(volunteer=volunteer, revoked_at=None)
    spans = list(rows.values_list("kind__code", "starts_on", "ends_on"))
    found = []
    for kind, on in tasks:
        held = {code for code, starts, ends in spans if starts <= on and (ends is None or on <= ends)}
        found.append(_judged(volunteer, kind, on, _Known(standing, held, names)))
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once of a volunteer: where the service stands, codes of qualifications that are good, names."""

    standing: list[Reason]
    held: set[str]
    names: dict[str, str]


def _names(area: str) -> dict[str, str]:
    return {kind.code: str(kind) for kind in qualification_kinds(area)}


def _judged(volunteer: Volunteer, task_kind: TaskKind, on: date, known: _Known) -> Fitness:
    reasons = [*known.standing, *_ages(volunteer.human, task_kind, on)]
    for code in task_kind.demands:
        if code not in known.held:
            words = _("Missing: %(name)s. Staff of the area enter it once they have seen it.")
            reasons.append(Reason("qualification", words % {"name": known.names.get(code, code)}))
    return Fitness(tuple(reasons), task_kind.dangerous)


def _standing(volunteer: Volunteer, at: datetime) -> list[Reason]:
    if volunteer.state in ("paused", "left"):
        return [Reason("state", _("The volunteer has paused or left. Service is resumed on the page My volunteering."))]
    missing = lacking(volunteer, at)
    return [Reason("consent", GUARDIAN if missing == minors.GUARDIAN else OWN)] if missing else []


def _ages(person: Person, task_kind: TaskKind, on: date) -> list[Reason]:
    least, greatest = task_kind.least_age, task_kind.greatest_age
    if person.born_on is None:
        unknown = greatest is not None or (least or 0) > minors.ADULT
        words = _("The age is not known. Have the name verified by the community's staff against a document.")
        return [Reason("age_unknown", words)] if unknown else []
    age = minors.years(person.born_on, on)
    if least is not None and age < least:
        return [Reason("too_young", _("For this task one is at least %(age)s.") % {"age": least})]
    if greatest is not None and age > greatest:
        return [Reason("too_old", _("For this task one is at most %(age)s.") % {"age": greatest})]
    return []


def _held(volunteer: Volunteer, on: date) -> set[str]:
    """Give the codes of the qualifications that are good on a day."""
    rows = Qualification.objects.filter(volunteer=volunteer, revoked_at=None, starts_on__lte=on)
    return set(rows.filter(Q(ends_on=None) | Q(ends_on__gte=on)).values_list("kind__code", flat=True))
