"""Counting a closed poll by its frozen rule, and publishing the file by which anyone can count again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import Count as Counting
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.tally.comparison import Alternative, compare, reached
from shanzhi.tally.counting import count as count_election
from shanzhi.tally.election import Election, Project
from shanzhi.tally.faults import CountingError
from shanzhi.tally.needs import with_needs
from shanzhi.tally.outcome import Outcome, Standing, amount
from shanzhi.tally.pabulib import digest as content_digest
from shanzhi.tally.pabulib import spec_as_json, spec_from_json
from shanzhi.tally.reasons import sentence
from shanzhi.tally.sensitivity import Variation, sensitivity
from shanzhi.tally.spec import Spec
from shanzhi.ui.formatting import chinese
from shanzhi.voting import telling
from shanzhi.voting.lifecycle import COUNTED, POLL
from shanzhi.voting.models import Ballot, Count, LeftOption, Option, Poll
from shanzhi.voting.operations.closing import tidy_keys
from shanzhi.voting.operations.meta import meta_of
from shanzhi.voting.operations.polls import event_area, exact, locked
from shanzhi.voting.operations.publishing import publish
from shanzhi.voting.operations.seals import seal_holds, seal_poll

FETCHED_AT_ONCE: Final = 10_000
#: How amounts in a currency begin; of an imported file that names none ("?"), with nothing.
SHORT: Final = {"CNY": "¥", "?": ""}


class CannotCount(Conflict):
    """The rule does not fit the ballots."""

    code = "cannot_count"
    message = _("The rule of this vote does not fit its ballots: %(why)s")


class JuryMissing(Invalid):
    """A composite rule needs the jury's scores."""

    code = "jury_missing"
    message = _("This vote is decided together with a jury. Enter the jury's scores first, then count.")


def count_poll(*, actor: Actor, poll_id: UUID, at: datetime, jury: Mapping[str, int] | None = None) -> Count:
    """Count a closed poll by its frozen rule and publish the file; again, give the count that there is.

    `jury`: hundredths of 0 to 100 by option code, for a composite rule alone. Raises CannotCount, JuryMissing.
    """
    tidy_keys()
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        if poll.state == COUNTED:
            return poll.counts.order_by("number")[0]
        state = POLL.move(poll.state, "count")
        spec = spec_with(spec_from_json(poll.spec), jury)
        made = make_count(poll, spec, number=1, at=at)
        poll.state = state
        poll.save(update_fields=["state"])
        change = {"digest": made.digest, "file": made.file_digest, "seal": made.seal}
        record(actor=actor, verb="voting.poll.count", subject=poll, area=event_area(poll), change=change, at=at)
        telling.tell_result(actor=actor, poll=poll, area=event_area(poll), at=at)
    return made


def make_count(poll: Poll, spec: Spec, *, number: int, at: datetime) -> Count:
    """Count a poll, without what has left it, and keep the count with its file. Raises CannotCount."""
    away = left_codes(poll)
    election = election_of(poll, without=away)
    spec = without_left(spec, away)
    try:
        outcome = with_needs(election, count_election(election, spec))
        result = _result(election, spec, outcome)
    except CountingError as error:
        raise cannot_count(error) from error
    first = poll.counts.filter(number=1).first()
    seal = seal_poll(poll, bytes(first.seal_key) if first and first.seal_key else None)
    told = publish(poll, election=election, spec=spec, outcome=outcome, result=result, seal=seal, first=first)
    return Count.objects.create(
        poll=poll,
        number=number,
        spec=spec_as_json(spec),
        result=told.result,
        digest=told.digest,
        seal=seal.root,
        seal_key=seal.key,
        seal_nodes=seal.nodes,
        publication=told.publication,
        file=told.file,
        file_digest=digest_bytes(told.file.encode()),
        left_out=sorted(away),
        created_at=at,
    )


def left_codes(poll: Poll) -> frozenset[str]:
    """Give the codes of the projects that have left a vote."""
    away = LeftOption.objects.filter(option__poll=poll, back_at__isnull=True)
    return frozenset(away.values_list("option__code", flat=True))


def without_left(spec: Spec, away: frozenset[str]) -> Spec:
    """Take the jury's scores of projects that have left out of a composite rule."""
    if spec.composite is None or not away:
        return spec
    kept = {code: score for code, score in spec.composite.jury.items() if code not in away}
    return replace(spec, composite=replace(spec.composite, jury=kept))


def cannot_count(error: CountingError) -> CannotCount:
    """Give the refusal for a rule that does not fit, in the words of the count."""
    return CannotCount(why=_why(error))


def _why(error: CountingError) -> Any:
    """Give the words of a fault in the language of whoever reads the refusal."""
    return lazy(lambda: error.message_zh if chinese() else error.message, str)()


def spec_with(spec: Spec, jury: Mapping[str, int] | None) -> Spec:
    """Put the jury's scores into a composite rule; other rules take none."""
    if spec.composite is None:
        return spec
    scores = dict(jury) if jury is not None else spec.composite.jury
    if not scores:
        raise JuryMissing(field="jury")
    return replace(spec, composite=replace(spec.composite, jury=scores))


def election_of(poll: Poll, *, without: frozenset[str] = frozenset()) -> Election:
    """Read a closed poll as an election, `without` the projects of these codes; amounts in currency units.

    Every ballot stays: one that named such projects alone becomes a blank one, so that the voters are as many.
    """
    listed = list(Option.objects.filter(poll=poll).order_by("position"))
    kept = np.array([option.code not in without for option in listed], dtype=bool)
    lengths: list[int] = []
    choices: list[int] = []
    points: list[int] = []
    for positions, given in _ballots(poll.pk):
        lengths.append(len(positions))
        choices.extend(positions)
        points.extend(given or ())
    chosen = np.asarray(choices, dtype=np.int64)
    stays = kept[chosen] if len(chosen) else np.zeros(0, dtype=bool)
    voters = np.repeat(np.arange(len(lengths)), lengths)
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(np.bincount(voters[stays], minlength=len(lengths)), out=offsets[1:])
    places = np.cumsum(kept) - 1
    return Election(
        projects=tuple(_project(option) for option in listed if option.code not in without),
        budget=exact(poll.budget_fen, poll.budget_exact),
        kind=poll.ballot_kind,  # type: ignore[arg-type]  # the column's choices are the kinds
        offsets=offsets,
        choices=places[chosen[stays]].astype(np.int32) if len(chosen) else np.zeros(0, dtype=np.int32),
        points=np.asarray(points, dtype=np.int64)[stays] if poll.ballot_kind == "points" else None,
        points_scale=poll.points_scale,
        meta=meta_of(poll, shortened=bool(without)),
    )


def _project(option: Option) -> Project:
    return Project(
        id=option.code,
        cost=exact(option.cost_fen, option.cost_exact),
        name=option.title,
        exclusive=option.exclusive,
        selected=option.selected,
    )


def _ballots(poll_id: UUID) -> Iterator[tuple[list[int], list[int] | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT choices, points FROM voting_ballot WHERE poll_id = %s ORDER BY receipt", [poll_id])
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            yield from rows


def broken_seals() -> Iterator[tuple[str, str, str]]:
    """Seal the ballots of every count again, for `shanzhi audit verify`; give what does not hold."""
    for made in Count.objects.select_related("poll").order_by("created_at", "number").iterator():
        if not seal_holds(made):
            yield "voting_ballot", str(made.poll_id), "is not what the seal of its count was taken from"
        if digest_bytes(made.file.encode()) != made.file_digest:
            yield "voting_count", str(made.pk), "its file is not that of its digest"
    there = dict(Ballot.objects.order_by().values_list("poll").annotate(ballots=Counting("pk")))
    for poll_id, total in Poll.objects.filter(ballots_total__isnull=False).values_list("pk", "ballots_total"):
        if total != there.get(poll_id, 0):
            yield "voting_ballot", str(poll_id), f"{there.get(poll_id, 0)} ballots where {total} were in the envelopes"


def _result(election: Election, spec: Spec, outcome: Outcome) -> dict[str, Any]:
    official = [project.id for project in election.projects if project.selected]
    known = any(project.selected is not None for project in election.projects)
    return {
        "outcome": outcome.to_json(),
        "content_digest": content_digest(election),
        "reasons": {
            standing.project: reason_of(outcome, standing, election.meta.get("currency", "CNY"))
            for standing in outcome.standings
        },
        "alternatives": [_alternative(other) for other in compare(election, spec, outcome)],
        "reached": reached(election, outcome.winners),
        "official": official if known else None,
        "sensitivity": [_variation(one) for one in sensitivity(election, spec)] if spec.rule == "composite" else [],
    }


def _variation(one: Variation) -> dict[str, Any]:
    return {
        "key": one.key,
        "vote_weight": str(one.vote_weight),
        "winners": list(one.winners),
        "came": list(one.came),
        "went": list(one.went),
    }


def reason_of(outcome: Outcome, standing: Standing, currency: str) -> dict[str, str]:
    """Give the sentence of a project in both languages, amounts in the poll's currency."""
    units = (
        {"zh": f" {currency} ", "en": currency}
        if currency not in SHORT
        else dict.fromkeys(("zh", "en"), SHORT[currency])
    )
    return {language: sentence(standing, outcome, language, unit) for language, unit in units.items()}


def _alternative(other: Alternative) -> dict[str, Any]:
    return {
        "rule": other.spec.rule,
        "satisfaction": other.spec.satisfaction,
        "completion": other.spec.completion,
        "winners": list(other.winners),
        "also": list(other.also),
        "instead": list(other.instead),
        "total_cost": amount(other.total_cost),
        "reached": other.reached,
    }
