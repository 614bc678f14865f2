"""What the desk's pages share: who may be there, one send that counts once, refusals beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.ui.forms import PageForm, apply_refusal, idempotency_key, is_autosave
from shanzhi.ui.http import Request
from shanzhi.ventures import policies, queries
from shanzhi.ventures.lifecycle import MANAGERS
from shanzhi.ventures.models import Call
from shanzhi.ventures.operations import BadValue
from shanzhi.work.operations import once

Crumbs = list[tuple[Any, str]]


def run_call(request: Request, call_id: UUID) -> Call:
    """Give a call to those who run it. Raises NotFound, NotYourCall."""
    found = queries.call(viewer=request.actor, call_id=call_id)
    policies.require_runs(request.actor, found)
    return found


def _reads(request: Request, call: Call) -> bool:
    """Tell whether the visitor is staff of a call's area, who read its desk though they may not run it."""
    return request.actor.holds(policies.READERS, call.area)


def read_call(request: Request, call_id: UUID) -> Call:
    """Give a call to staff of its area, who may read what its desk shows. Raises NotFound, NotYourCall."""
    found = queries.call(viewer=request.actor, call_id=call_id)
    if not _reads(request, found):
        policies.require_runs(request.actor, found)
    return found


def call_address(request: Request, call: Call) -> str:
    """Give a call's page at the desk to those who may open it, to others its public page."""
    opens = _reads(request, call) or queries.may_run(viewer=request.actor, found=call)
    return reverse("ventures:desk_call" if opens else "ventures:call", args=[call.pk])


def require_manager(request: Request) -> None:
    """Refuse who runs calls nowhere."""
    if not request.actor.areas(MANAGERS):
        raise Forbidden


def desk_crumbs(call: Call | None = None, *more: tuple[Any, str]) -> Crumbs:
    """Give the way from home over the desk to a page of a call."""
    crumbs: Crumbs = [(_("Home"), "/"), (_("Rounds at the desk"), reverse("ventures:desk_calls"))]
    if call is not None:
        crumbs.append((call.shown_title, reverse("ventures:desk_call", args=[call.pk])))
    crumbs += more
    crumbs[-1] = (crumbs[-1][0], "")
    return crumbs


def sent(request: Request) -> QueryDict | None:
    """Give what was sent, even when that is nothing; None while the form is only looked at."""
    return request.POST if request.method == "POST" else None


def run_once(request: Request, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do what a form asks, once for each time that it was opened; the same send again gets the first answer.

    A draft that saves itself comes again and again under the form's one key, so each such save has a key of its own.
    """
    key = str(uuid4()) if is_autosave(request) else idempotency_key(request)
    name = request.resolver_match.url_name if request.resolver_match else ""
    content = {key: request.POST.getlist(key) for key in request.POST if key != "csrfmiddlewaretoken"}
    return once(
        actor=request.actor,
        operation=f"ventures.page.{name}",
        key=key,
        request={"path": request.path, "sent": content},
        at=request.now,
        run=run,
    )


def put_refusal(form: PageForm, refusal: Refusal, answers: dict[str, str] | None = None) -> None:
    """Put a refusal beside the form's field that carries what it is about, or above the form."""
    if refusal.field and answers and answers.get(refusal.field) in form.fields:
        refusal.field = answers[refusal.field]
    apply_refusal(form, refusal)


def answer_form(
    request: Request,
    form: PageForm,
    act: Callable[[Any], str],
    template: str,
    context: dict[str, Any],
    *,
    done: Any = "",
) -> HttpResponse:
    """Show a form, or do what it asks and go on to the address that `act` gives.

    A refusal stands beside its field and what was typed stays; one about the right to be here becomes the error page,
    unless it is about a field.
    """
    status = 200
    if request.method == "POST":
        status = 200 if form.searching else 422
        if form.is_valid():
            try:
                answer = run_once(request, lambda: {"to": act(form)})
            except Refusal as refusal:
                if isinstance(refusal, Forbidden | NotFound | SignInNeeded) and refusal.field not in form.fields:
                    raise
                put_refusal(form, refusal)
                status = refusal.status
            else:
                if done:
                    messages.success(request, done)
                return redirect(answer["to"])
    return render(request, template, {"form": form, **context}, status=status)


def raise_problems(problems: Iterable[Any]) -> None:
    """Turn the first problem of a save into a refusal, so that nothing of a form is kept half."""
    for problem in problems:
        raise BadValue(problem.words, field=problem.field.split(".")[0])
