"""Appeals that can still come or are open: what the close of a round, and the place of a disqualified winner, wait for.

By the clock alone: nothing is kept, so that whoever asks at the same moment gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max

from shanzhi.audit.models import Event
from shanzhi.ventures.lifecycle import APPEALABLE, OPEN_DISPUTES
from shanzhi.ventures.models import Award, Call, Dispute, Proposal, Review
from shanzhi.ventures.queries.disputes import Decision


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that an appeal may still change: against which proposal; until when to appeal, None once it is."""

    proposal: Proposal
    until: datetime | None


def pending_appeals(call: Call, at: datetime) -> list[Pending]:
    """Give the decisions of a call against which an appeal is open, or its days run and none was filed."""
    decided = list(Proposal.objects.filter(call=call, state__in=APPEALABLE).order_by("number"))
    taken = _taken(decided) if decided else {}
    appeals = Dispute.objects.filter(proposal__call=call, kind="appeal")
    filed: dict[UUID, set[Any]] = {}
    waiting: set[UUID] = set()
    for key, state, moment in appeals.values_list("proposal", "state", "decided_at"):
        filed.setdefault(key, set()).add(moment)
        waiting |= {key} if state in OPEN_DISPUTES else set()
    found = []
    for one in decided:
        moment = taken.get(one.pk)
        if one.pk in waiting:
            found.append(Pending(one, None))
        elif moment is not None and moment not in filed.get(one.pk, ()):
            until = Decision(moment, frozenset()).appeal_until
            found += [Pending(one, until)] if at < until else []
    return found


def _taken(decided: Iterable[Proposal]) -> dict[UUID, datetime]:
    """Tell when each was rejected or disqualified, as `decision_on` does for one."""
    keys = {str(one.pk): one.pk for one in decided if one.state == "disqualified"}
    told = Event.objects.filter(
        subject_type=Proposal._meta.label_lower, subject_id__in=list(keys), verb="ventures.proposal.disqualify"
    )
    rejected = Review.objects.filter(
        proposal__in=[one.pk for one in decided if one.state == "rejected"],
        round=F("proposal__review_round"),
        decision="reject",
        decided_at__isnull=False,
    )
    found = dict(rejected.values_list("proposal").annotate(last=Max("decided_at")).order_by())
    last = told.order_by("id").values_list("subject_id", "at")
    return {**found, **{keys[key]: moment for key, moment in last}}


def held_places(call: Call, at: datetime) -> list[tuple[Award, datetime | None]]:
    """Give the awards of disqualified winners that an appeal may still give back, each with the end of its days."""
    pending = {one.proposal.pk: one.until for one in pending_appeals(call, at) if one.proposal.state == "disqualified"}
    awards = Award.objects.filter(call=call, proposal__in=list(pending)).select_related("proposal").order_by("position")
    return [(award, pending[award.proposal_id]) for award in awards]


def place_kept(proposal: Proposal, at: datetime) -> bool:
    """Tell whether the award that a disqualified winner had can be given back: nobody else has its money or group."""
    award = Award.objects.filter(call=proposal.call_id, proposal=proposal).first()
    if award is None:
        return False
    standing = Award.objects.filter(call=proposal.call_id, proposal__state="won").select_related("proposal")
    others = [*standing, *(held for held, _until in held_places(proposal.call, at) if held.pk != award.pk)]
    groups = {one.proposal.exclusive for one in others} - {""}
    taken = sum(one.amount_fen for one in others)
    return proposal.exclusive not in groups and taken + award.amount_fen <= proposal.call.purse_fen
