"""One's own service: sums, months, stars, thanks, certificates, and the records themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.activities import queries as activities
from shanzhi.activities.views.near import few, measured_from, other_hours
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.service import operations, queries
from shanzhi.service.exchange.answers import papers_answer
from shanzhi.service.forms.records import ThanksForm
from shanzhi.service.operations.printing import own_copy
from shanzhi.service.queries import Overview
from shanzhi.service.views.frames import FORM, certificate_state, frame, mine_steps, month_words
from shanzhi.service.views.listings import MINE
from shanzhi.service.views.way import figures_of, lines
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer, Chart, Series, Table
from shanzhi.volunteering import queries as volunteering

MOST_NEAR: Final = 5


@login_required
def mine(request: Any) -> HttpResponse:
    """Show one's own service, or the way to register."""
    found = queries.overview(viewer=request.actor, at=request.now)
    heading = _("My service")
    crumbs = [(_("Home"), "/"), *mine_steps(), (heading, "")]
    if found is None:
        return render(request, "service/begin.html", {"heading": heading, "crumbs": crumbs})
    context = {
        "heading": heading, "crumbs": crumbs, "found": found, "pairs": sums(found), "star": star_words(found),
        "papers": [(one, certificate_state(one)) for one in found.certificates], **near(found, request.now),
        **lines(queries.way_of(found.volunteer, request.now)), "figures": figures_of(found.volunteer),
        "teams": [one for one in volunteering.places_of(found.volunteer) if one.state == "member"],
        **months(found, request.now),
    }  # fmt: skip
    rows = queries.own_records(viewer=request.actor)
    answer: HttpResponse = listing_response(request, MINE, rows, context, template="service/mine.html")
    return answer


def near(found: Overview, at: datetime) -> dict[str, Any]:
    """Give the nearest shifts that fit, and the kinds of tasks that one may do where none does."""
    nearby = activities.nearby_of(found.volunteer, at)
    shifts = few(nearby, MOST_NEAR)
    comma = "、" if formatting.chinese() else ", "
    fits = [] if shifts else volunteering.fit_for(volunteer=found.volunteer, at=at)
    return {
        "near": shifts, "serves": nearby.serves, "measured": measured_from(found.volunteer, nearby),
        "other_hours": other_hours(nearby),
        "fits": comma.join([str(kind) for kind, fit in fits if fit.good][:8]),
    }  # fmt: skip


def sums(found: Overview) -> list[Answer]:
    """Give what was done altogether, in words."""
    earlier = [Answer(_("Hours of service before"), formatting.minutes(found.earlier))] if found.earlier else []
    return [
        *earlier,
        Answer(_("Verified service"), formatting.minutes(found.minutes)),
        Answer(_("Times of service"), formatting.count(found.times)),
        Answer(_("People served"), formatting.count(found.people_served)),
    ]


def star_words(found: Overview) -> str:
    """Say what is missing to the next star."""
    if found.next_star is None:
        return _("You hold the highest star of your area.")
    level, missing = found.next_star
    return _("%(missing)s more to star %(level)s") % {"missing": formatting.minutes(missing), "level": level}


def months(found: Overview, at: datetime) -> dict[str, Any]:
    """Give the chart of the last twelve months in hours, with the exact table."""
    most = max(found.months, key=lambda one: one.minutes)
    title = _("Most service was in %(month)s") % {"month": month_words(most.first)} if most.minutes else ""
    chart = Chart(
        title=title, kind="bar", categories=[f"{one.first:%m}" for one in found.months],
        series=[Series(_("Verified service"), [one.minutes // 60 for one in found.months])],
        x_label=_("Month"), y_label=_("Service"), unit=_("hours"), source=_("The records of this site"), at=at,
        key="months",
    )  # fmt: skip
    rows = [[month_words(one.first), formatting.minutes(one.minutes)] for one in found.months]
    return {"chart": chart if most.minutes else None, "table": Table([_("Month"), _("Verified service")], rows)}


@login_required
@acts
def own_paper(request: Any, certificate_id: UUID) -> HttpResponse:
    """Give the own certificate with name and identity number in full, as a PDF; that goes on record."""
    copy = own_copy(certificate_id=certificate_id, **acting(request))
    return papers_answer(request, [copy], copy.certificate.serial)


@login_required
@form_page
def thank(request: Any) -> HttpResponse:
    """Thank a volunteer."""
    number = request.GET.get("number", "")
    form = ThanksForm(sent(request), initial={"number": number if number.isascii() and number.isdigit() else ""})

    def act(form: Any) -> str:
        operations.write_thanks(**form.cleaned_data, **acting(request))
        return reverse("service:thank")

    lead = _("A short note for somebody who helped you or works in your team.")
    context = frame(_("Thank a volunteer"), _("Send"), reverse("volunteering:mine"), *mine_steps(), lead=lead)
    done = _("Thank you. Staff read the note, then the volunteer sees it.")
    return answer_form(request, form, act, context, done=done, template=FORM)
