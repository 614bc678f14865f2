"""The desk of agreements with other banks: proposing, answering, limits, ending, settling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries
from shanzhi.timebank.forms.clearing import AnswerLinkForm, EndLinkForm, LimitForm, ProposeForm, SettlePositionForm
from shanzhi.timebank.forms.own import SureForm
from shanzhi.timebank.models import Bank, Link
from shanzhi.timebank.queries import clearing as reading
from shanzhi.timebank.views.clearing_lists import link_state, position
from shanzhi.timebank.views.frames import FORM, desk_steps, frame, page
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer


def _address(name: str, found: Bank, row: Link) -> str:
    return reverse(f"timebank:{name}", args=[found.pk, row.pk])


def _steps(found: Bank, *rows: Link) -> list[tuple[Any, str]]:
    """Give the way to the agreements of a bank, and to one of them."""
    steps = [*desk_steps(found), (_("Agreements with other banks"), page("links", found))]
    return [*steps, *((row.beside(found.pk).name, _address("link", found, row)) for row in rows)]


def _kept(request: Any, bank_id: UUID, pact_id: UUID) -> tuple[Bank, Link]:
    """Give a bank that the visitor keeps, and one of its agreements."""
    found, row = reading.link(viewer=request.actor, bank_id=bank_id, link_id=pact_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found))
    return found, row


@login_required
@form_page
def propose(request: Any, bank_id: UUID) -> HttpResponse:
    """Propose an agreement to another bank."""
    found = queries.desk_bank(viewer=request.actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found))
    form = ProposeForm(sent(request), banks=reading.other_banks(found))

    def act(form: Any) -> str:
        said = form.cleaned_data
        made = operations.propose_link(
            bank_id=bank_id, other_id=UUID(said["other_id"]), most=said["most"], **acting(request)
        )
        return _address("link", found, made)

    lead = _("Members of both can then pass credits on: to their own account at the other bank, or to a relative's. "
             "What one bank owes the other for it is held in both books, up to the limit.")  # fmt: skip
    context = frame(_("Propose an agreement"), _("Propose"), page("links", found), *_steps(found), lead=lead)
    return answer_form(request, form, act, context, done=_("It is proposed. The other bank answers."), template=FORM)


def _may(found: Bank, row: Link) -> dict[str, bool]:
    """Tell what a keeper of the bank can do with an agreement now."""
    asked_by_other = row.asked_by_id is not None and row.asked_by_id != found.pk
    waits = row.state == "proposed" and row.other_id == found.pk
    return {
        "answers": waits or asked_by_other,
        "withdraws": (row.state == "proposed" and row.one_id == found.pk) or row.asked_by_id == found.pk,
        "asks": row.state == "agreed" and row.asked_most is None,
        "ends": row.state == "agreed",
        "settles": getattr(row, "owed", 0) < 0,
    }


@login_required
def link(request: Any, bank_id: UUID, pact_id: UUID) -> HttpResponse:
    """Show an agreement: where it stands, the limit, what is owed, and what can be done."""
    found, row = reading.link(viewer=request.actor, bank_id=bank_id, link_id=pact_id)
    keeps = policies.keeps(request.actor, found)
    heading = row.beside(found.pk).name
    context = {
        "bank": found, "row": row, "heading": heading, "state": link_state(row), "pairs": _pairs(found, row),
        "may": _may(found, row) if keeps else {}, "other": row.beside(found.pk),
        "crumbs": [(_("Home"), "/"), *_steps(found), (heading, "")],
    }  # fmt: skip
    return render(request, "timebank/link.html", context)


def _pairs(found: Bank, row: Link) -> list[Answer]:
    told = [
        Answer(_("Limit"), formatting.minutes(row.most)),
        Answer(_("Proposed by"), f"{row.one.name} · {formatting.day(timezone.localdate(row.proposed_at))}"),
    ]
    if row.one_account is not None:
        told.append(Answer(_("What is owed"), position(row)))
        if row.state == "agreed":
            left = row.most - getattr(row, "owed", 0)
            told.append(Answer(_("Can still pass to the other bank"), formatting.minutes(left)))
    if row.asked_most is not None and row.asked_by is not None:
        words = _("%(limit)s, asked for by %(bank)s") % {
            "limit": formatting.minutes(row.asked_most), "bank": row.asked_by.name,
        }  # fmt: skip
        told.append(Answer(_("Another limit"), words))
    if row.limit_asked is not None and row.limit_answered_at is not None:
        told.append(Answer(_("Last answer on a limit"), _answered(row)))
    if row.reason:
        told.append(Answer(_("Reason"), row.reason))
    return told


def _answered(row: Link) -> str:
    """Say which limit was asked for last, what was answered, when, and why not."""
    words = _("%(limit)s agreed to on %(day)s") if row.limit_agreed else _("%(limit)s declined on %(day)s: %(reason)s")
    return words % {
        "limit": formatting.minutes(row.limit_asked or 0), "reason": row.limit_reason,
        "day": formatting.day(timezone.localdate(row.limit_answered_at)),
    }  # fmt: skip


@login_required
@form_page
def answer(request: Any, bank_id: UUID, pact_id: UUID) -> HttpResponse:
    """Agree to what the other bank asks for, or decline it."""
    found, row = _kept(request, bank_id, pact_id)
    form = AnswerLinkForm(sent(request), initial={"most": row.asked_most or row.most})

    def act(form: Any) -> str:
        said = form.cleaned_data
        operations.answer_link(
            bank_id=bank_id, link_id=pact_id, agrees=said["decision"] == "yes", most=said["most"],
            reason=said["reason"], **acting(request),
        )  # fmt: skip
        return _address("link", found, row)

    limit = formatting.minutes(row.asked_most or row.most)
    lead = _("%(bank)s proposes: each may owe the other at most %(limit)s.") % {
        "bank": row.beside(found.pk).name, "limit": limit,
    }  # fmt: skip
    context = frame(_("Answer the other bank"), _("Decide on it"), _address("link", found, row), *_steps(found, row),
                    lead=lead)  # fmt: skip
    return answer_form(request, form, act, context, done=_("It is on record."), template=FORM)


@login_required
@form_page
def withdraw(request: Any, bank_id: UUID, pact_id: UUID) -> HttpResponse:
    """Take back what the own bank asked for, after a question."""
    found, row = _kept(request, bank_id, pact_id)

    def act(form: Any) -> str:
        operations.withdraw_link(bank_id=bank_id, link_id=pact_id, **acting(request))
        return _address("link", found, row)

    lead = _("The other bank has not answered yet. What stands stays as it is.")
    heading = pgettext("between banks", "Take the proposal back")
    context = frame(heading, _("Take it back"), _address("link", found, row), *_steps(found, row), lead=lead,
                    kind="danger")  # fmt: skip
    return answer_form(request, SureForm(sent(request)), act, context, done=_("It is taken back."), template=FORM)


@login_required
@form_page
def limit(request: Any, bank_id: UUID, pact_id: UUID) -> HttpResponse:
    """Ask the other bank for another limit."""
    found, row = _kept(request, bank_id, pact_id)
    form = LimitForm(sent(request), initial={"most": row.most})

    def act(form: Any) -> str:
        operations.ask_limit(bank_id=bank_id, link_id=pact_id, most=form.cleaned_data["most"], **acting(request))
        return _address("link", found, row)

    lead = _("The limit that stands holds until the other bank agrees: %(limit)s.") % {
        "limit": formatting.minutes(row.most)
    }
    context = frame(_("Ask for another limit"), _("Ask for it"), _address("link", found, row), *_steps(found, row),
                    lead=lead)  # fmt: skip
    return answer_form(request, form, act, context, done=_("The other bank is asked."), template=FORM)


@login_required
@form_page
def end(request: Any, bank_id: UUID, pact_id: UUID) -> HttpResponse:
    """End an agreement."""
    found, row = _kept(request, bank_id, pact_id)

    def act(form: Any) -> str:
        operations.end_link(bank_id=bank_id, link_id=pact_id, **form.cleaned_data, **acting(request))
        return _address("link", found, row)

    lead = _("Nothing passes between the two banks from then on. What one owes the other stays, and can be settled.")
    context = frame(_("End the agreement"), _("End it"), _address("link", found, row), *_steps(found, row), lead=lead,
                    kind="danger")  # fmt: skip
    form = EndLinkForm(sent(request))
    return answer_form(request, form, act, context, done=_("The agreement is ended."), template=FORM)


@login_required
@form_page
def settle(request: Any, bank_id: UUID, pact_id: UUID) -> HttpResponse:
    """Settle what the other bank owes, out of a common pool."""
    found, row = _kept(request, bank_id, pact_id)

    def act(form: Any) -> str:
        given = {**form.cleaned_data, "pool_id": UUID(form.cleaned_data["pool_id"])}
        operations.settle_position(bank_id=bank_id, link_id=pact_id, **given, **acting(request))
        return _address("link", found, row)

    lead = _("Credits of your pool go to the pool of the same name at the other bank, or to its pool of the area, and "
             "it owes as much less. Now: %(position)s.") % {"position": position(row)}  # fmt: skip
    pools = [(str(one.pk), f"{one} · {formatting.minutes(there)}") for one, there in reading.common_pools(found)]
    form = SettlePositionForm(sent(request), pools=pools, initial={"pool_id": pools[0][0] if pools else ""})
    context = frame(_("Settle what is owed"), _("Settle"), _address("link", found, row), *_steps(found, row), lead=lead)
    return answer_form(request, form, act, context, done=_("It is settled."), template=FORM)
