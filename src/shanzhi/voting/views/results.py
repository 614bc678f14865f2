"""After the close: results with reasons, the published file, the receipt check."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.ui import forms as ui_forms
from shanzhi.ui import pieces
from shanzhi.ui.http import Request
from shanzhi.ui.listing import Rows, listings_response
from shanzhi.ui.methods import form_page
from shanzhi.voting import queries
from shanzhi.voting.forms import ReceiptForm
from shanzhi.voting.models import Count, Poll
from shanzhi.voting.operations.envelopes import grouped
from shanzhi.voting.policies import PollSealed
from shanzhi.voting.views.ballot import localized
from shanzhi.voting.views.held import held_back, held_results, held_words
from shanzhi.voting.views.outcome import PROJECTS, ROUNDS, Line, compared, lines_of, rounds_of
from shanzhi.voting.views.weighing import weighing
from shanzhi.voting.views.words import (
    alternative_words,
    cash,
    rule_words,
    title_of,
    treatment_words,
)

MOST_BARS: Final = 20


def _crumbs(poll: Poll, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Home"), "/"), (localized(poll), reverse("voting:results", args=[poll.pk])), *more]


def _chart(poll: Poll, lines: list[Line], count: Count) -> pieces.Chart:
    top = sorted(lines, key=lambda line: -line.standing["votes"])[:MOST_BARS]
    winners = sum(line.won for line in lines)
    title = _("%(won)s of %(all)s projects win") % {"won": winners, "all": len(lines)}
    if len(lines) > MOST_BARS:
        title += _("; shown are the %(shown)s with most supporters") % {"shown": MOST_BARS}
    return pieces.Chart(
        title=title,
        kind="bars_across",
        categories=[line.option.name[:30] for line in top],
        series=[
            pieces.Series(_("Won"), [line.standing["votes"] if line.won else None for line in top]),
            pieces.Series(_("Not chosen"), [None if line.won else line.standing["votes"] for line in top]),
        ],
        x_label=_("Project"),
        y_label=_("Supporters"),
        unit=_("ballots"),
        source=poll.source or localized(poll),
        at=count.created_at,
        key="supporters",
    )


def _sealed(request: Request, poll_id: UUID, refusal: Refusal) -> HttpResponse:
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    context = {"poll": poll, **title_of(poll), "refusal": refusal, "crumbs": [(_("Home"), "/")]}
    return render(request, "voting/sealed.html", context, status=refusal.status)


def results(request: Request, poll_id: UUID) -> HttpResponse:
    """Show who won and why, round by round, and what other rules would have chosen."""
    try:
        count = queries.result(viewer=request.actor, poll_id=poll_id, number=_number(request))
    except (PollSealed, queries.NotCounted) as refusal:
        return _sealed(request, poll_id, refusal)
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    if held_back(count):
        return held_results(request, poll, count, _counts(request, poll, count))
    options = queries.options(poll=poll)
    titles = {option.code: option.name for option in options}
    others = alternative_words(count.result["alternatives"], titles, poll.currency)
    names = title_of(poll)
    lines = lines_of(poll, options, count, others, lang=names["lang"])
    outcome = count.result["outcome"]
    context = {
        "poll": poll,
        **names,
        "count": count,
        **_counts(request, poll, count),
        "outcome": outcome,
        "winners": sum(line.won for line in lines),
        "turnout": queries.turnout(viewer=request.actor, poll_id=poll_id),
        "rule": rule_words(outcome),
        "alternatives": others,
        "spent": cash(outcome["total_cost"], poll.currency),
        "weighing": weighing(poll, count, titles),
        "reached": count.result.get("reached"),
        "searched_on": queries.searched_on(count, at=request.now),
        "official": _official(lines) if count.result["official"] is not None else None,
        "chart": _chart(poll, lines, count),
        "crumbs": [(_("Home"), "/"), (localized(poll), "")],
    }
    rounds = rounds_of(poll, count, titles, lang=names["lang"])
    lists = [(PROJECTS, Rows(lines)), (ROUNDS, Rows(rounds)), (compared(others), Rows(lines))]
    answer: HttpResponse = listings_response(request, lists, context, template="voting/results.html")
    return answer


def _number(request: Request) -> int | None:
    """Read which count is asked for; none in particular is the newest."""
    given = request.GET.get("count", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else None


def _counts(request: Request, poll: Poll, count: Count) -> dict[str, Any]:
    """Give the other counts of a poll, and what this one passes over, with the reasons known today."""
    if count.number == 1 and not count.left_out and poll.imported:
        return {"query": ""}
    every = queries.counts(viewer=request.actor, poll_id=poll.pk)
    left = [one for one in queries.departures(poll=poll) if one.option.code in count.left_out]
    others = [one for one in every if one.number != count.number]
    return {"other_counts": others, "left": left, "query": f"?count={count.number}" if others else ""}


def _official(lines: list[Line]) -> dict[str, Any]:
    differing = [line for line in lines if not line.agrees]
    return {
        "winners": sum(bool(line.option.selected) for line in lines),
        "cost": sum(line.option.cost_fen for line in lines if line.option.selected),
        "differing": differing,
    }


def recount(request: Request, poll_id: UUID) -> HttpResponse:
    """Show how anyone counts again: the file, its digests and the command."""
    try:
        count = queries.result(viewer=request.actor, poll_id=poll_id, number=_number(request))
    except (PollSealed, queries.NotCounted) as refusal:
        return _sealed(request, poll_id, refusal)
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    context = {
        "poll": poll,
        **title_of(poll),
        "count": count,
        **_counts(request, poll, count),
        "name": file_name(poll, count),
        "rule": rule_words(count.result["outcome"]),
        "treatments": treatment_words(poll.treatments),
        "held": held_words(count) if held_back(count) else None,
        "crumbs": _crumbs(poll, (_("Recount"), "")),
    }
    return render(request, "voting/recount.html", context)


def file_name(poll: Poll, count: Count) -> str:
    """Name the published file; that of a further count says which."""
    return first_name(poll) if count.number == 1 else f"shanzhi-{poll.pk}-{count.number}.pb"


def first_name(poll: Poll) -> str:
    """Name the file of a poll's first count."""
    return f"shanzhi-{poll.pk}.pb"


def published_file(request: Request, poll_id: UUID) -> HttpResponse:
    """Give the ballots as a Pabulib file."""
    count = queries.published_file(viewer=request.actor, poll_id=poll_id, number=_number(request))
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    answer = HttpResponse(count.file.encode(), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(poll, count)}"'
    return answer


@never_cache
@sensitive_post_parameters()
@form_page
def receipt(request: Request, poll_id: UUID) -> HttpResponse:
    """Look up a receipt after the close. It comes in the body: addresses end in logs and histories."""
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    form = ReceiptForm(request.POST or None)
    found = None
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            found = queries.receipt(viewer=request.actor, poll_id=poll_id, code=form.cleaned_data["receipt"])
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
            status = refusal.status
    if found and found.proof and request.POST.get("download"):
        return _proof_file(poll, found.proof)
    context = {
        "poll": poll,
        **title_of(poll),
        "form": form,
        "proof_name": proof_name(poll),
        "file_name": first_name(poll),
        "found": found,
        "shown": grouped(found.receipt) if found else "",
        "crumbs": _crumbs(poll, (_("Check a receipt"), "")),
    }
    return render(request, "voting/receipt.html", context, status=status)


def proof_name(poll: Poll) -> str:
    """Name the proof that a voter downloads."""
    return f"shanzhi-receipt-{poll.pk}.json"


def _proof_file(poll: Poll, proof: dict[str, Any]) -> HttpResponse:
    answer = HttpResponse(json.dumps(proof, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{proof_name(poll)}"'
    return answer
