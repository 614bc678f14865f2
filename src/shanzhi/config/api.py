"""The typed API at /api/v1/: each room's router under the room's name, one manner of errors, one way to sign in."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import APIKeyCookie

from shanzhi.config.problems import NOT_FOUND, csrf_failed, problem, refused
from shanzhi.config.settings import ROOMS
from shanzhi.kernel.errors import Refusal

VERSION: Final = "1.0.0"
ABOUT: Final = (
    "The same operations and queries as the pages, for the same roles. Sign in on the pages; a request that changes "
    "something also needs the header X-CSRFToken. Errors are application/problem+json with `code`, `detail`, `errors` "
    "and `request_id`."
)


PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "An error (RFC 9457) in the language asked for; `request_id` is what the logs know it by.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "minLength": 1},
        "code": {"type": "string", "minLength": 1},
        "request_id": {"type": "string", "minLength": 8},
        "field": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {
                    "where": {"type": "array", "items": {"type": "string"}},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
ANSWER: Final = {
    "description": "What went wrong and what helps",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class House(NinjaAPI):
    """An API whose document names the one form of errors that every operation may answer."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Give the document, with the answer of errors in each operation."""
        document = super().get_openapi_schema(**given)
        document["components"]["schemas"]["Problem"] = PROBLEM
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = ANSWER
                operation["security"] = [{}, *operation.get("security", [])]  # nobody must sign in to ask
        return document


class Visitor(APIKeyCookie):
    """Whoever the session says, or nobody; what they may do is decided by the operation they call.

    Every route passes here, because the session's cookie goes along with forged requests too: the CSRF token is
    checked before anything else.
    """

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Let everybody through to the policies of the rooms."""
        return True


def _refusal(request: HttpRequest, error: Refusal | type[Refusal]) -> HttpResponse:
    assert isinstance(error, Refusal)  # a handler gets instances; the wider type is ninja's
    return refused(request, error)


def _invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    assert isinstance(error, ValidationError)
    # What was sent is not repeated: it may be personal.
    errors = [
        {"where": [str(part) for part in e.get("loc", ())], "message": str(e.get("msg", ""))} for e in error.errors
    ]
    message = _("What was sent does not fit this address. `errors` names the parts to correct.")
    return problem(request, status=422, message=message, code="invalid", errors=errors)


def _missing(request: HttpRequest, error: Http404 | type[Http404]) -> HttpResponse:
    return problem(request, status=404, message=_(NOT_FOUND), code="not_found")


def _http(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    assert isinstance(error, HttpError)
    if error.status_code == 403 and "CSRF" in str(error):
        return csrf_failed(request)
    if error.status_code == 400:  # ninja's own words are English, and say no more
        message = _("What was sent is no JSON text in UTF-8. Correct it and send it again.")
        return problem(request, status=400, message=message, code="not_json")
    return problem(request, status=error.status_code, message=str(error), code="http")


def build() -> NinjaAPI:
    """Put the API together from the rooms that have one."""
    made = House(
        title="Shanzhi", version=VERSION, description=ABOUT, auth=Visitor(), docs_url=None, urls_namespace="api"
    )
    made.add_exception_handler(Refusal, _refusal)
    made.add_exception_handler(ValidationError, _invalid)
    made.add_exception_handler(Http404, _missing)
    made.add_exception_handler(HttpError, _http)
    for room in sorted(ROOMS):
        if find_spec(f"shanzhi.{room}.api"):
            made.add_router(f"/{room}", import_module(f"shanzhi.{room}.api").router)
    return made


api = build()
