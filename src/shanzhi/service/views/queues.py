"""Records that wait for the reader: to be put under notice, and to be verified as the second person; many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shanzhi.kernel.errors import Refusal
from shanzhi.service import operations, queries
from shanzhi.service.models import ServiceRecord
from shanzhi.service.views import frames
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page

MOST_AT_ONCE: Final = 100


@login_required
@form_page
def verify(request: Any) -> HttpResponse:
    """Show what waits for the reader as the second person, and verify what is ticked."""
    if request.method == "POST":
        return _act(
            request, operations.verify_records, "service:verify",
            lambda n: ngettext("One record is verified.", "%(number)s records are verified.", n),
        )  # fmt: skip
    rows = queries.to_verify(viewer=request.actor, at=request.now).order_by("noticed_at", "pk")
    return _page(request, _("Verify records"), rows, "service/verify.html")


@login_required
@form_page
def to_notice(request: Any) -> HttpResponse:
    """Show what was recorded and is not under notice yet, and put there what is ticked."""
    if request.method == "POST":
        return _act(
            request, operations.put_under_notice, "service:to_notice",
            lambda n: ngettext("One record is under notice.", "%(number)s records are under notice.", n),
        )  # fmt: skip
    rows = queries.to_notice(viewer=request.actor).order_by("recorded_at", "pk")
    return _page(request, _("Put under notice"), rows, "service/to_notice.html")


def _page(request: Any, heading: str, rows: QuerySet[ServiceRecord], template: str) -> HttpResponse:
    shown = [(one, frames.organiser(one), frames.name_of(one)) for one in rows[:MOST_AT_ONCE]]
    crumbs = [(_("Home"), "/"), *frames.mine_steps(), (heading, "")]
    return render(request, template, {"heading": heading, "rows": shown, "crumbs": crumbs})


def _act(
    request: Any, operation: Callable[..., list[ServiceRecord]], own: str, words: Callable[[int], str]
) -> HttpResponse:  # fmt: skip
    """Do to the ticked records, or to all that were shown, what the page is for, all or none."""
    chosen = request.POST.getlist("shown" if request.POST.get("act") == "all" else "record")
    try:
        done = operation(record_ids=[UUID(one) for one in chosen], **acting(request))
    except ValueError:
        messages.error(request, _("This page was changed. Load it anew."))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    else:
        messages.success(request, words(len(done)) % {"number": len(done)})
    return redirect(own)
