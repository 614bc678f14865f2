"""Two teams agreeing to make one proposal of theirs: from an invitation, or a suggestion of staff, to both consents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound
from shanzhi.people.actors import grants_of, survivor
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures import policies, telling_mergers
from shanzhi.ventures.lifecycle import LIVE_MERGERS, MERGEABLE, MERGER, MERGER_DAYS, MERGES_WHILE
from shanzhi.ventures.models import Call, Merger, Proposal
from shanzhi.ventures.models.mergers import SIDES
from shanzhi.ventures.operations.calls import ReasonMissing
from shanzhi.ventures.operations.fields import BadValue, text
from shanzhi.ventures.operations.merging import merge_now
from shanzhi.ventures.operations.proposals import require_complete
from shanzhi.ventures.queries import combining
from shanzhi.ventures.queries.mergers import latest_end, may_merge, visible_mergers
from shanzhi.ventures.queries.twins import desk_twin, twin_of

LONGEST_WORDS = 500
ELSEWHERE = _(
    "In this call residents propose only for the community they live in. Take the community of the proposal that stays."
)


class NotTheLeader(Forbidden):
    """A member of the team, not its contact person."""

    code = "not_the_leader"
    message = _("Only the contact person speaks for the team here. Ask your contact person to do this.")


class NotMergeable(Conflict):
    """One of the two can no longer change, or the call takes no changes now."""

    code = "not_mergeable"
    message = _("Proposals are merged while the round takes proposals or reviews them, and while both are in it.")


class MergingAlready(Conflict):
    """One of the two is in another merger."""

    code = "merging_already"
    message = _("One of the two is already agreeing on a merger. That one must be refused or lapse first.")


class MergerLapsed(Conflict):
    """The day until which it stood is over."""

    code = "merger_lapsed"
    message = _("The day until which this stood is over. Ask the other team anew.")


class PlanChanged(Conflict):
    """Plan or proposals changed since the leader read them."""

    code = "plan_changed"
    message = _("The plan or one of the proposals changed after you opened this page. Read it again, then consent.")


def invite(*, actor: Actor, proposal_id: UUID, other_id: UUID, message: str = "", at: datetime) -> Merger:
    """Ask the team of a like project to make one of the two; the other team may read the actor's proposal from now on.

    The actor leads the team. Raises NotFound, NotYourProposal, NotTheLeader, NotMergeable, MergingAlready.
    """
    said = text(LONGEST_WORDS)(message)
    with transaction.atomic():
        first, second = _locked_pair(proposal_id, other_id)
        policies.require_writer(actor, first)
        if not policies.leads(actor, first):
            raise NotTheLeader
        require_taking_part(actor)
        twin_of(viewer=actor, found=first, other_id=other_id)
        found = _begin(actor, first, second, at, message=said, first_shows=True)
        _note(actor, "invite", found, at)
        telling_mergers.tell_invited(actor=actor, merger=found, at=at)
    return found


def suggest(*, actor: Actor, twin_id: UUID, message: str, at: datetime) -> Merger:
    """Suggest to both teams of a pair that they make one proposal of theirs; neither is shown the other's by that.

    Staff who review both, and are of neither team. Raises NotFound, Forbidden, OwnProposal, ReasonMissing,
    NotMergeable, MergingAlready.
    """
    said = text(LONGEST_WORDS)(message)
    twin = desk_twin(viewer=actor, twin_id=twin_id)
    with transaction.atomic():
        first, second = _locked_pair(twin.one_id, twin.other_id)
        for one in (first, second):
            policies.require_reviewer(actor, one)
        if not said:
            raise ReasonMissing(field="message")
        found = _begin(actor, first, second, at, message=said, suggested=True)
        _note(actor, "suggest", found, at)
        telling_mergers.tell_suggested(actor=actor, merger=found, at=at)
    return found


def _locked_pair(first_id: UUID, second_id: UUID) -> tuple[Proposal, Proposal]:
    """Lock the call and both proposals, in the order of a phase's move. Raises NotFound where they are not of one."""
    calls = set(Proposal.objects.filter(pk__in=(first_id, second_id)).values_list("call", flat=True))
    if len(calls) != 1 or first_id == second_id:
        raise NotFound
    Call.objects.select_for_update().get(pk=calls.pop())
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("call", "contact").order_by("pk")
    both = {one.pk: one for one in rows.filter(pk__in=(first_id, second_id))}
    if len(both) != 2:
        raise NotFound
    return both[first_id], both[second_id]


def _begin(actor: Actor, first: Proposal, second: Proposal, at: datetime, **more: Any) -> Merger:
    if not (may_merge(first) and may_merge(second)):
        raise NotMergeable
    both = (first.pk, second.pk)
    if Merger.objects.filter(Q(first__in=both) | Q(second__in=both), state__in=LIVE_MERGERS).exists():
        raise MergingAlready
    ends = at + timedelta(days=MERGER_DAYS)
    last = latest_end(first, at)
    return Merger.objects.create(
        call=first.call, first=first, second=second, begun_by_id=actor.person(),
        lapses_at=min(ends, last) if last else ends, created_at=at, **more,
    )  # fmt: skip


def _locked(actor: Actor, merger_id: UUID, at: datetime) -> tuple[Merger, list[str]]:
    """Lock a live merger with both proposals, for one who leads a team; gives the sides for which the actor speaks."""
    known = Merger.objects.filter(visible_mergers(actor), pk=merger_id).values_list("first", "second").first()
    if known is None:
        raise NotFound
    first, second = _locked_pair(*known)
    found = Merger.objects.select_for_update(of=("self",)).select_related("call").get(pk=merger_id)
    found.first, found.second = first, second
    own = [side for side, one in zip(SIDES, (first, second), strict=True) if policies.leads(actor, one)]
    if not own:
        raise NotTheLeader
    require_taking_part(actor)
    if found.live and at >= found.lapses_at:
        raise MergerLapsed
    return found, own


def _require_time(found: Merger) -> None:
    if not (may_merge(found.first) and may_merge(found.second)):
        raise NotMergeable


def show(*, actor: Actor, merger_id: UUID, at: datetime) -> Merger:
    """Let the other team read one's proposal; once both do, what the two will be is agreed on.

    Raises NotFound, NotTheLeader, MoveRefused, NotMergeable, MergerLapsed.
    """
    with transaction.atomic():
        found, own = _locked(actor, merger_id, at)
        state = MERGER.move(found.state, "open")
        _require_time(found)
        for side in own:
            setattr(found, f"{side}_shows", True)
        if found.first_shows and found.second_shows:
            found.state, found.plan = state, combining.usual_plan(found.first, found.second)
        _save(found)
        _note(actor, "show", found, at)
        if found.state == "open":
            telling_mergers.tell_open(actor=actor, merger=found, at=at)
    return found


def _save(found: Merger) -> None:
    found.version += 1
    found.save()


def change_plan(*, actor: Actor, merger_id: UUID, version: int, given: Mapping[str, Any], at: datetime) -> Merger:
    """Say anew what the two will be; consents given to the plan before fall.

    Raises NotFound, NotTheLeader, MoveRefused, NotMergeable, MergerLapsed, PlanChanged, BadValue.
    """
    with transaction.atomic():
        found, _own = _locked(actor, merger_id, at)
        MERGER.move(found.state, "merge")
        _require_time(found)
        if version != found.version:
            raise PlanChanged
        plan = _read_plan(given, found.first, found.second)
        if plan != found.plan:
            found.plan, found.first_consent, found.second_consent = plan, "", ""
            _save(found)
            _note(actor, "plan", found, at)
    return found


def _read_plan(given: Mapping[str, Any], first: Proposal, second: Proposal) -> dict[str, Any]:
    usual = combining.usual_plan(first, second)
    words = _("Choose one of the values offered.")
    if given.get("stays") not in combining.may_stay(first, second):
        raise BadValue(words, field="stays")
    texts = {}
    for name in combining.GROUPS:
        offered = (*SIDES, "both") if name in combining.JOINABLE else SIDES
        texts[name] = given["texts"].get(name)
        if texts[name] not in offered:
            raise BadValue(words, field=name)
    rows = {
        table: {side: [place for place in usual[table][side] if place in given[table][side]] for side in SIDES}
        for table in combining.TABLES
    }
    return {"stays": given["stays"], "texts": texts, **rows}


def consent(*, actor: Actor, merger_id: UUID, digest: str, at: datetime) -> Merger:
    """Consent, for one's team, to exactly what was read; with the second consent the two are merged.

    `digest` is that of `queries.mergers.Together`. Raises NotFound, NotTheLeader, MoveRefused, NotMergeable,
    MergerLapsed, PlanChanged, Incomplete, OverLimit, MayNotPropose.
    """
    with transaction.atomic():
        found, own = _locked(actor, merger_id, at)
        MERGER.move(found.state, "merge")
        _require_time(found)
        now = combining.digest_of(found, found.first, found.second)
        if digest != now:
            raise PlanChanged
        _require_whole(found, at)
        for side in own:
            setattr(found, f"{side}_consent", now)
        _save(found)
        _note(actor, "consent", found, at)
        if found.first_consent == found.second_consent == now:
            merge_now(actor=actor, found=found, at=at)
        else:
            telling_mergers.tell_consented(actor=actor, merger=found, at=at)
    return found


def _require_whole(found: Merger, at: datetime) -> None:
    """Ask of the one proposal what is asked where one is handed in. Raises Incomplete, OverLimit, MayNotPropose."""
    stays = found.first if found.plan["stays"] == "first" else found.second
    if stays.number is None:
        return
    one = combining.shown(found.plan, found.first, found.second)
    require_complete(one, tuple(found.call.areas.values_list("code", flat=True)))
    policies.require_kind(found.call, one.team_kind)
    leader = Actor.anonymous()
    if stays.contact is not None:
        person = survivor(stays.contact)
        leader = Actor(person_id=person.pk, grants=grants_of(person=person, at=at))
    try:
        policies.require_home(leader, found.call, community=one.community, team_kind=one.team_kind)
    except policies.MayNotPropose as refusal:
        raise policies.MayNotPropose(ELSEWHERE, field="community") from refusal


def take_back_consent(*, actor: Actor, merger_id: UUID, at: datetime) -> Merger:
    """Take one's consent back before the merging. Raises NotFound, NotTheLeader, MoveRefused."""
    with transaction.atomic():
        found, own = _locked(actor, merger_id, at)
        MERGER.move(found.state, "merge")
        for side in own:
            setattr(found, f"{side}_consent", "")
        _save(found)
        _note(actor, "take_back", found, at)
    return found


def refuse(*, actor: Actor, merger_id: UUID, reason: str = "", at: datetime) -> Merger:
    """Refuse, or take one's own invitation back, with a word if one likes; the other team is told.

    Raises NotFound, NotTheLeader, MoveRefused.
    """
    said = text(LONGEST_WORDS)(reason)
    with transaction.atomic():
        found, _own = _locked(actor, merger_id, at)
        _end(actor, found, "refuse", at, reason=said)
        telling_mergers.tell_refused(actor=actor, merger=found, at=at)
    return found


def _end(actor: Actor, found: Merger, move: str, at: datetime, *, reason: str = "") -> None:
    found.state = MERGER.move(found.state, move)
    found.reason, found.ended_by_id, found.ended_at = reason, actor.person_id, at
    found.first_consent = found.second_consent = ""
    _save(found)
    _note(actor, move, found, at, reason=reason)


def lapse_mergers(*, actor: Actor, at: datetime) -> int:
    """Let lapse what was not agreed on in time, or can no longer be merged; gives how many. For the clock."""
    over = Q(lapses_at__lte=at) | ~Q(call__state__in=MERGES_WHILE)
    gone = ~Q(first__state__in=MERGEABLE) | ~Q(second__state__in=MERGEABLE)
    due = list(Merger.objects.filter(over | gone, state__in=LIVE_MERGERS).values_list("pk", "first", "second"))
    for key, first, second in due:
        with transaction.atomic():
            both = _locked_pair(first, second)
            found = Merger.objects.select_for_update(of=("self",)).select_related("call").get(pk=key)
            if found.live:
                found.first, found.second = both
                _end(actor, found, "lapse", at)
                telling_mergers.tell_lapsed(actor=actor, merger=found, at=at)
    return len(due)


def _note(actor: Actor, verb: str, found: Merger, at: datetime, *, reason: str = "") -> None:
    """Record an event in the history of each of the two."""
    for one in (found.first, found.second):
        record(
            actor=actor, verb=f"ventures.merger.{verb}", subject=one, area=one.community or found.call.area,
            change={"state_of_merger": found.state, "merger": str(found.pk)}, at=at, reason=reason,
        )  # fmt: skip
