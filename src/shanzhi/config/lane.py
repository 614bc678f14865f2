"""The short way of good ballots, transfers and check-ins: those are answered at once, all else goes the whole way.

On the evening of a close thousands vote within minutes, and the whole chain of middleware costs a ballot more than all
that it needs. So a request that casts a ballot, moves an amount in a book, or signs in at the gate of an activity, is
tried here first: allowed host, CSRF token and Origin, body, session, account, then the one operation (`config.ways`).
Whatever is missing or refused, this lane gives no answer of its own; the request goes to the whole chain with its body
unread, and that chain refuses it in words. So the two cannot disagree.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import lru_cache
from io import BytesIO
from typing import Any, Final
from uuid import UUID
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.module_loading import import_string

from shanzhi.config import database
from shanzhi.config.middleware import answered_well, bind, number_of
from shanzhi.config.ways import WAYS, Asked, Unfit, Way

LARGEST: Final = 64 * 1024  # bytes of a body; a larger one may still be good, but is no hurry
LONGEST: Final = 400  # characters of the headers that the memory of manners is keyed by
IDENTITY: Final = "shanzhi.config.middleware.RequestIdentity"
CONSIDERED: Final = ("HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_ACCEPT_LANGUAGE")
# A thread keeps its connection for the next ballot when the pool has one for each; a page on it gives it back first.
KEPT: Final = settings.DATABASE_FOR_EACH_THREAD
Headers = tuple[tuple[str, str], ...]


class QuietCsrf(CsrfViewMiddleware):
    """Django's check, but without words: the whole chain says them."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponseForbidden()


def _unasked(_request: HttpRequest) -> HttpResponse:
    """Stand for the view, which the check wants to know."""
    return HttpResponse()


_csrf: Final = QuietCsrf(_unasked)


def _sample(way: Way) -> Callable[[HttpRequest], HttpResponse]:
    """Give a view that answers as the way's own does, having looked at the session."""

    def view(request: HttpRequest) -> HttpResponse:
        request.session.accessed = True
        return HttpResponse(way.sample, content_type="application/json; charset=utf-8")

    return view


@lru_cache(maxsize=256)
def manners(way: Way, scheme: str, language: str | None, *given: str | None) -> Headers | None:
    """Give the headers that the middleware in `settings` puts on such an answer, asked once for each kind of visitor.

    Nothing when the middleware answers otherwise: a host that is not ours, a way that is not secure.
    """
    environ: dict[str, Any] = {"REQUEST_METHOD": way.method, "PATH_INFO": way.path, "wsgi.url_scheme": scheme}
    environ |= {"wsgi.input": BytesIO(), "SERVER_NAME": "unnamed.invalid", "SERVER_PORT": "80"}
    environ |= {name: value for name, value in zip(CONSIDERED, given, strict=True) if value is not None}
    request = WSGIRequest(environ)
    if language is not None:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
    chain: Any = _sample(way)
    for name in reversed(settings.MIDDLEWARE):
        if name != IDENTITY:
            chain = import_string(name)(chain)
    try:
        response = chain(request)
    except SuspiciousOperation:
        return None
    return tuple(response.items()) if response.status_code == 200 and not response.cookies else None


class ShortLane:
    """A WSGI application around another: answers what is good on a short way (`config.ways`) itself."""

    def __init__(self, whole: WSGIApplication) -> None:
        """Take the application that answers everything else."""
        self._whole = whole

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer a good ballot, or let the whole application answer."""
        path = environ["PATH_INFO"]
        for way in WAYS:
            if environ["REQUEST_METHOD"] == way.method and (match := way.address.fullmatch(path)):
                return self._answer(way, UUID(match[1]), environ, start_response)
        return self._whole(environ, start_response)

    def _answer(self, way: Way, thing: UUID, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        started = time.perf_counter()
        number = number_of(environ.get("HTTP_X_REQUEST_ID", ""))
        bind(number)
        try:
            headers, body = _act(way, thing, environ)
        except Exception as error:  # noqa: BLE001 - whatever it is, the whole chain meets it again, answers and logs it
            close_old_connections()
            if database.away(error):  # a connection kept from before a restart, as all in the pool may be
                database.mend()
            return self._whole(environ, start_response)
        if not KEPT:
            close_old_connections()
        answered_well(method=way.method, route=way.route, elapsed=time.perf_counter() - started)
        start_response("200 OK", [*headers, ("X-Request-ID", number)])
        return [body]


def _act(way: Way, thing: UUID, environ: WSGIEnvironment) -> tuple[Headers, bytes]:
    """Do what a request asks in which all is in order; raises otherwise, with the body as if unread."""
    body = _read(environ)
    request = WSGIRequest(environ)
    now = timezone.now()
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    kind = (environ["wsgi.url_scheme"], language, *(environ.get(name) for name in CONSIDERED))
    if environ.get("SCRIPT_NAME") or "HTTP_HOST" not in environ or sum(len(part or "") for part in kind) > LONGEST:
        raise Unfit
    headers = manners(way, *kind)
    _csrf.process_request(request)
    if headers is None or _csrf.process_view(request, _unasked, (), {}) is not None:
        raise Unfit
    given, key = way.read(json.loads(body)), environ.get("HTTP_IDEMPOTENCY_KEY", "")
    answer = way.answer(Asked(request.COOKIES[settings.SESSION_COOKIE_NAME], thing, given, key, now, copy_context()))
    if answer is None:
        raise Unfit
    return headers, answer


def _read(environ: WSGIEnvironment) -> bytes:
    """Read the body and put it back for whoever reads it next."""
    length = int(environ.get("CONTENT_LENGTH") or LARGEST + 1)
    if not 0 < length <= LARGEST:
        raise Unfit
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(body)
    if len(body) != length:
        raise Unfit
    return body
