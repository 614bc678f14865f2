"""What the next move of a call would do: what it counts, who is told, what becomes final, and what still blocks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count as Counting
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shanzhi.kernel.errors import Conflict
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.models import Person
from shanzhi.places.queries import within_any
from shanzhi.ventures.lifecycle import CALL, MOVE_INTO, PHASES
from shanzhi.ventures.models import Call, JuryClosing, Notice, Proposal, Review
from shanzhi.ventures.queries.appeals import pending_appeals
from shanzhi.ventures.queries.checks import Check, blocking, checks_of
from shanzhi.ventures.queries.disputes import blocks_vote
from shanzhi.ventures.queries.secrecy import small_roll
from shanzhi.ventures.queries.training import Standing
from shanzhi.ventures.queries.training import leaving as at_the_gate
from shanzhi.voting.lifecycle import ROLL_FIXED


class NoNextPhase(Conflict):
    """The call has ended."""

    code = "no_next_phase"
    message = _("This call has ended; there is no further phase.")


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of the preview with its label."""

    key: str
    label: Any
    value: int


@dataclass(frozen=True, slots=True)
class MovePreview:
    """The next move: `blocks` must be empty for it to be made; `final` says what can no longer be undone.

    `warnings` keep nothing from being done; `leaving` are the proposals that training, not attended, takes out.
    """

    move: str
    source: str
    target: str
    due_at: datetime | None
    version: int
    facts: tuple[Fact, ...]
    told: tuple[Fact, ...]
    final: tuple[Any, ...]
    blocks: tuple[Check, ...] = field(default=())
    warnings: tuple[Any, ...] = field(default=())
    leaving: tuple[tuple[Proposal, Standing], ...] = field(default=())

    @property
    def label(self) -> Any:
        """The state after the move, in words."""
        return CALL.states[self.target]


def next_state(call: Call) -> str:
    """Name the state into which the call goes next, by its phases. Raises NoNextPhase."""
    order = ["draft", *(kind for kind in PHASES if kind in {phase.kind for phase in call.phases.all()}), "closed"]
    if call.state == "draft" and "publicity" not in order:
        return "publicity"  # lacking phases are named by the checks
    if call.state not in order[:-1]:
        raise NoNextPhase
    return order[order.index(call.state) + 1]


def due_at(call: Call, target: str) -> datetime | None:
    """Give the moment from which the call may go into a state: the planned start; for the end, that of the award."""
    phases = {phase.kind: phase for phase in call.phases.all()}
    if target == "closed":
        award = phases.get("award")
        return award.ends_at if award else None
    if target in ("pitch", "award") and call.state == "voting":
        starts = [phases[kind].starts_at for kind in (target,) if kind in phases]
        ends = [phases["voting"].ends_at] if "voting" in phases else []
        return max([*starts, *ends], default=None)
    phase = phases.get(target)
    return phase.starts_at if phase else None


def preview_of(call: Call, at: datetime) -> MovePreview:
    """Work out the next move of a call, without asking who looks."""
    target = next_state(call)
    move = MOVE_INTO[target]
    CALL.move(call.state, move)
    states = {row["state"]: row["n"] for row in call.proposals.values("state").annotate(n=Counting("pk")).order_by()}
    due = due_at(call, target)
    leaving = at_the_gate(call) if call.training.get("gate") == target else []
    blocks = [
        *_date(due, at),
        *BLOCKS.get(target, _nothing)(call, states, at),
        *_training(call, states, target, leaving),
    ]
    return MovePreview(
        move=move,
        source=call.state,
        target=target,
        due_at=due,
        version=call.version,
        facts=tuple(_facts(call, states, target)),
        told=tuple(_told(call, target)),
        final=FINAL.get(target, ()),
        blocks=tuple(blocks),
        warnings=tuple(small_roll(call, target)),
        leaving=tuple(leaving),
    )


def _block(code: str, words: Any, cure: Any, field: str) -> Check:
    return Check(code, False, words, cure, field, problem=True)


def _date(due: datetime | None, at: datetime) -> list[Check]:
    if due is None or at >= due:
        return []
    words = _("The date of this phase has not come yet.")
    return [_block("date", words, _("Wait for the day, or change the dates of the call."), "phases")]


def _nothing(_call: Call, _states: dict[str, int], _at: datetime) -> list[Check]:
    return []


def _terms(call: Call, _states: dict[str, int], at: datetime) -> list[Check]:
    return blocking(checks_of(call, at))


def _some_proposals(_call: Call, states: dict[str, int], _at: datetime) -> list[Check]:
    handed_in = sum(states.get(name, 0) for name in ("submitted", "returned", "passed", "rejected"))
    if handed_in:
        return []
    words, cure = _("No proposal was handed in."), _("Lengthen the phase of proposals, or cancel the call.")
    return [_block("proposals", words, cure, "phases")]


def _reviewed(call: Call, states: dict[str, int], at: datetime) -> list[Check]:
    found = _terms(call, states, at)
    waiting = states.get("submitted", 0)
    if waiting:
        open_reviews = _("%(count)s proposals still wait for review.") % {"count": waiting}
        found.append(_block("reviews", open_reviews, _("Pass, return or reject each of them first."), "reviews"))
    mending = call.proposals.filter(state="returned", return_deadline__gt=at).count()
    if mending:
        open_mending = _("%(count)s teams still have time to mend their proposals.") % {"count": mending}
        found.append(_block("mending", open_mending, _("Wait for their deadline."), "reviews"))
    if not states.get("passed", 0):
        words, cure = _("No proposal has passed review."), _("Pass at least one proposal, or cancel the call.")
        found.append(_block("passed", words, cure, "reviews"))
    return found


def _ready_to_vote(call: Call, states: dict[str, int], at: datetime) -> list[Check]:
    found = _terms(call, states, at)
    notice = Notice.objects.filter(call=call, kind="passed").order_by("published_at").first()
    if notice is None or at < notice.published_at + timedelta(days=call.notice_days):
        words = _("The notice has not been public for the promised number of days.")
        found.append(_block("notice_days", words, _("Wait until the days of notice are over."), "notices"))
    if call.poll is None or call.poll.state != ROLL_FIXED:
        words = _("The roll of voters has not been drawn.")
        found.append(_block("roll", words, _("Draw the roll on its day or later."), "electorate"))
    if not states.get("passed", 0):
        words = _("There is nothing to vote on: every proposal was withdrawn.")
        found.append(_block("passed", words, _("Cancel the call with a reason."), "reviews"))
    found += _unruled(call)
    voting = next((phase for phase in call.phases.all() if phase.kind == "voting"), None)
    if voting is not None and at >= voting.ends_at:
        words = _("The time of the vote is over already.")
        found.append(_block("too_late", words, _("Change the dates of the vote, with a public reason."), "phases"))
    return found


def _training(call: Call, states: dict[str, int], target: str, leaving: list[tuple[Proposal, Standing]]) -> list[Check]:
    """Wait, at the gate, until every list of attendance is closed; a round without a team left cannot go on."""
    if call.training.get("gate") != target:
        return []
    found = []
    waiting = call.training_sessions.filter(state="planned").count()
    if waiting:
        words = ngettext(
            "The list of attendance of %(count)s session is not closed.",
            "The lists of attendance of %(count)s sessions are not closed.",
            waiting,
        ) % {"count": waiting}
        cure = _("Close each list under Training, or cancel what was not held.")
        found.append(_block("attendance", words, cure, "attendance"))
    if leaving and len(leaving) == states.get("passed", 0):
        nobody = _("No proposal that passed review has attended the training.")
        found.append(
            _block("training", nobody, _("Look through the lists of attendance under Training."), "attendance")
        )
    return found


def _unruled(call: Call) -> list[Check]:
    """Wait for every ruling that could still change what stands on the ballot."""
    waiting = blocks_vote(call.pk)
    if not waiting:
        return []
    words = ngettext(
        "%(count)s objection or appeal has no ruling yet.",
        "%(count)s objections and appeals have no ruling yet.",
        waiting,
    ) % {"count": waiting}
    return [
        _block("disputes", words, _("Rule on each of them first: see objections and appeals at the desk."), "disputes")
    ]


def _jury_closed(call: Call, _states: dict[str, int], _at: datetime) -> list[Check]:
    """Wait for the chair, where the call has a jury of its own; how it stands is told without a score."""
    if not call.jury or JuryClosing.objects.filter(call=call).exists():
        return []
    return [_block("jury", _("The jury has not closed."), _("Its chair closes it once all sheets are in."), "jury")]


def _appeals_over(call: Call, _states: dict[str, int], at: datetime) -> list[Check]:
    """Wait for appeals that are open or can still come: after the close an upheld one could give nothing back."""
    pending = pending_appeals(call, at)
    ends = [one.until for one in pending if one.until is not None]
    found = []
    if waiting := len(pending) - len(ends):
        words = ngettext("%(count)s appeal has no ruling yet.", "%(count)s appeals have no ruling yet.", waiting) % {
            "count": waiting
        }
        cure = _("Rule on each of them first: see objections and appeals at the desk.")
        found.append(_block("appeals", words, cure, "disputes"))
    if ends:
        may_come = ngettext(
            "%(count)s team may still appeal against its disqualification or rejection.",
            "%(count)s teams may still appeal against their disqualification or rejection.",
            len(ends),
        ) % {"count": len(ends)}
        wait = _("Wait: the days for it are over on %(day)s.") % {"day": f"{timezone.localtime(max(ends)):%Y-%m-%d}"}
        found.append(_block("appeal_days", may_come, wait, "disputes"))
    return found


BLOCKS: Final[dict[str, Callable[[Call, dict[str, int], datetime], list[Check]]]] = {
    "publicity": _terms,
    "submission": _terms,
    "review": _some_proposals,
    "notice": _reviewed,
    "voting": _ready_to_vote,
    "award": _jury_closed,
    "closed": _appeals_over,
}
FINAL: Final[dict[str, tuple[Any, ...]]] = {
    "publicity": (_("The call becomes public."),),
    "submission": (_("All that decides is frozen and published with its digest."),),
    "review": (_("No more proposals are taken; drafts not handed in lapse."),),
    "notice": (_("The list of passed proposals becomes public."), _("Proposals not mended in time lapse.")),
    "voting": (_("Proposals, rule and roll can no longer change."), _("Ballots are sealed until the close.")),
    "pitch": (_("The vote closes; ballots are opened in random order and the keys destroyed."),),
    "award": (_("The vote is closed and counted; the result becomes public."),),
    "closed": (_("The call is over."),),
}
_SHOWN: Final = {
    "review": ("draft", "submitted"),
    "notice": ("passed", "returned", "rejected"),
    "voting": ("passed",),
    "pitch": ("on_ballot",),
    "award": ("on_ballot",),
    "closed": ("won", "lost"),
}
_LABELS: Final = {
    "draft": _("Drafts not handed in"),
    "submitted": _("Proposals handed in"),
    "passed": _("Proposals that passed review"),
    "returned": _("Proposals not mended"),
    "rejected": _("Proposals rejected"),
    "on_ballot": _("Projects on the ballot"),
    "won": _("Projects chosen"),
    "lost": _("Projects not chosen"),
}


def _facts(call: Call, states: dict[str, int], target: str) -> list[Fact]:
    facts = [Fact(name, _LABELS[name], states.get(name, 0)) for name in _SHOWN.get(target, ())]
    if target == "notice":
        due = Review.objects.filter(proposal__call=call, state="due").count()
        facts.append(Fact("reviews_due", _("Reviews still due"), due))
    if call.poll is not None and call.poll.roll_total is not None:
        facts.append(Fact("roll", _("People on the roll"), call.poll.roll_total))
    return facts


def _told(call: Call, target: str) -> list[Fact]:
    """Count whom the move concerns: neighbours when something opens or is decided, teams from the hand-in on."""
    told = []
    if target in ("publicity", "submission", "notice", "voting", "award"):
        areas = within_any("area", [area.code for area in call.areas.all()])
        residents = Person.objects.filter(areas, real_name__in=VERIFIED).count()
        told.append(Fact("residents", _("Verified residents of the areas"), residents))
    if target in ("review", "notice", "voting", "pitch", "award"):
        teams = Proposal.objects.filter(call=call).exclude(contact=None).values("contact").distinct().count()
        told.append(Fact("teams", _("Contact persons of teams"), teams))
    return told
