"""The desk of service: records of the areas, recording for the committee, complaints, thanks, rules, the export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.errors import Forbidden, Invalid, Refusal
from shanzhi.organizations.models import Organization
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.service import operations, policies, queries
from shanzhi.service.exchange.answers import records_answer
from shanzhi.service.forms.papers import NationalForm, RulesForm
from shanzhi.service.forms.records import OfficeTableForm, ReadForm
from shanzhi.service.operations.exporting import collected
from shanzhi.service.operations.refusals import NoSuchVolunteer
from shanzhi.service.views import frames
from shanzhi.service.views.frames import FORM, desk_steps, frame
from shanzhi.service.views.listings import COMPLAINTS, DESK, RULES, THANKED
from shanzhi.service.views.mine import sums
from shanzhi.ui.forms import apply_refusal
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer

LIST = "service/list.html"


@login_required
def desk(request: Any) -> HttpResponse:
    """List the records of the own areas and organisations."""
    rows = queries.desk_records(viewer=request.actor)
    waiting = queries.to_verify(viewer=request.actor, at=request.now).count()
    context = {
        "heading": _("Service records"), "waiting": waiting, "records": frames.records_here(request),
        "unnoticed": queries.to_notice(viewer=request.actor).count(), "units": queries.unit_teams(viewer=request.actor),
        "staff": policies.at_the_desk(request.actor), "home": first_area(request),
        "crumbs": [(_("Home"), "/"), (_("Service records"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, DESK, rows, context, template="service/desk.html")
    return answer


def first_area(request: Any) -> str:
    """Give the first area that the reader looks after, '' for none or the whole country."""
    return next(iter(request.actor.areas(policies.READERS)), "")


@login_required
def volunteer(request: Any, volunteer_id: UUID) -> HttpResponse:
    """Show the service of a volunteer to staff: what was stated of before, what is verified, and the records."""
    found = queries.desk_overview(volunteer_id=volunteer_id, **viewing(request))
    heading = _("Service of a volunteer")
    context = {
        "heading": heading, "found": found, "pairs": [
            Answer(_("Volunteer"), f"{found.volunteer.number} · {frames.shown_name(found.volunteer)}"), *sums(found)
        ],
        "crumbs": [(_("Home"), "/"), *desk_steps(), (heading, "")],
    }  # fmt: skip
    rows = queries.records_of(viewer=request.actor, found=found.volunteer)
    answer: HttpResponse = listing_response(request, DESK, rows, context, template="service/volunteer.html")
    return answer


@login_required
@form_page
def office_table(request: Any) -> HttpResponse:
    """Record what an organisation, or the committee or office of an area, organised itself."""
    areas, bodies = frames.acting_areas(request), queries.issuing_bodies(viewer=request.actor)
    if areas is None and not bodies:
        raise Forbidden
    own = next(iter(request.actor.areas(policies.AGREERS)), "")
    form = OfficeTableForm(
        sent(request), kinds=frames.kinds_of(_organised_in(request, bodies, own)), areas=areas, bodies=bodies,
        initial={"served_on": timezone.localdate(request.now), "minutes": 120, "area": own},
    )  # fmt: skip

    def act(form: Any) -> str:
        numbers, organiser = [number for number, _minutes in form.cleaned_data["numbers"]], form.organiser
        people = queries.by_numbers(
            viewer=request.actor, numbers=numbers, on=form.cleaned_data["served_on"],
            organization_id=organiser.organization_id,
        )  # fmt: skip
        if set(numbers) - set(people):
            raise NoSuchVolunteer(field="numbers")
        try:
            operations.record_service(organiser=organiser, rows=form.rows(people), **form.common(), **acting(request))
        except Refusal as refusal:
            raise frames.named(refusal, form) from refusal
        return reverse("service:desk")

    lead = _("What a team organised is recorded by its leader. Somebody else of the office verifies what you record.")
    heading = _("Record service of the office") if areas is not None else _("Record service of the organisation")
    context = frame(heading, _("Record it"), reverse("service:desk"), *desk_steps(), lead=lead)
    return answer_form(request, form, act, context, done=frames.recorded(request), template=FORM)


def _organised_in(request: Any, bodies: list[Organization], own: str) -> str:
    """Give the area whose kinds of tasks the form offers: of what was chosen, else of the first that may be."""
    seats = {str(one.pk): one.area[: LENGTHS[COMMUNITY]] for one in bodies}
    unit, area = request.POST.get("organization_id", ""), request.POST.get("area", "")
    if unit in seats:
        return seats[unit]
    if area.isascii() and area.isdigit():
        return str(area)
    return own or next(iter(seats.values()), "")


@login_required
def complaints(request: Any) -> HttpResponse:
    """List the complaints of the own areas."""
    rows = queries.desk_complaints(viewer=request.actor)
    context = {"heading": _("Complaints about records"),
               "crumbs": [(_("Home"), "/"), *desk_steps(), (_("Complaints about records"), "")]}  # fmt: skip
    answer: HttpResponse = listing_response(request, COMPLAINTS, rows, context, template=LIST)
    return answer


@login_required
def thanks(request: Any) -> HttpResponse:
    """List the notes of thanks to volunteers of the own areas."""
    rows = queries.desk_thanks(viewer=request.actor)
    context = {"heading": _("Thanks to volunteers"),
               "crumbs": [(_("Home"), "/"), *desk_steps(), (_("Thanks to volunteers"), "")]}  # fmt: skip
    answer: HttpResponse = listing_response(request, THANKED, rows, context, template=LIST)
    return answer


@login_required
@form_page
def read(request: Any, thanks_id: UUID) -> HttpResponse:
    """Read a note, and show it to the volunteer or not."""
    found = queries.thanks(viewer=request.actor, thanks_id=thanks_id)
    policies.require(policies.may_moderate(actor=request.actor, area=found.volunteer.area))
    own = reverse("service:thanks")
    if found.state == "hidden":
        return redirect(own)

    def act(form: Any) -> str:
        given = {"shown": form.cleaned_data["decision"] == "yes", "reason": form.cleaned_data["reason"]}
        operations.read_thanks(thanks_id=thanks_id, **given, **acting(request))
        return own

    lead = f"{found.volunteer.number} · {found.note}"
    steps = (*desk_steps(), (_("Thanks to volunteers"), own))
    context = frame(_("Read a note of thanks"), _("Save"), own, *steps, lead=lead)
    return answer_form(request, ReadForm(sent(request)), act, context, done=_("It is decided."), template=FORM)


@login_required
def rules(request: Any) -> HttpResponse:
    """List the rules of areas, in all versions."""
    rows = queries.rules(viewer=request.actor)
    heading = _("Rules of service records")
    context = {
        "heading": heading, "may": bool(request.actor.areas(policies.OFFICERS)),
        "lead": _("Of the nearest area up the tree that has some, the newest rules hold that have begun."),
        "crumbs": [(_("Home"), "/"), *desk_steps(), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, RULES, rows, context, template="service/rules.html")
    return answer


@login_required
@form_page
def new_rules(request: Any) -> HttpResponse:
    """Set the rules of an area anew."""
    codes = request.actor.areas(policies.OFFICERS)
    if not codes:
        raise Forbidden
    now = queries.ruling(codes[0], timezone.localdate(request.now))
    form = RulesForm(sent(request), areas=frames.ruling_areas(request), initial={
        "area": codes[0], "valid_from": timezone.localdate(request.now), "notice_days": now.notice_days,
        "answer_days": now.answer_days, "stars": " ".join(str(one // 60) for one in now.star_minutes),
        "paper": now.paper, "number_words": now.prefix, "core_hours": now.core_minutes // 60,
        "core_times": now.core_times, "core_months": now.core_months, "source": now.source, "example": now.example,
    })  # fmt: skip

    def act(form: Any) -> str:
        clean = form.cleaned_data
        given = {"area": clean["area"], "valid_from": clean["valid_from"], "values": form.values()}
        try:
            operations.set_rules(**given, **acting(request))
        except Refusal as refusal:
            raise frames.named(refusal, form) from refusal
        return reverse("service:rules")

    steps = (*desk_steps(), (_("Rules of service records"), reverse("service:rules")))
    context = frame(_("New rules"), _("Set them"), reverse("service:rules"), *steps)
    return answer_form(request, form, act, context, done=_("The rules are set."), template=FORM)


@login_required
@form_page
def export(request: Any) -> HttpResponse:
    """Give verified records of an area as a file for the national system."""
    policies.require_desk(request.actor)
    own = first_area(request)
    form = NationalForm(sent(request), areas=frames.read_areas(request), initial={"area": own})
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        span = {name: clean[name] for name in ("area", "starts_on", "ends_on")}
        try:
            return records_answer(collected(**span, **acting(request)), clean["kind"])
        except Invalid as refusal:
            apply_refusal(form, refusal)
    lead = _("Verified records that stand, with volunteer numbers and without names; the fields are told in the "
             "documentation.")  # fmt: skip
    context = frame(
        _("Export for the national system"), _("Download"), reverse("service:desk"), *desk_steps(), lead=lead
    )
    return render(request, FORM, {"form": form, **context}, status=422 if form.is_bound else 200)
