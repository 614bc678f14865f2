"""Which accounts signed in on this device before, kept on the device itself in a signed cookie.

The cookie holds keyed marks of accounts and nothing else: without our key it tells nobody whose they are, and the
server keeps no list of devices for it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people import signals
from shanzhi.people.models import Account

COOKIE: Final = "device"
LASTS: Final = 2 * 365 * 24 * 60 * 60
MOST_ACCOUNTS: Final = 20
_SALT: Final = "shanzhi.people.devices"
_PENDING: Final = "_device_marks"


def _mark(account: Account) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{_SALT}{account.pk}".encode(), hashlib.sha256).hexdigest()[:24]


def _known(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT)
    except signing.BadSignature:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def note_sign_in(sender: Any, request: HttpRequest | None, user: Any, **_more: Any) -> None:
    """Tell higher rooms of a sign-in on a device where the account never signed in; its very first is no news.

    Runs before Django notes the time of the sign-in, so `last_login` is that of the one before.
    """
    if request is None or not isinstance(user, Account):
        return
    known, mine = _known(request), _mark(user)
    if mine in known:
        return
    setattr(request, _PENDING, [*known, mine][-MOST_ACCOUNTS:])
    if user.last_login is not None and user.person_id is not None:
        actor = Actor(person_id=user.person_id, account_id=user.pk)
        at = getattr(request, "now", None) or timezone.now()
        signals.signed_in_anew.send(Account, actor=actor, person_id=user.person_id, at=at)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Have the device keep the mark of the account that just signed in."""
    marks = getattr(request, _PENDING, None)
    if marks:
        response.set_cookie(
            COOKIE,
            signing.dumps(marks, salt=_SALT),
            max_age=LASTS,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def watch() -> None:
    """Be told of every sign-in."""
    user_logged_in.connect(note_sign_in, dispatch_uid=_SALT)
