"""Passing one's credits on to an account at another bank, with a look first at what would become of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import Refusal
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, queries
from shanzhi.timebank.forms.clearing import PassForm
from shanzhi.timebank.queries import clearing as reading
from shanzhi.timebank.views.frames import frame, own_steps
from shanzhi.ui import formatting
from shanzhi.ui.forms import apply_refusal
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer

TEMPLATE = "timebank/pass.html"


@login_required
@form_page
def pass_on(request: Any, bank_id: UUID) -> HttpResponse:
    """Pass credits on, or look first; where no bank has agreed, say so."""
    found = queries.own_member(viewer=request.actor, bank_id=bank_id).bank
    version = queries.in_force(found, request.now)
    banks = reading.to_pass_to(found, request.POST.get("to_bank_id", ""))
    form = PassForm(sent(request), banks=banks, relations=version.policy.spending.gifts_to if version else ())
    lead = _("To your own account at another bank, as when you move, or to a relative's there. The credits keep the "
             "day on which they were earned, and expire on the earlier day by the rules of both banks.")  # fmt: skip
    context = frame(
        _("Pass credits on to another bank"), _("Pass on"), reverse("timebank:mine"), *own_steps(), lead=lead
    )
    context |= {"none": not banks, "bank": found, "foreseen": []}
    if request.method == "POST" and "look" in request.POST:
        context["foreseen"] = _foreseen(request, form, bank_id)
        return render(request, TEMPLATE, {"form": form, **context}, status=200 if context["foreseen"] else 422)

    def act(form: Any) -> str:
        operations.pass_on(bank_id=bank_id, **_given(form), **acting(request))
        return reverse("timebank:mine")

    return answer_form(request, form, act, context, done=_("The credits are passed on."), template=TEMPLATE)


def _given(form: Any) -> dict[str, Any]:
    return {**form.cleaned_data, "to_bank_id": UUID(form.cleaned_data["to_bank_id"])}


def _foreseen(request: Any, form: PassForm, bank_id: UUID) -> list[Answer]:
    """Tell what would become of it; what would be refused stands beside its field, and then there is nothing."""
    if not form.is_valid():
        return []
    try:
        found = operations.foresee(bank_id=bank_id, **_given(form), **acting(request))
    except Refusal as refusal:
        apply_refusal(form, refusal)
        return []
    ends = found.first_end
    return [
        Answer(_("To which bank"), found.there.name),
        Answer(_("Account number there"), found.receiver.number),
        Answer(_("Credits"), formatting.minutes(sum(part for _row, part, _end in found.parts))),
        Answer(_("The first expire on"), formatting.day(ends) if ends is not None else _("Never")),
    ]
