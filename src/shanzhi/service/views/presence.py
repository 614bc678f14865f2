"""Records of service made of who was at a shift."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shanzhi.places.views.frames import answer_form, sent
from shanzhi.service import operations
from shanzhi.service.forms.records import YesForm
from shanzhi.service.operations.presence import Ready, Stale
from shanzhi.service.views.frames import frame, name_of, team_steps
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page


def _words(found: Ready) -> str:
    """Say who would be recorded, and who not yet."""
    if found.rows:
        one = ngettext(
            "%(n)s volunteer, %(time)s in all, goes under notice in the team.",
            "%(n)s volunteers, %(time)s in all, go under notice in the team.", len(found.rows),
        ) % {"n": formatting.count(len(found.rows)), "time": formatting.minutes(found.minutes)}  # fmt: skip
    else:
        one = _("Nobody is left to be recorded: who has not signed out is not on record yet.")
    told = [one]
    if found.undecided:
        told.append(
            ngettext("%(n)s doubtful record waits for a decision first.",
                     "%(n)s doubtful records wait for a decision first.", found.undecided)
            % {"n": formatting.count(found.undecided)}
        )  # fmt: skip
    if found.own:
        told.append(_("Your own service is recorded by a deputy or the committee."))
    if found.recorded:
        told.append(_("On record already: %(n)s.") % {"n": formatting.count(found.recorded)})
    return " ".join(told)


def _since(one: Stale) -> str:
    """Say what became of the presence since it was recorded."""
    if one.struck:
        return _("presence struck out since")
    if one.minutes in (None, one.record.minutes):
        return _("presence corrected since")
    given = {"was": formatting.minutes(one.record.minutes), "now": formatting.minutes(one.minutes)}
    return _("presence corrected since: %(was)s on record, %(now)s now") % given


@login_required
@form_page
def shift(request: Any, shift_id: UUID) -> HttpResponse:
    """Make records of everybody who was at a shift."""
    found = operations.ready_of(actor=request.actor, shift_id=shift_id)
    activity = found.shift.activity
    back = reverse("attendance:list", args=[shift_id])

    def act(_form: Any) -> str:
        operations.record_shift(shift_id=shift_id, **acting(request))
        return reverse("service:team", args=[activity.team_id])

    heading = _("Make records of service")
    context = {
        **frame(heading, _("Record them"), back, *team_steps(activity.team), (activity.title, back),
                lead=_words(found)),
        "stale": [(one.record, name_of(one.record), _since(one)) for one in found.stale],
    }  # fmt: skip
    done = _("It is recorded and under notice.")
    return answer_form(request, YesForm(sent(request)), act, context, done=done, template="service/presence.html")
