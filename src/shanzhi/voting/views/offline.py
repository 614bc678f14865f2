"""A booth without network: the page that works offline, its service worker, the signed list, the upload."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts
from shanzhi.voting import operations, queries
from shanzhi.voting.forms import LinesForm
from shanzhi.voting.operations import BadLines
from shanzhi.voting.views.frames import MARK_TONES, attempt, booth_crumbs, read_lines

WORKER: Final = Path(__file__).resolve().parents[1] / "static" / "voting" / "offline-worker.js"


@never_cache
@login_required
def offline(request: Request, booth_id: UUID) -> HttpResponse:
    """Show the page that an officer opens while there is network, and works from when there is none."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    operations.booths.require_officer(request.actor, booth)
    context = {
        "booth": booth,
        "form": LinesForm(),
        "lists": queries.lists(booth=booth),
        "list_key": queries.list_key(booth=booth),
        "crumbs": booth_crumbs(booth, (_("Without network"), "")),
    }
    return render(request, "voting/offline.html", context)


@login_required
def worker(request: Request, booth_id: UUID) -> HttpResponse:
    """Give the service worker; it may answer for the addresses below its own alone."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    operations.booths.require_officer(request.actor, booth)
    answer = HttpResponse(WORKER.read_text(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@never_cache
@login_required
@acts
def signed_list(request: Request, booth_id: UUID) -> HttpResponse:
    """Make a signed list: as a sheet to print, or as JSON for the page."""
    made = operations.export_list(actor=request.actor, booth_id=booth_id, at=request.now)
    if request.POST.get("as") == "json":
        return JsonResponse(
            {
                "list": made.body,
                "digest": made.digest,
                "signature": made.signature,
                "public_key": made.public_key,
            }
        )
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    context = {"booth": booth, "made": made, "crumbs": booth_crumbs(booth, (_("Signed list"), ""))}
    return render(request, "voting/list_print.html", context)


@never_cache
@login_required
@acts
@sensitive_post_parameters()
def upload(request: Request, booth_id: UUID) -> HttpResponse:
    """Take over marks made without network, and say what became of each."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    operations.booths.require_officer(request.actor, booth)
    form = LinesForm(request.POST)
    outcomes = None
    if form.is_valid():
        lines, faults = read_lines(form.cleaned_data["lines"], booth)

        def take() -> list[operations.LineOutcome]:
            if faults:
                raise BadLines(faults)
            return operations.upload_marks(actor=request.actor, booth_id=booth_id, lines=lines, at=request.now)

        outcomes = attempt(form, take)
    if outcomes is None:
        context = {
            "booth": booth,
            "form": form,
            "lists": queries.lists(booth=booth),
            "list_key": queries.list_key(booth=booth),
            "crumbs": booth_crumbs(booth, (_("Without network"), "")),
        }
        return render(request, "voting/offline.html", context, status=422)
    shown = [(one, MARK_TONES[one.mark.state]) for one in outcomes]
    void = [one for one in outcomes if one.mark.state == "void"]
    context = {"booth": booth, "outcomes": shown, "void": void, "crumbs": booth_crumbs(booth, (_("Taken over"), ""))}
    return render(request, "voting/uploaded.html", context)
