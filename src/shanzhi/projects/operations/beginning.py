"""Beginning projects of a round's won proposals, their days, their mentor, and the rules of an area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import differences, record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.places import queries as places
from shanzhi.projects import policies, telling
from shanzhi.projects.lifecycle import OVER
from shanzhi.projects.models import Project, Rules
from shanzhi.projects.operations.common import (
    BadDays,
    StaleProject,
    lock_name,
    locked_project,
    note,
    require_year,
    saved,
)
from shanzhi.projects.queries.people import mentors
from shanzhi.projects.queries.rules import DAYS, EXAMPLE, Standing, in_force
from shanzhi.ventures import policies as ventures
from shanzhi.ventures import queries as rounds
from shanzhi.ventures.models import Call, Proposal

LONGEST_RUN: Final = timedelta(days=366 * 3)
MOST_CRITERIA: Final = 12


class RoundNotClosed(Conflict):
    """Who won may still change."""

    code = "round_not_closed"
    message = _("Projects begin once the round is closed: until then a winner may still leave or an appeal be upheld.")


class NothingToBegin(Conflict):
    """No won proposal of the round waits."""

    code = "nothing_to_begin"
    message = _("Every chosen proposal of this round has been begun already.")


class NoSuchMentor(Invalid):
    """The person does not look after projects there."""

    code = "no_such_mentor"
    message = _("Choose somebody with a role over this community who is not of the team.")


class BadRules(Invalid):
    """Rules that cannot be kept."""

    code = "bad_rules"
    message = _("Correct the rules: days from 0 to 400, one to twelve criteria of each kind, weights that sum to 100.")


@dataclass(frozen=True, slots=True)
class Plan:
    """From when to when the projects run."""

    starts_on: date
    ends_on: date


def begin_projects(
    *, actor: Actor, call_id: UUID, plan: Plan, at: datetime, proposal_ids: Sequence[UUID] | None = None
) -> list[Project]:
    """Begin the won proposals of a closed round, all of them or those named, under the rules that hold in its area.

    Raises NotFound, NotYourCall, RoundNotClosed, NothingToBegin, BadDays.
    """
    call = rounds.call(viewer=actor, call_id=call_id)
    ventures.require_runs(actor, call)
    _require_plan(plan)
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call.pk)
        if call.state != "closed" or call.imported:
            raise RoundNotClosed
        waiting = Proposal.objects.filter(call=call, state="won", project=None).order_by("number")
        if proposal_ids is not None:
            waiting = waiting.filter(pk__in=proposal_ids)
        rules = in_force(area=call.area)
        begun = [_begin(actor, proposal, plan, rules, at) for proposal in waiting]
        if not begun:
            raise NothingToBegin
    return begun


def _begin(actor: Actor, proposal: Proposal, plan: Plan, rules: Standing, at: datetime) -> Project:
    made = Project.objects.create(
        proposal=proposal,
        community=proposal.community or proposal.call.area,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        midterm_due=_midterm_day(plan, rules.content),
        completion_due=plan.ends_on + timedelta(days=rules.content["completion_days"]),
        rules=rules.content,
        rules_area=rules.area,
        rules_version=rules.version,
        begun_by_id=actor.person_id,
        synthetic=proposal.synthetic,
        created_at=at,
    )
    told = {"starts_on": plan.starts_on.isoformat(), "ends_on": plan.ends_on.isoformat(), "rules": rules.version}
    note(actor, "project.begin", made, told, at)
    telling.tell_begun(actor=actor, project=made, at=at)
    return made


def _midterm_day(plan: Plan, rules: Mapping[str, Any]) -> date | None:
    """Give the day of the mid-term report, at a share of the run; None where the area asks for none."""
    if not rules["midterm"]:
        return None
    return plan.starts_on + timedelta(days=(plan.ends_on - plan.starts_on).days * rules["midterm_percent"] // 100)


def _require_plan(plan: Plan) -> None:
    require_year(plan.starts_on, "starts_on")
    require_year(plan.ends_on, "ends_on")
    if not timedelta(days=1) <= plan.ends_on - plan.starts_on <= LONGEST_RUN:
        raise BadDays(_("The end lies at least one day and at most three years after the beginning."), field="ends_on")


def change_days(
    *, actor: Actor, project_id: UUID, version: int, ends_on: date, midterm_due: date | None, completion_due: date,
    at: datetime,
) -> Project:  # fmt: skip
    """Move the end of a project and what is due with it, as who runs the round.

    Raises NotFound, NotYourRound, OwnProject, StaleProject, BadDays, ProjectOver.
    """
    with transaction.atomic():
        found = locked_project(project_id=project_id)
        policies.require_runs(actor, found)
        require_open(found)
        if version != found.version:
            raise StaleProject
        new = {"ends_on": ends_on, "midterm_due": midterm_due, "completion_due": completion_due}
        if (midterm_due is None) != (found.midterm_due is None):
            raise BadDays(_("Whether there is a mid-term report is fixed by the rules of its beginning."),
                          field="midterm_due")  # fmt: skip
        for field, day in new.items():
            if day is not None and not found.starts_on < require_year(day, field) <= found.starts_on + LONGEST_RUN:
                raise BadDays(field=field)
        told = {"fields": differences({field: getattr(found, field) for field in new}, new)}
        for field, day in new.items():
            setattr(found, field, day)
        saved(found)
        note(actor, "project.days", found, told, at)
    return found


class ProjectOver(Conflict):
    """The project is graduated, ended or terminated."""

    code = "project_over"
    message = _("This project is over; its record stays as it is.")


def require_open(project: Project) -> None:
    """Refuse a change to a project that is over."""
    if project.state in OVER:
        raise ProjectOver


def assign_mentor(*, actor: Actor, project_id: UUID, person_id: UUID, at: datetime) -> Project:
    """Give a project into the care of somebody with a role over its community, as who runs the round.

    Raises NotFound, NotYourRound, OwnProject, ProjectOver, NoSuchMentor.
    """
    with transaction.atomic():
        found = locked_project(project_id=project_id)
        policies.require_runs(actor, found)
        require_open(found)
        person = next((one for one in mentors(project=found, at=at) if one.pk == person_id), None)
        if person is None:
            raise NoSuchMentor(field="person")
        found.mentor = person
        saved(found)
        note(actor, "project.mentor", found, {}, at)
        telling.tell_assigned(actor=actor, project=found, at=at)
    return found


def write_rules(*, actor: Actor, area: str, content: Mapping[str, Any], at: datetime) -> Rules:
    """Write the next version of an area's rules; projects that were begun keep theirs.

    Raises NotYourRound, NotFound, BadRules.
    """
    policies.require_manages(actor, area)
    if area:
        places.area(code=area, at=at)
    given = _checked(content)
    with transaction.atomic():
        lock_name(f"projects.rules.{area}")
        last = Rules.objects.filter(area=area).order_by("-version").values_list("version", flat=True).first() or 0
        made = Rules.objects.create(
            area=area, version=last + 1, content=given, written_by_id=actor.person_id, created_at=at
        )
        record(actor=actor, verb="projects.rules.write", subject=made, area=area, change={"version": last + 1}, at=at)
    return made


def _checked(content: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"midterm": bool(content.get("midterm", True))}
    for name in DAYS:
        value = content.get(name, EXAMPLE[name])
        least, most = (
            (1, 9) if name == "reviewers" else (0, 100) if name in ("pass_mark", "midterm_percent") else (0, 400)
        )
        if name in ("ruling_days", "settle_days", "visit_days"):
            least = 1
        if type(value) is not int or not least <= value <= most:
            raise BadRules(_("Write a whole number from %(least)s to %(most)s."), field=name, least=least, most=most)
        found[name] = value
    for kind in ("midterm_criteria", "completion_criteria"):
        found[kind] = _criteria(content.get(kind, EXAMPLE[kind]), kind)
    return found


def _criteria(rows: Any, field: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for place, row in enumerate(rows, 1):
        name, anchors = (" ".join(str(row.get(part, "")).replace("\x00", "").split()) for part in ("name", "anchors"))
        weight = row.get("weight")
        if not name or len(name) > 80 or len(anchors) > 300 or type(weight) is not int or not 1 <= weight <= 100:
            raise BadRules(field=field)
        made.append(
            {"key": str(row.get("key") or f"c{place}")[:20], "name": name, "weight": weight, "anchors": anchors}
        )
    keys = {one["key"] for one in made}
    if not 1 <= len(made) <= MOST_CRITERIA or len(keys) != len(made) or sum(one["weight"] for one in made) != 100:
        raise BadRules(field=field)
    return made
