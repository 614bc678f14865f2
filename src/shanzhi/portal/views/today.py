"""The first screen of each role: what is due, what is open to me, what is mine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.people import rights_queries
from shanzhi.portal import queries
from shanzhi.ui import formatting, pieces
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.queries import DueItem
from shanzhi.voting.models import Poll
from shanzhi.voting.views.ballot import localized

ADDRESSES: Final = {
    "my_reviews": "ventures:desk_reviews",
    "queue": "ventures:desk_reviews",
    "mend": "ventures:my_proposals",
    "disputes": "ventures:desk_disputes",
    "answers": "ventures:my_proposals",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its tasks."""

    title: Any
    tasks: Sequence[pieces.Task]


def today_sections(viewer: Actor, now: datetime) -> list[Section]:
    """Gather what the viewer has to do, may vote on, and has under way; sections without tasks are left out."""
    shown = queries.today(viewer=viewer, at=now)
    sections = [
        Section(_("To do today"), [*_people(viewer, now), *(_due(item) for item in shown.due)]),
        Section(_("Votes open to you"), [_vote(poll) for poll in shown.polls]),
        Section(_("Your proposals"), [_own(one) for one in shown.proposals]),
    ]
    return [section for section in sections if section.tasks]


def _due(item: DueItem) -> pieces.Task:
    label = f"{item.label}: {item.call.shown_title}" if item.call else item.label
    url = reverse("ventures:desk_phase", args=[item.call.pk]) if item.call else reverse(ADDRESSES[item.key])
    hint = gettext("Until %(moment)s") % {"moment": formatting.moment(item.due_at)} if item.due_at else ""
    return pieces.Task(label, url, "due" if item.late else "todo", hint, None if item.call else item.count)


def _people(viewer: Actor, now: datetime) -> list[pieces.Task]:
    """What is due around accounts and roles."""
    due = rights_queries.due(viewer=viewer, at=now)
    tasks = [
        (due.own_recovery, _("Somebody asked to remove your second factor"), "people:second_factor", None),
        (due.consent, _("The text on your data changed: read it and agree again"), "people:account", None),
        (due.wards, _("Wards who wait for your consent"), "people:wards", due.wards),
        (due.factor, _("Set up a second factor"), "people:second_factor", None),
        (due.recoveries, _("Lost second factors to confirm"), "people:recoveries", due.recoveries),
        (due.reviews, _("Roles due for their yearly review"), "people:review", due.reviews),
    ]
    return [pieces.Task(label, reverse(name), "todo", "", count) for wanted, label, name, count in tasks if wanted]


def _vote(poll: Poll) -> pieces.Task:
    hint = gettext("Until %(moment)s") % {"moment": formatting.moment(poll.closes_at)}
    return pieces.Task(localized(poll), reverse("voting:vote", args=[poll.pk]), "todo", hint)


def _own(one: Proposal) -> pieces.Task:
    editable = one.state in ("draft", "returned")
    url = reverse("ventures:edit" if editable else "ventures:proposal", args=[one.pk])
    state: Any = {"draft": "started", "returned": "due"}.get(one.state, "done")
    return pieces.Task(
        one.title or _("New proposal"), url, state, f"{one.get_state_display()} · {one.call.shown_title}"
    )
