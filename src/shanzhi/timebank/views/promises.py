"""A promise of help: its page with what each of the two can do, steps, calling off, disputes, ratings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries
from shanzhi.timebank.forms.desk import SettleForm
from shanzhi.timebank.forms.own import RateForm, WhyForm
from shanzhi.timebank.lifecycle import RATED
from shanzhi.timebank.models import Deal
from shanzhi.timebank.operations.dealing import needs_guardian
from shanzhi.timebank.views.frames import FORM, deal_state, frame, help_steps, own_steps, page, shown_name
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer

STEPS = {
    "promise": operations.promise,
    "refuse": operations.refuse_answer,
    "withdraw": operations.withdraw_answer,
    "confirm": operations.confirm,
    "guardian": operations.agree_as_guardian,
}


@login_required
def deal(request: Any, deal_id: UUID) -> HttpResponse:
    """Show a promise."""
    found = queries.deal(viewer=request.actor, deal_id=deal_id, at=request.now)
    address = queries.address_for(viewer=request.actor, found=found)
    context = {
        "deal": found, "heading": found.post.title, "state": deal_state(found), "pairs": _pairs(found, address),
        **_may(request, found),
        "ratings": [(one, shown_name(one.by)) for one in queries.shown_ratings(found, request.now)],
        "crumbs": [(_("Home"), "/"), *own_steps(), (found.post.title, "")],
    }  # fmt: skip
    answer = render(request, "timebank/deal.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _pairs(found: Deal, address: str) -> list[Answer]:
    told = [
        Answer(_("Who helps"), shown_name(found.helper)),
        Answer(_("Who pays"), shown_name(found.taker)),
        Answer(_("Credits"), formatting.minutes(found.minutes)),
    ]
    if found.post.starts_at is not None:
        told.append(Answer(_("When"), formatting.moment(found.post.starts_at)))
    if address:
        told.append(Answer(_("Exact address"), address))
    if found.message:
        told.append(Answer(_("A word to the other"), found.message))
    if found.paid is not None:
        told.append(Answer(_("Paid to the helper"), formatting.minutes(found.paid)))
    if found.overflow:
        told.append(Answer(_("Above the limit, to the pool"), formatting.minutes(found.overflow)))
    for label, words in ((_("Reason"), found.reason), (_("Decision of the bank"), found.decision)):
        told += [Answer(label, words)] if words else []
    return told


def _may(request: Any, found: Deal) -> dict[str, Any]:
    """Say what the viewer can do with a promise now."""
    actor = request.actor
    helps, pays = actor.is_person(found.helper.person_id), actor.is_person(found.taker.person_id)
    party = helps or pays
    author = actor.is_person(found.post.author.person_id)
    minor = needs_guardian(found, request.now) if found.state == "asked" else None
    confirmed = (helps and found.helper_done_at) or (pays and found.taker_done_at)
    begun = found.post.starts_at is None or found.post.starts_at <= request.now
    untold = found.helper_done_at is None and found.taker_done_at is None
    return {
        "waits_guardian": minor is not None and found.guardian_at is None,
        "may_agree": minor is not None and found.guardian_at is None and policies.guards(actor, minor, request.now),
        "may_promise": found.state == "asked" and author and found.post.state == "open",
        "may_withdraw": found.state == "asked" and party and not author,
        "may_confirm": found.state == "promised" and party and not confirmed and begun,
        "waits_other": found.state == "promised" and party and bool(confirmed),
        "may_cancel": found.state == "promised" and party and untold,
        "may_dispute": found.state == "promised" and party,
        "may_settle": found.state == "disputed"
        and policies.may_decide(actor=actor, deal=found, at=request.now) is None,
        "may_rate": found.state in RATED and party and queries.own_rating(viewer=actor, found=found) is None,
    }  # fmt: skip


@login_required
@acts
def step(request: Any, deal_id: UUID) -> HttpResponse:
    """Promise, refuse, take back, say that it is done, or agree as a guardian."""
    act = STEPS.get(request.POST.get("step", ""))
    if act is None:
        raise NotFound
    try:
        found = act(deal_id=deal_id, **acting(request))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
        return redirect("timebank:deal", deal_id)
    messages.success(request, _("It is on record."))
    return redirect("timebank:deal", found.pk)


def _party(request: Any, deal_id: UUID) -> Deal:
    found = queries.deal(viewer=request.actor, deal_id=deal_id, at=request.now)
    if not policies.is_party(request.actor, found):
        raise NotFound
    return found


def _steps(found: Deal) -> list[tuple[Any, str]]:
    return [*own_steps(), (found.post.title, page("deal", found))]


@login_required
@form_page
def cancel(request: Any, deal_id: UUID) -> HttpResponse:
    """Call a promise off."""
    found = _party(request, deal_id)

    def act(form: Any) -> str:
        operations.cancel(deal_id=deal_id, **form.cleaned_data, **acting(request))
        return page("deal", found)

    lead = _("The held credits go back to who would have paid.")
    context = frame(
        _("Call the promise off"),
        _("Call the promise off"),
        page("deal", found),
        *_steps(found),
        lead=lead,
        kind="danger",
    )
    return answer_form(
        request, WhyForm(sent(request)), act, context, done=_("The promise is called off."), template=FORM
    )


@login_required
@form_page
def dispute(request: Any, deal_id: UUID) -> HttpResponse:
    """Say that it was not done as promised."""
    found = _party(request, deal_id)

    def act(form: Any) -> str:
        operations.dispute(deal_id=deal_id, **form.cleaned_data, **acting(request))
        return page("deal", found)

    lead = _("The credits stay held. A keeper of the bank who is none of you decides, and says why.")
    context = frame(_("I do not agree"), _("Have it decided"), page("deal", found), *_steps(found), lead=lead)
    done = _("A keeper of the bank decides on it.")
    return answer_form(request, WhyForm(sent(request)), act, context, done=done, template=FORM)


@login_required
@form_page
def rate(request: Any, deal_id: UUID) -> HttpResponse:
    """Rate the other."""
    found = _party(request, deal_id)

    def act(form: Any) -> str:
        operations.rate(deal_id=deal_id, **form.cleaned_data, **acting(request))
        return page("deal", found)

    context = frame(_("Rate the other"), _("Rate"), page("deal", found), *_steps(found))
    done = _("Thank you. It is shown when both have rated, or after two weeks.")
    return answer_form(request, RateForm(sent(request)), act, context, done=done, template=FORM)


@login_required
@form_page
def settle(request: Any, deal_id: UUID) -> HttpResponse:
    """Decide a dispute, as who keeps the bank."""
    found = queries.deal(viewer=request.actor, deal_id=deal_id, at=request.now)
    policies.require(policies.may_decide(actor=request.actor, deal=found, at=request.now))
    form = SettleForm(sent(request), initial={"minutes": found.minutes}, most=found.minutes)

    def act(form: Any) -> str:
        operations.settle(deal_id=deal_id, **form.cleaned_data, **acting(request))
        return page("deal", found)

    context = frame(_("Decide the dispute"), _("Decide on it"), page("deal", found), *help_steps(found.post.bank),
                    lead=found.reason)  # fmt: skip
    return answer_form(request, form, act, context, done=_("It is decided."), template=FORM)
