"""Members whom a run of matching proposes for requests: the lists, why a pair, asking, dropping, saying no."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.assignments import policies as assignments
from shanzhi.assignments.forms.runs import AskForm, DropForm
from shanzhi.assignments.models import Run
from shanzhi.assignments.operations.refusals import NotProposed, RunNotReady
from shanzhi.assignments.views.lists import called
from shanzhi.assignments.views.words import PARTS, RULES, joined, open_words, parts_of, people
from shanzhi.audit.subjects import uuid_of
from shanzhi.kernel.errors import Refusal
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries
from shanzhi.timebank.lifecycle import MATCH, WHY_NOT
from shanzhi.timebank.models import HelpProposal
from shanzhi.timebank.operations.proposing import MOST_AT_ONCE
from shanzhi.timebank.views.desk import listed
from shanzhi.timebank.views.frames import FORM, desk_steps, frame, match_state, shown_name
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer

NAMES: Final = {
    **PARTS,
    "filled": gettext_lazy("The request has somebody"),
    "priority": gettext_lazy("How soon it is"),
    "skills": gettext_lazy("Skills that help"),
}
HURDLES: Final = {
    **RULES,
    "barred": gettext_lazy("Ask for it themselves, answered already, were asked before, or said no"),
    "skills": gettext_lazy("Have no account at the bank, may not earn there, or are under 18"),
}


def title_of(row: Any) -> str:
    """Give what is asked for, to who reads it; others learn that somebody asks for help."""
    return str(row.title) or _("A request of a member")


def _why(row: Any) -> str:
    return str(WHY_NOT.get(row.why, row.why))


def _parts(row: HelpProposal) -> str:
    return joined([f"{name} {points}" for name, points, _explained in parts_of(row, NAMES)])


_COLUMNS = (
    Column("title", pgettext_lazy("help", "Request"), value=title_of, sort="title", url=page_of("timebank:match")),
    Column("begins", gettext_lazy("When"), "datetime", sort="begins"),
    Column("place", gettext_lazy("Community"), value="place", priority=2),
    Column("number", gettext_lazy("Account number"), value="number", sort="number"),
    Column("name", gettext_lazy("Name"), value=lambda row: shown_name(row.member)),
    Column("score", gettext_lazy("Points in all"), "number", sort="score"),
    Column("state", gettext_lazy("State"), "tag", value=match_state, sort="state"),
    Column("reason", gettext_lazy("Reason"), value=_why, priority=2),
    Column("decided_at", gettext_lazy("Decided on"), "datetime", sort="decided_at", on_page=False),
    Column("answered_at", gettext_lazy("Answered on"), "datetime", sort="answered_at", on_page=False),
    Column("parts", gettext_lazy("What the points come from"), value=_parts, on_page=False),
)
_FILTERS = (
    ChoiceFilter("state", gettext_lazy("State"), choices=MATCH.choices()),
    DateRangeFilter("begins", gettext_lazy("When")),
)
_SEARCH = gettext_lazy("Account number, or part of the title")
MATCHED = Listing(
    key="time_bank_matched", columns=_COLUMNS, default_sort="begins", filters=_FILTERS, search=queries.search_matched,
    search_label=_SEARCH,
    empty=Empty(
        gettext_lazy("Nobody is proposed for a request"),
        gettext_lazy("The requests left open say why: look at who has an account, and at their hours."),
    ),
)  # fmt: skip
OF_BANK = Listing(
    key="time_bank_matched_of_bank", columns=_COLUMNS, default_sort="-begins", filters=_FILTERS,
    search=queries.search_matched, search_label=_SEARCH,
    empty=Empty(
        gettext_lazy("No member was proposed for a request yet"),
        gettext_lazy("Whoever plans shifts in the area has volunteers matched; open requests take part by themselves."),
    ),
)  # fmt: skip
OPEN = Listing(
    key="time_bank_left_open",
    columns=(
        Column("title", pgettext_lazy("help", "Request"), value=title_of, sort="title"),
        Column("begins", gettext_lazy("When"), "datetime", sort="begins"),
        Column("place", gettext_lazy("Community"), value="place"),
        Column("why", gettext_lazy("Why nobody"), value=lambda row: joined(open_words(row, HURDLES))),
    ),
    default_sort="begins",
    filters=(DateRangeFilter("begins", gettext_lazy("When")),),
    search=lambda rows, words: rows.filter(title__icontains=words.strip()),
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(gettext_lazy("No request is left open"), gettext_lazy("Each has somebody who suits it.")),
)  # fmt: skip


def _steps(viewer: Any, run: Run) -> list[tuple[Any, str]]:
    """Give the way to a run, for whom it exists for; keepers of a bank who plan nothing come from their desk."""
    if Run.objects.filter(assignments.readable(viewer), pk=run.pk).exists():
        return [(_("Who helps where"), reverse("assignments:desk")),
                (called(run), reverse("assignments:run", args=[run.pk]))]  # fmt: skip
    return desk_steps()


def _home(run: Run) -> str:
    return reverse("timebank:matched", args=[run.pk])


@login_required
def matched(request: Any, run_id: UUID) -> HttpResponse:
    """List the members whom a run proposes for requests."""
    found = queries.matched_run(viewer=request.actor, run_id=run_id)
    waits = found.state == "proposed" and queries.helpers_to_ask(viewer=request.actor, run=found, most=1)
    context = {
        "heading": _("Who suits which request"), "run": found, "may": bool(waits),
        "lead": _("A program proposes, who keeps the bank asks, the member answers. What a request says is read by "
                  "who keeps its bank, and by its members while it is open."),
        "crumbs": [(_("Home"), "/"), *_steps(request.actor, found), (_("Who suits which request"), "")],
    }  # fmt: skip
    rows = queries.matched(viewer=request.actor, run=found)
    answer: HttpResponse = listing_response(request, MATCHED, rows, context, template="timebank/matched.html")
    return answer


@login_required
def of_bank(request: Any, bank_id: UUID) -> HttpResponse:
    """List the members proposed for requests of a bank, at its desk."""
    heading = _("Members proposed for requests")
    return listed(
        request, bank_id, OF_BANK, heading, lambda bank: queries.matched(viewer=request.actor, bank=bank), readable=True
    )


@login_required
def left_open(request: Any, run_id: UUID) -> HttpResponse:
    """List the requests for which a run proposes nobody, and why."""
    found = queries.matched_run(viewer=request.actor, run_id=run_id)
    heading = _("Requests left open")
    context = {
        "heading": heading,
        "lead": _("Each volunteer is counted at the first hurdle. An only hurdle of many is worth a thought."),
        "crumbs": [(_("Home"), "/"), *_steps(request.actor, found), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, OPEN, queries.nobody_for(viewer=request.actor, run=found), context)
    return answer


@login_required
@form_page
def ask(request: Any, run_id: UUID) -> HttpResponse:
    """Ask those who are ticked, all by default."""
    found = queries.matched_run(viewer=request.actor, run_id=run_id)
    ticked = [uuid_of(key) for key in request.POST.getlist("pairs")]
    rows = queries.helpers_to_ask(viewer=request.actor, run=found, most=MOST_AT_ONCE, ticked=ticked)
    policies.require(policies.may_ask(actor=request.actor, run=found))
    if request.method != "POST" and found.state != "proposed":  # what is sent the operation judges
        raise RunNotReady
    pairs = [
        (str(one.pk), f"{formatting.moment(one.begins)} · {title_of(one)} · {one.number} · {one.score}") for one in rows
    ]

    def act(form: Any) -> str:
        keys = [UUID(key) for key in form.cleaned_data["pairs"]]
        told = operations.ask_help(run_id=run_id, pairs=keys, **acting(request))
        if told.dropped:
            words = _("%(people)s did not suit any more and were not asked; the list says why.")
            messages.warning(request, words % {"people": people(told.dropped)})
        return _home(found)

    lead = _("Each gets a notice that a request suits, and answers alone. Untick whom you do not want to ask.")
    steps = [*_steps(request.actor, found), (_("Who suits which request"), _home(found))]
    context = {**frame(_("Whom to ask"), _("Ask those who are ticked"), _home(found), *steps, lead=lead),
               "nothing": not pairs}  # fmt: skip
    return answer_form(request, AskForm(sent(request), pairs=pairs), act, context, done=_("They are asked."),
                       template="timebank/matched_ask.html")  # fmt: skip


def _facts(found: Any) -> list[Answer]:
    told = [
        Answer(pgettext("help", "Request"), title_of(found)),
        Answer(_("When"), formatting.moment(found.begins)),
        Answer(_("Credits"), formatting.minutes(found.post.minutes)),
        Answer(_("Community"), found.place or found.post.area),
        Answer(_("Account number"), found.number),
        Answer(_("Name"), shown_name(found.member)),
    ]
    for label, moment in ((_("Decided on"), found.decided_at), (_("Answered on"), found.answered_at)):
        if moment is not None:
            told.append(Answer(label, formatting.moment(moment)))
    return [*told, Answer(_("Reason"), _why(found))] if found.why else told


@login_required
def match(request: Any, match_id: UUID) -> HttpResponse:
    """Explain a pair, part by part."""
    found = queries.match(viewer=request.actor, match_id=match_id)
    waits = found.state == "proposed" and found.run.state == "proposed"
    context = {
        "heading": _("Why this pair"), "match": found, "pairs": _facts(found), "state": match_state(found),
        "parts": [Answer(name, f"{points} · {why}") for name, points, why in parts_of(found, NAMES)],
        "may": waits and queries.may_be_asked(request.actor, found.run).filter(pk=found.pk).exists(),
        "crumbs": [(_("Home"), "/"), *_steps(request.actor, found.run),
                   (_("Who suits which request"), _home(found.run)), (_("Why this pair"), "")],
    }  # fmt: skip
    return render(request, "timebank/match.html", context)


@login_required
@form_page
def drop(request: Any, match_id: UUID) -> HttpResponse:
    """Drop a pair that nobody was asked for, for a reason."""
    found = queries.match(viewer=request.actor, match_id=match_id)
    policies.require(policies.may_drop(actor=request.actor, match=found))
    if request.method != "POST" and (found.state != "proposed" or found.run.state != "proposed"):
        raise NotProposed

    def act(form: Any) -> str:
        operations.drop_match(match_id=match_id, **form.cleaned_data, **acting(request))
        return _home(found.run)

    lead = f"{formatting.moment(found.begins)} · {title_of(found)} · {found.number}"
    back = reverse("timebank:match", args=[match_id])
    steps = [*_steps(request.actor, found.run), (_("Who suits which request"), _home(found.run))]
    context = frame(_("Do not ask this person"), _("Do not ask"), back, *steps, lead=lead, kind="danger")
    return answer_form(request, DropForm(sent(request)), act, context, done=_("This person is not asked."),
                       template=FORM)  # fmt: skip


@login_required
@acts
def decline(request: Any, match_id: UUID) -> HttpResponse:
    """Say that a request is not for one."""
    try:
        operations.decline_match(match_id=match_id, reason=request.POST.get("reason", ""), **acting(request))
        messages.success(request, _("Thank you for the answer. Nobody minds a no."))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    return redirect("assignments:asked")
