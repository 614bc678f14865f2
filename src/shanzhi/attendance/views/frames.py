"""Words, tones and ways that the pages of attendance share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.activities.models import Shift
from shanzhi.attendance.lifecycle import ATTENDANCE, REVIEW
from shanzhi.attendance.models import Attendance, Doubt, Flag
from shanzhi.ui import formatting
from shanzhi.volunteering.models import Volunteer

FORM = "attendance/form.html"
TONES = {"here": "good", "left": "accent", "waiting": "warn", "kept": "good", "struck": "bad"}


def state(row: Attendance) -> tuple[str, str]:
    """Say where a record stands."""
    return TONES.get(row.state, "plain"), str(ATTENDANCE.states[row.state])


def review(row: Attendance) -> tuple[str, str]:
    """Say what speaks against it."""
    return TONES.get(row.review, "plain"), str(REVIEW.states[row.review])


def clock(value: Any) -> str:
    """Write the time of a day."""
    return f"{formatting.local(value):%H:%M}"


def times(shift: Shift) -> str:
    """Write when a shift takes place."""
    return f"{formatting.moment(shift.starts_at)} – {clock(shift.ends_at)}"


def stay(row: Attendance) -> str:
    """Write from when to when somebody was there."""
    end = formatting.NONE if row.left_at is None else formatting.moment(row.left_at)
    return f"{formatting.moment(row.arrived_at)} – {end}"


def name(row: Volunteer) -> str:
    """Show the masked name, marked where the person is made up."""
    return f"{row.human.name} · {_('Synthetic')}" if row.human.synthetic else str(row.human.name)


def doubt(one: Flag) -> str:
    """Say a reason to doubt, with its figure."""
    words = str(Doubt(one.doubt).label)
    if one.doubt == Doubt.TOO_FAR:
        return _("%(words)s: about %(km)s km") % {"words": words, "km": one.figure}
    return (
        f"{words}{': ' if not formatting.chinese() else '：'}{formatting.minutes(one.figure)}" if one.figure else words
    )


def doubts(row: Attendance) -> str:
    """Say all reasons to doubt a record."""
    return ("；" if formatting.chinese() else "; ").join(doubt(one) for one in row.flags.all())


def mine_steps() -> list[tuple[Any, str]]:
    """Give the way to one's own records."""
    return [(_("My attendance"), reverse("attendance:mine"))]


def list_of(shift: Shift) -> str:
    """Give the leader's list of a shift."""
    return reverse("attendance:list", args=[shift.pk])


def list_steps(shift: Shift) -> list[tuple[Any, str]]:
    """Give the way to the leader's list of a shift."""
    return [*mine_steps(), (shift.activity.title, list_of(shift))]


def frame(heading: str, button: str, back: str, *steps: tuple[Any, str], lead: str = "", kind: str = "main") -> Any:
    """Give what a form shows around its fields."""
    return {
        "heading": heading, "lead": lead, "button": button, "kind": kind, "back": back,
        "crumbs": [(_("Home"), "/"), *steps, (heading, "")],
    }  # fmt: skip
