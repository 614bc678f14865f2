"""The desk's templates for the themes of a call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import NotFound
from shanzhi.ui import forms as ui_forms
from shanzhi.ui import pieces
from shanzhi.ui.http import Request
from shanzhi.ui.methods import form_page
from shanzhi.ventures import operations, queries
from shanzhi.ventures.forms.templates import TemplateForm
from shanzhi.ventures.lifecycle import UNFROZEN
from shanzhi.ventures.models import Call
from shanzhi.ventures.views.desk_calls import part_url, tabs_of
from shanzhi.ventures.views.desk_frames import answer_form, desk_crumbs, run_call, sent


def _open(found: Call) -> bool:
    return not found.imported and found.state in (*UNFROZEN, "submission")


@login_required
def templates(request: Request, call_id: UUID) -> HttpResponse:
    """List the themes of a call, each with its template or without one."""
    found = run_call(request, call_id)
    written = {one.theme for one in queries.templates_of(viewer=request.actor, found=found)}
    path = reverse("ventures:desk_template", args=[found.pk])
    tasks = [
        pieces.Task(theme, f"{path}?{urlencode({'theme': theme})}", "done" if theme in written else "todo")
        for theme in found.themes
    ]
    context = {
        "call": found,
        "tabs": tabs_of(request, found, "desk_templates"),
        "tasks": tasks if _open(found) else [],
        "open": _open(found),
        "themes_url": part_url(found, "themes"),
        "crumbs": desk_crumbs(found, (_("Templates"), "")),
    }
    return render(request, "ventures/desk/templates.html", context)


@login_required
@form_page
def template(request: Request, call_id: UUID) -> HttpResponse:
    """Write the template of one theme."""
    found = run_call(request, call_id)
    theme = request.GET.get("theme", "")
    if theme not in found.themes:
        raise NotFound
    if not _open(found):
        raise operations.TemplatesOver
    row = next((one for one in queries.templates_of(viewer=request.actor, found=found) if one.theme == theme), None)
    back = reverse("ventures:desk_templates", args=[found.pk])

    def act(form: Any) -> str:
        operations.save_template(
            actor=request.actor,
            call_id=found.pk,
            theme=theme,
            version=ui_forms.version(request) or 0,
            given=form.given(),
            at=request.now,
        )
        return request.get_full_path() if "more" in request.POST else back

    form = TemplateForm(
        sent(request), initial=dict(row.content) if row else {}, categories=queries.category_choices(found)
    )
    context = {
        "call": found,
        "theme": theme,
        "version": ui_forms.version(request) or (row.version if row else 0),
        "crumbs": desk_crumbs(found, (_("Templates"), back), (theme, "")),
    }
    return answer_form(request, form, act, "ventures/desk/template.html", context, done=_("Saved."))
