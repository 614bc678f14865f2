"""Words, tones and ways that the pages of activities share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.activities import queries
from shanzhi.activities.exchange.poster import times_of, title_of
from shanzhi.activities.lifecycle import ACTIVITY, ENDED, SHIFT, SIGNUP
from shanzhi.activities.models import Activity, QueueDecision, Shift, SignUp
from shanzhi.kernel.areas import LENGTHS, SUBDISTRICT
from shanzhi.people import queries as people
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.pieces import Answer, Tab
from shanzhi.volunteering.models import Team

FORM = "activities/form.html"
TONES = {
    "published": "good", "signed": "good", "open": "good", "checked": "accent", "submitted": "warn", "waiting": "warn",
    "cancelled": "bad",
}  # fmt: skip

__all__ = [
    "FORM", "activity_state", "address_of", "asks", "desk_steps", "everywhere", "facts", "frame", "free_words",
    "hours_of", "insurance_words", "kinds", "mine_steps", "outcome_words", "own_area", "plan_of", "plan_steps",
    "reason_words", "shift_state", "signup_state", "steps_to", "tabs", "team_desk_of", "times_of", "title_of",
]  # fmt: skip


def activity_state(row: Activity) -> tuple[str, str]:
    """Say where an activity's life stands."""
    return TONES.get(row.state, "plain"), str(ACTIVITY.states[row.state])


def shift_state(row: Shift) -> tuple[str, str]:
    """Say where a shift's life stands."""
    return TONES.get(row.state, "plain"), str(SHIFT.states[row.state])


def signup_state(row: SignUp) -> tuple[str, str]:
    """Say where a sign-up stands."""
    tone = "plain" if row.state == "cancelled" else TONES.get(row.state, "plain")
    return tone, str(SIGNUP.states[row.state])


def outcome_words(row: QueueDecision) -> str:
    """Say how a sign-up fared in the order of coming, and with how many places taken."""
    told = _("%(signed)s of %(places)s places were taken") % {
        "signed": formatting.count(row.signed), "places": formatting.count(row.places)
    }  # fmt: skip
    return f"{row.get_outcome_display()} · {told}"


def reason_words(row: SignUp) -> str:
    """Say why a sign-up was ended."""
    return str(ENDED.get(row.reason, row.reason))


def hours_of(row: Shift) -> str:
    """Give the hours of a shift, without its day."""
    return formatting.hours(row.starts_at, row.ends_at)


def free_words(row: Any) -> str:
    """Say how many places are free, or how many wait."""
    if row.free:
        return _("%(free)s of %(places)s free") % {
            "free": formatting.count(row.free), "places": formatting.count(row.places)
        }  # fmt: skip
    if not row.waiting:
        return _("Full")
    return _("Full; %(waiting)s wait") % {"waiting": formatting.count(row.waiting)}


def insurance_words(row: Activity) -> str:
    """Say how the volunteers are insured; the number of the policy is for those who plan."""
    if not row.insurer:
        return _("Needed, and not entered yet") if row.task_kind.dangerous else formatting.NONE
    span = f"{formatting.day(row.insured_from)} – {formatting.day(row.insured_until)}"
    return f"{row.insurer} · {span}"


def asks(row: Activity, skills: Sequence[tuple[str, str]], demands: Sequence[tuple[str, str]]) -> list[str]:
    """List what an activity asks of those who help: age, trainings and checks, skills."""
    kind, lines = row.task_kind, []
    if kind.least_age is not None and kind.greatest_age is not None:
        lines.append(_("From %(least)s to %(most)s years") % {"least": kind.least_age, "most": kind.greatest_age})
    elif kind.least_age is not None:
        lines.append(_("From %(least)s years on") % {"least": kind.least_age})
    elif kind.greatest_age is not None:
        lines.append(_("Up to %(most)s years") % {"most": kind.greatest_age})
    lines += [dict(demands).get(code, code) for code in kind.demands]
    lines += [dict(skills).get(code, code) for code in row.skills]
    return lines or [_("Everybody who is on record as a volunteer")]


def everywhere(request: Any) -> AreaSource:
    """Give all areas, for the filter of a public list."""
    return queries.public_areas(at=request.now)


def kinds(request: Any) -> list[tuple[str, str]]:
    """List the kinds of tasks of activities that one can find now."""
    return queries.kinds_of(queries.upcoming(at=request.now))


def tabs(current: str) -> list[Tab]:
    """Give the three ways to look at what is near: list, calendar, map."""
    views = (("activities", _("List")), ("month", _("Calendar")), ("map", _("Map")))
    return [Tab(words, reverse(f"activities:{name}"), name == current) for name, words in views]


def own_area(request: Any) -> tuple[str, str]:
    """Give code and name of the visitor's subdistrict, '' where it is not known."""
    if not request.actor.signed_in or request.actor.person_id is None:
        return "", ""
    home = people.own(viewer=request.actor).area[: LENGTHS[SUBDISTRICT]]
    return (home, places.names({home}).get(home, home)) if home else ("", "")


def frame(heading: str, button: str, back: str, *steps: tuple[Any, str], lead: str = "", kind: str = "main") -> Any:
    """Give what a form shows around its fields."""
    return {
        "heading": heading, "lead": lead, "button": button, "kind": kind, "back": back,
        "crumbs": [(_("Home"), "/"), *steps, (heading, "")],
    }  # fmt: skip


def home_steps() -> list[tuple[Any, str]]:
    """Give the way to all activities."""
    return [(_("Home"), "/"), (_("Volunteer activities"), reverse("activities:activities"))]


def steps_to(found: Activity) -> list[tuple[Any, str]]:
    """Give the way to an activity."""
    return [home_steps()[1], (found.title, address_of(found.pk))]


def plan_steps(found: Activity) -> list[tuple[Any, str]]:
    """Give the way to the plan of an activity."""
    return [(found.team.name, team_desk_of(found.team)), (found.title, plan_of(found.pk))]


def mine_steps() -> list[tuple[Any, str]]:
    """Give the way to one's own shifts."""
    return [(_("My shifts"), reverse("activities:mine"))]


def desk_steps() -> list[tuple[Any, str]]:
    """Give the way to the desk."""
    return [(_("Activities of the area"), reverse("activities:desk"))]


def address_of(activity_id: UUID) -> str:
    """Give the public page of an activity."""
    return reverse("activities:activity", args=[activity_id])


def plan_of(activity_id: UUID) -> str:
    """Give the page on which an activity is planned."""
    return reverse("activities:plan", args=[activity_id])


def team_desk_of(team: Team) -> str:
    """Give the page on which a team's activities are planned."""
    return reverse("activities:team", args=[team.pk])


def facts(found: Activity, lines: Sequence[str], where: str) -> list[Answer]:
    """Give an activity in pairs, as anybody may read it."""
    comma = "；" if formatting.chinese() else "; "
    pairs = [
        Answer(_("Volunteer team"), found.team.name),
        Answer(_("Kind of task"), str(found.task_kind)),
        Answer(_("Meeting place"), f"{found.place} · {where}"),
        Answer(_("Who can help"), comma.join(lines)),
        Answer(_("Insured"), insurance_words(found)),
    ]
    more = [
        (_("Language that helps"), found.get_language_display() if found.language else ""),
        (_("Where to ask"), found.reach),
    ]
    return [*pairs, *(Answer(*pair) for pair in more if pair[1])]
