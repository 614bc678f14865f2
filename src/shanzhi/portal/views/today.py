"""The first screen of each role: what is due, what is open to me, what is mine, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import subjects
from shanzhi.audit.models import Event
from shanzhi.audit.views.events import address_of
from shanzhi.kernel.actor import Actor
from shanzhi.notices.models import Delivery
from shanzhi.notices.templatetags.notices import told
from shanzhi.people import rights_queries
from shanzhi.portal import queries
from shanzhi.ui import formatting, pieces
from shanzhi.ventures.models import Juror, Proposal
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


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed lately of one kind, and the page that tells all of it."""

    title: Any
    events: Sequence[pieces.Event]
    url: str
    more: Any


def today_sections(shown: queries.Today, viewer: Actor, now: datetime) -> list[Section]:
    """Lay out what the viewer has to do, may vote on, and has under way; sections without tasks are left out."""
    sections = [
        Section(_("To do today"), [*_people(viewer, now), *(_due(item) for item in shown.due), *_projects(shown)]),
        Section(_("Juries that wait for you"), [_jury(one) for one in shown.juries]),
        Section(_("Votes open to you"), [_vote(poll) for poll in shown.polls]),
        Section(_("Your proposals"), [_own(one) for one in shown.proposals]),
    ]
    return [section for section in sections if section.tasks]


def _due(item: DueItem) -> pieces.Task:
    label = f"{item.label}: {item.call.shown_title}" if item.call else item.label
    url = reverse("ventures:desk_phase", args=[item.call.pk]) if item.call else reverse(ADDRESSES[item.key])
    hint = gettext("Until %(moment)s") % {"moment": formatting.moment(item.due_at)} if item.due_at else ""
    return pieces.Task(label, url, "due" if item.late else "todo", hint, None if item.call else item.count)


def _projects(shown: queries.Today) -> list[pieces.Task]:
    """What is due for own projects soon or was due before, and for staff how much is overdue in all of theirs."""
    tasks = []
    for one in shown.own_due:
        label = f"{one.label} · {one.title or one.project_title}"
        hint = gettext("Until %(moment)s") % {"moment": formatting.day(one.due_on)}
        tasks.append(pieces.Task(label, one.url, "due" if one.late else "todo", hint))
    if shown.late:
        tasks.append(
            pieces.Task(_("Overdue in projects"), f"{reverse('projects:desk_due')}?late=1", "due", "", shown.late)
        )
    return tasks


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


def changes(shown: queries.Today) -> list[Changes]:
    """Lay out what changed: what the viewer was told, and for staff what was done in their areas."""
    told_lately = [pieces.Event(one.created_at, told(one.notice).title, url=_notice(one)) for one in shown.told]
    groups = [
        Changes(_("Told to you"), told_lately, reverse("notices:own"), _("All notices")),
        Changes(
            _("Done in your areas"), [_done(one) for one in shown.done], reverse("audit:events"), _("All that was done")
        ),
    ]
    return [group for group in groups if group.events]


def _notice(one: Delivery) -> str:
    return reverse("notices:notice", args=[one.pk])


def _done(event: Event) -> pieces.Event:
    """Tell what was done to what and by whom; what it changed stands on its own page."""
    who, about = subjects.actor_of(event), subjects.title_of(event)
    return pieces.Event(event.at, subjects.verb_words(event.verb), about, who, address_of(event))


def _jury(seat: Juror) -> pieces.Task:
    return pieces.Task(seat.call.shown_title, reverse("ventures:jury", args=[seat.call_id]), "todo")


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
