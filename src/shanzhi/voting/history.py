"""How the history of polls reads; never a choice, never a running figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.voting.models import KINDS, Poll
from shanzhi.voting.operations.polls import event_area
from shanzhi.voting.policies import manages
from shanzhi.voting.queries import polls


def _poll(viewer: Actor, poll_id: str, at: datetime) -> Shown | None:
    found = Poll.objects.filter(pk=uuid_of(poll_id)).first()
    if found is None:
        return None
    runs = manages(viewer, found.areas)
    if not runs and not viewer.holds(STAFF_READERS, event_area(found)):
        raise NotFound
    return Shown(found.title, reverse("voting:electorate", args=[found.pk]), runs)


def _titles(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return polls(viewer=viewer), "title"


register(
    Subject(
        type="voting.poll",
        label=_("Vote"),
        find=_poll,
        titles=_titles,
        fields={
            "kind": _("Kind of ballot"),
            "min_choices": _("Least choices"),
            "max_choices": _("Most choices"),
            "minimum_age": _("Least age"),
            "roll_date": _("Roll date"),
            "budget_fen": _("Purse"),
            "opens_at": _("Opens"),
            "closes_at": _("Closes"),
            "options": _("Projects"),
            "roll": _("On the roll"),
            "ballots": _("Ballots"),
            "blank": _("Blank ballots"),
            "digest": _("Digest"),
            "seal": _("Seal of the ballots"),
            "file": _("Digest of the file"),
        },
        values={"kind": lambda value: dict(KINDS).get(value, value)},
    )
)
register_verbs(
    {
        "voting.poll.create": _("Vote prepared"),
        "voting.poll.set_options": _("Projects put on the ballot"),
        "voting.poll.draw_roll": _("Roll of voters drawn"),
        "voting.poll.open": _("Vote opened"),
        "voting.poll.close": _("Vote closed"),
        "voting.poll.count": _("Votes counted"),
        "voting.poll.import": _("Vote brought in from a file"),
    },
    tones={"voting.poll.count": "good"},
)
