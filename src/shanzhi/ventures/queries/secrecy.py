"""How little will be told of a vote with a small roll: said before the vote opens, with figures."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.models import Person
from shanzhi.places.queries import within_any
from shanzhi.ventures.models import Call
from shanzhi.voting import queries as voting

BEFORE_THE_VOTE: Final = ("publicity", "submission", "review", "notice", "voting")


def limits_of(call: Call) -> tuple[int, int]:
    """Give smallest electorate and smallest group of a call; those of the settings where a call was begun without."""
    return (
        int(call.ballot.get("smallest_electorate", settings.SMALLEST_ELECTORATE)),
        int(call.ballot.get("smallest_group", settings.SMALLEST_GROUP)),
    )


def small_roll(call: Call, target: str) -> list[Any]:
    """Warn before the vote of a roll so small that the result can only be told in part; nothing for a large one."""
    electorate, group = limits_of(call)
    if target not in BEFORE_THE_VOTE or not electorate:
        return []
    drawn = call.poll is not None and call.poll.roll_total is not None
    total = call.poll.roll_total if call.poll is not None and drawn else _residents(call)
    figures = {"number": f"{total or 0:,}", "electorate": f"{electorate:,}", "group": group}
    if total is None or total >= electorate:
        return _small_parts(call, group) if drawn else []
    size = (
        _("The roll holds %(number)s people, fewer than %(electorate)s: the result can only be published in part.")
        if drawn
        else _("The areas have %(number)s verified residents, fewer than %(electorate)s: the result of a vote among so "
               "few can only be published in part.")
    )  # fmt: skip
    return [size % figures, _told(total, group), *(_small_parts(call, group) if drawn else [])]


def _told(total: int, group: int) -> Any:
    """Say what would be told if all on the roll voted."""
    if total < 2 * group:
        return _("With fewer than %(least)s ballots the winners are all that is told.") % {"least": 2 * group}
    if total < 4 * group:
        words = _(
            "A project's supporters are told only where %(group)s or more support it and as many do not; single "
            "ballots are not shown below %(least)s."
        )
        return words % {"group": group, "least": 4 * group}
    words = _(
        "A project's supporters are told only where %(group)s or more support it and as many do not; a ballot is shown "
        "only where %(group)s or more cast the same. Nobody but an auditor can then recount it all."
    )
    return words % {"group": group}


def _small_parts(call: Call, group: int) -> list[Any]:
    parts = voting.communities_below(poll_id=call.poll_id, least=2 * group) if call.poll_id else 0
    if not parts:
        return []
    words = _("In %(number)s communities fewer than %(least)s people are on the roll: no figures are told of them.")
    return [words % {"number": parts, "least": 2 * group}]


def _residents(call: Call) -> int | None:
    areas = [area.code for area in call.areas.all()]
    return Person.objects.filter(within_any("area", areas), real_name__in=VERIFIED).count() if areas else None
