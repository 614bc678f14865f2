"""Casting a ballot in three steps: choose, check, done. Choices travel in bodies of requests, never in addresses."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Invalid, Refusal
from shanzhi.ui import forms as ui_forms
from shanzhi.ui import pieces
from shanzhi.ui.formatting import short_day
from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts, form_page
from shanzhi.voting import operations, queries
from shanzhi.voting.forms import read_choices
from shanzhi.voting.models import Option, Poll
from shanzhi.voting.operations.envelopes import grouped
from shanzhi.voting.operations.rules import CastChoices
from shanzhi.voting.views.words import title_of
from shanzhi.voting.voter import voter
from shanzhi.work.operations import KeyReused


@dataclass(frozen=True)
class Row:
    """A project on the voting page, with what the voter gave it so far."""

    option: Option
    chosen: bool
    worth: int | None
    shown: bool

    @property
    def money(self) -> int:
        """The cost in fen."""
        return self.option.cost_fen


def localized(poll: Poll) -> str:
    """Give the poll's title in the reader's language."""
    return str(title_of(poll)["title"])


def _given(choices: CastChoices) -> dict[str, int]:
    """Turn choices into numbers by code: points, or places from 1."""
    if isinstance(choices, dict):
        return dict(choices)
    return {code: place for place, code in enumerate(choices, 1)}


def _rows(options: list[Option], choices: CastChoices, q: str, theme: str) -> list[Row]:
    given = _given(choices)
    words = q.casefold()
    return [
        Row(
            option=option,
            chosen=option.code in given,
            worth=given.get(option.code),
            shown=(not theme or option.theme == theme)
            and (not words or words in f"{option.code} {option.title} {option.summary}".casefold()),
        )
        for option in options
    ]


def _page(request: Request, poll: Poll, choices: CastChoices, refusal: Refusal | None = None) -> HttpResponse:
    left = queries.departures(poll=poll)
    gone = {one.option.code for one in left}
    options = [option for option in queries.options(poll=poll) if option.code not in gone]
    q, theme = request.POST.get("q", "")[:100].strip(), request.POST.get("theme", "")[:60]
    rows = _rows(options, choices, q, theme)
    context = {
        "poll": poll,
        **title_of(poll),
        "rows": rows,
        "left": left,
        "shown": sum(row.shown for row in rows),
        "themes": sorted({option.theme for option in options if option.theme}),
        "q": q,
        "theme": theme,
        "spent": sum(row.money for row in rows if row.chosen),
        "number": sum(row.chosen for row in rows),
        "given": sum(row.worth or 0 for row in rows) if poll.ballot_kind == "points" else 0,
        "refusal": refusal,
        "has_places": queries.has_places(poll=poll),
        "crumbs": [(_("Home"), "/"), (localized(poll), "")],
    }
    return render(request, "voting/vote.html", context, status=refusal.status if refusal else 200)


def _turned_away(request: Request, poll_id: UUID) -> HttpResponse | None:
    """Give the page that says why this viewer cannot vote, or None for one who can."""
    eligibility = queries.may_vote(viewer=request.actor, poll_id=poll_id, at=request.now)
    if eligibility.allowed:
        return None
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    sign_in = f"{reverse('account_request_login_code')}?next={request.path}"
    context = {"poll": poll, **title_of(poll), "eligibility": eligibility, "sign_in": sign_in}
    return render(request, "voting/not_eligible.html", context, status=403)


@never_cache
@sensitive_post_parameters()
@form_page
def vote(request: Request, poll_id: UUID) -> HttpResponse:
    """Choose projects. A POST keeps what is chosen while the list is narrowed, or when coming back from the check."""
    if away := _turned_away(request, poll_id):
        return away
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    if request.method == "POST":
        codes = [option.code for option in queries.options(poll=poll)]
        try:
            return _page(request, poll, read_choices(poll.ballot_kind, codes, request.POST))
        except Invalid as refusal:
            return _page(request, poll, [], refusal)
    own = queries.own_ballot(viewer=request.actor, poll_id=poll_id)
    return _page(request, poll, own.choices if own else [])


@never_cache
@sensitive_post_parameters()
@acts
def review(request: Request, poll_id: UUID) -> HttpResponse:
    """Show the ballot as it would be cast; a blank one only when it was asked for."""
    if away := _turned_away(request, poll_id):
        return away
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    codes = [option.code for option in queries.options(poll=poll)]
    chosen: CastChoices = []
    try:
        if not request.POST.get("blank"):
            chosen = read_choices(poll.ballot_kind, codes, request.POST)
            if not chosen:
                raise Invalid(_("Nothing is chosen yet. Choose a project, or press “Vote blank”."), field="choices")
        preview = queries.preview(viewer=request.actor, poll_id=poll_id, choices=chosen)
    except Invalid as refusal:
        return _page(request, poll, chosen, refusal)
    context = {
        "poll": poll,
        **title_of(poll),
        "preview": preview,
        "left": poll.budget_fen - preview.cost,
        "crumbs": [(_("Home"), "/"), (localized(poll), reverse("voting:vote", args=[poll_id]))],
    }
    return render(request, "voting/review.html", context)


@never_cache
@sensitive_post_parameters()
@acts
def cast(request: Request, poll_id: UUID) -> HttpResponse:
    """Cast the checked ballot and go on to the receipt."""
    form = operations.casting.open_form(poll_id)
    blank = bool(request.POST.get("blank"))
    chosen: CastChoices = []
    try:
        chosen = [] if blank else read_choices(form.rules.kind, form.codes, request.POST)
        operations.cast(
            actor=voter(request),
            poll_id=poll_id,
            choices=chosen,
            key=ui_forms.idempotency_key(request),
            at=request.now,
        )
    except Invalid as refusal:
        return _page(request, queries.poll(viewer=request.actor, poll_id=poll_id), [], refusal)
    except KeyReused as refusal:  # an old form of the check, changed by hand or kept open: from here it goes on anew
        return _page(request, queries.poll(viewer=request.actor, poll_id=poll_id), chosen, refusal)
    return HttpResponseRedirect(f"/polls/{poll_id}/done/")


@never_cache
def done(request: Request, poll_id: UUID) -> HttpResponse:
    """Show the receipt of the ballot that now lies in the voter's envelope, and what happens next."""
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    own = queries.own_ballot(viewer=request.actor, poll_id=poll_id)
    if own is None:
        return redirect("voting:receipt" if poll.state in ("closed", "counted") else "voting:vote", poll_id)
    context = {
        "poll": poll,
        **title_of(poll),
        "receipt": grouped(own.receipt),
        "own": own,
        "phases": next_steps(poll),
        "crumbs": [(_("Home"), "/"), (localized(poll), "")],
    }
    return render(request, "voting/done.html", context)


def next_steps(poll: Poll) -> list[pieces.Phase]:
    """Tell what happens next and when."""
    return [
        pieces.Phase(_("Ballot received"), "done"),
        pieces.Phase(_("You may change it"), "now", note=_("until %(day)s") % {"day": short_day(poll.closes_at)}),
        pieces.Phase(_("Close and count"), "ahead", starts=poll.closes_at),
        pieces.Phase(_("Check your receipt"), "ahead"),
    ]
