"""Whether a shift suits a volunteer, and what stands against it, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.places import queries as places
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Skill, Volunteer, VolunteerSkill

OVERLAP: Final = "overlap"
UNINSURED: Final = "uninsured"
MOMENT: Final = timedelta(microseconds=1)


def against(*, volunteer: Volunteer, shift: Shift, at: datetime) -> list[volunteering.Reason]:
    """List what stands against taking a shift: standing, age, qualifications, skills, another shift, no insurance.

    Age and qualifications are those of the day of the shift (志愿服务条例 art. 15). Nobody takes dangerous work that is
    not insured on that day (art. 17), not even from the line: a kind of task may be found dangerous later.
    """
    activity = shift.activity
    on = timezone.localdate(shift.starts_at)
    fit = volunteering.may_do(volunteer=volunteer, task_kind=activity.task_kind, on=on, at=at)
    found = [*fit.reasons, *_skills(volunteer, activity.skills)]
    if _taken(volunteer, shift):
        found.append(volunteering.Reason(OVERLAP, _("You are signed up for another shift at that time.")))
    if not safe(shift):
        words = _("This task was found dangerous and is not insured yet. Ask the team; then sign up.")
        found.append(volunteering.Reason(UNINSURED, words))
    return found


def safe(shift: Shift) -> bool:
    """Tell whether the task of a shift is not dangerous, or insured at that time."""
    return safe_then(shift.activity, shift.starts_at, shift.ends_at)


def safe_then(found: Activity, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether the task of an activity is not dangerous, or insured at a time."""
    return not found.task_kind.dangerous or covers(found, starts_at, ends_at)


def covers(found: Activity, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether the insurance of an activity covers a time, by the days of the place.

    The end is the first moment outside, so that a shift until midnight needs no cover on the next day; the trigger
    `activities_guard_insured` counts likewise.
    """
    if not found.insurer or found.insured_from is None or found.insured_until is None:
        return False
    return found.insured_from <= places.day_of(starts_at) and places.day_of(ends_at - MOMENT) <= found.insured_until


def overlaps(row: SignUp) -> bool:
    """Tell whether the volunteer of a sign-up is signed up for another shift at that time."""
    return _taken(row.volunteer, Shift.objects.get(pk=row.shift_id))


def _taken(volunteer: Volunteer, shift: Shift) -> bool:
    rows = SignUp.objects.filter(volunteer=volunteer, state="signed", shift__state="open").exclude(shift=shift)
    return rows.filter(shift__starts_at__lt=shift.ends_at, shift__ends_at__gt=shift.starts_at).exists()


def _skills(volunteer: Volunteer, wanted: list[str]) -> list[volunteering.Reason]:
    if not wanted:
        return []
    rows = VolunteerSkill.objects.filter(volunteer=volunteer, skill__code__in=wanted)
    held = set(rows.values_list("skill__code", flat=True))
    lacking = [code for code in wanted if code not in held]
    # the newest word of a code stands last and names it; all areas' words of a code mean the same
    names = {one.code: str(one) for one in Skill.objects.filter(code__in=lacking).order_by(F("created_at"))}
    words = _("Missing skill: %(name)s. Add it to your entry if you have it.")
    return [volunteering.Reason("skill", words % {"name": names.get(code, code)}) for code in lacking]
