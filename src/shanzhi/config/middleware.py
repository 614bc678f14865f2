"""What is done for every request, whatever the room."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shanzhi.audit.operations import request_id as request_of_events
from shanzhi.config import logs, metrics
from shanzhi.config.problems import API, not_allowed, refused, too_large, without_length
from shanzhi.kernel.errors import Refusal
from shanzhi.ui.methods import methods_of

Answer = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger(__name__)
_plain_log: Final = logging.getLogger(__name__)

SAFE_ID: Final = re.compile(r"[0-9A-Za-z-]{8,64}")
CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
STATIC: Final = "static"
ABOUT_THE_API: Final = frozenset({"openapi-json", "api-root"})  # views of the package, which take any method
PERMISSIONS: Final = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"


def number_of(given: str) -> str:
    """Give the number of a request: the one that a proxy gave, if it can do no harm in a log, or a new one."""
    return given if SAFE_ID.fullmatch(given) else secrets.token_hex(8)


def bind(number: str) -> None:
    """Have all that is logged from now on name the request, and all events that are recorded."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=number)
    request_of_events.set(number)


def answered(*, method: str, route: str, status: int, elapsed: float) -> None:
    """Count an answered request and write its line; `elapsed` in seconds."""
    metrics.observe(method=method, route=route, status=status, elapsed=elapsed)
    tell = log.error if status >= 500 else log.debug if route == STATIC else log.info
    tell("answered", method=method, route=route, status=status, seconds=round(elapsed, 4))


def answered_well(*, method: str, route: str, elapsed: float) -> None:
    """Do the same for a request answered with 200, quickly: for ballots, of which thousands come in a minute."""
    metrics.observe(method=method, route=route, status=200, elapsed=elapsed)
    logs.tell(_plain_log, "answered", method=method, route=route, status=200, seconds=round(elapsed, 4))


class RequestIdentity:
    """Give each request an id and one moment, write one line about it and count it."""

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then tell the logs and the figures."""
        given = request.headers.get("X-Request-ID", "")
        number = number_of(given)
        request.request_id = number  # type: ignore[attr-defined]  # our own attributes on Django's request
        request.now = timezone.now()  # type: ignore[attr-defined]
        bind(number)
        started = time.perf_counter()
        response = self.get_response(request)
        if response.status_code == 405 and request.path_info.startswith(API):
            response = not_allowed(request, _known(response))
        response["X-Request-ID"] = number
        elapsed = time.perf_counter() - started
        answered(method=request.method or "", route=_route(request), status=response.status_code, elapsed=elapsed)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into its page or problem; note any other fault and leave it to Django."""
        if isinstance(exception, Refusal):
            return refused(request, exception)
        log.error("fault", exc_info=(type(exception), exception, exception.__traceback__))
        return None


def _route(request: HttpRequest) -> str:
    """The template of the address: few, and without what a visitor put into it."""
    if request.resolver_match:
        return request.resolver_match.route
    return STATIC if request.path_info.startswith(settings.STATIC_URL) else "unmatched"


def _known(response: HttpResponse) -> list[str]:
    """The methods that an address of the API knows, in the words of its answer; what it gives, it gives by HEAD too."""
    named = {word.strip() for word in response.headers.get("Allow", "").split(",")}
    return sorted(named | {"HEAD"} if "GET" in named else named)


class SafeHeaders:
    """Tell the browser to run and load nothing but our own files."""

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that no view may weaken."""
        response = self.get_response(request)
        response["Content-Security-Policy"] = CONTENT_POLICY
        response["Permissions-Policy"] = PERMISSIONS
        response.setdefault("Cache-Control", "no-store" if "Set-Cookie" in response.headers else "private, no-cache")
        return response


class Methods:
    """Refuse a method that a page does not take, before its view, and before a form's token, is looked at.

    The API knows the methods of its addresses itself, save that it takes HEAD for GET; the server drops the body.
    """

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and leave the method as it came for the logs."""
        asked = request.method
        response = self.get_response(request)
        request.method = asked
        return response

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Look at the method."""
        route = request.resolver_match
        if request.path_info.startswith(API) and (route is None or route.url_name not in ABOUT_THE_API):
            if request.method == "HEAD":
                request.method = "GET"
            return None
        methods = methods_of(view)
        return None if request.method in methods else not_allowed(request, methods)


class BodyLimit:
    """Refuse a body larger than this site takes, before any of it is read; last in the chain, so that words are known.

    Django's own limit leaves uploaded files out. Of a body that declares no length Django reads nothing, so that a form
    would look as if it came without its token.
    """

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the declared length."""
        if _undeclared(request):
            return without_length(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.LARGEST_BODY:
            return too_large(request)
        return self.get_response(request)


def _undeclared(request: HttpRequest) -> bool:
    """Whether a body comes whose length was not declared; HTTP/2 has no header for that, so its first byte tells."""
    if "CONTENT_LENGTH" not in request.META and request.META.get("SERVER_PROTOCOL") == "HTTP/2":
        return bool(request.META["wsgi.input"].read(1))
    return "HTTP_TRANSFER_ENCODING" in request.META
