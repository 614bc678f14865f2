"""The staff's forms that add areas and change their codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.places import forms, operations, policies
from shanzhi.places.models import Area
from shanzhi.places.views.frames import answer_form, open_area, sent
from shanzhi.places.views.words import crumbs, today
from shanzhi.ui.forms import PageForm
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Crumb


def _url(code: str) -> str:
    return reverse("places:area", args=[code])


def form_context(steps: list[Area], heading: str, lead: str, button: str, *, danger: bool = False) -> dict[str, Any]:
    """Give what a form's page says; the area is the last of the steps."""
    return {
        "heading": heading,
        "lead": lead,
        "button": button,
        "kind": "danger" if danger else "main",
        "back": _url(steps[-1].code),
        "area": steps[-1],
        "crumbs": crumbs(steps, Crumb(heading)),
    }


def _changing(
    request: HttpRequest,
    code: str,
    form: Callable[..., PageForm],
    act: Callable[[Any], str],
    words: tuple[str, str, str],
    *,
    initial: dict[str, Any] | None = None,
    danger: bool = False,
) -> HttpResponse:
    """Show one of the forms that change a code."""
    steps = open_area(request, code, policies.changers)
    filled = form(sent(request), initial={"on": today(request), **(initial or {})})
    heading, lead, button = words
    context = form_context(steps, heading, lead % {"name": steps[-1].name}, button, danger=danger)
    return answer_form(request, filled, act, context, done=_("The change is recorded."))


@form_page
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Add a grid, building or entrance."""
    steps = open_area(request, code, lambda _area: policies.LOCAL)

    def act(form: Any) -> str:
        made = operations.add_local(parent=code, name=form.cleaned_data["name"], **acting(request))
        return _url(made.code)

    lead = _("It gets the next free number below %(name)s.") % {"name": steps[-1].name}
    context = form_context(steps, _("Add an area below"), lead, _("Add"))
    return answer_form(request, forms.AddForm(sent(request)), act, context, done=_("The area is added."))


@form_page
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Rename an area."""

    def act(form: Any) -> str:
        operations.rename(code=code, name=form.cleaned_data["name"], **form.grounds(), **acting(request))
        return _url(code)

    words = (_("Rename"), _("%(name)s keeps its code; the former name stays in its history."), _("Rename"))
    return _changing(request, code, forms.RenameForm, act, words)


@form_page
def split(request: HttpRequest, code: str) -> HttpResponse:
    """Split an area."""

    def act(form: Any) -> str:
        operations.split(code=code, parts=form.cleaned_data["parts"], **form.grounds(), **acting(request))
        return _url(code)

    lead = _("The code of %(name)s ends unless one of the new areas keeps it. Old records lead to all new areas.")
    return _changing(request, code, forms.SplitForm, act, (_("Split"), lead, _("Split")), danger=True)


@form_page
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Merge an area with others."""

    def act(form: Any) -> str:
        data = form.cleaned_data
        change = operations.merge(codes=[code, *data["codes"]], into=data["into"], **form.grounds(), **acting(request))
        return _url(change.links.values_list("new", flat=True)[0])

    lead = _("%(name)s and the others end, and one area takes their place. Old records lead to it.")
    return _changing(request, code, forms.MergeForm, act, (_("Merge"), lead, _("Merge")), danger=True)


@form_page
def succeed(request: HttpRequest, code: str) -> HttpResponse:
    """Replace a code by another."""

    def act(form: Any) -> str:
        change = operations.succeed(code=code, into=form.cleaned_data["into"], **form.grounds(), **acting(request))
        return _url(change.links.values_list("new", flat=True)[0])

    lead = _("The code of %(name)s ends, and the new one takes its place. Old records lead to it.")
    return _changing(request, code, forms.SucceedForm, act, (_("Replace the code"), lead, _("Replace")), danger=True)


@form_page
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close an area without a successor."""

    def act(form: Any) -> str:
        operations.close_area(code=code, **form.grounds(), **acting(request))
        return _url(code)

    lead = _("The code of %(name)s ends and nothing takes its place. Its page and its records stay.")
    return _changing(request, code, forms.CloseForm, act, (_("Close the area"), lead, _("Close the area")), danger=True)
