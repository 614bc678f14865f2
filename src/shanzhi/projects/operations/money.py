"""What the course of a project does to its grant: conditions met, payments stopped and taken up again.

A project may have no grant here; then nothing follows. The decision was made by who may decide on the project, so the
grant follows in the name of the system, with an event of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.funding import operations as funding
from shanzhi.funding.models import Grant
from shanzhi.funding.operations.grants import LONGEST_REASON
from shanzhi.funding.queries import grant_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.projects import policies
from shanzhi.projects.models import Project
from shanzhi.projects.operations.common import locked_project, note
from shanzhi.projects.queries.people import team_of

COURSE: Final = Actor.system("projects")


class GrantOpen(Conflict):
    """The grant of a terminated project still holds money."""

    code = "grant_open"
    message = _("Settle the grant first, so that what is left goes back to the fund; then record the settlement here.")


def open_grant(
    *, actor: Actor, project_id: UUID, fund_id: UUID, lines: Sequence[funding.Line], tranches: Sequence[funding.Part],
    custody: str, starts_on: date, ends_on: date, at: datetime,
) -> Grant:  # fmt: skip
    """Open the grant of a project, as who runs it and manages the fund; its team is the team of the project.

    Raises NotFound, NotYourRound, OwnProject, and what `funding.operations.open_grant` raises.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        policies.require_runs(actor, project)
        proposal = project.proposal
        made = funding.open_grant(
            actor=actor, fund_id=fund_id, proposal=proposal.pk, title=proposal.title, area=project.community,
            theme=proposal.theme, purpose=_brief(proposal.summary), lines=lines, tranches=tranches, custody=custody,
            starts_on=starts_on, ends_on=ends_on, round_id=proposal.call_id, round_title=proposal.call.title,
            team=list(team_of(project).order_by("pk").values_list("pk", flat=True)), synthetic=project.synthetic,
            at=at,
        )  # fmt: skip
        note(actor, "project.grant", project, {"grant": str(made.pk), "amount_fen": made.amount_fen}, at)
    return made


def _grant(project: Project, *states: str) -> Grant | None:
    found = grant_of(project.proposal_id)
    return found if found is not None and found.state in states else None


def reached(project: Project, condition: str, at: datetime) -> None:
    """Let tranches be paid that wait for a condition ("midterm", "completion"); inside the caller's transaction."""
    grant = _grant(project, "in_force")
    if grant is not None and grant.tranches.filter(condition=condition).exists():
        funding.meet_condition(actor=COURSE, proposal=project.proposal_id, condition=condition, at=at)


def stopped(project: Project, reason: str, at: datetime) -> None:
    """Pay nothing more of the grant; what was not paid goes back to the fund."""
    if _grant(project, "in_force") is not None:
        funding.stop(actor=COURSE, proposal=project.proposal_id, reason=_brief(reason), at=at)


def resumed(project: Project, reason: str, at: datetime) -> None:
    """Take payments up again, after a decision that did not hold."""
    if _grant(project, "stopped") is not None:
        funding.resume(actor=COURSE, proposal=project.proposal_id, reason=_brief(reason), at=at)


def _brief(reason: str) -> str:
    return " ".join(reason.split())[:LONGEST_REASON]


def require_settled(project: Project) -> None:
    """Refuse to call a project settled while its grant is not. Raises GrantOpen."""
    if _grant(project, "in_force", "stopped") is not None:
        raise GrantOpen
