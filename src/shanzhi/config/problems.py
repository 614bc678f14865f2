"""Answers to what went wrong: a page for people, problem+json (RFC 9457) for programs, both with the request's id."""

import sys
from collections.abc import Sequence
from copy import copy
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore as SignedSession
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from shanzhi.config import database
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Refusal

API: Final = "/api/"
TITLES: Final = {
    400: gettext_lazy("The request could not be understood"),
    401: gettext_lazy("Sign in first"),
    403: gettext_lazy("This is not open to you"),
    404: gettext_lazy("There is nothing here"),
    405: gettext_lazy("This cannot be done at this address"),
    409: gettext_lazy("This cannot be done as things stand"),
    411: gettext_lazy("The length is missing"),
    413: gettext_lazy("This is too large"),
    422: gettext_lazy("Something needs correcting"),
    429: gettext_lazy("Too many attempts"),
    500: gettext_lazy("Something went wrong here"),
    503: gettext_lazy("The service is not ready"),
}
NOT_FOUND: Final = gettext_noop("There is no such page, or it is not open to you. Check the address, or sign in.")
BROKEN: Final = gettext_noop(
    "This is our fault, not yours; nothing was changed. Try again, and if it stays, tell us the number."
)

AWAY: Final = gettext_noop("The database does not answer just now. Nothing is lost. Try again in a few seconds.")
AWAY_UNSURE: Final = gettext_noop(
    "The database did not answer, so it is not certain that what you sent was kept. Send it again in a few seconds: "
    "it will not count twice."
)
FULL: Final = gettext_noop(
    "The disk of this site is full, so what you sent was not kept. Nothing from before is lost. Try again later, or "
    "tell the operator the number."
)
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def request_id(request: HttpRequest) -> str:
    """The number under which the logs know this request."""
    return str(getattr(request, "request_id", ""))


def problem(request: HttpRequest, *, status: int, message: str, code: str, **more: Any) -> JsonResponse:
    """Answer a program: `type`, `title`, `status`, `detail`, `code`, `request_id` and what `more` adds."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
        "request_id": request_id(request),
        **more,
    }
    return JsonResponse(
        body, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False}
    )


def page(request: HttpRequest, *, status: int, message: str, title: str = "") -> HttpResponse:
    """Answer a person. Should even the error page fail, plain words still come."""
    title = title or str(TITLES.get(status, HTTPStatus(status).phrase))
    again = request.get_full_path() if status == HTTPStatus.SERVICE_UNAVAILABLE and request.method == "GET" else ""
    context = {"status": status, "title": title, "message": message, "request_id": request_id(request), "again": again}
    try:
        return render(request, "ui/error.html", context, status=status)
    except Exception:  # noqa: BLE001 - the page may need the very thing that broke, such as the database
        text = f"{title}\n\n{message}\n\n{_('Request number')}: {request_id(request)}\n"
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def answer(request: HttpRequest, *, status: int, message: str, code: str, title: str = "", **more: Any) -> HttpResponse:
    """Answer in the manner of the address: problem+json under /api/, a page, of another title if given, elsewhere."""
    if request.path_info.startswith(API):
        response: HttpResponse = problem(request, status=status, message=message, code=code, **more)
    else:
        response = page(request, status=status, message=message, title=title)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(database.RETRY_AFTER)
    return response


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal in its own words."""
    more = {"field": refusal.field} if refusal.field else {}
    # Who only says that it conflicts, in no words of its own, came after somebody else.
    title = _("This was changed meanwhile") if refusal.message is Conflict.message else ""
    return answer(request, status=refusal.status, message=refusal.text, code=refusal.code, title=title, **more)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django could not accept, such as one that is too large."""
    status = 413 if type(exception).__name__ in {"RequestDataTooBig", "TooManyFilesSent"} else 400
    return answer(
        request, status=status, message=_("What was sent cannot be read. Go back and try again."), code="bad_request"
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer a body of which the declared length is too much."""
    message = _("What was sent is larger than the %(most)s MB that this site takes. Send a smaller file.") % {
        "most": settings.LARGEST_BODY // (1024 * 1024)
    }
    return answer(request, status=413, message=message, code="too_large")


def without_length(request: HttpRequest) -> HttpResponse:
    """Answer a body that comes in chunks, of which nobody knows how long it gets."""
    message = _(
        "What was sent does not say how long it is, so none of it was read. Send it in one piece with Content-Length, "
        "of at most %(most)s MB."
    ) % {"most": settings.LARGEST_BODY // (1024 * 1024)}
    return answer(request, status=411, message=message, code="length_required")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself forbids."""
    message = _("You may not do this. Sign in with the role that may, or ask the person in charge of your area.")
    return answer(request, status=403, message=message, code="forbidden")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token: too old, or not from our page."""
    message = _("This form is too old or did not come from this site. Reload the page and send it again.")
    return answer(request, status=403, message=message, code="csrf")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere, or nowhere this visitor may go."""
    code = "not_found" if isinstance(exception, Http404) else "gone"
    return answer(request, status=404, message=_(NOT_FOUND), code=code)


def not_allowed(request: HttpRequest, methods: Sequence[str]) -> HttpResponse:
    """Answer a method that an address does not take; `methods` are those that it takes."""
    allowed = ", ".join(methods)
    if request.method in SAFE and methods == ("POST",):
        message = _("There is no page at this address: it takes what a form sends. Go back and send the form again.")
    else:
        message = _("This address does not know that method; it knows: %(methods)s.") % {"methods": allowed}
    answered = answer(request, status=405, message=message, code="method_not_allowed")
    answered["Allow"] = allowed
    return answered


def without_database(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """Answer while the database is away or full; asks nothing of it, not even who this is."""
    database.mend()
    stranger = copy(request)
    stranger.user = AnonymousUser()
    stranger.actor = Actor.anonymous()  # type: ignore[attr-defined]  # our own attribute
    stranger.session = SignedSession()
    stranger._messages = []  # type: ignore[attr-defined]  # where Django keeps messages, which lie in the session
    if database.full(error):
        return answer(stranger, status=503, message=_(FULL), code="disk_full")
    message = AWAY if request.method in SAFE else AWAY_UNSURE
    return answer(stranger, status=503, message=_(message), code="database_away")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of ours; called while the exception is being handled."""
    error = sys.exc_info()[1]
    if database.away(error):
        return without_database(request, error)
    return answer(request, status=500, message=_(BROKEN), code="server_error")
