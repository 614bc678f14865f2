"""A grant at the desk: its agreement, tranches, money, and what is done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.funding import exchange, operations, policies, queries
from shanzhi.funding.forms import ConditionForm, GrantForm, ReasonForm, RemarksForm, SignatureForm
from shanzhi.funding.models import Grant
from shanzhi.funding.operations.grants import parties
from shanzhi.funding.views import listings
from shanzhi.funding.views.desk import crumbs
from shanzhi.funding.views.parts import form_view, names_of, tranche_rows
from shanzhi.people import queries as people
from shanzhi.places.queries import full_names
from shanzhi.places.views.frames import sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer


@login_required
@form_page
def new_grant(request: Any, fund_id: UUID) -> HttpResponse:
    """Open a grant from a fund."""
    fund = queries.fund(viewer=request.actor, fund_id=fund_id)
    policies.require(policies.may_manage(actor=request.actor, area=fund.book.area))
    back = reverse("funding:desk_fund", args=[fund.pk])

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        leader = given.pop("leader")
        given["proposal"] = given["proposal"] or uuid4()
        made = operations.open_grant(fund_id=fund.pk, team=[leader] if leader else [], **given, **acting(request))
        return reverse("funding:desk_grant", args=[made.pk])

    areas = people.source_of(people.Open((fund.book.area,), request.now))
    return form_view(
        request, GrantForm(sent(request), areas=areas), act, heading=_("Grant money to a project"), lead=fund.name,
        button=_("Open the grant"), done=_("The grant is open. Print the agreement and have it signed."),
        crumbs=crumbs((fund.name, back)), back=back,
    )  # fmt: skip


def _address(found: Grant) -> str:
    return reverse("funding:desk_grant", args=[found.pk])


@login_required
def grant(request: Any, grant_id: UUID) -> HttpResponse:
    """Show a grant."""
    found = queries.grant(viewer=request.actor, grant_id=grant_id)
    figures = queries.grant_figures([found])[found.pk]
    agreement = found.agreements.order_by("-version").first()
    manages = policies.may_manage(actor=request.actor, area=found.fund.book.area) is None
    context = {
        "grant": found,
        "heading": found.title,
        "state": listings.state_tag(found),
        "due": listings.due_tag(found),
        "figures": figures,
        "facts": [
            (_("Amount granted"), found.amount_fen),
            (_("Not paid yet"), figures.committed), (_("Spent"), figures.spent),
            (_("With the team"), figures.left),
        ],
        "pairs": [
            Answer(_("Fund"), found.fund.name, reverse("funding:desk_fund", args=[found.fund_id])),
            Answer(_("Area"), full_names([found.area]).get(found.area, found.area)),
            Answer(_("Account"), found.get_custody_display()),
            Answer(_("Runs from and to"), f"{formatting.day(found.starts_on)} – {formatting.day(found.ends_on)}"),
            Answer(_("Team"), "、".join(names_of(found.team.values_list("person_id", flat=True)).values())
                   or formatting.NONE),
        ],
        "tranches": tranche_rows(found),
        "agreement": agreement,
        "signatures": list(agreement.signatures.order_by("at")) if agreement else [],
        "manages": manages,
        "runs": policies.may_run(actor=request.actor, grant=found) is None,
        "keeps": policies.may_keep(actor=request.actor, fund=found.fund) is None,
        "crumbs": crumbs((_("Grants"), reverse("funding:grants")), (found.title, "")),
    }  # fmt: skip
    return render(request, "funding/desk_grant.html", context)


def _form(
    request: Any, found: Grant, form: Any, act: Any, heading: str, lead: str, done: str, kind: str = "main"
) -> HttpResponse:
    return form_view(
        request, form, act, heading=heading, lead=lead, button=heading, done=done, kind=kind, back=_address(found),
        crumbs=crumbs((_("Grants"), reverse("funding:grants")), (found.title, _address(found))),
    )  # fmt: skip


def _managed(request: Any, grant_id: UUID) -> Grant:
    found = queries.grant(viewer=request.actor, grant_id=grant_id)
    policies.require(policies.may_manage(actor=request.actor, area=found.fund.book.area))
    return found


def _run(request: Any, grant_id: UUID) -> Grant:
    found = queries.grant(viewer=request.actor, grant_id=grant_id)
    policies.require(policies.may_run(actor=request.actor, grant=found))
    return found


@login_required
@form_page
def sign(request: Any, grant_id: UUID) -> HttpResponse:
    """Record that a party signed the agreement."""
    found = _managed(request, grant_id)

    def act(form: Any) -> str:
        operations.record_signature(grant_id=found.pk, **form.cleaned_data, **acting(request))
        return _address(found)

    agreement = found.agreements.order_by("-version")[:1].get()
    have = set(agreement.signatures.values_list("party", flat=True))
    waiting = [one for one in parties(found) if one not in have]
    form = SignatureForm(sent(request), parties=waiting)
    lead = _("As it stands on the paper. With the last signature the grant is in force and takes the fund's money.")
    return _form(request, found, form, act, _("Record a signature"), lead, _("The signature is recorded."))


@login_required
@form_page
def renew(request: Any, grant_id: UUID) -> HttpResponse:
    """Make a further version of the agreement."""
    found = _managed(request, grant_id)

    def act(form: Any) -> str:
        operations.renew_agreement(grant_id=found.pk, **form.cleaned_data, **acting(request))
        return _address(found)

    lead = _("Signatures of the version before do not count for the new one.")
    done = _("The new version is made. Print it and have it signed.")
    return _form(request, found, RemarksForm(sent(request)), act, _("Make a new version"), lead, done)


@login_required
@form_page
def meet(request: Any, grant_id: UUID) -> HttpResponse:
    """Say that a condition is met."""
    found = _run(request, grant_id)

    def act(form: Any) -> str:
        operations.meet_condition(proposal=found.proposal, **form.cleaned_data, **acting(request))
        return _address(found)

    waiting = list(dict.fromkeys(found.tranches.filter(state="waiting").values_list("condition", flat=True)))
    form = ConditionForm(sent(request), conditions=waiting)
    lead = _("What waited for it may then be paid; nothing is paid by that alone.")
    return _form(request, found, form, act, _("A condition is met"), lead, _("The condition is met."))


@login_required
@form_page
def stop(request: Any, grant_id: UUID) -> HttpResponse:
    """Stop all payments of a grant."""
    found = _run(request, grant_id)

    def act(form: Any) -> str:
        operations.stop(proposal=found.proposal, **form.cleaned_data, **acting(request))
        return _address(found)

    lead = _("Nothing more is paid, and what was not paid goes back to the fund at once. The team reads the reason.")
    return _form(request, found, ReasonForm(sent(request)), act, _("Stop payments"), lead,
                 _("Payments are stopped."), "danger")  # fmt: skip


@login_required
@form_page
def close(request: Any, grant_id: UUID) -> HttpResponse:
    """Settle a grant."""
    found = _managed(request, grant_id)

    def act(form: Any) -> str:
        operations.close(proposal=found.proposal, **form.cleaned_data, **acting(request))
        return _address(found)

    lead = _("What the team has left and what was not paid goes back to the fund. A settled grant stays as it is.")
    return _form(request, found, ReasonForm(sent(request)), act, _("Settle the grant"), lead,
                 _("The grant is settled."), "danger")  # fmt: skip


@login_required
@acts
def ask_payment(request: Any, tranche_id: UUID) -> HttpResponse:
    """Ask that a tranche be paid."""
    made = operations.ask_payment(tranche_id=tranche_id, **acting(request))
    messages.success(request, _("The payment is asked for. Two others approve it."))
    return redirect("funding:payment", made.pk)


@login_required
@acts
def disclose_grant(request: Any, grant_id: UUID) -> HttpResponse:
    """Publish the figures of a grant."""
    operations.disclose_grant(grant_id=grant_id, **acting(request))
    messages.success(request, _("The figures are published, and the donors are told."))
    return redirect("funding:desk_grant", grant_id)


@login_required
def agreement(request: Any, grant_id: UUID, ending: str) -> HttpResponse:
    """Give the latest version of the agreement as Word or PDF."""
    found = queries.grant(viewer=request.actor, grant_id=grant_id)
    latest = found.agreements.order_by("-version")[:1].get()
    content = exchange.WRITERS[ending](latest, found, request.now)
    answer = HttpResponse(content, content_type=exchange.TYPES[ending])
    answer["Content-Disposition"] = f'attachment; filename="agreement-{latest.version}.{ending}"'
    return answer
