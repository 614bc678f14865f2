"""From a project that was completed to the filing of an organisation, filled in with what is known already."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden
from shanzhi.organizations import operations as organizations
from shanzhi.organizations import queries as registry
from shanzhi.organizations.models import FilingApplication, Purpose
from shanzhi.projects import policies
from shanzhi.projects.lifecycle import GROWN
from shanzhi.projects.operations.common import locked_project, note

LONGEST_NAME: Final = 100


class NotGrown(Conflict):
    """Only a completed project grows into an organisation."""

    code = "not_grown"
    message = _("An organisation can be filed from a project once it is completed.")


class FilingBegun(Conflict):
    """The project has an application."""

    code = "filing_begun"
    message = _("The filing of an organisation from this project is begun already. Go on with that application.")


def begin_filing(*, actor: Actor, project_id: UUID, at: datetime) -> FilingApplication:
    """Begin the filing of the organisation that grew out of a project, as somebody who writes for its team.

    Name, area, members and what it does come from the proposal and may be corrected in the draft. Raises NotFound,
    Forbidden, NotGrown, FilingBegun, and what `apply_for_filing` raises.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        if not policies.writes(actor, project):
            raise Forbidden
        if project.state not in GROWN:
            raise NotGrown
        origin = project.origin
        if registry.grown_from(viewer=actor, origin=origin, at=at).begun:
            raise FilingBegun
        proposal = project.proposal
        made = organizations.apply_for_filing(
            actor=actor, name=(proposal.team_name or proposal.title)[:LONGEST_NAME], purpose=Purpose.MUTUAL_HELP.value,
            area=project.community, members=proposal.members.count() or None, origin=origin,
            words=proposal.aims or proposal.summary, synthetic=project.synthetic, at=at,
        )  # fmt: skip
        note(actor, "project.file", project, {"application": str(made.pk)}, at)
    return made
