"""The short way of good ballots: what is in order is answered at once, everything else goes the whole way.

On the evening of a close thousands vote within minutes, and the whole chain of middleware costs a ballot more than all
that it needs. So a request that casts a ballot is tried here first: allowed host, CSRF token and Origin, session,
account, body, then the one operation `cast`. Whatever is missing or refused, this lane gives no answer of its own; the
request goes to the whole chain with its body unread, and that chain refuses it in words. So the two cannot disagree.
"""

from __future__ import annotations

import json
import re
import time
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
from django.urls import resolve
from django.utils import timezone
from django.utils.module_loading import import_string

from shanzhi.config import database
from shanzhi.config.middleware import answered_well, bind, number_of
from shanzhi.people.sessions import voter_behind
from shanzhi.voting import operations
from shanzhi.voting.api import BallotIn

ADDRESS: Final = re.compile(
    r"/api/v1/voting/polls/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/ballot"
)
SAMPLE: Final = "/api/v1/voting/polls/00000000-0000-4000-8000-000000000001/ballot"
RECEIPT: Final = "A" * 24
LARGEST: Final = 64 * 1024  # bytes of a body; a larger one may still be good, but is no hurry
LONGEST: Final = 400  # characters of the headers that the memory of manners is keyed by
IDENTITY: Final = "shanzhi.config.middleware.RequestIdentity"
CONSIDERED: Final = ("HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_ACCEPT_LANGUAGE")
# A thread keeps its connection for the next ballot when the pool has one for each; a page on it gives it back first.
KEPT: Final = settings.DATABASE_FOR_EACH_THREAD
Headers = tuple[tuple[str, str], ...]


class Unfit(Exception):
    """This request is not for the lane."""


class QuietCsrf(CsrfViewMiddleware):
    """Django's check, but without words: the whole chain says them."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponseForbidden()


_csrf: Final = QuietCsrf(lambda _request: HttpResponse())


def _body_of(receipt: str) -> bytes:
    """Write the answer; every receipt is of one length, and so every answer."""
    return b'{"receipt": "%s"}' % receipt.encode()


def _sample(request: HttpRequest) -> HttpResponse:
    """Answer as the view does, having looked at the session."""
    request.session.accessed = True
    return HttpResponse(_body_of(RECEIPT), content_type="application/json; charset=utf-8")


@lru_cache(maxsize=256)
def manners(scheme: str, language: str | None, *given: str | None) -> Headers | None:
    """Give the headers that the middleware in `settings` puts on a receipt, asked once for each kind of visitor.

    Nothing when the middleware answers otherwise: a host that is not ours, a way that is not secure.
    """
    environ: dict[str, Any] = {"REQUEST_METHOD": "PUT", "PATH_INFO": SAMPLE, "wsgi.url_scheme": scheme}
    environ |= {"wsgi.input": BytesIO(), "SERVER_NAME": "unnamed.invalid", "SERVER_PORT": "80"}
    environ |= {name: value for name, value in zip(CONSIDERED, given, strict=True) if value is not None}
    request = WSGIRequest(environ)
    if language is not None:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
    chain: Any = _sample
    for name in reversed(settings.MIDDLEWARE):
        if name != IDENTITY:
            chain = import_string(name)(chain)
    try:
        response = chain(request)
    except SuspiciousOperation:
        return None
    return tuple(response.items()) if response.status_code == 200 and not response.cookies else None


@lru_cache(maxsize=1)
def _route() -> str:
    """The route's template, as figures and logs name it."""
    return resolve(SAMPLE).route


class BallotLane:
    """A WSGI application around another: casts good ballots itself."""

    def __init__(self, whole: WSGIApplication) -> None:
        """Take the application that answers everything else."""
        self._whole = whole

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer a good ballot, or let the whole application answer."""
        if environ["REQUEST_METHOD"] == "PUT" and (match := ADDRESS.fullmatch(environ["PATH_INFO"])):
            started = time.perf_counter()
            number = number_of(environ.get("HTTP_X_REQUEST_ID", ""))
            bind(number)
            try:
                headers, receipt = _cast(environ, UUID(match[1]))
            except Exception as error:  # noqa: BLE001 - whatever it is, the whole chain meets it again, answers and logs it
                close_old_connections()
                if database.away(error):  # a connection kept from before a restart, as all in the pool may be
                    database.mend()
                return self._whole(environ, start_response)
            if not KEPT:
                close_old_connections()
            answered_well(method="PUT", route=_route(), elapsed=time.perf_counter() - started)
            start_response("200 OK", [*headers, ("X-Request-ID", number)])
            return [_body_of(receipt)]
        return self._whole(environ, start_response)


def _cast(environ: WSGIEnvironment, poll_id: UUID) -> tuple[Headers, str]:
    """Cast the ballot of a request in which all is in order; raises otherwise, with the body as if unread."""
    body = _read(environ)
    request = WSGIRequest(environ)
    now = timezone.now()
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    kind = (environ["wsgi.url_scheme"], language, *(environ.get(name) for name in CONSIDERED))
    if environ.get("SCRIPT_NAME") or "HTTP_HOST" not in environ or sum(len(part or "") for part in kind) > LONGEST:
        raise Unfit
    headers = manners(*kind)
    _csrf.process_request(request)
    if headers is None or _csrf.process_view(request, _sample, (), {}) is not None:
        raise Unfit
    ballot = BallotIn.model_validate(json.loads(body))
    voter = voter_behind(request.COOKIES[settings.SESSION_COOKIE_NAME], at=now)
    if voter is None or (ballot.choices and ballot.points):
        raise Unfit
    made = operations.cast(
        actor=voter,
        poll_id=poll_id,
        choices=ballot.points or ballot.choices,
        key=environ["HTTP_IDEMPOTENCY_KEY"],
        at=now,
    )
    return headers, made.receipt


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
