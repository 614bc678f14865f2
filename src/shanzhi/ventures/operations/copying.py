"""Beginning a draft from an earlier proposal: what one has typed once is not asked again.

What is copied: every text, the schedule, the budget, the kind and name of the team, and those members who are persons
on record and write the earlier one (they may read and edit this one too). What is not: files, which belong to their
time; members known by name alone, whose names were given for another purpose, who left the team or only read; other
roles, which are given by invitation; the statement of truth, which is given anew; and whatever does not fit the new
call - its themes, its areas, its kinds of teams, and days before it decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import NotFound
from shanzhi.people.actors import homes_of
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.operations.fields import Problem
from shanzhi.ventures.operations.proposals import SavedProposal, create_proposal, note
from shanzhi.ventures.policies import GROUP_OF, require_writer, visible_calls, visible_proposals
from shanzhi.ventures.queries.budget import category_names
from shanzhi.ventures.queries.content import content
from shanzhi.ventures.queries.seats import roles_of

NOT_COPIED: Final = _(
    "Members who are not on record here, or do not write with the team; ask them, and add them again."
)


@dataclass(frozen=True, slots=True)
class Copied:
    """What a new draft takes over from an earlier one, and what is left out, each with a word why."""

    given: Mapping[str, Any]
    left_out: tuple[Problem, ...]


def what_is_copied(*, source: Proposal, call: Call) -> Copied:
    """Sort an earlier proposal's content into what a call can take and what it cannot."""
    given = content(source)
    del given["truthful"]
    left_out = [*_misfits(given, call), *_days(given, call)]
    left_out += _categories(given, source.call, call)
    roles = roles_of(source)
    home = homes_of(row["person"] for row in given["members"])
    known = [row for row in given["members"] if row["person"] and roles[home[row["person"]]] in ("leader", "editor")]
    if len(known) < len(given["members"]):
        left_out.append(Problem("members", NOT_COPIED))
    given["members"] = known
    if source.attachments.exists():
        left_out.append(Problem("attachments", _("Files are not copied; add those that still hold.")))
    return Copied(given, tuple(left_out))


def _misfits(given: dict[str, Any], call: Call) -> list[Problem]:
    """Take out what the call does not offer."""
    codes = call.areas.values_list("code", flat=True)
    fits = {
        "theme": not given["theme"] or given["theme"] in call.themes,
        "community": not given["community"] or any(covers(code, given["community"]) for code in codes),
        "team_kind": GROUP_OF[given["team_kind"]] in call.proposers,
    }
    words = {
        "theme": _("This round has other themes; choose one of them."),
        "community": _("This community is not in the area of the round; choose another one."),
        "team_kind": _("This round takes no such teams; choose another kind."),
    }
    wrong = [name for name, right in fits.items() if not right]
    for name in wrong:
        del given[name]
    return [Problem(name, words[name]) for name in wrong]


def _categories(given: dict[str, Any], before: Call, call: Call) -> list[Problem]:
    """Turn the categories of budget lines into those of the same name in the new call, and empty the others."""
    named, keys = category_names(before), {name: key for key, name in category_names(call).items()}
    lost = False
    for row in given["budget"]:
        key = keys.get(named.get(row["category"], ""), "")
        lost = lost or bool(row["category"] and not key)
        row["category"] = key
    return [Problem("budget", _("Categories that this round does not have; choose anew."))] if lost else []


def _days(given: dict[str, Any], call: Call) -> list[Problem]:
    """Take out days before the round decides, on which no project of it can begin."""
    award = call.phases.filter(kind="award").first()
    first = timezone.localdate(award.starts_at) if award else None

    def early(day: date | None) -> bool:
        return day is not None and first is not None and day < first

    found = [name for name in ("starts_on", "ends_on") if early(given[name])]
    for name in found:
        given[name] = None
    rows = [row for row in given["activities"] if early(row["starts_on"]) or early(row["ends_on"])]
    for row in rows:
        row |= {name: None for name in ("starts_on", "ends_on") if early(row[name])}
    words = _("Days before this round decides; set new ones.")
    return [Problem(name, words) for name in (*found, *(["activities"] if rows else []))]


def copy_proposal(*, actor: Actor, proposal_id: UUID, call_id: UUID, at: datetime) -> SavedProposal:
    """Begin a draft in an open call from an earlier proposal of the actor's own teams, whatever became of it.

    `problems` name what was left out. Raises NotFound, NotYourProposal, NotTakingProposals, MayNotPropose.
    """
    with transaction.atomic():
        source = Proposal.objects.filter(visible_proposals(actor), pk=proposal_id).first()
        call = Call.objects.filter(visible_calls(actor), pk=call_id).first()
        if source is None or call is None:
            raise NotFound
        require_writer(actor, source)
        copied = what_is_copied(source=source, call=call)
        made = create_proposal(actor=actor, call_id=call.pk, given=copied.given, at=at)
        if source.template:
            made.proposal.template = source.template
            made.proposal.save(update_fields=["template"])
        left_out = sorted({one.field for one in copied.left_out})
        note(actor, "copy", made.proposal, {"source": str(source.pk), "left_out": left_out}, at)
    return SavedProposal(made.proposal, (*copied.left_out, *made.problems))
