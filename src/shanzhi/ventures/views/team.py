"""The team's pages: begin, write part by part, check, hand in, take back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.ui import choosing, pieces
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import exchange, operations, queries
from shanzhi.ventures.forms.guidance import TABLES
from shanzhi.ventures.forms.team import PART_FIELDS, PARTS, ROWS, ConfirmForm, FileForm, WithdrawForm
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.operations.drafts import read_proposal
from shanzhi.ventures.policies import NotYourProposal, require_writer, writes
from shanzhi.ventures.views import parts
from shanzhi.ventures.views.rows import call_crumbs, proposal_crumbs, proposal_tags
from shanzhi.ventures.views.terms import budget_words
from shanzhi.work.files import MOST_BYTES


def own(request: Request, proposal_id: UUID) -> Proposal:
    """Give a proposal to its team; others who see it are told whose it is."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    if not queries.of_team(viewer=request.actor, found=found):
        raise NotYourProposal
    return found


def writable(request: Request, proposal_id: UUID) -> Proposal:
    """Give a proposal to those of its team who write; a reader is told so."""
    found = own(request, proposal_id)
    require_writer(request.actor, found)
    return found


@login_required
@form_page
def propose(request: Request, call_id: UUID) -> HttpResponse:
    """Say what proposing asks for, and begin a draft."""
    call = queries.call(viewer=request.actor, call_id=call_id)
    refusal = None
    if request.method == "POST":
        try:
            made = _begin(request, call_id)
            return redirect("ventures:edit", proposal_id=made.proposal.pk)
        except Refusal as refused:
            if isinstance(refused, NotFound):
                raise
            refusal = refused
    drafts = queries.my_proposals(viewer=request.actor).filter(call=call_id, state="draft")[:5]
    crumbs = call_crumbs(call, (_("Propose a project"), ""))
    templates = queries.templates_of(viewer=request.actor, found=call)
    context = {"call": call, "templates": templates, "refusal": refusal, "drafts": drafts, "crumbs": crumbs}
    return render(request, "ventures/propose.html", context, status=refusal.status if refusal else 200)


def _begin(request: Request, call_id: UUID) -> operations.SavedProposal:
    """Begin with nothing, or from the template of the theme that was chosen."""
    theme = request.POST.get("template", "")
    if theme:
        return operations.begin_from_template(actor=request.actor, call_id=call_id, theme=theme, at=request.now)
    return operations.create_proposal(actor=request.actor, call_id=call_id, at=request.now)


def _tasks(found: Proposal, lacking: list[Any], holds: dict[str, queries.Hold]) -> list[pieces.Task]:
    missing = {one.field.split(".")[0]: one for one in reversed(lacking)}
    tasks = []
    for name, label in PARTS.items():
        gaps = [missing[field] for field in PART_FIELDS[name] if field in missing]
        begun = any(queries.content(found)[field] for field in PART_FIELDS[name] if field not in ("team_kind",))
        state: Any = "done" if not gaps else "started" if begun else "todo"
        url = reverse("ventures:section", args=[found.pk, name])
        hint = holds[name].said if name in holds else gaps[0].words if gaps else ""
        tasks.append(pieces.Task(label, url, state, hint))
    files = found.attachments.all()
    state = "done" if files else "todo"
    tasks.append(
        pieces.Task(_("Files (optional)"), reverse("ventures:files", args=[found.pk]), state, count=len(files) or None)
    )
    return tasks


@login_required
def edit(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show the parts of a proposal as a task list."""
    found = own(request, proposal_id)
    lacking = queries.lacks(found)
    open_now = queries.may_edit(viewer=request.actor, found=found)
    context = {
        "proposal": found,
        "tags": proposal_tags(found),
        "tasks": _tasks(found, lacking, queries.holds_on(viewer=request.actor, found=found, at=request.now)),
        "ready": not [one for one in lacking if one.field != "truthful"],
        "open": open_now,
        "reads": not open_now and not writes(request.actor, found),
        "crumbs": proposal_crumbs(found, (_("Write"), "")),
    }
    return render(request, "ventures/edit.html", context)


@login_required
@form_page
def section(request: Request, proposal_id: UUID, part: str) -> HttpResponse:
    """Edit one part; a script may save it while one types."""
    if part not in PARTS:
        raise NotFound
    found = writable(request, proposal_id)
    if request.method != "POST":
        return _section_page(request, found, parts.opened(found, part, request), 200)
    shown, given = parts.sent(found, part, request)
    if shown.form.searching:
        return _section_page(request, found, shown, 200)
    version = ui_forms.version(request)
    try:
        saved = operations.save_proposal(
            actor=request.actor, proposal_id=found.pk, version=version or 0, given=given, at=request.now
        )
    except Refusal as refusal:
        if ui_forms.is_autosave(request):
            return HttpResponse(refusal.text, status=refusal.status, content_type="text/plain; charset=utf-8")
        ui_forms.apply_refusal(shown.form, refusal)
        return _section_page(request, found, shown, refusal.status, theirs=_theirs(found, given, refusal, request.now))
    if ui_forms.is_autosave(request):
        return HttpResponse(status=204, headers={"X-Version": str(saved.proposal.version)})
    if saved.problems or shown.unclear:
        shown.show(saved.problems)
        found = writable(request, proposal_id)
        return _section_page(request, found, shown, 422)
    if "check" in request.POST:
        return redirect(reverse("ventures:section", args=[found.pk, part]) + "#budget-check")
    if "more" in request.POST:
        return redirect("ventures:section", proposal_id=found.pk, part=part)
    operations.let_go(actor=request.actor, proposal_id=found.pk, part=part, at=request.now)
    return redirect("ventures:edit", proposal_id=found.pk)


def _theirs(found: Proposal, given: dict[str, Any], refusal: Refusal, at: datetime) -> list[Any]:
    """Say what stands in the section now, against what was typed, where a colleague came first."""
    if not isinstance(refusal, operations.SectionHeld | operations.StaleProposal):
        return []
    return queries.against_saved(found=found, values=read_proposal(given, at)[0])


@login_required
@acts
def take(request: Request, proposal_id: UUID, part: str) -> HttpResponse:
    """Take a section over from a colleague."""
    writable(request, proposal_id)
    operations.take_section(actor=request.actor, proposal_id=proposal_id, part=part, at=request.now)
    return redirect("ventures:section", proposal_id=proposal_id, part=part)


def _table_guide(found: Proposal, part: str) -> dict[str, Any]:
    """Give help and example of a part's table, where it has one."""
    guide = TABLES.get(ROWS.get(part, ""))
    return {"words": guide.words, "example": guide.example_for(found.theme)} if guide else {}


def _budget(found: Proposal) -> dict[str, Any]:
    """Give what stands beside a budget: the rules in words and as data, and how the saved lines keep them."""
    verdict = queries.verdict_of(found)
    return {
        "words": budget_words(found.call),
        "rules": queries.page_data(found.call),
        "verdict": verdict,
        "said": queries.said(verdict, found.call),
        "faults": [
            (queries.fault_words(one, found.call), f"id_budget-{one.places[0]}-item" if one.places else "")
            for one in verdict.faults
        ],
    }


def _section_page(
    request: Request, found: Proposal, part: parts.Part, status: int, theirs: Sequence[Any] = ()
) -> HttpResponse:
    context = {
        "proposal": found,
        "call": found.call,
        "part": part,
        "label": PARTS[part.name],
        "hold": queries.holds_on(viewer=request.actor, found=found, at=request.now).get(part.name),
        "theirs": theirs,
        "guide": _table_guide(found, part.name),
        "budget": _budget(found) if part.name == "budget" else {},
        "crumbs": proposal_crumbs(
            found, (_("Write"), reverse("ventures:edit", args=[found.pk])), (PARTS[part.name], "")
        ),
    }
    return render(request, "ventures/section.html", context, status=status)


@login_required
def communities(request: Request, proposal_id: UUID) -> HttpResponse:
    """Give the communities of the call that fit what the team has typed."""
    return choosing.answer(request, queries.communities_for(found=writable(request, proposal_id), at=request.now))


@login_required
@form_page
def files(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show the files of a proposal and take another."""
    found = writable(request, proposal_id)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            if sent is None:
                raise operations.UnknownFile(field="file")
            if (sent.size or 0) > MOST_BYTES:
                raise operations.FileTooLarge(field="file", most=MOST_BYTES // 1024**2)
            operations.attach(
                actor=request.actor, proposal_id=found.pk, name=sent.name or "", content=sent.read(), at=request.now
            )
            return redirect("ventures:files", proposal_id=found.pk)
        except Refusal as refusal:
            form = FileForm({}, {})
            ui_forms.apply_refusal(form, refusal)
    crumbs = proposal_crumbs(found, (_("Write"), reverse("ventures:edit", args=[found.pk])), (_("Files"), ""))
    context = {"proposal": found, "form": form, "crumbs": crumbs}
    return render(request, "ventures/files.html", context, status=422 if form.is_bound and form.errors else 200)


@login_required
@acts
def detach(request: Request, proposal_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Take a file away."""
    operations.detach(actor=request.actor, proposal_id=proposal_id, attachment_id=attachment_id, at=request.now)
    return redirect("ventures:files", proposal_id=proposal_id)


@login_required
@form_page
def check(request: Request, proposal_id: UUID) -> HttpResponse:
    """Let the team check its answers, confirm them and hand the proposal in."""
    found = writable(request, proposal_id)
    form = ConfirmForm(request.POST or None, initial={"truthful": found.truthful})
    status = 200
    if request.method == "POST":
        try:
            saved = operations.save_proposal(
                actor=request.actor,
                proposal_id=found.pk,
                version=ui_forms.version(request) or 0,
                given={"truthful": "truthful" in request.POST},
                at=request.now,
            )
            operations.submit_proposal(
                actor=request.actor, proposal_id=found.pk, version=saved.proposal.version, at=request.now
            )
            return redirect("ventures:handed_in", proposal_id=found.pk)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
            status = refusal.status
            found = writable(request, proposal_id)
    context = {
        "proposal": found,
        "call": found.call,
        "people": queries.people_of(viewer=request.actor, found=found),
        "lacking": [one for one in queries.lacks(found) if one.field != "truthful"],
        "shares": queries.verdict_of(found).shares,
        "parts": [(label, reverse("ventures:section", args=[found.pk, name])) for name, label in PARTS.items()],
        "form": form,
        "crumbs": proposal_crumbs(found, (_("Check and hand in"), "")),
    }
    return render(request, "ventures/check.html", context, status=status)


@login_required
def handed_in(request: Request, proposal_id: UUID) -> HttpResponse:
    """Confirm the hand-in and say what happens next and when."""
    found = own(request, proposal_id)
    review = next((phase for phase in found.call.phases.all() if phase.kind == "review"), None)
    context = {"proposal": found, "review": review, "crumbs": proposal_crumbs(found, (_("Handed in"), ""))}
    return render(request, "ventures/handed_in.html", context)


@login_required
@form_page
def withdraw(request: Request, proposal_id: UUID) -> HttpResponse:
    """Take a proposal back, after saying in full what that means."""
    found = writable(request, proposal_id)
    form = WithdrawForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            operations.withdraw_proposal(
                actor=request.actor, proposal_id=found.pk, reason=form.cleaned_data["reason"], at=request.now
            )
            return redirect("ventures:proposal", proposal_id=found.pk)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
            status = refusal.status
    context = {"proposal": found, "form": form, "crumbs": proposal_crumbs(found, (_("Withdraw"), ""))}
    return render(request, "ventures/withdraw.html", context, status=status)


@login_required
def my_proposals(request: Request) -> HttpResponse:
    """List the proposals of one's own teams."""
    rows = queries.my_proposals(viewer=request.actor)
    context = {"heading": _("My proposals"), "crumbs": [(_("Home"), "/"), (_("My proposals"), "")]}
    answer: HttpResponse = listing_response(request, exchange.MY_PROPOSALS, rows, context)
    return answer
