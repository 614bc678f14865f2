"""What a project has beside its own course: its money, and the organisation that grew out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shanzhi.funding import queries as funding
from shanzhi.funding.models import Grant
from shanzhi.kernel.actor import Actor
from shanzhi.organizations import queries as organizations
from shanzhi.projects import policies
from shanzhi.projects.lifecycle import GROWN
from shanzhi.projects.models import Project
from shanzhi.projects.queries.granting import may_grant, seen_grant_of


@dataclass(frozen=True, slots=True)
class After:
    """The grant with its figures, what was filed out of the project, and whether the viewer may begin to file.

    `grant` is what everybody sees; `seen` the same, or its draft, where the viewer works with it: of the team
    (`of_team`) or at the desk. `may_grant`: there is none yet, and the viewer may open one.
    """

    grant: Grant | None
    figures: funding.GrantFigures | None
    grown: organizations.Grown
    may_file: bool
    seen: Grant | None = None
    of_team: bool = False
    may_grant: bool = False


def after_of(*, viewer: Actor, found: Project, at: datetime) -> After:
    """Gather what stands beside a project's course, in eight queries at most."""
    grant = funding.grant_of(found.proposal_id)
    figures = funding.grant_figures([grant])[grant.pk] if grant is not None else None
    grown = organizations.grown_from(viewer=viewer, origin=found.origin, at=at)
    may_file = not grown.begun and found.state in GROWN and viewer.signed_in and policies.writes(viewer, found)
    seen = seen_grant_of(viewer=viewer, proposal=found.proposal_id) if viewer.signed_in else None
    return After(
        grant, figures, grown, may_file, seen, policies.of_team(viewer, found),
        may_grant=grant is None and seen is None and viewer.signed_in and may_grant(viewer, found),
    )  # fmt: skip
