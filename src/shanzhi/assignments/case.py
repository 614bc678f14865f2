"""The case of a run, read in a fixed number of queries: what the engine needs to know of volunteers and shifts.

What `activities.queries.against` says of a pair holds here too: a pair that it has anything against never fits. Beyond
it the engine keeps the free hours and how far somebody goes. Times are minutes since 1970, half open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shanzhi import matching
from shanzhi.activities import queries as activities
from shanzhi.activities.lifecycle import LIVING
from shanzhi.activities.models import Shift, SignUp
from shanzhi.assignments import fitting, wants
from shanzhi.assignments.models import Proposal, Run
from shanzhi.people import minors
from shanzhi.people.actors import records_among
from shanzhi.people.models import Consent
from shanzhi.people.texts import PRIVACY
from shanzhi.places import queries as places
from shanzhi.volunteering.models import Availability, Qualification, Volunteer, VolunteerSkill
from shanzhi.volunteering.queries import task_codes

SOON: Final = timedelta(days=3)
SERVING: Final = ("active", "registered")
Spans = dict[UUID, list[tuple[int, int]]]


def wanting(at: datetime, condition: Q | None = None) -> QuerySet[Any, Any]:
    """Give the shifts to come of published activities with places that nobody has a right to: `open_places`.

    Who is signed up, waits in line, or was asked and did not answer yet comes first.
    """
    to_come = Q(state="open", starts_at__gt=at, activity__state="published")
    return with_places(to_come & (condition or Q())).filter(open_places__gt=0)


def with_places(condition: Q) -> QuerySet[Any, Any]:
    """Give shifts with `open_places`, below nothing where more were signed up, wait and were asked than there are."""
    living = SignUp.objects.filter(shift=OuterRef("pk"), state__in=LIVING)
    asked = Proposal.objects.filter(shift=OuterRef("pk"), state="asked")
    taken = [Coalesce(Subquery(_counted(one)), 0) for one in (living, asked)]
    told = Shift.objects.filter(condition).annotate(open_places=F("places") - taken[0] - taken[1])
    found: QuerySet[Any, Any] = told.select_related("activity__task_kind").order_by("starts_at", "id")
    return found


def _counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.order_by().values("shift").annotate(many=Count("pk")).values("many")
    return found


def taking_part(run: Run) -> QuerySet[Volunteer]:
    """Give who takes part: those who serve in the area, or in the team; in a call-up who agreed to be called."""
    rows = Volunteer.objects.filter(state__in=SERVING, person__erased_at=None)
    if run.team_id is not None:
        rows = rows.filter(places__team=run.team_id, places__state="member")
    else:
        rows = rows.filter(places.within("area", run.area))
    if run.emergency:
        rows = rows.filter(on_call__agreed_at__isnull=False, on_call__ended_at=None)
    return rows


def shifts_of(run: Run, at: datetime) -> list[Shift]:
    """List the shifts of a run that have places to give; of a call-up its own one.

    Dangerous work that is not insured on its day has none: nobody may take it (`activities.queries.against`).
    """
    if run.emergency:
        condition = Q(pk=run.shift_id)
    else:
        condition = Q(starts_at__gte=run.first_at, starts_at__lt=run.last_at)
        condition &= Q(activity__team=run.team_id) if run.team_id else places.within("activity__area", run.area)
    return [one for one in wanting(at, condition) if activities.safe(one)]


def read(run: Run, at: datetime) -> matching.Case:
    """Read the whole case of a run."""
    shifts = shifts_of(run, at)
    who = taking_part(run)
    needed = ("area", "metres", "languages", "tasks", "person__born_on", "person__merged_into__born_on")
    people = list(who.select_related("person__merged_into").only(*needed))
    lacking = _lacking(people, at)
    people = [one for one in people if one.pk not in lacking]
    others = wants.read(run, who, people, at)
    days = fitting.Days(shifts, [(one.starts_at, one.ends_at) for one in others.wanted])
    ground = _points(run, {one.area for one in people} | {one.area for one in others.wanted}, shifts, at)
    known = _known(run, who, days, {one.area for one in people if one.tasks}, at)
    known.add(others)
    limits = matching.Limits(shifts=run.most)
    volunteers = tuple(_volunteer(run, one, known, days, ground) for one in people)
    wanted = (*(_shift(run, one, ground, at) for one in shifts), *(_want(one, ground, at) for one in others.wanted))
    if run.emergency:
        return matching.call_up(volunteers, wanted, limits)
    return matching.Case(volunteers, wanted, limits=limits)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once of all volunteers: skills, qualifications, free hours, what binds them, whom not to ask.

    `kinds` are the kinds of tasks that hold in each area: who wishes none but retired ones wishes none.
    """

    skills: dict[UUID, set[str]]
    held: dict[UUID, list[fitting.Held]]
    free: Spans
    busy: Spans
    load: dict[UUID, int]
    barred: dict[UUID, set[str]]
    kinds: dict[str, frozenset[str]]

    def add(self, others: wants.Wants) -> None:
        """Add what is known of the same volunteers through things beside shifts."""
        for owner, codes in others.codes.items():
            self.skills[owner] |= codes
        for owner, barred in others.barred.items():
            self.barred[owner] |= barred
        for owner, spans in others.busy.items():
            self.busy[owner] += spans
        for owner, minutes in others.load.items():
            self.load[owner] += minutes


def _known(run: Run, who: QuerySet[Volunteer], days: fitting.Days, areas: set[str], at: datetime) -> _Known:
    keys = who.order_by().values("pk")
    skills: dict[UUID, set[str]] = defaultdict(set)
    for owner, code in VolunteerSkill.objects.filter(volunteer__in=keys).values_list("volunteer", "skill__code"):
        skills[owner].add(code)
    held: dict[UUID, list[fitting.Held]] = defaultdict(list)
    good = Qualification.objects.filter(volunteer__in=keys, revoked_at=None)
    for owner, code, starts, ends in good.values_list("volunteer", "kind__code", "starts_on", "ends_on"):
        held[owner].append(fitting.Held(code, starts, ends))
    kinds = task_codes(areas)
    known = _Known(skills, held, defaultdict(list), defaultdict(list), defaultdict(int), defaultdict(set), kinds)
    if not run.emergency:
        _add_hours(known.free, keys, days)
    _add_bound(known, keys, days.ends or at, at)
    return known


def _add_hours(free: Spans, keys: QuerySet[Any], days: fitting.Days) -> None:
    """Lay the weekly hours over the days of the run, in the time of the place."""
    begins = days.midnights()
    for owner, weekday, starts, ends in Availability.objects.filter(volunteer__in=keys).values_list(
        "volunteer", "weekday", "starts", "ends"
    ):
        free[owner] += [(midnight + starts, midnight + ends) for midnight in begins[weekday]]


def _add_bound(known: _Known, keys: QuerySet[Any], until: datetime, at: datetime) -> None:
    """Add what binds volunteers: shifts signed for, asks without an answer; and what they said no to."""
    rows = SignUp.objects.filter(
        volunteer__in=keys, state__in=LIVING, shift__state="open", shift__ends_at__gt=at - fitting.LATELY,
        shift__starts_at__lt=until,
    )  # fmt: skip
    for owner, state, shift, starts, ends in rows.values_list(
        "volunteer", "state", "shift", "shift__starts_at", "shift__ends_at"
    ):
        known.barred[owner].add(str(shift))
        if state == "signed":
            span = fitting.span(starts, ends)
            known.busy[owner].append(span)
            known.load[owner] += span[1] - span[0]
    asked = Proposal.objects.filter(volunteer__in=keys, state__in=("asked", "declined"), shift__ends_at__gt=at)
    for owner, state, shift, starts, ends in asked.values_list(
        "volunteer", "state", "shift", "shift__starts_at", "shift__ends_at"
    ):
        known.barred[owner].add(str(shift))
        if state == "asked":
            known.busy[owner].append(fitting.span(starts, ends))


def _lacking(people: Iterable[Volunteer], at: datetime) -> set[UUID]:
    """Give the volunteers under 18 who lack a consent, as `volunteering.queries.lacking` judges one by one."""
    young = {one.pk: one.human for one in people if minors.is_minor(one.human, at)}
    owners = {one.pk for one in young.values()}
    guarded = minors.agreed_for(owners, at)
    records = records_among(owners)
    own = Consent.objects.filter(
        person_id__in=records, guardianship=None, purpose=PRIVACY.purpose, withdrawn_at=None
    ).values_list("person", flat=True)
    alone = {records[key] for key in own}
    return {
        key for key, one in young.items()
        if one.pk not in guarded or (not minors.is_child(one, at) and one.pk not in alone)
    }  # fmt: skip


def _points(run: Run, areas: set[str], shifts: list[Shift], at: datetime) -> dict[str, matching.Point]:
    """Give the centre of each area, of the nearest one above it where its own is not known; and places of shifts."""
    found = activities.centres({*areas, *(one.activity.area for one in shifts), run.area}, at)
    spots = {code: (place.north, place.east) for code, place in found.items()}
    for one in shifts:
        if one.activity.lat is not None and one.activity.lng is not None:
            spots[str(one.pk)] = (one.activity.lat, one.activity.lng)
    if not spots:
        return {}
    about = spots.get(run.area) or spots[min(spots)]
    return {key: matching.on_plane(lat, lng, about=about) for key, (lat, lng) in spots.items()}


def _volunteer(
    run: Run, one: Volunteer, known: _Known, days: fitting.Days, ground: dict[str, matching.Point]
) -> matching.Volunteer:
    age, wrong_days = days.age(one.human.born_on)
    codes, not_held = days.qualified(known.held.get(one.pk, []))
    free = [days.whole()] if run.emergency else known.free.get(one.pk, [])
    at = ground.get(one.area)
    return matching.Volunteer(
        id=str(one.pk),
        free=tuple(matching.Span(*span) for span in fitting.without(free, known.busy.get(one.pk, []))),
        skills=frozenset(known.skills.get(one.pk, set()) | codes),
        languages=frozenset(one.languages),
        at=at,
        # a limit of distance is judged where the way is known at all
        furthest=one.metres if at is not None else None,
        load=known.load.get(one.pk, 0),
        kinds=known.kinds.get(one.area, frozenset()) & set(one.tasks),
        age=age,
        barred=frozenset(known.barred.get(one.pk, set()) | wrong_days | not_held),
        on_call=run.emergency,
    )


def _shift(run: Run, one: Any, ground: dict[str, matching.Point], at: datetime) -> matching.Shift:
    kind = one.activity.task_kind
    return matching.Shift(
        id=str(one.pk),
        when=matching.Span(*fitting.span(one.starts_at, one.ends_at)),
        kind=kind.code,
        places=min(one.open_places, run.wanted or one.open_places),
        language=one.activity.language or None,
        must=frozenset({*one.activity.skills, *(fitting.PREFIX + code for code in kind.demands)}),
        at=ground.get(str(one.pk)) or ground.get(one.activity.area),
        least_age=kind.least_age,
        greatest_age=kind.greatest_age,
        priority=3 if run.emergency else 2 if one.starts_at <= at + SOON else 1,
    )


def _want(one: wants.Want, ground: dict[str, matching.Point], at: datetime) -> matching.Shift:
    return matching.Shift(
        id=one.id, when=matching.Span(*fitting.span(one.starts_at, one.ends_at)), must=one.must, nice=one.nice,
        language=one.language, at=ground.get(one.area), priority=2 if one.starts_at <= at + SOON else 1,
        asker=one.asker,
    )  # fmt: skip
