"""Who acts in a request, and at what moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_for, second_factor_due
from shanzhi.people.devices import remember
from shanzhi.people.models import Account
from shanzhi.people.operations.sessions import note_seen

# Where roles of staff are worked in: the desk, and the pages of jurors, who have none there.
WORK: Final = ("/desk/", "/juries/")


def actor_of(request: HttpRequest) -> Actor:
    """Give the actor behind a request's session as of the request's moment."""
    account: Any = request.user
    return actor_behind(account, request) if account.is_authenticated else Actor.anonymous()


def actor_behind(account: Account, request: HttpRequest) -> Actor:
    """Give the actor behind an account, which may not be signed in yet, as of the request's moment."""
    return actor_for(account=account, at=request.now)  # type: ignore[attr-defined]  # our own attribute


def moment(request: HttpRequest) -> datetime:
    """Give the moment of a request, the same for all that it does."""
    at: datetime = request.now  # type: ignore[attr-defined]  # our own attribute
    return at


class ActorMiddleware:
    """Set `request.actor`, worked out when first asked for, and `request.now` where nothing set it before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Prepare the request; pages that show nothing of the actor cost no query."""
        if not hasattr(request, "now"):
            request.now = timezone.now()  # type: ignore[attr-defined]  # our own attribute
        request.actor = SimpleLazyObject(partial(actor_of, request))  # type: ignore[attr-defined]  # our own attribute
        answer = self.get_response(request)
        session = getattr(request, "session", None)
        if session is not None and session.accessed:
            note_seen(session=session, at=request.now)  # type: ignore[attr-defined]  # our own attribute
        remember(request, answer)
        return answer

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Lead staff and jurors whose roles sleep from their work to where the second factor is set up."""
        if settings.SECOND_FACTOR != "demand" or not request.path.startswith(WORK) or not request.user.is_authenticated:
            return None
        if second_factor_due(account=request.user, at=request.now):  # type: ignore[attr-defined]  # ours
            return redirect("people:second_factor")
        return None
