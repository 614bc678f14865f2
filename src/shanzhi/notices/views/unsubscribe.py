"""The link to unsubscribe that stands in messages: it works without signing in, and only a POST does anything."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from shanzhi.notices import operations
from shanzhi.notices.kinds import CHANNELS, GATHERED, category_of
from shanzhi.notices.links import read_choice
from shanzhi.ui.http import Request
from shanzhi.ui.methods import form_page


@csrf_exempt  # the signed link is the authority, and mail programs post without a cookie (RFC 8058)
@never_cache
@form_page
def unsubscribe(request: Request, token: str) -> HttpResponse:
    """Say by GET what the link does, and do it by POST; a mail program's single POST does it as well."""
    choice = read_choice(token)
    category = category_of(choice.category)
    everything = request.POST.get("what") == "everything"
    if request.method == "POST" and not category.needed:
        operations.unsubscribe(choice=choice, everything=everything, at=request.now)
    context = {
        "category": category,
        "channel": CHANNELS[choice.channel],
        "done": request.method == "POST" and not category.needed,
        "everything": everything or category is GATHERED,
        "digest": category is GATHERED,
    }
    return render(request, "notices/unsubscribe.html", context)
