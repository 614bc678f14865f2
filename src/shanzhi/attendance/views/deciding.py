"""Records that cannot be: the list of them, deciding about one, correcting one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.attendance import operations, policies, queries, refusals
from shanzhi.attendance.forms import CorrectForm, DecideForm
from shanzhi.attendance.lifecycle import REVIEW
from shanzhi.attendance.models import Attendance, Doubt
from shanzhi.attendance.views.frames import FORM, frame, list_steps, name, review, state, stay
from shanzhi.attendance.views.frames import doubts as doubt_words
from shanzhi.kernel.errors import Forbidden
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import form_page

DOUBTS = Listing(
    key="doubted_attendance",
    columns=(
        Column("number", gettext_lazy("Volunteer number"), sort="volunteer__number", url=page_of("attendance:record")),
        Column("name", gettext_lazy("Name"), value=lambda row: name(row.volunteer)),
        Column("title", gettext_lazy("Activity"), sort="shift__activity__title"),
        Column("doubts", gettext_lazy("What speaks against it"), value=doubt_words),
        Column("arrived_at", gettext_lazy("Came"), "datetime", sort="arrived_at"),
        Column("left_at", gettext_lazy("Went"), "datetime", sort="left_at"),
        Column("review", gettext_lazy("Doubts"), "tag", value=review, sort="review"),
        Column("state", gettext_lazy("State"), "tag", value=state, sort="state", priority=2),
    ),
    default_sort="-arrived_at",
    filters=(
        ChoiceFilter("review", gettext_lazy("Doubts"), choices=REVIEW.choices()[1:]),
        ChoiceFilter("flags__doubt", gettext_lazy("What speaks against it"), choices=Doubt.choices),
        DateRangeFilter("arrived_at", gettext_lazy("Came")),
    ),
    search=queries.search_doubted,
    search_label=gettext_lazy("Volunteer number or its beginning, or a part of the title"),
    empty=Empty(
        gettext_lazy("Nothing speaks against any record"),
        gettext_lazy("Records that overlap, last too long or came from too far away appear here by themselves."),
    ),
)  # fmt: skip


@login_required
def doubts(request: Any) -> HttpResponse:
    """List the records that something speaks against, for who leads and for staff of the area."""
    if not policies.reads_any(request.actor):
        raise Forbidden
    rows = queries.doubted(viewer=request.actor)
    waiting = rows.filter(review="waiting").count()
    context = {
        "heading": _("Doubtful records of presence"), "waiting": waiting,
        "lead": _("Until somebody decides, a doubtful record gives no hours of service."),
        "crumbs": [(_("Home"), "/"), (_("Doubtful records of presence"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, DOUBTS, rows, context, template="attendance/doubts.html")
    return answer


def _record(request: Any, presence_id: UUID) -> Attendance:
    """Give a record to who may decide about it, to read a form one that counts alone.

    A form that is sent is judged by the operation: the second press of the one that ended it gets the first answer.
    """
    row = queries.led_record(viewer=request.actor, presence_id=presence_id)
    policies.require(policies.may_decide(actor=request.actor, row=row))
    if request.method != "POST" and not row.living:
        raise refusals.NothingToDecide
    return row


def _lead(row: Attendance) -> str:
    words = doubt_words(row)
    return f"{row.volunteer.number} · {name(row.volunteer)} · {stay(row)}{' · ' + words if words else ''}"


@login_required
@form_page
def decide(request: Any, presence_id: UUID) -> HttpResponse:
    """Keep a record, or strike it out."""
    row = _record(request, presence_id)
    back = reverse("attendance:record", args=[row.pk])

    def act(form: Any) -> str:
        kept = form.cleaned_data["decision"] == "keep"
        operations.decide(presence_id=presence_id, kept=kept, reason=form.cleaned_data["reason"], **acting(request))
        return back

    again = request.POST.get("decision") == "keep"  # a second press of what settled it
    form = DecideForm(sent(request), waiting=again or row.review == "waiting")
    steps, button = list_steps(row.shift), _("Confirm the decision")
    context = frame(_("Decide about the record"), button, back, *steps, lead=_lead(row))
    return answer_form(request, form, act, context, done=_("It is decided."), template=FORM)


@login_required
@form_page
def correct(request: Any, presence_id: UUID) -> HttpResponse:
    """Put other times in the place of wrong ones."""
    row = _record(request, presence_id)

    def act(form: Any) -> str:
        made = operations.correct(presence_id=presence_id, **form.cleaned_data, **acting(request))
        return reverse("attendance:record", args=[made.pk])

    first = {"arrived_at": row.arrived_at, "left_at": row.left_at}
    back = reverse("attendance:record", args=[row.pk])
    context = frame(_("Correct the times"), _("Correct"), back, *list_steps(row.shift), lead=_lead(row))
    form = CorrectForm(sent(request), initial=first)
    return answer_form(request, form, act, context, done=_("The correction is on record."), template=FORM)
