"""The merging itself, and undoing it: what each proposal becomes, and what is kept for that."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.people.actors import homes_of
from shanzhi.ventures import telling_mergers
from shanzhi.ventures.lifecycle import MERGEABLE, MERGER, MERGES_WHILE, PROPOSAL
from shanzhi.ventures.models import Call, Merger, Proposal
from shanzhi.ventures.operations.calls import ReasonMissing
from shanzhi.ventures.operations.carrying import carry_seats, drop_carried, follow_list, team_before
from shanzhi.ventures.operations.drafts import MOST_MEMBERS, read_proposal, write_content
from shanzhi.ventures.operations.fields import BadValue, text
from shanzhi.ventures.operations.proposals import note
from shanzhi.ventures.operations.sections import note_rewritten
from shanzhi.ventures.operations.twins import drop_twins, write_marks
from shanzhi.ventures.operations.versions import keep_before_merging, keep_merged
from shanzhi.ventures.policies import OwnProposal, is_party, require_runs
from shanzhi.ventures.queries.combining import combined, shared_members, template_of
from shanzhi.ventures.queries.content import content
from shanzhi.ventures.queries.mergers import later_mergings, visible_mergers

LONGEST_REASON = 500


class TooManyMembers(Conflict):
    """More than a team can have."""

    code = "too_many_members"
    message = _("Together the teams have more members than a proposal can name. Let one of them shorten its list.")


class LaterMerging(Conflict):
    """Another proposal was merged into the same one since."""

    code = "later_merging"
    message = _("Another proposal was merged into this one later. Undo that merging first: the last one goes first.")


class TooLateToUndo(Conflict):
    """The review has ended, or the one proposal has gone on."""

    code = "too_late_to_undo"
    message = _("A merging is undone before the review ends, and while the one proposal is still in it.")


def merge_now(*, actor: Actor, found: Merger, at: datetime) -> None:
    """Make one proposal of two, as both leaders consented; call it with the call, both and the merger locked.

    The one that stays says what the plan says; where it was handed in, its review begins anew. The other is `merged`,
    and keeps all that it has. Raises TooManyMembers, BadValue.
    """
    stays, goes = (found.first, found.second) if found.plan["stays"] == "first" else (found.second, found.first)
    values = combined(found.plan, found.first, found.second)
    if len(values["members"]) > MOST_MEMBERS:
        raise TooManyMembers
    _values, problems = read_proposal({name: value for name, value in values.items() if name != "members"}, at)
    for problem in problems:  # two texts, one after the other, can be too long together
        raise BadValue(problem.words, field=problem.field.split(".")[0])
    found.kept = {
        "version": keep_before_merging(stays, at),
        "template": stays.template,
        "team": team_before(stays),
        **shared_members(stays, goes),
    }
    found.state, found.stays, found.goes, found.merged_at = MERGER.move(found.state, "merge"), stays, goes, at
    found.version += 1
    found.save()
    carry_seats(stays=stays, goes=goes, at=at)
    stays.template = template_of(found.plan, found.first, found.second)
    write_content(stays, values)
    _begin_review(stays, "take_in", at)
    note_rewritten(stays)
    keep_merged(stays, at=at, by=actor.person_id)
    _leave(goes, at)
    if stays.number is not None:
        write_marks(stays, at)
    merger = {"merger": str(found.pk)}
    note(actor, "take_in", stays, {"taken_in": goes.number or str(goes.pk), **merger}, at)
    note(actor, "merge", goes, {"went_into": stays.number or str(stays.pk), **merger}, at)
    telling_mergers.tell_merged(actor=actor, merger=found, at=at)


def _begin_review(one: Proposal, move: str, at: datetime) -> None:
    """Let the review of what was handed in begin anew; a draft stays one."""
    if one.number is not None:
        one.state = PROPOSAL.move(one.state, move)
        one.review_round += 1
        one.submitted_at, one.return_deadline, one.decision_reason = at, None, ""
        one.reviews.filter(state="due").update(state="void")
    one.changed_at = at
    one.version += 1
    one.save()


def _leave(goes: Proposal, at: datetime) -> None:
    goes.state, goes.changed_at = PROPOSAL.move(goes.state, "merge"), at
    goes.version += 1
    goes.save()
    goes.reviews.filter(state="due").update(state="void")
    drop_twins(goes)


def undo_merger(*, actor: Actor, merger_id: UUID, reason: str, at: datetime) -> Merger:
    """Make two proposals of one again, each as it was before the merging, to be reviewed anew.

    Those who run the call, and are of neither team, with a reason that both teams read. Raises NotFound, NotYourCall,
    OwnProposal, ReasonMissing, MoveRefused, TooLateToUndo, LaterMerging.
    """
    said = text(LONGEST_REASON)(reason)
    with transaction.atomic():
        found = _locked_for_undo(actor, merger_id)
        stays, goes = found.stays, found.goes
        require_runs(actor, found.call)
        if is_party(actor, found.first) or is_party(actor, found.second):
            raise OwnProposal
        if not said:
            raise ReasonMissing(field="reason")
        state = MERGER.move(found.state, "undo")
        assert stays is not None  # a merger that is merged has both
        assert goes is not None
        if found.call.state not in MERGES_WHILE or stays.state not in MERGEABLE:
            raise TooLateToUndo
        if later_mergings(found).exists():
            raise LaterMerging
        found.state, found.reason, found.ended_by_id, found.ended_at = state, said, actor.person_id, at
        found.version += 1
        found.save()
        drop_carried(stays=stays, goes=goes, found=found, by=actor.person_id, at=at)
        _restore(stays, goes, found, at)
        keep_merged(stays, undone=True, at=at, by=actor.person_id)
        _come_back(goes, at)
        for one in (stays, goes):
            if one.number is not None:
                write_marks(one, at)
            verb = "take_out" if one is stays else "split_off"
            note(actor, verb, one, {"state": one.state, "merger": str(found.pk)}, at, reason=said)
        telling_mergers.tell_undone(actor=actor, merger=found, at=at)
    return found


def _locked_for_undo(actor: Actor, merger_id: UUID) -> Merger:
    known = Merger.objects.filter(visible_mergers(actor), pk=merger_id).values_list("call", flat=True).first()
    if known is None:
        raise NotFound
    call = Call.objects.select_for_update().get(pk=known)
    found = Merger.objects.select_for_update(of=("self",)).get(pk=merger_id)
    keys = (found.first_id, found.second_id)
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("contact").filter(pk__in=keys)
    both: dict[UUID, Proposal] = {one.pk: one for one in rows.order_by("pk")}
    for one in both.values():
        one.call = call
    found.call, found.first, found.second = call, both[found.first_id], both[found.second_id]
    if found.stays_id and found.goes_id:
        found.stays, found.goes = both[found.stays_id], both[found.goes_id]
    return found


def _restore(stays: Proposal, goes: Proposal, found: Merger, at: datetime) -> None:
    """Write what the one that stayed said before, and take the others' members out, but for those who were in both."""
    before = dict(stays.versions.get(number=found.kept["version"]).content)
    del before["members"]
    values, _problems = read_proposal(before, at)
    values["members"] = _own_members(stays, goes, found)
    follow_list(stays, content(stays)["members"], values["members"])
    stays.template = found.kept["template"]
    write_content(stays, values)
    _begin_review(stays, "take_out", at)
    note_rewritten(stays)


def _own_members(stays: Proposal, goes: Proposal, found: Merger) -> list[dict[str, Any]]:
    """Leave out who came from the other team: those on record by who they are, the others by their name.

    Where a member stands in the list says nothing, for the one team may have changed it since.
    """
    now, rows = content(stays)["members"], list(goes.members.all())
    shared = [UUID(key) for key in found.kept["people"]]
    home = homes_of([goes.contact_id, *(row.person_id for row in rows), *(row["person"] for row in now), *shared])
    both = {home[key] for key in shared}
    people = {home[key] for key in (goes.contact_id, *(row.person_id for row in rows)) if key} - both
    unknown = [row for place, row in enumerate(rows) if row.person_id is None and place not in found.kept["names"]]
    names = {row.name.reveal() for row in unknown}
    return [row for row in now if not (home[row["person"]] in people if row["person"] else row["name"] in names)]


def _come_back(goes: Proposal, at: datetime) -> None:
    if goes.number is not None:
        _begin_review(goes, "split_off", at)
        return
    goes.state, goes.changed_at = PROPOSAL.move(goes.state, "split_draft"), at
    if goes.call.state != "submission":
        goes.state = PROPOSAL.move(goes.state, "lapse")
    goes.version += 1
    goes.save()
