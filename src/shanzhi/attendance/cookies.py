"""What lets a phone show a leader's list without a network, for 48 hours, and has sign-out remove it from there.

A copy that is too old to be shown goes when the phone next opens a list; until then it lies there. So that sign-out
removes it also then, a second cookie stands as long as browsers keep any.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

COOKIE: Final = "attendance_list"
KEPT: Final = timedelta(hours=48)
COPIES: Final = "attendance_copies"
COPIES_KEPT: Final = timedelta(days=400)
"""The longest that browsers keep a cookie (RFC 6265bis, 5.5)."""


class ForgetLists:
    """Lead whoever signs out on a phone with a list to the page that removes it from there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; only the answer to a sign-out is changed."""
        answer = self.get_response(request)
        kept = {COOKIE, COPIES} & request.COOKIES.keys() and request.method == "POST" and answer.status_code == 302
        if kept and request.path == reverse("account_logout"):
            answer.delete_cookie(COOKIE)
            answer.delete_cookie(COPIES)
            answer["Location"] = reverse("attendance:forget")
        return answer
