"""Who may see and write down who was where. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Activity, Shift
from shanzhi.attendance.models import Attendance
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.people.policies import require
from shanzhi.places import queries as places
from shanzhi.volunteering.models import TeamMember
from shanzhi.volunteering.policies import AGREERS, READERS, led_teams

__all__ = [
    "AGREERS", "READERS", "NotTheRecorder", "OwnAttendance", "leads", "led", "may_decide", "may_keep", "may_lead",
    "readable", "reads_any", "require", "sees",
]  # fmt: skip


class OwnAttendance(Forbidden):
    """Nobody corrects or decides about the own presence."""

    code = "own_attendance"
    message = _("This is your own presence. Another leader of the team or the office of the area does this.")


class NotTheRecorder(Forbidden):
    """Who wrote a doubtful record down does not decide to keep it."""

    code = "own_entry"
    message = _("You wrote this record down. Another leader or the office of the area decides to keep it.")


def led(viewer: Actor, path: str = "") -> Q:
    """Give the condition that the viewer leads the team of an activity, or leads it on the day as one of the team.

    `path` leads from the rows to the activity, such as "shift__activity__".
    """
    inside = TeamMember.objects.filter(
        state="member", volunteer__person__in=viewer.persons, team=OuterRef(f"{path}team"),
        volunteer=OuterRef(f"{path}contact"),
    )  # fmt: skip
    return Q(**{f"{path}team__in": led_teams(viewer)}) | Q(Exists(inside))


def readable(viewer: Actor, path: str = "") -> Q:
    """Give the condition that the viewer sees who was there: who leads, and staff of the area."""
    staff = places.within_any(f"{path}area", viewer.areas(READERS))
    return staff | led(viewer, path) if viewer.persons else staff


def leads(viewer: Actor, activity: Activity) -> bool:
    """Tell whether the viewer leads the activity's team, or leads on the day as one of the team."""
    return bool(viewer.persons) and Activity.objects.filter(led(viewer), pk=activity.pk).exists()


def sees(viewer: Actor, activity: Activity) -> bool:
    """Tell whether the viewer sees who was there."""
    return viewer.is_system or viewer.holds(READERS, activity.area) or leads(viewer, activity)


def may_lead(*, actor: Actor, shift: Shift) -> Refusal | None:
    """Allow who leads the team, who leads on the day, and the office of the area to keep the list."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if actor.holds(AGREERS, shift.activity.area) or leads(actor, shift.activity):
        return None
    return Forbidden()


def may_decide(*, actor: Actor, row: Attendance) -> Refusal | None:
    """Allow the same to correct and strike out, never about oneself."""
    if actor.is_person(row.volunteer.person_id) or actor.is_person(row.volunteer.human.pk):
        return OwnAttendance()
    return may_lead(actor=actor, shift=row.shift)


def may_keep(*, actor: Actor, row: Attendance) -> Refusal | None:
    """Allow the same to keep what is doubted, save who wrote it down."""
    if actor.is_person(row.entered_by_id) or actor.is_person(row.ended_by_id):
        return may_decide(actor=actor, row=row) or NotTheRecorder()
    return may_decide(actor=actor, row=row)


def reads_any(viewer: Actor) -> bool:
    """Tell whether the viewer, by a role or by leading a team, sees who was where at all."""
    if not viewer.signed_in:
        return False
    if viewer.areas(READERS) or led_teams(viewer).exists():
        return True
    return Activity.objects.filter(led(viewer)).exists()
