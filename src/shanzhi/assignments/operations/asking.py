"""Volunteers are asked for the shifts that a run proposes: chosen pairs, each looked at again at that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from shanzhi.activities import queries as activities
from shanzhi.activities.lifecycle import LIVING
from shanzhi.activities.models import Shift, SignUp
from shanzhi.assignments import queries, telling, wants
from shanzhi.assignments.lifecycle import ASKED_BEFORE, BEGUN, FULL, OVER, PROPOSAL, SAID_NO, SIGNED_UP
from shanzhi.assignments.models import Proposal, Run
from shanzhi.assignments.operations import refusals
from shanzhi.assignments.operations.frames import decided, end, locked_shifts, note, reason_of
from shanzhi.kernel.actor import Actor

# Each pair is looked at again before somebody is asked, so that one press stays a matter of seconds.
MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """How many were asked, and how many pairs were dropped since they do not suit any more."""

    asked: int
    dropped: int


def ask_pairs(*, actor: Actor, run_id: UUID, pairs: Sequence[UUID], at: datetime) -> Asked:
    """Ask the volunteers of chosen pairs; one that does not suit at this moment is dropped with its reason.

    A pair that was decided before stays as it is. Raises NotFound, NotAPlanner, RunNotReady, TooManyPairs.
    """
    chosen = set(pairs)
    with transaction.atomic():
        run = decided(actor, run_id)
        if not 1 <= len(chosen) <= MOST_AT_ONCE:
            raise refusals.TooManyPairs(field="pairs", most=MOST_AT_ONCE)
        rows = Proposal.objects.filter(run=run, pk__in=chosen, state="proposed")
        by_shift: dict[UUID, list[Proposal]] = defaultdict(list)
        for row in rows.select_related("volunteer__person__merged_into").order_by("-score", "pk"):
            by_shift[row.shift_id].append(row)
        asked = dropped = 0
        shifts = locked_shifts(by_shift)
        bound = _bound([one for each in by_shift.values() for one in each], shifts)
        for shift in shifts:
            now = _ask(actor, run, shift, by_shift[shift.pk], bound, at)
            asked, dropped = asked + now, dropped + len(by_shift[shift.pk]) - now
        note(actor, "pair.ask", run, at, {"asked": asked, "dropped": dropped})
    return Asked(asked, dropped)


def _bound(rows: list[Proposal], shifts: list[Shift]) -> wants.Times:
    """Give at which times of locked shifts the volunteers of pairs are bound by things beside shifts."""
    if not rows:
        return {}
    people = {one.volunteer.human.pk for one in rows}
    return wants.bound(people, min(one.starts_at for one in shifts), max(one.ends_at for one in shifts))


@dataclass(frozen=True, slots=True)
class _Known:
    """Who signed up for a shift or waits in its line, who was asked for it, who said no, and what binds people."""

    living: set[UUID]
    asked: set[UUID]
    declined: set[UUID]
    bound: wants.Times


def _known(shift: Shift, bound: wants.Times) -> _Known:
    living = set(SignUp.objects.filter(shift=shift, state__in=LIVING).values_list("volunteer", flat=True))
    rows = Proposal.objects.filter(shift=shift, state__in=("asked", "declined")).values_list("volunteer", "state")
    by_state: dict[str, set[UUID]] = defaultdict(set)
    for volunteer, state in rows:
        by_state[state].add(volunteer)
    return _Known(living, by_state["asked"], by_state["declined"], bound)


def _ask(actor: Actor, run: Run, shift: Shift, rows: list[Proposal], bound: wants.Times, at: datetime) -> int:
    """Ask the volunteers of a locked shift as long as places are free; give how many."""
    known = _known(shift, bound)
    free = shift.places - len(known.living) - len(known.asked)
    people = []
    for row in rows:
        why = _against(row, shift, known, free, at)
        if why:
            end(row, PROPOSAL.move(row.state, "drop"), at, reason=why, decided_by=actor.person_id)
            continue
        row.state, row.decided_at, row.decided_by_id = PROPOSAL.move(row.state, "ask"), at, actor.person_id
        row.save(update_fields=["state", "decided_at", "decided_by"])
        people.append(row.volunteer.human.pk)
        free -= 1
    if people:
        telling.tell_asked(actor=actor, run=run, shift=shift, people=people, at=at)
    return len(people)


def _against(row: Proposal, shift: Shift, known: _Known, free: int, at: datetime) -> str:
    """Give the codes of what stands against asking somebody now, '' for nothing."""
    if shift.state != "open" or shift.activity.state != "published":
        return OVER
    if shift.starts_at <= at:
        return BEGUN
    if row.volunteer_id in known.living:
        return SIGNED_UP
    if row.volunteer_id in known.asked:
        return ASKED_BEFORE
    if row.volunteer_id in known.declined:
        return SAID_NO
    if free <= 0:
        return FULL
    codes = [one.code for one in activities.against(volunteer=row.volunteer, shift=shift, at=at)]
    if wants.overlap(known.bound.get(row.volunteer.human.pk, ()), shift.starts_at, shift.ends_at):
        codes.append(activities.OVERLAP)
    return ",".join(dict.fromkeys(codes))


def drop_pair(*, actor: Actor, pair_id: UUID, reason: str, at: datetime) -> Proposal:
    """Drop a pair that nobody was asked for, for a reason. Raises NotFound, NotAPlanner, RunNotReady, NotProposed."""
    with transaction.atomic():
        found = queries.pair(viewer=actor, pair_id=pair_id)
        run = decided(actor, found.run_id)
        row = Proposal.objects.select_for_update(of=("self",)).select_related("volunteer", "shift").get(pk=pair_id)
        if row.state != "proposed":
            raise refusals.NotProposed
        words = reason_of(reason)
        end(row, PROPOSAL.move(row.state, "drop"), at, reason=words, decided_by=actor.person_id)
        told = {"number": row.volunteer.number, "shift": row.shift.starts_at}
        note(actor, "pair.drop", run, at, told, words)
    return row
