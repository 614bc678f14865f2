"""Pages that everybody may read: rounds, their terms and notices, proposals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.queries import recent
from shanzhi.audit.views import timeline_of
from shanzhi.kernel.canonical import canonical
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.ui.http import Request
from shanzhi.ui.listing import listing_response, listings_response
from shanzhi.ventures import exchange, queries
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.queries import jury, mergers
from shanzhi.ventures.queries.training import standings
from shanzhi.ventures.views import terms, words
from shanzhi.ventures.views.disputes import told_disputes
from shanzhi.ventures.views.rows import (
    call_crumbs,
    phases_of,
    proposal_crumbs,
    proposal_tags,
    tags_of,
)
from shanzhi.ventures.views.twins import merging_of
from shanzhi.ventures.views.voices import voices_of

CALL_CARDS: Final = replace(exchange.CALLS, cards="ventures/call_card.html", page_size=24)
CARDS: Final = replace(exchange.PROPOSALS, cards="ventures/proposal_card.html", page_size=24)
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def calls(request: Request) -> HttpResponse:
    """List the rounds."""
    rows = queries.calls(viewer=request.actor)
    context = {
        "heading": _("Rounds"),
        "lead": _("Small grants for what neighbours start: propose, vote, and see why it was decided so."),
        "crumbs": [(_("Home"), "/"), (_("Rounds"), "")],
    }
    answer: HttpResponse = listing_response(request, CALL_CARDS, rows, context)
    return answer


def call(request: Request, call_id: UUID) -> HttpResponse:
    """Show one round: where it stands, its terms in words, its notices, its winners."""
    found = queries.call(viewer=request.actor, call_id=call_id)
    versions = list(found.terms.order_by("-version"))
    context = {
        "call": found,
        "tags": tags_of(found),
        "phases": phases_of(found),
        "areas": places.full_names([area.code for area in found.areas.all()]).values(),
        "figures": queries.figures(viewer=request.actor, found=found),
        "ballot_words": terms.ballot_words(found),
        "rule_words": terms.rule_words(found),
        "jury_words": terms.jury_words(found),
        "budget_words": terms.budget_words(found),
        "training": _training(found),
        "jury_closed": bool(found.jury) and jury.closing(found=found) is not None,
        "proposers_words": terms.proposers_words(found),
        "voters_words": terms.voters_words(found),
        "versions": versions,
        "awards": queries.awards(viewer=request.actor, call_id=call_id),
        "may_run": queries.may_run(viewer=request.actor, found=found),
        "has_places": queries.has_polling_places(found=found),
        "crumbs": call_crumbs(found),
    }
    lists = [(exchange.NOTICES, queries.notices(viewer=request.actor, call_id=call_id))]
    answer: HttpResponse = listings_response(request, lists, context, template="ventures/call.html")
    return answer


def _training(found: Call, proposal: Proposal | None = None) -> dict[str, Any]:
    """Give the training of a call; with a proposal of it, where its team stands."""
    sessions = list(found.training_sessions.all())
    if not sessions:
        return {"rule": terms.training_words(found), "sessions": []}
    standing = standings(found, [proposal])[proposal.pk] if proposal else None
    seen = {one.pk for one in standing.attended} if standing else set()
    return {
        "rule": terms.training_words(found),
        "sessions": [(one, one.pk in seen) for one in sessions],
        "standing": standing if found.training else None,
    }


def terms_file(request: Request, call_id: UUID, version: int) -> HttpResponse:
    """Give the terms in the very form whose digest is published."""
    published = queries.terms(viewer=request.actor, call_id=call_id)
    wanted = next((one for one in published if one.version == version), None)
    if wanted is None:
        raise NotFound
    return HttpResponse(canonical(wanted.terms), content_type="application/json; charset=utf-8")


def call_proposals(request: Request, call_id: UUID) -> HttpResponse:
    """List the proposals of one round."""
    found = queries.call(viewer=request.actor, call_id=call_id)
    request.themes = found.themes  # type: ignore[attr-defined]  # read by the listing's filter of themes
    rows = queries.proposals(viewer=request.actor, call_id=call_id)
    context = {"lead": found.shown_title, "crumbs": call_crumbs(found, (_("Projects"), "")), "call": found}
    return _proposals(request, rows, context)


def proposals(request: Request) -> HttpResponse:
    """List the proposals of all rounds held here; those of imported ones stand on their own pages."""
    rows = queries.proposals(viewer=request.actor).filter(call__imported=False)
    return _proposals(request, rows, {"crumbs": [(_("Home"), "/"), (_("Projects"), "")]})


def _proposals(request: Request, rows: QuerySet[Proposal], context: dict[str, Any]) -> HttpResponse:
    shown = {"heading": _("Projects"), **context}
    answer: HttpResponse = listing_response(request, CARDS, rows, shown)
    return answer


def proposal(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show one proposal; the team and staff see more of it."""
    leads_to = mergers.leads_to(viewer=request.actor, proposal_id=proposal_id)
    if leads_to is not None:
        return redirect("ventures:proposal", proposal_id=leads_to)
    return proposal_page(request, queries.proposal(viewer=request.actor, proposal_id=proposal_id))


def proposal_page(request: Request, found: Proposal) -> HttpResponse:
    """Draw a proposal fetched for its viewer."""
    viewer = request.actor
    inside = queries.reads_inside(viewer=viewer, found=found)
    history = queries.proposal_history(viewer=viewer, proposal_id=found.pk) if inside else None
    context = {
        "proposal": found,
        "call": found.call,
        "tags": proposal_tags(found),
        "place": " ".join(places.full_names([found.community]).values()) if found.community else "",
        "people": queries.people_of(viewer=viewer, found=found),
        "shares": queries.verdict_of(found).shares,
        "inside": inside,
        "training": _training(found.call, found) if inside else {},
        "events": [] if history is None else timeline_of(recent(viewer=viewer, rows=history)),
        "history": reverse("audit:history", args=[found._meta.label_lower, found.pk]),
        "reviews": words.reviews_of(queries.reviews_of(viewer=viewer, found=found)) if inside else (),
        "may_edit": queries.may_edit(viewer=viewer, found=found),
        "may_review": queries.may_review(viewer=viewer, found=found),
        "of_team": queries.of_team(viewer=viewer, found=found),
        "may_withdraw": queries.may_withdraw(viewer=viewer, found=found),
        "may_disqualify": queries.may_disqualify(viewer=viewer, found=found),
        "disputes": told_disputes(viewer, found, request.now),
        "may_object": queries.may_object(viewer=viewer, found=found, at=request.now),
        "appeal_until": queries.appeal_until(viewer=viewer, found=found, at=request.now),
        "reason": words.award_reason(found) if found.state == "won" else "",
        "jury_comments": jury.comments(viewer=viewer, proposal=found) if found.call.jury else (),
        **merging_of(request, found, inside=inside),
        **voices_of(request, found),
        "crumbs": proposal_crumbs(found),
    }
    return render(request, "ventures/proposal.html", context)


def document(request: Request, proposal_id: UUID) -> HttpResponse:
    """Give a proposal as a Word document, with what the viewer may see."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    content = exchange.proposal_document(viewer=request.actor, proposal=found)
    answer = HttpResponse(content, content_type=WORD)
    answer["Content-Disposition"] = content_disposition_header(True, exchange.file_name(found, "docx"))
    return answer


def document_pdf(request: Request, proposal_id: UUID) -> HttpResponse:
    """Give a proposal as a PDF to print, with what the viewer may see."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    content = exchange.proposal_pdf(viewer=request.actor, proposal=found, at=request.now)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, exchange.file_name(found, "pdf")) or ""
    return answer


def attachment(request: Request, proposal_id: UUID, attachment_id: UUID) -> FileResponse:
    """Give a file of a proposal, always as a download under its checked kind."""
    file, path = queries.attachment(viewer=request.actor, proposal_id=proposal_id, attachment_id=attachment_id)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )
