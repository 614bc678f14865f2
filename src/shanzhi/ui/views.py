"""The reader's preferences, and the living page of pieces."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from shanzhi.ui import preferences
from shanzhi.ui.http import next_of
from shanzhi.ui.methods import acts


@acts
def choose_preferences(request: HttpRequest) -> HttpResponse:
    """Remember mode and elder mode, and go back to the page the reader came from."""
    answer = HttpResponseRedirect(next_of(request, "/"))
    mode = request.POST.get("mode")
    if mode in preferences.MODES:
        _remember(answer, preferences.MODE_COOKIE, mode, request)
    elder = request.POST.get("elder")
    if elder in ("0", "1"):
        _remember(answer, preferences.ELDER_COOKIE, elder, request)
    return answer


def _remember(answer: HttpResponse, name: str, value: str, request: HttpRequest) -> None:
    answer.set_cookie(
        name, value, max_age=preferences.COOKIE_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
    )
