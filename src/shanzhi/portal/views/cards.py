"""How rounds look at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import formatting, pieces
from shanzhi.ventures.models import Call

TONES: Final[dict[str, pieces.Tone]] = {"voting": "accent", "submission": "accent", "award": "good", "closed": "good"}
UNTIL: Final = {
    "publicity": _("Proposals until"),
    "submission": _("Proposals until"),
    "review": _("Review until"),
    "notice": _("Notice until"),
    "voting": _("Vote until"),
    "pitch": _("Pitches until"),
}


@dataclass(frozen=True, slots=True)
class CallCard:
    """A round at a glance: its state, purse, next date, and the one act that is open now."""

    title: str
    other_title: str
    url: str
    summary: str
    tags: tuple[pieces.Tag, ...]
    purse: str
    until_label: Any
    until: datetime | None
    action: Any
    action_url: str


def call_card(call: Call, now: datetime) -> CallCard:
    """Make the card of a round as of now; its phases must have been fetched with it."""
    tags = [pieces.Tag(TONES.get(call.state, "plain"), call.get_state_display())]
    if call.synthetic:
        tags.append(pieces.Tag("plain", _("Synthetic")))
    if call.imported:
        tags.append(pieces.Tag("plain", _("Imported: real ballots of another place")))
    kind = "submission" if call.state == "publicity" else call.state
    ends = next((phase.ends_at for phase in call.phases.all() if phase.kind == kind), None)
    action, url = _action(call)
    return CallCard(
        title=call.shown_title,
        other_title=call.other_title,
        url=reverse("ventures:call", args=[call.pk]),
        summary=call.about[:120],
        tags=tuple(tags),
        purse=formatting.money(call.purse_fen, call.currency),
        until_label=UNTIL.get(call.state, ""),
        until=ends if ends is not None and ends > now else None,
        action=action,
        action_url=url,
    )


def _action(call: Call) -> tuple[Any, str]:
    if call.state == "voting" and call.poll_id:
        return _("Vote"), reverse("voting:vote", args=[call.poll_id])
    if call.state == "submission":
        return _("Propose a project"), reverse("ventures:propose", args=[call.pk])
    if call.state in ("award", "closed") and call.poll_id:
        return _("See the result and why"), reverse("voting:results", args=[call.poll_id])
    return "", ""
