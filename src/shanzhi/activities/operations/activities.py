"""An activity is planned, changed, handed in, checked, published, called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from shanzhi.activities import policies, queries, telling
from shanzhi.activities.lifecycle import ACTIVITY
from shanzhi.activities.models import Activity, Shift
from shanzhi.activities.models.activities import EAST, NORTH
from shanzhi.activities.operations import refusals
from shanzhi.activities.operations.frames import (
    follow_leader,
    held_by_the_database,
    locked,
    note,
    open_shifts,
    plain,
    planned,
    reason_of,
    text_of,
)
from shanzhi.activities.operations.line import call_off, end_line, fill_all
from shanzhi.audit.operations import differences
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, DISTRICT, LENGTHS, LEVELS, SUBDISTRICT
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import LANGUAGES, TaskKind, Team

LONGEST: Final = {"title": 60, "what": 2000, "place": 100, "reach": 100, "risks": 1000}
LONGEST_INSURANCE: Final = 60
INSURANCE: Final = frozenset({"insurer", "policy_number", "insured_from", "insured_until"})
# What who signed up relies on, and what was checked: it stays once the activity is published.
FIXED: Final = ("area", "task_kind", "title", "place", "lat", "lng", "skills", "risks")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned: `task` is the code of a kind of task, `lat` and `lng` are millionths of a degree."""

    area: str
    task: str
    title: str
    what: str
    place: str
    lat: int | None = None
    lng: int | None = None
    reach: str = ""
    skills: Sequence[str] = ()
    language: str = ""
    risks: str = ""
    insurer: str = ""
    policy_number: str = ""
    insured_from: date | None = None
    insured_until: date | None = None


def plan_activity(*, actor: Actor, team_id: UUID, plan: Plan, at: datetime, synthetic: bool = False) -> Activity:
    """Plan an activity of a team that works. Raises NotFound, NotAPlanner, TeamNotWorking, and what is wrong in it."""
    with transaction.atomic():
        team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
        if team is None or (team.state != "active" and not policies.plans(actor, team)):
            raise NotFound
        policies.require(policies.may_plan(actor=actor, team=team))
        if team.state != "active":
            raise refusals.TeamNotWorking
        values = _checked(plan, team)
        made = Activity(team=team, planned_by_id=actor.person_id, created_at=at, synthetic=synthetic, **values)
        follow_leader(actor, made, at)
        made.save(force_insert=True)
        note(actor, "activity.plan", made, at, {"title": made.title, "task": made.task_kind.code, "team": team.pk})
    return made


def change_activity(*, actor: Actor, activity_id: UUID, version: int, plan: Plan, at: datetime) -> Activity:
    """Change a plan; one that was handed in or checked goes back to be handed in anew.

    Of a published one only words, where to ask, the language that helps and the insurance change. Raises NotFound,
    NotAPlanner, StaleActivity, PublishedStays, Uninsured, and what is wrong in it.
    """
    with held_by_the_database():
        found = planned(actor, activity_id)
        if found.version != version:
            raise refusals.StaleActivity
        values = _checked(plan, found.team)
        told = {name: [plain(pair[0]), plain(pair[1])] for name, pair in _differences(found, values).items()}
        if found.state == "published":
            changed = next((name for name in FIXED if name in told), None)
            if changed:
                raise refusals.PublishedStays(field="task" if changed == "task_kind" else changed)
        elif told:
            found.changed_by_id = actor.person_id
            if found.state != "draft":
                found.state = ACTIVITY.move(found.state, "rework")
                _forget_check(found)
        for name, value in values.items():
            setattr(found, name, value)
        follow_leader(actor, found, at)
        found.version += 1
        found.save()
        note(actor, "activity.change", found, at, {"fields": told, "state": found.state})
        if found.state == "published" and INSURANCE & told.keys():
            fill_all(actor, found, at)  # who was passed over for want of an insurance takes what is free
    return found


def submit_activity(*, actor: Actor, activity_id: UUID, at: datetime) -> Activity:
    """Hand a plan in to be checked. Raises NotFound, NotAPlanner, RisksMissing, NoShiftYet, MoveRefused."""
    with transaction.atomic():
        found = planned(actor, activity_id)
        found.state = ACTIVITY.move(found.state, "submit")
        if not found.risks:
            raise refusals.RisksMissing(field="risks")
        if not Shift.objects.filter(activity=found, state="open", starts_at__gt=at).exists():
            raise refusals.NoShiftYet
        follow_leader(actor, found, at)
        found.submitted_at, found.submitted_by_id, found.check_note = at, actor.person_id, ""
        found.version += 1
        found.save()
        note(actor, "activity.submit", found, at, {"state": found.state})
        telling.tell_submitted(actor=actor, activity=found, at=at)
    return found


def check_activity(
    *, actor: Actor, activity_id: UUID, version: int, passed: bool, words: str, at: datetime
) -> Activity:  # fmt: skip
    """Pass a plan, or give it back for a reason: risks told, task fits, insured where dangerous.

    `version` is the one that the officer read: what was changed meanwhile is read anew.
    Raises NotFound, Forbidden, OwnPlan, MoveRefused, StaleActivity, Uninsured, ActivityReason.
    """
    with transaction.atomic():
        found = locked(actor, activity_id)
        policies.require(policies.may_check(actor=actor, activity=found))
        verb = "check" if passed else "return"
        found.state = ACTIVITY.move(found.state, verb)
        if found.version != version:
            raise refusals.StaleActivity
        if passed:
            if found.task_kind.dangerous and not insured(found):
                raise refusals.Uninsured
            found.checked_by_id, found.checked_at = actor.person_id, at
            found.check_note = text_of(words, field="reason", most=300, may_lack=True)
        else:
            _forget_check(found)
            found.check_note = reason_of(words)
        found.version += 1
        found.save()
        note(actor, f"activity.{verb}", found, at, {"state": found.state}, found.check_note)
        telling.tell_checked(actor=actor, activity=found, passed=passed, at=at)
    return found


def publish_activity(*, actor: Actor, activity_id: UUID, at: datetime) -> Activity:
    """Publish what was checked. Raises NotFound, NotAPlanner, NoShiftYet, Uninsured, MoveRefused."""
    with held_by_the_database():
        found = planned(actor, activity_id)
        found.state = ACTIVITY.move(found.state, "publish")
        if not Shift.objects.filter(activity=found, state="open", starts_at__gt=at).exists():
            raise refusals.NoShiftYet
        follow_leader(actor, found, at)
        found.published_at, found.version = at, found.version + 1
        found.save()
        note(actor, "activity.publish", found, at, {"state": found.state})
    return found


def cancel_activity(*, actor: Actor, activity_id: UUID, reason: str, at: datetime) -> Activity:
    """Call an activity off: all shifts to come with it; who signed up or waits is told. Raises ActivityReason.

    The lines of shifts that have begun are over: nobody waits for what is called off.
    """
    with transaction.atomic():
        found = planned(actor, activity_id)
        words = reason_of(reason)
        rows = open_shifts(found)
        shifts = [one for one in rows if one.starts_at > at]
        told = call_off(actor, found, shifts, words, at)
        for one in rows:
            if one.starts_at <= at:
                end_line(actor, one, at)
        found.state = ACTIVITY.move(found.state, "cancel")
        found.ended_at, found.reason, found.version = at, words, found.version + 1
        found.save()
        note(actor, "activity.cancel", found, at, {"state": found.state, "shifts": len(shifts), "told": told}, words)
    return found


def insured(found: Activity) -> bool:
    """Tell whether the insurance covers every shift that takes place, by the days of the place."""
    shifts = Shift.objects.filter(activity=found, state="open").order_by("starts_at")
    first, last = shifts.first(), shifts.order_by("ends_at").last()
    return first is not None and last is not None and queries.covers(found, first.starts_at, last.ends_at)


def _forget_check(found: Activity) -> None:
    found.submitted_at = found.submitted_by = found.checked_at = found.checked_by = None


def _differences(found: Activity, values: dict[str, Any]) -> dict[str, list[Any]]:
    new = {name: value.code if isinstance(value, TaskKind) else plain(value) for name, value in values.items()}
    old = {name: found.task_kind.code if name == "task_kind" else plain(getattr(found, name)) for name in values}
    return differences(old, new)


def _checked(plan: Plan, team: Team) -> dict[str, Any]:
    """Give what is written of a plan, or refuse."""
    known = LEVELS.get(len(plan.area)) in (DISTRICT, SUBDISTRICT, COMMUNITY) and places.names({plan.area})
    if not known or plan.area[: LENGTHS[DISTRICT]] != team.area[: LENGTHS[DISTRICT]]:
        raise refusals.BadActivityArea(field="area")
    try:
        kind = volunteering.task_kind(area=plan.area, code=plan.task)
    except NotFound as wrong:
        raise refusals.UnknownTask(field="task") from wrong
    skills = sorted(set(plan.skills))
    if set(skills) - {one.code for one in volunteering.skills(plan.area)}:
        raise refusals.UnknownSkillAsked(field="skills")
    if plan.language not in ("", *LANGUAGES):
        raise refusals.UnknownLanguageAsked(field="language")
    texts = {
        name: text_of(getattr(plan, name), field=name, most=most, may_lack=name in ("reach", "risks"))
        for name, most in LONGEST.items()
    }
    texts["title"] = " ".join(texts["title"].split())
    return {
        "area": plan.area, "task_kind": kind, "skills": skills, "language": plan.language, **texts,
        **_position(plan), **_insurance(plan),
    }  # fmt: skip


def _position(plan: Plan) -> dict[str, int | None]:
    if plan.lat is None and plan.lng is None:
        return {"lat": None, "lng": None}
    if plan.lat is None or plan.lng is None or abs(plan.lat) > NORTH or abs(plan.lng) > EAST:
        raise refusals.BadPosition(field="lat" if plan.lat is None or abs(plan.lat) > NORTH else "lng")
    return {"lat": plan.lat, "lng": plan.lng}


def _insurance(plan: Plan) -> dict[str, Any]:
    insurer, number = plan.insurer.strip(), plan.policy_number.strip()
    given = (insurer, number, plan.insured_from, plan.insured_until)
    if not any(given):
        return {"insurer": "", "policy_number": "", "insured_from": None, "insured_until": None}
    long = max(len(insurer), len(number)) > LONGEST_INSURANCE
    if plan.insured_from is None or plan.insured_until is None or not all(given) or long:
        raise refusals.BadInsurance(field=_lacking(plan))
    if plan.insured_from > plan.insured_until:
        raise refusals.BadInsurance(field="insured_until")
    return {
        "insurer": insurer, "policy_number": number, "insured_from": plan.insured_from,
        "insured_until": plan.insured_until,
    }  # fmt: skip


def _lacking(plan: Plan) -> str:
    """Name the first field of the insurance that is empty."""
    values = asdict(plan)
    names = [one.name for one in fields(plan) if one.name.startswith(("insure", "policy"))]
    return next((name for name in names if not values[name]), "insurer")
