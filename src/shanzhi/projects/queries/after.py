"""What a project has beside its own course: its money, and the organisation that grew out of it."""

from __future__ import annotations

from dataclasses import dataclass

from shanzhi.funding.models import Grant
from shanzhi.funding.queries import GrantFigures, grant_figures
from shanzhi.kernel.actor import Actor
from shanzhi.organizations.models import FilingApplication
from shanzhi.projects import policies
from shanzhi.projects.models import Project
from shanzhi.projects.operations.filing import GROWN, ORIGIN


@dataclass(frozen=True, slots=True)
class After:
    """The grant with its figures, the application for filing (insiders see it until it is filed), may one file."""

    grant: Grant | None
    figures: GrantFigures | None
    application: FilingApplication | None
    filed: bool
    may_file: bool


def after_of(*, viewer: Actor, found: Project) -> After:
    """Gather what stands beside a project's course, in three queries at most."""
    grant = Grant.objects.filter(proposal=found.proposal_id).exclude(state="draft").first()
    figures = grant_figures([grant])[grant.pk] if grant is not None else None
    rows = FilingApplication.objects.select_related("organization").filter(origin_kind=ORIGIN, origin_id=found.pk)
    application = rows.order_by("-created_at").first()
    filed = application is not None and application.state == "filed"
    inside = policies.reads_inside(viewer, found)
    may_file = application is None and found.state in GROWN and viewer.signed_in and policies.writes(viewer, found)
    return After(grant, figures, application if filed or inside else None, filed, may_file)
