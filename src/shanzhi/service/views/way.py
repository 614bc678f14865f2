"""The way from helping to leading, as a volunteer sees the own place on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shanzhi.kernel.areas import DISTRICT, LENGTHS
from shanzhi.service.queries import Step, Way
from shanzhi.service.views.frames import month_words
from shanzhi.service.views.public import core_words, stage_words
from shanzhi.ui import formatting
from shanzhi.volunteering.models import Volunteer


@dataclass(frozen=True, slots=True)
class Line:
    """A stage as the page shows it: its name, a tag, since when, and what it asks of who is not there yet."""

    name: str
    tag: tuple[str, str]
    since: str
    asks: str
    current: bool


def lines(found: Way) -> dict[str, Any]:
    """Give what the page shows of the way."""
    return {
        "way": [_line(found, one) for one in found.steps], "way_left": found.left, "way_source": found.rules.source,
    }  # fmt: skip


def figures_of(who: Volunteer) -> str:
    """Give the page with the figures of the volunteer's district."""
    return reverse("service:growth", args=[who.area[: LENGTHS[DISTRICT]]])


def _line(found: Way, one: Step) -> Line:
    if one.reached:
        tag = ("good", _("Reached"))
    else:
        tag = ("accent", _("Next step")) if one.stage == found.next else ("plain", _("Not yet"))
    name = stage_words()[one.stage]
    return Line(name, tag, _since(one), "" if one.reached else asks(found, one.stage), one.stage == found.stands)


def _since(one: Step) -> str:
    if one.since is None:
        return ""
    day = month_words(one.since) if one.stage == "core" else formatting.day(one.since)
    return pgettext("stage", "since %(day)s") % {"day": day}


def asks(found: Way, stage: str) -> str:
    """Say what a stage asks of who is not there yet."""
    if stage == "helper":
        return _("Serve once; it counts when a second person has verified it.")
    if stage == "core":
        return f"{core_words(found.rules)} {_so_far(found)}"
    if stage == "leader":
        words = _("Lead a team, or be its deputy: found one with neighbours, or ask who leads yours.")
        return f"{words} {_('Staff of your area see that you are ready for a training.')}" if found.ready else words
    return _("Lead an organisation that is on record: found one out of your team, or take over the lead of one.")


def _so_far(found: Way) -> str:
    minutes, times = found.missing
    return _("So far %(hours)s and %(times)s times; missing: %(more)s and %(often)s times.") % {
        "hours": formatting.minutes(found.minutes), "times": formatting.count(found.times),
        "more": formatting.minutes(minutes), "often": formatting.count(times),
    }  # fmt: skip
