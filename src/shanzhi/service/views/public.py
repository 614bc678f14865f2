"""What anybody reads: the check of a certificate, and how many of an area stand where on the way to leading."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shanzhi.kernel.errors import NotFound
from shanzhi.service import policies, queries
from shanzhi.service.exchange.certificate import span_words
from shanzhi.service.forms.papers import CheckForm
from shanzhi.service.queries.certificates import Checked
from shanzhi.service.queries.growth import Growth, Place
from shanzhi.service.queries.rules import Ruling
from shanzhi.service.queries.telling import SMALL
from shanzhi.service.views.frames import desk_steps
from shanzhi.service.views.listings import READY
from shanzhi.service.views.papers import WORDS
from shanzhi.ui import formatting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.pieces import Answer


def check(request: Any) -> HttpResponse:
    """Take number and code of a paper, and say whether it holds; nothing personal is shown."""
    asked = bool(request.GET)
    form = CheckForm(request.GET if asked else None)
    if asked and form.is_valid():
        found = queries.check(**form.cleaned_data)
        return _shown(request, found, form)
    return _shown(request, None, form)


def checked(request: Any, code: str) -> HttpResponse:
    """Say whether the paper holds whose QR code was read."""
    return _shown(request, queries.by_code(code=code), None)


def _shown(request: Any, found: Checked | None, form: CheckForm | None) -> HttpResponse:
    heading = _("Check of a service certificate")
    context: dict[str, Any] = {"heading": heading, "form": form, "crumbs": [(_("Home"), "/"), (heading, "")]}
    if found is not None:
        tone, words = WORDS[found.state]
        context |= {"tone": tone, "words": words, "pairs": pairs(found)}
        held = found.certificate
        context["synthetic"] = bool(held and held.volunteer.human.synthetic)
    status = 404 if found is not None and found.state == "unknown" else 200
    answer = render(request, "service/check.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def pairs(found: Checked) -> list[Answer]:
    """Give what the check says: no name, and the volunteer number masked."""
    one = found.certificate
    if one is None:
        return []
    known = [
        Answer(_("Certificate number"), one.number),
        Answer(_("Issuer"), one.issuer_name),
        Answer(_("Date of issue"), formatting.day(one.issued_on)),
        Answer(_("Days of service"), span_words(one)),
        Answer(_("Verified service"), formatting.minutes(one.minutes)),
        Answer(_("Times of service"), formatting.count(one.times)),
        Answer(_("Volunteer number"), found.number),
    ]
    return [*known, *([Answer(_("Withdrawn on"), formatting.day(one.withdrawn_at))] if one.withdrawn_at else [])]


def stage_words() -> dict[str, str]:
    """Name the stages."""
    return {
        "helper": _("Helpers"), "core": _("Core members"), "leader": _("Leaders of teams"),
        "founder": _("Leaders of organisations"),
    }  # fmt: skip


def core_words(rules: Ruling) -> str:
    """Say what makes a core member under some rules."""
    return _("Core: at least %(hours)s and %(times)s times in the last %(months)s months.") % {
        "hours": formatting.minutes(rules.core_minutes), "times": rules.core_times, "months": rules.core_months,
    }  # fmt: skip


def growth(request: Any, code: str) -> HttpResponse:
    """Show how many of an area are helpers, core members, leaders and founders; small numbers are left out."""
    found = queries.growth(code=code, at=request.now, public=True)
    lead = _("Numbers below %(small)s are not told, nor those that would give them away.") % {"small": SMALL}
    return _growth(request, found, lead, [(_("Home"), "/"), (_("From helping to leading"), "")], "service:growth")


@login_required
def desk_growth(request: Any, code: str) -> HttpResponse:
    """Show the same to staff of the area, with all numbers."""
    policies.require_desk(request.actor)
    if not request.actor.holds(policies.READERS, code):
        raise NotFound
    found = queries.growth(code=code, at=request.now, public=False)
    crumbs = [(_("Home"), "/"), *desk_steps(), (_("From helping to leading"), "")]
    lead = _("The talent from which later organisations grow. These numbers are for staff.")
    return _growth(request, found, lead, crumbs, "service:desk_growth")


def _growth(request: Any, found: Growth, lead: str, crumbs: list[tuple[Any, str]], view: str) -> HttpResponse:
    most = max((number or 0 for number in found.whole.counts.values()), default=0)
    context = {
        "heading": _("From helping to leading"), "place": found.whole, "lead": lead,
        "core": core_words(found.rules), "crumbs": crumbs,
        "source": found.rules.source, "stages": [
            (words, cell(found.whole, stage), (found.whole.counts[stage] or 0), most)
            for stage, words in stage_words().items()
        ],
        "names": list(stage_words().values()),
        "rows": [
            (one, reverse(view, args=[one.code]), [cell(one, stage) for stage in queries.STAGES]) for one in found.below
        ],
        "desk": view == "service:desk_growth",
    }  # fmt: skip
    return render(request, "service/growth.html", context)


def cell(place: Place, stage: str) -> str:
    """Write a number, or that it is not told."""
    number = place.counts[stage]
    return pgettext("number", "Not told") if number is None else formatting.count(number)


@login_required
def ready(request: Any) -> HttpResponse:
    """List the core members who lead nothing yet."""
    rows = queries.ready(viewer=request.actor, at=request.now)
    heading = _("Ready for a training")
    context = {
        "heading": heading,
        "lead": _("Core members who lead neither a team nor an organisation yet. Invite them to the training of "
                  "leaders."),
        "crumbs": [(_("Home"), "/"), *desk_steps(), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, READY, rows, context, template="service/list.html")
    return answer
