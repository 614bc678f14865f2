"""A proposal from the first word to the hand-in, the mending and the withdrawal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures.lifecycle import EDITABLE, PROPOSAL
from shanzhi.ventures.models import Call, Notice, Proposal
from shanzhi.ventures.operations.calls import ReasonMissing
from shanzhi.ventures.operations.carrying import follow_list
from shanzhi.ventures.operations.drafts import not_own, read_proposal, write_content
from shanzhi.ventures.operations.fields import BadValue, Problem, text
from shanzhi.ventures.operations.sections import hold, locked_sections, note_change, stale
from shanzhi.ventures.operations.twins import write_marks
from shanzhi.ventures.operations.versions import keep_day, keep_hand_in
from shanzhi.ventures.policies import (
    home_communities,
    require_home,
    require_proposer,
    require_runs,
    require_writer,
    visible_calls,
    visible_proposals,
)
from shanzhi.ventures.queries.content import Missing, content, kept_content, missing


class NotTakingProposals(Conflict):
    """The call is not in its phase of proposals."""

    code = "not_taking_proposals"
    message = _("This call takes no proposals now. Its page shows the days on which it does.")


class StaleProposal(Conflict):
    """The proposal was saved by someone else meanwhile."""

    code = "stale_proposal"
    message = _(
        "Someone of your team changed this after you opened it. Nothing of yours is saved yet: look at what stands "
        "there now, then save again."
    )


class NotEditable(Conflict):
    """Handed in: it can no longer be changed."""

    code = "not_editable"
    message = _("This proposal was handed in and can no longer be changed, unless reviewers return it for mending.")


class MendingOver(Conflict):
    """The deadline for mending has passed."""

    code = "mending_over"
    message = _("The deadline for mending this proposal has passed. Ask the staff of your community.")


class Incomplete(Invalid):
    """Something is missing; `missing` lists all of it."""

    code = "incomplete"
    message = _("Not complete yet: %(names)s. Fill this in and hand it in again.")

    def __init__(self, found: Sequence[Missing]) -> None:
        """Name every missing field, and put the refusal on the first."""
        self.missing = tuple(found)
        names = "、".join(dict.fromkeys(str(one.label) for one in found))
        super().__init__(field=found[0].field, names=names)


class OverLimit(Invalid):
    """More money asked than the call gives one project."""

    code = "over_limit"
    message = _("You ask for more than this call gives one project. Lower the budget, or pay a part from other money.")


class BudgetRuleBroken(Invalid):
    """The budget breaks rules of the call; `missing` lists all of them, each with its lines and cure."""

    code = "budget_rule_broken"
    message = _("The budget does not keep the rules of this call. %(why)s")

    def __init__(self, found: Sequence[Missing]) -> None:
        """Say every rule that is broken, and put the refusal on the first line."""
        self.missing = tuple(found)
        super().__init__(field=found[0].field, why=" ".join(str(one.words) for one in found))


@dataclass(frozen=True, slots=True)
class SavedProposal:
    """A proposal after saving: what was right is in it, `problems` name what was not."""

    proposal: Proposal
    problems: tuple[Problem, ...] = ()


def _open_call(actor: Actor, call_id: UUID, at: datetime) -> Call:
    call = Call.objects.filter(visible_calls(actor), pk=call_id).first()
    if call is None:
        raise NotFound
    phase = call.phases.filter(kind="submission").first()
    if call.state != "submission" or phase is None or at >= phase.ends_at:
        raise NotTakingProposals
    return call


def _codes(call: Call) -> tuple[str, ...]:
    return tuple(call.areas.values_list("code", flat=True))


def create_proposal(
    *, actor: Actor, call_id: UUID, given: Mapping[str, Any] | None = None, at: datetime, synthetic: bool = False
) -> SavedProposal:
    """Begin a draft in a call that takes proposals; the actor is its contact person, the own community is filled in.

    Raises NotTakingProposals, MayNotPropose, SignInNeeded. Wrong values are left out and named.
    """
    values, problems = read_proposal(given or {}, at)
    problems += not_own(actor, values)
    with transaction.atomic():
        call = _open_call(actor, call_id, at)
        kind = values.get("team_kind", "residents")
        require_proposer(actor, call, team_kind=kind, codes=_codes(call))
        proposal = Proposal(
            call=call, contact_id=actor.person(), created_at=at, changed_at=at, synthetic=synthetic or call.synthetic
        )
        homes = home_communities(actor, _codes(call))
        values.setdefault("community", homes[0][:12] if homes and len(homes[0]) >= 12 else "")
        proposal.save(force_insert=True)
        write_content(proposal, values)
        proposal.save()
        change = {"call": str(call.pk)}
        record(
            actor=actor,
            verb="ventures.proposal.create",
            subject=proposal,
            area=proposal.community,
            change=change,
            at=at,
        )
    return SavedProposal(proposal, tuple(problems))


def note(
    actor: Actor, verb: str, proposal: Proposal, change: Mapping[str, Any], at: datetime, *, reason: str = ""
) -> None:
    """Record an event of a proposal, filed under its community."""
    record(
        actor=actor,
        verb=f"ventures.proposal.{verb}",
        subject=proposal,
        area=proposal.community or proposal.call.area,
        change=change,
        at=at,
        reason=reason,
    )


def locked_proposal(*, actor: Actor, proposal_id: UUID, with_call: bool = True) -> Proposal:
    """Fetch a proposal that the actor sees, and lock its row to the end of the transaction. Raises NotFound.

    The call's row is locked before it, in the order of a phase's move, so that no proposal changes its state while the
    phase moves; saving a draft does without.
    """
    found = Proposal.objects.filter(visible_proposals(actor), pk=proposal_id).values_list("call_id", flat=True).first()
    if found is None:
        raise NotFound
    if with_call:
        Call.objects.select_for_update().get(pk=found)
    return Proposal.objects.select_for_update(of=("self",)).select_related("call").get(pk=proposal_id)


def require_editable(proposal: Proposal, at: datetime) -> None:
    """Refuse a change to what was handed in, to a draft whose call is over, to mending past its deadline."""
    if proposal.state not in EDITABLE:
        raise NotEditable
    if proposal.state == "returned":
        if proposal.return_deadline is not None and at > proposal.return_deadline:
            raise MendingOver
        if proposal.call.state not in ("submission", "review"):
            raise NotTakingProposals
    elif proposal.call.state != "submission":
        raise NotTakingProposals


def save_proposal(
    *, actor: Actor, proposal_id: UUID, version: int, given: Mapping[str, Any], at: datetime
) -> SavedProposal:
    """Save what was typed so far, any part of it; wrong values are left out and named, so a draft saves as one types.

    Saving the same again changes nothing and is answered alike, also under the version before. What others saved in
    other sections since that version does not matter; the sections changed here are then the actor's for some minutes.
    Raises StaleProposal, SectionHeld, NotEditable, MendingOver, NotYourProposal.
    """
    values, problems = read_proposal(given, at)
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id, with_call=False)
        require_writer(actor, proposal)
        require_taking_part(actor)
        require_editable(proposal, at)
        now = content(proposal)
        problems += not_own(actor, values, kept=now["organization"])
        changed = sorted(name for name, value in values.items() if now[name] != value)
        sections = locked_sections(proposal, changed)
        if changed:
            hold(actor, sections, at)
        if changed and stale(proposal, sections, changed, version):
            raise StaleProposal
        if changed:
            kept = keep_day(proposal, at)
            if "members" in changed:
                follow_list(proposal, now["members"], values["members"])
            write_content(proposal, {name: values[name] for name in changed})
            proposal.version += 1
            proposal.changed_at = at
            proposal.save()
            note_change(sections, proposal.version)
            change = {"fields": changed, "version": proposal.version} | ({"kept": kept} if kept else {})
            note(actor, "save", proposal, change, at)
    return SavedProposal(proposal, tuple(problems))


def submit_proposal(*, actor: Actor, proposal_id: UUID, version: int, at: datetime) -> Proposal:
    """Hand a proposal in, or hand it in again after mending. The first time it gets its number.

    Raises Incomplete (its `missing` lists everything), BudgetRuleBroken, OverLimit, StaleProposal,
    NotTakingProposals, MendingOver, MayNotPropose.
    """
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
        require_writer(actor, proposal)
        require_taking_part(actor)
        move = "resubmit" if proposal.state == "returned" else "submit"
        state = PROPOSAL.move(proposal.state, move)
        require_editable(proposal, at)
        call = proposal.call
        if version != proposal.version:
            raise StaleProposal
        if move == "submit":
            _open_call(actor, call.pk, at)
            require_proposer(actor, call, team_kind=proposal.team_kind, codes=_codes(call))
        require_home(actor, call, community=proposal.community, team_kind=proposal.team_kind)
        require_complete(proposal, _codes(call))
        if proposal.number is None:
            proposal.number = _next_number(call.pk)
        _hand_in(proposal, state, at)
        keep_hand_in(proposal, again=move == "resubmit", at=at, by=actor.person_id)
        write_marks(proposal, at)
        change = {"number": proposal.number, "amount_fen": proposal.amount_fen, "digest": content_digest(proposal)}
        record(
            actor=actor,
            verb=f"ventures.proposal.{move}",
            subject=proposal,
            area=proposal.community,
            change=change,
            at=at,
        )
    return proposal


def _hand_in(proposal: Proposal, state: str, at: datetime) -> None:
    proposal.state, proposal.submitted_at, proposal.changed_at = state, at, at
    proposal.review_round += 1
    proposal.return_deadline = None
    proposal.version += 1
    proposal.save()


def require_complete(proposal: Proposal, codes: tuple[str, ...]) -> None:
    """Refuse what lacks something or asks for too much. Raises Incomplete, OverLimit."""
    lacks = missing(proposal, codes=codes)
    if proposal.amount_fen > proposal.call.limit_fen and all(one.field == "budget" for one in lacks):
        raise OverLimit(field="budget")
    if lacks and all(one.rule for one in lacks):
        raise BudgetRuleBroken(lacks)
    if lacks:
        raise Incomplete(lacks)


def _next_number(call_id: UUID) -> int:
    """Count up in the call's row, whose lock lasts to the end of the transaction: no number is skipped or doubled."""
    call = Call.objects.select_for_update().get(pk=call_id)
    call.last_number += 1
    call.save(update_fields=["last_number"])
    return call.last_number


def content_digest(proposal: Proposal) -> str:
    """Digest what was handed in; names of members, being personal, go in by their number only."""
    return digest(kept_content(proposal))


def set_exclusive(*, actor: Actor, proposal_id: UUID, group: str, reason: str = "", at: datetime) -> Proposal:
    """Say that a proposal rules out the others of a group of the call (same place, same thing); '' takes it out.

    Only those who run the call, before the vote. It decides who can win: once the passed proposals stand in the public
    notice, a change needs a `reason` and is announced. Raises NotYourCall, BadValue, ReasonMissing, NotEditable.
    """
    words = text(2000)(reason)
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
        require_runs(actor, proposal.call)
        if proposal.state not in ("submitted", "returned", "passed"):
            raise NotEditable
        if group and group not in proposal.call.exclusive_groups:
            raise BadValue(_("Choose one of the groups that the call's terms name."), field="exclusive")
        if group == proposal.exclusive:
            return proposal
        if proposal.call.state == "notice":
            _announce_exclusive(proposal, group, words, at)
        proposal.exclusive = group
        proposal.changed_at = at
        proposal.version += 1
        proposal.save()
        note(actor, "set_exclusive", proposal, {"group": group}, at, reason=words)
    return proposal


def _announce_exclusive(proposal: Proposal, group: str, reason: str, at: datetime) -> None:
    if not reason:
        raise ReasonMissing(field="reason")
    content = {"number": proposal.number, "before": proposal.exclusive, "exclusive": group}
    Notice.objects.create(
        call=proposal.call,
        kind="change",
        title=proposal.title,
        body=reason,
        content=content,
        starts_at=at,
        published_at=at,
    )
