"""A run is begun, worked out, closed; a call-up is worked out at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from shanzhi import matching
from shanzhi.activities import queries as activities
from shanzhi.activities.operations.refusals import Uninsured
from shanzhi.assignments import case, policies, wants
from shanzhi.assignments.lifecycle import CLOSED, PROPOSAL, RUN
from shanzhi.assignments.models import MOST_EACH, MOST_WANTED, OpenShift, Proposal, Run
from shanzhi.assignments.operations import refusals
from shanzhi.assignments.operations.frames import decided, note, reason_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, DISTRICT, LEVELS, SUBDISTRICT
from shanzhi.places import queries as places
from shanzhi.volunteering import queries as volunteering
from shanzhi.work.operations import advance_job, begin_job, fail_job, finish_job, start_job

JOB: Final = "assignments.run"
STEPS: Final = 3
MOST_DAYS: Final = 62
CHUNK: Final = 1000
FAILED: Final = _("The proposal could not be worked out from these volunteers and shifts. Tell who runs the site.")


def begin_run(
    *, actor: Actor, first_day: date, last_day: date, most: int, reason: str, at: datetime, area: str = "",
    team_id: UUID | None = None, synthetic: bool = False,
) -> Run:  # fmt: skip
    """Begin a run over an area, or over a team's own shifts and members; a worker works it out (`work_out`).

    Days are those of the place, both included. Raises NotFound, SignInNeeded, Forbidden, NotAPlanner, BadRunArea,
    BadRunDays, BadMost, ReasonNeeded, NothingToFill.
    """
    team = volunteering.team(viewer=actor, team_id=team_id) if team_id else None
    code = team.area if team else area
    policies.require(policies.may_match(actor=actor, area=code, team=team))
    if LEVELS.get(len(code)) not in (DISTRICT, SUBDISTRICT, COMMUNITY) or not places.names({code}):
        raise refusals.BadRunArea(field="area")
    if not timezone.localdate(at) <= first_day <= last_day <= first_day + timedelta(days=MOST_DAYS - 1):
        raise refusals.BadRunDays(field="last_day" if last_day < first_day else "first_day", days=MOST_DAYS)
    if not 1 <= most <= MOST_EACH:
        raise refusals.BadMost(field="most", most=MOST_EACH)
    with transaction.atomic():
        made = Run(
            area=code, team=team, reason=reason_of(reason), first_at=max(_start(first_day), at),
            last_at=_start(last_day + timedelta(days=1)), most=most, made_by_id=actor.person_id, made_at=at,
            synthetic=synthetic,
        )  # fmt: skip
        if not case.shifts_of(made, at) and not wants.there(made, at):
            raise refusals.NothingToFill(field="first_day")
        made.job = start_job(actor=actor, kind=JOB, area=code, total=STEPS, unit="steps", at=at).pk
        made.save(force_insert=True)
        told = {"first": made.first_at, "last": made.last_at, "most": most, "team": str(team_id) if team_id else ""}
        note(actor, "run.begin", made, at, told, made.reason)
    return made


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def work_out(*, actor: Actor, run_id: UUID, at: datetime) -> None:
    """Work a run out and keep what it proposes, whole or not at all; done again, it finds nothing to do."""
    run = Run.objects.get(pk=run_id)
    job = run.job
    if run.state != "working" or job is None:
        return
    begin_job(job_id=job, total=STEPS)
    try:
        found = case.read(run, at)
        advance_job(job_id=job, done=1)
        answers = matching.best(found), matching.greedy(found)
        advance_job(job_id=job, done=2)
    except matching.MatchingError:
        with transaction.atomic():
            run = Run.objects.select_for_update(no_key=True).get(pk=run_id)
            run.state, run.finished_at = RUN.move(run.state, "fail"), at
            run.save(update_fields=["state", "finished_at"])
            note(actor, "run.fail", run, at, {})
        fail_job(job_id=job, error=str(FAILED), at=at)
        return
    with transaction.atomic():
        run = Run.objects.select_for_update(no_key=True).get(pk=run_id)
        _keep(actor, run, found, answers, at)
    result = {"url": reverse("assignments:run", args=[run_id]), "label": gettext_noop("Look at the proposal")}
    finish_job(job_id=job, result=result, at=at)


def call_up(*, actor: Actor, shift_id: UUID, reason: str, wanted: int, at: datetime, synthetic: bool = False) -> Run:
    """Find whom to call up for a shift, at once: of those who agreed to be called, near and able ones first.

    Nobody is asked yet. Raises NotFound, SignInNeeded, NotAPlanner, ReasonNeeded, BadWanted, Uninsured, ShiftFull,
    NobodyOnCall.
    """
    shift = activities.shift_of(viewer=actor, shift_id=shift_id)
    area, team = policies.reach(actor, shift.activity)
    if not 1 <= wanted <= MOST_WANTED:
        raise refusals.BadWanted(field="wanted", most=MOST_WANTED)
    if not activities.safe(shift):
        raise Uninsured(field="shift")
    with transaction.atomic():
        made = Run(
            area=area, team=team, emergency=True, shift=shift, wanted=wanted, reason=reason_of(reason),
            first_at=shift.starts_at, last_at=shift.ends_at, most=1, made_by_id=actor.person_id, made_at=at,
            synthetic=synthetic,
        )  # fmt: skip
        if not case.shifts_of(made, at):
            raise refusals.ShiftFull(field="shift")
        if not case.taking_part(made).exists():
            raise refusals.NobodyOnCall(field="shift")
        made.save(force_insert=True)
        note(actor, "run.call_up", made, at, {"wanted": wanted, "shift": shift.starts_at}, made.reason)
        found = case.read(made, at)
        _keep(actor, made, found, (matching.best(found), matching.greedy(found)), at)
    return made


def _keep(
    actor: Actor, run: Run, found: matching.Case, answers: tuple[matching.Answer, matching.Answer], at: datetime
) -> None:
    """Keep what a locked run came to: its pairs, the shifts left open, and how good the whole is."""
    best, plain = answers
    pairs = [
        Proposal(
            run=run, shift_id=UUID(one.shift), volunteer_id=UUID(one.volunteer), score=one.score,
            parts=wants.as_parts(one),
        )
        for one in best.pairs if wants.is_shift(one.shift)
    ]  # fmt: skip
    asked = {one.id: one.places for one in found.shifts if wants.is_shift(one.id)}
    left = [
        OpenShift(
            run=run, shift_id=UUID(one.shift), places=asked[one.shift], missing=one.missing,
            **wants.as_hurdles(one),
        )
        for one in best.unfilled if wants.is_shift(one.shift)
    ]  # fmt: skip
    Proposal.objects.bulk_create(pairs, batch_size=CHUNK)
    OpenShift.objects.bulk_create(left, batch_size=CHUNK)
    wants.keep(run, best)
    run.state, run.finished_at = RUN.move(run.state, "propose"), at
    run.volunteers, run.shifts, run.places = len(found.volunteers), len(asked), sum(asked.values())
    run.filled, run.plain_filled = (sum(wants.is_shift(row.shift) for row in one.pairs) for one in answers)
    run.wants = len(found.shifts) - len(asked)
    run.wants_filled, run.plain_wants = len(best.pairs) - run.filled, len(plain.pairs) - run.plain_filled
    run.total, run.plain_total, run.bound = best.total, plain.total, best.bound
    run.save()
    names = ("volunteers", "shifts", "places", "filled", "wants", "wants_filled", "total", "plain_total")
    told = {name: getattr(run, name) for name in names}
    note(actor, "run.propose", run, at, told)


def close_run(*, actor: Actor, run_id: UUID, at: datetime) -> Run:
    """Close a run: pairs that nobody was asked for are dropped; who was asked still answers. Raises RunNotReady."""
    with transaction.atomic():
        run = decided(actor, run_id)
        close(actor, run, at)
    return run


def close(actor: Actor, run: Run, at: datetime) -> None:
    """Close a locked run."""
    rows = Proposal.objects.filter(run=run, state="proposed")
    left = rows.update(
        state=PROPOSAL.move("proposed", "drop"), reason=CLOSED, decided_at=at, decided_by_id=actor.person_id
    )
    others = wants.close(actor, run, at)
    run.state, run.closed_at = RUN.move(run.state, "close"), at
    run.save(update_fields=["state", "closed_at"])
    note(actor, "run.close", run, at, {"dropped": left + others})
