"""What a keeper decides: grants from pools, promises that are disputed, signs of gaming."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries
from shanzhi.timebank.forms.desk import GrantForm, SignForm, VoteForm
from shanzhi.timebank.lifecycle import DEAL, GRANT, SIGN
from shanzhi.timebank.models import SignKind
from shanzhi.timebank.views.desk import listed, minutes_column
from shanzhi.timebank.views.frames import FORM, deal_state, desk_steps, frame, grant_state, page, sign_state
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, page_of
from shanzhi.ui.methods import form_page

GRANTS = Listing(
    key="time_bank_grants",
    columns=(
        Column("number", gettext_lazy("Account number"), value="member__number", url=page_of("timebank:vote")),
        Column("pool", gettext_lazy("From which pool"), value=lambda row: str(row.pool)),
        minutes_column("minutes", gettext_lazy("Credits"), sort="minutes"),
        Column("agreed", gettext_lazy("Agreed"), "number", sort="agreed"),
        Column("state", gettext_lazy("State"), "tag", value=grant_state, sort="state"),
        Column("proposed_at", gettext_lazy("Proposed on"), "date", sort="proposed_at", priority=2),
        Column("reason", gettext_lazy("Reason"), on_page=False),
    ),
    default_sort="-proposed_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=GRANT.choices()),
        DateRangeFilter("proposed_at", gettext_lazy("Proposed on")),
    ),
    search=lambda rows, words: rows.filter(member__number__startswith=words.strip()),
    search_label=gettext_lazy("Account number or how it begins"),
    empty=Empty(
        gettext_lazy("No grant was proposed yet"),
        gettext_lazy("Credits that members donate help those who have none: propose a grant."),
    ),
)  # fmt: skip
DEALS = Listing(
    key="time_bank_promises",
    columns=(
        Column("title", gettext_lazy("In a few words"), value=lambda row: row.post.title, url=page_of("timebank:deal")),
        Column("taker", gettext_lazy("Who pays"), value="taker__number"),
        Column("helper", gettext_lazy("Who helps"), value="helper__number"),
        minutes_column("minutes", gettext_lazy("Credits"), sort="minutes"),
        minutes_column("paid", gettext_lazy("Paid to the helper"), sort="paid", priority=2),
        Column("state", gettext_lazy("State"), "tag", value=deal_state, sort="state"),
        Column("asked_at", gettext_lazy("Answer sent on"), "date", sort="asked_at", priority=2),
    ),
    default_sort="-asked_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=DEAL.choices()),
        DateRangeFilter("asked_at", gettext_lazy("Answer sent on")),
    ),
    search=queries.search_deals,
    search_label=gettext_lazy("Account number or how it begins"),
    empty=Empty(
        gettext_lazy("Nobody promised help yet"),
        gettext_lazy("Promises of members stand here; those that are disputed wait for you."),
    ),
)  # fmt: skip
SIGNS = Listing(
    key="time_bank_signs",
    columns=(
        Column("kind", gettext_lazy("What was noticed"), value=lambda row: str(SignKind(row.kind).label), sort="kind",
               url=page_of("timebank:judge")),
        Column("times", gettext_lazy("Promises and gifts"), "number", sort="times"),
        minutes_column("minutes", gettext_lazy("Credits"), sort="minutes"),
        Column("seen_at", gettext_lazy("Seen on"), "date", sort="seen_at"),
        Column("state", gettext_lazy("State"), "tag", value=sign_state, sort="state"),
        Column("reason", gettext_lazy("What you found"), priority=2),
    ),
    default_sort="-seen_at",
    filters=(
        ChoiceFilter("kind", gettext_lazy("What was noticed"), choices=SignKind.choices),
        ChoiceFilter("state", gettext_lazy("State"), choices=SIGN.choices()),
    ),
    search=lambda rows, words: rows.filter(reason__icontains=words.strip()),
    search_label=gettext_lazy("Words of what was found"),
    empty=Empty(
        gettext_lazy("Nothing looks odd"),
        gettext_lazy("Two or three who pay each other in turn, and much in a short time, are listed here for a look."),
    ),
)  # fmt: skip


@login_required
def grants(request: Any, bank_id: UUID) -> HttpResponse:
    """List the grants from pools."""
    way = (_("Propose a grant"), reverse("timebank:propose", args=[bank_id]))
    return listed(request, bank_id, GRANTS, _("Grants from pools"), queries.grants, way=way)


@login_required
@form_page
def propose(request: Any, bank_id: UUID) -> HttpResponse:
    """Propose a grant."""
    found = queries.desk_bank(viewer=request.actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found))
    form = GrantForm(sent(request), pools=queries.pool_choice(queries.pools(found)))

    def act(form: Any) -> str:
        given = {**form.cleaned_data, "pool_id": UUID(form.cleaned_data["pool_id"])}
        operations.propose_grant(**given, **acting(request))
        return page("grants", found)

    lead = _("Two other keepers of the bank agree before it is given.")
    context = frame(_("Propose a grant"), _("Propose"), page("grants", found), *desk_steps(found), lead=lead)
    return answer_form(request, form, act, context, done=_("The grant waits for two reviewers."), template=FORM)


@login_required
@form_page
def vote(request: Any, aid_id: UUID) -> HttpResponse:
    """Agree to a grant, or decline it."""
    row = queries.grant(viewer=request.actor, grant_id=aid_id)
    found = row.pool.bank
    policies.require(policies.may_keep(actor=request.actor, bank=found))

    def act(form: Any) -> str:
        said = form.cleaned_data
        if said["decision"] == "yes":
            operations.agree_to_grant(grant_id=aid_id, **acting(request))
        else:
            operations.decline_grant(grant_id=aid_id, reason=said["reason"], **acting(request))
        return page("grants", found)

    lead = _("%(minutes)s from %(pool)s to %(number)s: %(reason)s") % {
        "minutes": formatting.minutes(row.minutes), "pool": row.pool, "number": row.member.number,
        "reason": row.reason,
    }  # fmt: skip
    context = frame(_("Decide on the grant"), _("Decide on it"), page("grants", found), *desk_steps(found), lead=lead)
    return answer_form(request, VoteForm(sent(request)), act, context, done=_("It is on record."), template=FORM)


@login_required
def deals(request: Any, bank_id: UUID) -> HttpResponse:
    """List the promises of a bank."""
    return listed(request, bank_id, DEALS, _("Promises of help"), queries.deals)


@login_required
def signs(request: Any, bank_id: UUID) -> HttpResponse:
    """List the signs of gaming."""
    return listed(request, bank_id, SIGNS, _("Signs to look at"), queries.signs)


@login_required
@form_page
def judge(request: Any, hint_id: UUID) -> HttpResponse:
    """Say what a sign turned out to be."""
    row = queries.sign(viewer=request.actor, sign_id=hint_id)
    policies.require(policies.may_keep(actor=request.actor, bank=row.bank))

    def act(form: Any) -> str:
        said = form.cleaned_data
        operations.decide_sign(
            sign_id=hint_id, acted=said["decision"] == "acted", reason=said["reason"], **acting(request)
        )  # fmt: skip
        return page("signs", row.bank)

    comma = "、" if formatting.chinese() else ", "
    numbers = comma.join(queries.numbers_of(row))
    lead = f"{SignKind(row.kind).label} · {numbers} · {formatting.count(row.times)} · {formatting.minutes(row.minutes)}"
    context = frame(_("Look at a sign"), _("Keep on record"), page("signs", row.bank), *desk_steps(row.bank), lead=lead)
    return answer_form(request, SignForm(sent(request)), act, context, done=_("It is on record."), template=FORM)
