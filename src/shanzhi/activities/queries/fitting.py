"""Whether a shift suits a volunteer, and what stands against it, in words."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Shift, SignUp
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Skill, Volunteer, VolunteerSkill


def against(*, volunteer: Volunteer, shift: Shift, at: datetime) -> list[volunteering.Reason]:
    """List what stands against a volunteer's taking a shift: standing, age, qualifications, skills, another shift.

    Age and qualifications are those of the day of the shift (志愿服务条例 art. 15).
    """
    activity = shift.activity
    on = timezone.localdate(shift.starts_at)
    fit = volunteering.may_do(volunteer=volunteer, task_kind=activity.task_kind, on=on, at=at)
    found = [*fit.reasons, *_skills(volunteer, activity.skills)]
    if _taken(volunteer, shift):
        found.append(volunteering.Reason("overlap", _("You are signed up for another shift at that time.")))
    return found


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
