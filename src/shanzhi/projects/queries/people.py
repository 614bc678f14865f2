"""Who could look after a project, and who is told of what is due in it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from shanzhi.kernel.areas import ancestors_of
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person, RoleGrant
from shanzhi.projects.lifecycle import MANAGERS, MENTORS
from shanzhi.projects.models import Project
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.telling import teams


def team_of(project: Project) -> QuerySet[Person]:
    """Give the team of a project."""
    return Person.objects.filter(pk__in=teams(Proposal.objects.filter(pk=project.proposal_id)))


def _holders(project: Project, roles: frozenset[Role], code: str, at: datetime) -> QuerySet[Person]:
    place = Q(role__in=roles, area__in=("", *ancestors_of(code), code), organization__isnull=True)
    operator = project.proposal.call.operator_organization
    if operator is not None:
        place |= Q(role=Role.OPERATOR, organization=operator)
    holds = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    holders = RoleGrant.objects.filter(holds, place).values("person")
    return Person.objects.filter(pk__in=holders).exclude(pk__in=team_of(project).values("pk"))


def mentors(*, project: Project, at: datetime) -> list[Person]:
    """List who could look after a project: by a role over its community or as its operator, the team left out."""
    return list(_holders(project, MENTORS, project.community, at).filter(merged_into=None).order_by("id")[:200])


def runners(*, project: Project, at: datetime) -> QuerySet[Person]:
    """Give who runs the round of a project, the team left out."""
    return _holders(project, MANAGERS, project.proposal.call.area, at)
