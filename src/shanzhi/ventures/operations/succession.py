"""Next in line: when a winner has left, the frozen rule is counted again without it and the freed places are filled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.ventures import telling
from shanzhi.ventures.lifecycle import PROPOSAL
from shanzhi.ventures.models import Award, Call, Notice, Proposal
from shanzhi.ventures.operations.calls import StaleCall, locked_call
from shanzhi.ventures.policies import require_runs, voting_actor
from shanzhi.ventures.queries.naming import option_code
from shanzhi.ventures.queries.succession import NoPlaces, Placing, jury_scores, placing_of
from shanzhi.voting import operations as voting
from shanzhi.voting.models import Count


def fill_places(*, actor: Actor, call_id: UUID, version: int, at: datetime) -> Placing:
    """Count again without what has left, let others move up as `queries.places_to_fill` foretold, and publish it.

    Raises NotFound, NotYourCall, NoPlaces, PlaceHeld, StaleCall, NothingLeft, CannotCount.
    """
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        if call.state != "award" or call.poll_id is None:
            raise NoPlaces
        if call.version != version:
            raise StaleCall
        assert call.poll is not None  # as its key says
        jury = jury_scores(call)
        # What is published of a small vote tells no order of selection, by which the places are filled.
        chosen = voting.winners_without(poll=call.poll, jury=jury)
        count = voting.recount_poll(actor=voting_actor(actor, call), poll_id=call.poll_id, jury=jury, at=at)
        placed = placing_of(call, chosen, at)
        _move_up(call, placed.moved_up, count, at)
        call.result_digest = count.digest
        call.version += 1
        call.save()
        told = _told(placed, count)
        Notice.objects.create(
            call=call, kind="succession", title=call.title, content=told, starts_at=at, published_at=at
        )
        record(actor=actor, verb="ventures.call.fill_places", subject=call, area=call.area, change=told, at=at)
        for one in placed.moved_up:
            telling.tell_moved_up(actor=actor, proposal=one, at=at)
    return placed


def _move_up(call: Call, proposals: tuple[Proposal, ...], count: Count, at: datetime) -> None:
    """Award what moves up, behind the places given before; one that had an award once has its old one again."""
    for one in proposals:
        one.state = PROPOSAL.move(one.state, "move_up")
        one.version += 1
        one.changed_at = at
    Proposal.objects.bulk_update(proposals, ["state", "version", "changed_at"], batch_size=500)
    awarded = set(Award.objects.filter(call=call).values_list("proposal_id", flat=True))
    last = Award.objects.filter(call=call).aggregate(last=Max("position"))["last"] or 0
    reasons = count.result["reasons"]
    fresh = [one for one in proposals if one.pk not in awarded]
    Award.objects.bulk_create(
        [
            Award(
                call=call,
                proposal=one,
                position=place,
                amount_fen=one.amount_fen,
                reason=reasons.get(option_code(one), {}),
                created_at=at,
            )
            for place, one in enumerate(fresh, last + 1)
        ],
        batch_size=500,
    )


def _told(placed: Placing, count: Count) -> dict[str, object]:
    return {
        "digest": count.digest,
        "count": count.number,
        "left": [option_code(one) for one in placed.left],
        "moved_up": [option_code(one) for one in placed.moved_up],
        "passed_over": {option_code(one): why for one, why in placed.passed_over},
        "left_fen": placed.left_fen,
        "titles": {option_code(one): one.title for one in (*placed.left, *placed.moved_up)},
    }
