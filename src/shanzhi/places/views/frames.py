"""What the pages with forms share: the right to be there, one send that counts once, refusals beside their fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.places import policies, queries
from shanzhi.places.models import Area
from shanzhi.ui.forms import PageForm, apply_refusal, idempotency_key
from shanzhi.work.operations import once


def open_area(request: HttpRequest, code: str, roles: Callable[[Area], frozenset[Any]]) -> list[Area]:
    """Give the way down to an area that the visitor may change now, the area last. Raises NotFound, Forbidden."""
    queries.area(code=code, at=request.now)  # type: ignore[attr-defined]  # set by the middleware
    steps = queries.path(code)
    policies.require(request.actor, roles(steps[-1]), code)  # type: ignore[attr-defined]  # set by the middleware
    return steps


def sent(request: HttpRequest) -> QueryDict | None:
    """Give what was sent, even when that is nothing; None while the form is only looked at."""
    return request.POST if request.method == "POST" else None


def answer_form(
    request: HttpRequest,
    form: PageForm,
    act: Callable[[Any], str],
    context: dict[str, Any],
    *,
    done: str,
    template: str = "places/form.html",
) -> HttpResponse:
    """Show a form, or do what it asks and go on.

    `act` takes the form and gives the address to go to; the same send twice is done once. A refusal stands beside its
    field, and what was typed stays; one about the right to be here becomes the error page, unless it is about a field.
    """
    if request.method == "POST" and form.is_valid():
        try:
            answer = once(
                actor=request.actor,  # type: ignore[attr-defined]  # set by the middleware
                operation=request.resolver_match.view_name.replace(":", ".") if request.resolver_match else "places",
                key=idempotency_key(request),
                request=_request(request),
                at=request.now,  # type: ignore[attr-defined]  # set by the middleware
                run=lambda: {"to": act(form)},
            )
        except Refusal as refusal:
            if isinstance(refusal, Forbidden | NotFound | SignInNeeded) and refusal.field not in form.fields:
                raise
            apply_refusal(form, refusal)
        else:
            messages.success(request, done)
            return redirect(answer["to"])
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)


def _request(request: HttpRequest) -> dict[str, Any]:
    """Give what tells one send from another: all values of each field, and the bytes of the files by their digests."""
    content = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    files = {name: [_digest(one) for one in rows] for name, rows in request.FILES.lists()}
    return {"path": request.path, "sent": content, **({"files": files} if files else {})}


def _digest(file: Any) -> str:
    found = digest_bytes(file.read())
    file.seek(0)
    return found
