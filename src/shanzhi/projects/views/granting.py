"""Opening the grant of a project with what is known of it filled in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.funding.forms import ProjectGrantForm
from shanzhi.places.views.frames import sent
from shanzhi.projects import operations, policies, queries
from shanzhi.projects.views import frames
from shanzhi.ui.http import Request, acting
from shanzhi.ui.methods import form_page


@login_required
@form_page
def grant(request: Request, project_id: UUID) -> HttpResponse:
    """Grant money to a project: lines, tranches and days start as awarded, the team is the project's."""
    found = queries.project(viewer=request.actor, project_id=project_id)
    policies.require_runs(request.actor, found)
    policies.require_grants(request.actor)

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        made = operations.open_grant(project_id=project_id, fund_id=UUID(given.pop("fund")), **given, **acting(request))
        return reverse("funding:desk_grant", args=[made.pk])

    funds = queries.funds_for(viewer=request.actor, found=found)
    lead = (
        _("Budget and days are those of the award, the team is the project's. Write the tranches as the round said.")
        if funds
        else _("No fund in your areas reaches this project. Set up a fund first, then come back.")
    )
    return frames.form_answer(
        request, ProjectGrantForm(sent(request), funds=funds, initial=queries.known_of(found)), act,
        heading=_("Grant money to the project"), lead=lead, button=_("Open the grant"), back=frames.project_url(found),
        done=_("The grant is open. Print the agreement and have it signed."),
        way=frames.crumbs(found, (_("Grant money to the project"), "")),
    )  # fmt: skip
