"""Who moves up when a winner has left: the frozen rule counted again without it, and the purse that is left.

Nobody loses what was awarded because somebody else left: winners that still stand keep their place, also where the
count without the one that left would not choose them. Those that it chooses besides take what is left of the purse, in
the order of selection; one that does not fit is passed over, as is one that a standing winner of its group rules out.
The place of a disqualified winner is kept, money and group, while an appeal is open or can still be filed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.ventures.lifecycle import LEFT
from shanzhi.ventures.models import Award, Call, JuryClosing, Proposal
from shanzhi.ventures.policies import require_runs
from shanzhi.ventures.queries.appeals import held_places
from shanzhi.ventures.queries.calls import call as read_call
from shanzhi.ventures.queries.naming import option_code
from shanzhi.voting import operations as voting


class NoPlaces(Conflict):
    """The call is not between its decision and its end."""

    code = "no_places"
    message = _("Places are filled between the decision and the end of a round. This round is not there.")


class PlaceHeld(Conflict):
    """What has left may come back by an appeal, and nothing else is free."""

    code = "place_held"
    message = _(
        "The place of a disqualified project is kept while its team has appealed or may still appeal. Fill it "
        "after the ruling, or once the days for the appeal are over."
    )


class PlaceHeldUntil(PlaceHeld):
    """No appeal is open; the last days in which one can come run."""

    message = _(
        "The place of a disqualified project is kept while its team may still appeal. Fill it from %(day)s on, if no "
        "appeal is filed."
    )


NO_MONEY, RULED_OUT = "money", "group"


@dataclass(frozen=True, slots=True)
class Placing:
    """What a recount gives: who left, who moves up, who is passed over and why, the purse before and after (fen).

    `held`: whose place an appeal may still give back, with the end of the days for it; None where an appeal is open.
    """

    left: tuple[Proposal, ...]
    moved_up: tuple[Proposal, ...]
    passed_over: tuple[tuple[Proposal, str], ...]
    held: tuple[tuple[Proposal, datetime | None], ...]
    free_fen: int
    left_fen: int


def placing_of(call: Call, winners: Sequence[str], at: datetime) -> Placing:
    """Work out who moves up by the winners of a recount, given by their codes in the order of selection.

    Raises PlaceHeld where nobody can move up while a place is kept.
    """
    known = {option_code(one): one for one in Proposal.objects.filter(call=call, number__isnull=False)}
    standing = list(Award.objects.filter(call=call, proposal__state="won").select_related("proposal"))
    held = held_places(call, at)
    bound = [*standing, *(award for award, _until in held)]
    free = call.purse_fen - sum(award.amount_fen for award in bound)
    groups = {award.proposal.exclusive for award in bound} - {""}
    left, moved, passed = free, [], []
    for code in winners:
        one = known[code]
        if one.state != "lost":
            continue
        if one.exclusive in groups:
            passed.append((one, RULED_OUT))
        elif one.amount_fen > left:
            passed.append((one, NO_MONEY))
        else:
            moved.append(one)
            left -= one.amount_fen
            groups |= {one.exclusive} - {""}
    if held and not moved:
        raise _held([until for _award, until in held])
    gone = [one for one in known.values() if one.state in LEFT and one.left_shown]
    kept = tuple((award.proposal, until) for award, until in held)
    return Placing(tuple(gone), tuple(moved), tuple(passed), kept, free, left)


def _held(ends: Sequence[datetime | None]) -> PlaceHeld:
    days = [until for until in ends if until is not None]
    if len(days) < len(ends):
        return PlaceHeld()
    return PlaceHeldUntil(day=f"{timezone.localtime(min(days)):%Y-%m-%d}")


def jury_scores(call: Call) -> dict[str, int] | None:
    """Give the jury's scores as a count takes them: hundredths by code, 0 for a project nobody could judge.

    None where the call has no closed jury.
    """
    closing = JuryClosing.objects.filter(call=call).first()
    if closing is None:
        return None
    scores = {one["project"]: int(one["score"]) for one in closing.results}
    on_ballot = Proposal.objects.filter(call=call, state__in=("on_ballot", "won", "lost"))
    return {**scores, **{code: scores.get(code, 0) for code in map(option_code, on_ballot)}}


def places_to_fill(*, viewer: Actor, call_id: UUID, at: datetime) -> Placing:
    """Tell those who run a decided call who would move up, by a count that nothing keeps.

    Raises NotFound, NotYourCall, NoPlaces (not decided, or closed), PlaceHeld, NothingLeft, CannotCount.
    """
    found = read_call(viewer=viewer, call_id=call_id)
    require_runs(viewer, found)
    if found.state != "award" or found.poll is None:
        raise NoPlaces
    return placing_of(found, voting.winners_without(poll=found.poll, jury=jury_scores(found)), at)
