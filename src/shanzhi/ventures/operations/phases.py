"""Moving a call from phase to phase, by a person or by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Refusal
from shanzhi.ventures import telling
from shanzhi.ventures.lifecycle import CALL, ENDED, MOVE_INTO, PROPOSAL
from shanzhi.ventures.models import Call, Notice, Proposal, Review
from shanzhi.ventures.operations.ballot import count_and_award, end_vote, open_vote, prepare_vote
from shanzhi.ventures.operations.calls import locked_call
from shanzhi.ventures.operations.terms import terms_of, write_terms
from shanzhi.ventures.operations.training import pass_gate
from shanzhi.ventures.operations.voices import freeze_endorsements
from shanzhi.ventures.policies import require_runs, voting_actor
from shanzhi.ventures.queries.preview import MovePreview, due_at, next_state, preview_of
from shanzhi.ventures.queries.succession import jury_scores
from shanzhi.voting import operations as voting
from shanzhi.voting.lifecycle import DRAFT

log = structlog.get_logger(__name__)


class Blocked(Conflict):
    """Something stands in the way of the move; `checks` lists all of it."""

    code = "blocked"
    message = _("This step cannot be taken yet. %(why)s")

    def __init__(self, preview: MovePreview) -> None:
        """Say the words and the cure of everything that blocks."""
        self.checks = preview.blocks
        super().__init__(why=" ".join(check.told for check in preview.blocks))


class MovedMeanwhile(Conflict):
    """The call is no longer in the phase that the actor saw."""

    code = "moved_meanwhile"
    message = _("This call has moved on since you opened the page. Reload it to see where it stands.")


def advance(
    *,
    actor: Actor,
    call_id: UUID,
    expected: str,
    version: int | None = None,
    jury: dict[str, int] | None = None,
    at: datetime,
) -> Call:
    """Move a call into its next phase, as `queries.preview_of_move` foretells.

    `expected` is the state that the actor saw: of two who move at once, one moves and the other is told. `jury` gives
    the scores that a composite rule needs (hundredths of 0 to 100 by option code) where the call has no jury of its
    own, whose closing counts otherwise. Raises Blocked, MovedMeanwhile,
    NotYourCall.
    """
    if expected in ("voting", "pitch"):
        _close_ballots(actor, call_id, expected, at)
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        if call.state != expected or (version is not None and version != call.version):
            raise MovedMeanwhile
        preview = preview_of(call, at)
        if preview.blocks:
            raise Blocked(preview)
        DO.get(preview.target, _nothing)(actor, call, at)
        if preview.target == "award":
            count_and_award(voting_actor(actor, call), call, jury_scores(call) if call.jury else jury, at)
        _arrive(call, preview.target, at)
        change = {"from": preview.source, "to": preview.target}
        record(actor=actor, verb=f"ventures.call.{preview.move}", subject=call, area=call.area, change=change, at=at)
        if preview.target in TELL:
            TELL[preview.target](actor=actor, call=call, at=at)
    return call


def _close_ballots(actor: Actor, call_id: UUID, expected: str, at: datetime) -> None:
    """Close the poll in a transaction of its own: its key is destroyed once the ballots are safe on the disk.

    Should the rest fail, the call stays in its phase with a closed poll, and the next try goes on from there.
    """
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        if call.state != expected:
            raise MovedMeanwhile
        preview = preview_of(call, at)
        if preview.blocks:
            raise Blocked(preview)
    end_vote(voting_actor(actor, call), call, at)


def _arrive(call: Call, target: str, at: datetime) -> None:
    call.phases.filter(kind=call.state).update(closed_at=at)
    call.phases.filter(kind=target).update(opened_at=at)
    call.state = CALL.move(call.state, MOVE_INTO[target])
    call.version += 1
    if call.published_at is None:
        call.published_at = at
    call.save()


def _nothing(_actor: Actor, _call: Call, _at: datetime) -> None:
    return None


def _announce(_actor: Actor, call: Call, at: datetime) -> None:
    Notice.objects.create(call=call, kind="call", title=call.title, body=call.about, starts_at=at, published_at=at)


def _freeze(_actor: Actor, call: Call, at: datetime) -> None:
    write_terms(call, terms_of(call), reason="", at=at)
    call.terms_version += 1


def _lapse(call: Call, states: tuple[str, ...], at: datetime) -> None:
    for state in states:
        PROPOSAL.move(state, "lapse")
    Proposal.objects.filter(call=call, state__in=states).update(state="lapsed", changed_at=at, version=F("version") + 1)


def _end_submission(_actor: Actor, call: Call, at: datetime) -> None:
    _lapse(call, ("draft",), at)


def _give_notice(actor: Actor, call: Call, at: datetime) -> None:
    _lapse(call, ("draft", "returned"), at)
    Review.objects.filter(proposal__call=call, state="due").update(state="void")
    pass_gate(actor=actor, call=call, target="notice", at=at)
    passed = Proposal.objects.filter(call=call, state="passed").order_by("number")
    phase = call.phases.get(kind="notice")
    content: dict[str, Any] = {
        "proposals": [
            {
                "number": one.number,
                "title": one.title,
                "team": one.team_name,
                "community": one.community,
                "amount_fen": one.amount_fen,
                "exclusive": one.exclusive,
            }
            for one in passed
        ]
    }
    Notice.objects.create(
        call=call,
        kind="passed",
        title=call.title,
        content=content,
        starts_at=at,
        ends_at=phase.ends_at,
        published_at=at,
    )
    prepare_vote(voting_actor(actor, call), call, at)


def _open_voting(actor: Actor, call: Call, at: datetime) -> None:
    pass_gate(actor=actor, call=call, target="voting", at=at)
    open_vote(voting_actor(actor, call), call, at)
    freeze_endorsements(call, at)


DO: Final[dict[str, Callable[[Actor, Call, datetime], None]]] = {
    "publicity": _announce,
    "submission": _freeze,
    "review": _end_submission,
    "notice": _give_notice,
    "voting": _open_voting,
}
# Who is told of a move once it is made.
TELL: Final = {"submission": telling.tell_open, "award": telling.tell_decided}


def draw_roll(*, actor: Actor, call_id: UUID, at: datetime) -> int:
    """Fix who may vote in a call under notice; gives how many. Raises NotYourCall, RollTooEarly, NobodyOnRoll."""
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        if call.poll_id is None:
            raise Conflict(_("The roll is drawn while the proposals are under public notice, or later."))
        return voting.draw_roll(actor=voting_actor(actor, call), poll_id=call.poll_id, at=at)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """What the clock did with one call: moved it to a state, or why not."""

    call_id: UUID
    state: str
    refusal: Refusal | None = None


def run_clock(*, at: datetime) -> list[ClockLine]:
    """Close votes whose time is over; move every call whose next phase is due and that lets the clock move it.

    Rolls whose day has come are drawn. Ballots are opened at the close of the vote itself, also where the phase behind
    it comes later or is moved by hand, so that no key outlives its vote.

    What is blocked stays and is reported; the next run tries again. Safe to run from several places at once.
    """
    lines = []
    clock = Actor.system("clock")
    _close_due(clock, at)
    waiting = Call.objects.filter(moves_by_clock=True, imported=False).exclude(state__in=("draft", *ENDED))
    for call in waiting.prefetch_related("phases").select_related("poll").order_by("created_at", "id"):
        if call.state == "notice" and call.poll is not None and call.poll.state == DRAFT:
            _try_roll(clock, call, at)
        due = due_at(call, next_state(call))
        if due is None or at < due:
            continue
        try:
            moved = advance(actor=clock, call_id=call.pk, expected=call.state, at=at)
        except Refusal as refusal:
            lines.append(ClockLine(call.pk, call.state, refusal))
        else:
            lines.append(ClockLine(call.pk, moved.state))
    return lines


def _close_due(clock: Actor, at: datetime) -> None:
    for poll_id in voting.due_polls(at=at):
        try:
            voting.close_poll(actor=clock, poll_id=poll_id, at=at)
        except Refusal as refusal:  # one vote that cannot be closed keeps no other one open
            log.error("close_failed", poll=str(poll_id), code=refusal.code)


def _try_roll(clock: Actor, call: Call, at: datetime) -> None:
    try:
        draw_roll(actor=clock, call_id=call.pk, at=at)
    except Refusal:
        return  # its day has not come, or nobody is verified; the preview of the vote says so
