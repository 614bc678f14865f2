"""The desk of who keeps a bank: banks, accounts, what was earned, founding, rules, pools."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.errors import Forbidden
from shanzhi.kernel.timebank.examples import examples
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries, sources
from shanzhi.timebank.forms.desk import PoolForm
from shanzhi.timebank.forms.own import SureForm
from shanzhi.timebank.forms.rules import BankForm, RulesForm, first
from shanzhi.timebank.models import REASONS, Bank, Earning
from shanzhi.timebank.views.frames import FORM, bank_name, desk_steps, frame, page, read_areas, shown_name
from shanzhi.timebank.words import BETWEEN, FIGURES, month_words, stands_words
from shanzhi.ui import formatting
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    listing_response,
    page_of,
)
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer

BANKS = Listing(
    key="desk_time_banks",
    columns=(
        Column("name", gettext_lazy("Name of the bank"), value=bank_name, sort="name",
               url=page_of("timebank:desk_bank")),
        Column("area", gettext_lazy("Area"), value="area_name", sort="area"),
        Column("members", gettext_lazy("Open accounts"), "number", value="members_now", sort="members_now"),
        Column("created_at", gettext_lazy("Founded on"), "date", sort="created_at", priority=2),
    ),
    default_sort="name",
    filters=(AreaFilter("area", gettext_lazy("Area"), source=read_areas),),
    search=queries.search_banks,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("There is no time bank in your areas yet"),
        gettext_lazy("Found one with rules for days to come; three examples help to begin."),
    ),
)  # fmt: skip


def minutes_column(key: str, label: Any, **given: Any) -> Column:
    """Make a column of credits: words on the page, whole minutes in the export."""
    return Column(key, label, "minutes", **given)


MEMBERS = Listing(
    key="time_bank_members",
    columns=(
        Column("number", gettext_lazy("Account number"), sort="number"),
        Column("name", gettext_lazy("Name"), value=shown_name),
        minutes_column("free", gettext_lazy("Free"), sort="free"),
        minutes_column("tied", gettext_lazy("For donation only"), sort="tied", priority=2),
        minutes_column("waiting", gettext_lazy("Held for help or goods"), sort="waiting", priority=2),
        Column("opened_at", gettext_lazy("Account opened on"), "date", sort="opened_at"),
        Column("closed_at", gettext_lazy("Closed on"), "date", sort="closed_at", priority=2),
    ),
    default_sort="-opened_at",
    filters=(
        BooleanFilter("open", gettext_lazy("State"), apply=lambda yes: Q(closed_at__isnull=yes),
                      yes=gettext_lazy("Open account"), no=gettext_lazy("Closed account")),
        DateRangeFilter("opened_at", gettext_lazy("Account opened on")),
    ),
    search=queries.search_members,
    search_label=gettext_lazy("Account number or how it begins"),
    empty=Empty(
        gettext_lazy("Nobody has an account yet"),
        gettext_lazy("Residents of a verified name open one by themselves on the page My time bank."),
    ),
)  # fmt: skip


def why(row: Earning) -> str:
    """Say why something was not kept."""
    return str(REASONS.get(row.reason, formatting.NONE))


EARNINGS = Listing(
    key="time_bank_earnings",
    columns=(
        Column("on", gettext_lazy("Day of service"), "date", sort="on"),
        Column("number", gettext_lazy("Account number"), value="member__number"),
        minutes_column("minutes", gettext_lazy("Service"), sort="minutes"),
        minutes_column("value", gettext_lazy("Credit"), sort="value"),
        minutes_column("kept", gettext_lazy("Credited"), priority=2),
        minutes_column("donated", gettext_lazy("To a pool"), priority=2),
        minutes_column("refused", gettext_lazy("Not credited"), priority=2),
        Column("reason", gettext_lazy("Why not"), value=why, priority=2),
        Column("reversed_at", gettext_lazy("Taken back on"), "date", sort="reversed_at"),
        minutes_column("uncovered", gettext_lazy("Borne by the bank"), priority=3),
        Column("kind", gettext_lazy("Kind of service"), on_page=False),
        Column("record", gettext_lazy("Record of service"), value=lambda row: str(row.record), on_page=False),
    ),
    default_sort="-on",
    filters=(
        ChoiceFilter("reason", gettext_lazy("Why not"), choices=list(REASONS.items())),
        DateRangeFilter("on", gettext_lazy("Day of service")),
    ),
    search=queries.search_earnings,
    search_label=gettext_lazy("Account number or how it begins"),
    empty=Empty(
        gettext_lazy("Nothing was earned yet"),
        gettext_lazy("Verified records of service are credited by themselves, within a minute."),
    ),
)  # fmt: skip
RECORDS = Listing(
    key="time_bank_records",
    columns=(
        Column("served_on", gettext_lazy("Day of service"), "date", sort="served_on"),
        Column("account", gettext_lazy("Account number"), url=page_of("timebank:review")),
        minutes_column("minutes", gettext_lazy("Service"), sort="minutes"),
        Column("kind", gettext_lazy("Kind of service"), value=lambda row: str(row.task_kind)),
        Column("content", gettext_lazy("What the service was"), priority=2),
    ),
    default_sort="-served_on",
    filters=(DateRangeFilter("served_on", gettext_lazy("Day of service")),),
    search=lambda rows, words: rows.filter(content__icontains=words.strip()),
    search_label=gettext_lazy("Words of what the service was"),
    empty=Empty(
        gettext_lazy("No record waits for a review"),
        gettext_lazy("Where the rules ask for a second reviewer, verified records wait here for you."),
    ),
)  # fmt: skip


@login_required
def banks(request: Any) -> HttpResponse:
    """List the banks of the desk."""
    context = {
        "heading": _("Desk of time banks"), "lead": "", "may_found": bool(request.actor.areas(policies.MANAGERS)),
        "crumbs": [(_("Home"), "/"), (_("Desk of time banks"), "")],
    }  # fmt: skip
    rows = queries.desk_banks(viewer=request.actor)
    answer: HttpResponse = listing_response(request, BANKS, rows, context, template="timebank/desk.html")
    return answer


@login_required
def bank(request: Any, bank_id: UUID) -> HttpResponse:
    """Show the accounts of a bank, with what waits for who keeps it."""
    found = queries.desk_bank(viewer=request.actor, bank_id=bank_id)
    keeps = policies.keeps(request.actor, found)
    context = {
        "bank": found, "heading": found.name, "waits": queries.waits(found, request.actor),
        "version": queries.in_force(found, request.now), "in_pools": formatting.minutes(queries.in_pools(found)),
        "manages": policies.may_found(actor=request.actor, area=found.area) is None,
        "keeps": keeps, **(_running(request, bank_id) if keeps else {}),
        "crumbs": [(_("Home"), "/"), *desk_steps(), (found.name, "")],
    }  # fmt: skip
    rows = queries.members(found)
    answer: HttpResponse = listing_response(request, MEMBERS, rows, context, template="timebank/desk_bank.html")
    return answer


def _running(request: Any, bank_id: UUID) -> dict[str, Any]:
    """Give the month that runs; the figures between banks where there are any, since most banks have none."""
    month = queries.running(**viewing(request), bank_id=bank_id)
    shown = [name for name in FIGURES if name not in BETWEEN or month.figures[name]]
    told = [Answer(FIGURES[name], formatting.minutes(month.figures[name])) for name in shown]
    told.append(Answer(_("Owed now"), formatting.minutes(month.owed)))
    if month.between:
        told.append(Answer(_("Between banks now"), stands_words(month.between)))
    return {"month": month_words(month.first), "running": month, "so_far": told}


def listed(
    request: Any, bank_id: UUID, listing: Listing, heading: str, rows: Any, *, readable: bool = False, **more: Any
) -> HttpResponse:
    """Show one of the lists of a bank; its rows lead on for who keeps the bank, or for all who read `readable` ones."""
    found = queries.desk_bank(viewer=request.actor, bank_id=bank_id)
    keeps = policies.keeps(request.actor, found)
    if not keeps and not readable:
        listing = replace(listing, columns=tuple(replace(one, url=None) for one in listing.columns))
    context = {
        "bank": found, "heading": heading, "keeps": keeps, **more,
        "crumbs": [(_("Home"), "/"), *desk_steps(found), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, listing, rows(found), context, template="timebank/desk_list.html")
    return answer


@login_required
def earnings(request: Any, bank_id: UUID) -> HttpResponse:
    """List what was made of verified service."""
    return listed(request, bank_id, EARNINGS, _("What was earned"), queries.earnings)


@login_required
def records(request: Any, bank_id: UUID) -> HttpResponse:
    """List the records that wait for a further reviewer."""
    rows = partial(sources.for_review, viewer=request.actor)
    return listed(request, bank_id, RECORDS, _("Records to review"), rows)


@login_required
@form_page
def review(request: Any, served_id: UUID) -> HttpResponse:
    """Confirm a record for the bank."""
    record, found = sources.record_at_desk(request.actor, served_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found))
    back = page("records", found)

    def act(form: Any) -> str:
        operations.review_record(bank_id=found.pk, told=sources.told(record), **acting(request))
        return back

    lead = f"{formatting.day(record.served_on)} · {formatting.minutes(record.minutes)} · {record.content}"
    context = frame(_("Confirm the record"), _("I confirm it"), back, *desk_steps(found), lead=lead)
    done = _("It is confirmed. When enough have, it is credited.")
    return answer_form(request, SureForm(sent(request)), act, context, done=done, template=FORM)


@login_required
@form_page
def found(request: Any) -> HttpResponse:
    """Found a bank; `?like=` names the example whose rules the form begins with."""
    if not request.actor.areas(policies.MANAGERS):
        raise Forbidden
    known = {one.name: one for one in examples()}
    like = known.get(request.GET.get("like", ""), next(iter(known.values())))
    areas = queries.founding_areas(viewer=request.actor, at=request.now)
    form = BankForm(sent(request), initial=first(like.policy), areas=areas)

    def act(form: Any) -> str:
        said = form.cleaned_data
        made = operations.found_bank(
            area=said["area"], name=said["name"], rules=form.rules(), official=said["official"], **acting(request)
        )
        return page("desk_bank", made)

    language = "zh" if formatting.chinese() else "en"
    context = frame(_("Found a time bank"), _("Found the bank"), reverse("timebank:desk"), *desk_steps(),
                    lead=like.label[language])  # fmt: skip
    context["likes"] = [(one.title[language], f"?like={name}", one is like) for name, one in known.items()]
    done = _("The bank is founded. Its rules are public now and hold from the day you named.")
    return answer_form(request, form, act, context, done=done, template="timebank/found.html")


@login_required
@form_page
def publish(request: Any, bank_id: UUID) -> HttpResponse:
    """Publish new rules of a bank; the form begins with those that stand."""
    found = queries.desk_bank(viewer=request.actor, bank_id=bank_id)
    policies.require(policies.may_found(actor=request.actor, area=found.area))
    last = queries.versions(found)[0]
    form = RulesForm(sent(request), initial={**first(last.policy), "official": last.official})

    def act(form: Any) -> str:
        official = form.cleaned_data["official"]
        operations.publish_rules(bank_id=bank_id, rules=form.rules(), official=official, **acting(request))
        return page("rules", found)

    lead = _("They are public at once, with what changes, and hold from the day you name. Nothing earned is changed.")
    context = frame(_("Publish new rules"), _("Publish"), page("desk_bank", found), *desk_steps(found), lead=lead)
    return answer_form(request, form, act, context, done=_("The new rules are published."), template=FORM)


@login_required
@form_page
def pool(request: Any, bank_id: UUID) -> HttpResponse:
    """Open the pool of an organisation."""
    found: Bank = queries.desk_bank(viewer=request.actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found))
    bodies = queries.bodies(found)
    form = PoolForm(sent(request), bodies=bodies)

    def act(form: Any) -> str:
        body = UUID(form.cleaned_data["organization_id"])
        operations.open_pool(bank_id=bank_id, organization_id=body, **acting(request))
        return page("desk_bank", found)

    lead = _("Members can donate to it from then on, if the rules name pools of organisations.")
    if bodies.few is not None and not bodies.few:
        lead = _("There is no organisation in the area of this bank yet. It is entered at the desk of organisations.")
    context = frame(_("Open a pool of an organisation"), _("Open the pool"), page("desk_bank", found),
                    *desk_steps(found), lead=lead)  # fmt: skip
    return answer_form(request, form, act, context, done=_("The pool is open."), template=FORM)
