"""A record: its page, complaints about it, refusing and reversing; the queue of the second person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.people.models import Person
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.service import operations, policies, queries
from shanzhi.service.forms.records import AnswerForm, ComplaintForm, ReverseForm, WhyForm, time_of
from shanzhi.service.models import ServiceRecord
from shanzhi.service.views import frames
from shanzhi.service.views.frames import FORM, frame
from shanzhi.ui import formatting
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer


@login_required
def record(request: Any, record_id: UUID) -> HttpResponse:
    """Show a record with its life, complaints, and what the reader may do."""
    found = queries.record(record_id=record_id, **viewing(request))
    charge = policies.in_charge(actor=request.actor, record=found) is None
    own = request.actor.is_person(found.volunteer.person_id)
    complaints = queries.complaints_of(viewer=request.actor, found=found)
    context = {
        "record": found, "heading": _("Service record"), "state": frames.record_state(found), "pairs": pairs(found),
        "life": life(found), "may_refuse": charge and not own and found.state in ("recorded", "noticed"),
        "may_notice": charge and found.state == "recorded",
        "may_reverse": charge and not own and found.state == "verified" and not gone(found),
        "may_complain": may_complain(request, found),
        "files": queries.evidence_of(viewer=request.actor, found=found),
        "may_add_file": may_add_file(found) and charge and not own,
        "may_take_away": charge and not own and operations.against_removing(request.actor, found) is None,
        "complaints": [
            (one, frames.complaint_state(one), request.actor.is_person(one.complainant_id)) for one in complaints
        ],
        "staff": request.actor.holds(policies.READERS, found.volunteer.area),
        "answers": charge and not own, "synthetic": found.volunteer.human.synthetic,
        "running": found.state == "noticed" and found.notice_over_at and found.notice_over_at > request.now,
        "crumbs": [(_("Home"), "/"), *way(request, found), (_("Service record"), "")],
    }  # fmt: skip
    return render(request, "service/record.html", context)


def gone(found: ServiceRecord) -> bool:
    """Tell whether a record is reversed."""
    return bool(getattr(found, "gone", False))


def may_add_file(found: ServiceRecord) -> bool:
    """Tell whether a record takes another file: it counts, and its volunteer was not erased."""
    return found.state != "refused" and not gone(found) and found.volunteer.human.erased_at is None


def may_complain(request: Any, found: ServiceRecord) -> bool:
    """Tell whether the reader may say that the record is wrong: the volunteer, and who is in the team."""
    if found.state == "refused" or gone(found):
        return False
    inside = policies.own_teams(request.actor).filter(team=found.team_id).exists() if found.team_id else False
    return request.actor.is_person(found.volunteer.person_id) or inside


def way(request: Any, found: ServiceRecord) -> list[tuple[Any, str]]:
    """Give the way to a record, as the reader came."""
    if request.actor.is_person(found.volunteer.person_id):
        return [(_("My service"), reverse("service:mine"))]
    return frames.desk_steps() if queries.at_the_desk(request.actor) else frames.mine_steps()


def pairs(found: ServiceRecord) -> list[Answer]:
    """Give a record in words."""
    return [
        Answer(_("Volunteer"), f"{found.volunteer.number} · {frames.shown_name(found.volunteer)}"),
        Answer(_("Organiser"), frames.organiser(found)),
        Answer(_("Kind of task"), str(found.task_kind)),
        Answer(_("Day of service"), formatting.day(found.served_on)),
        Answer(_("Time"), frames.span(found)),
        Answer(_("Service"), formatting.minutes(found.minutes)),
        Answer(_("What the service was"), found.content),
        Answer(_("People served"), formatting.NONE if found.people_served is None else str(found.people_served)),
        Answer(_("Evidence"), found.evidence or formatting.NONE),
    ]


def life(found: ServiceRecord) -> list[tuple[Any, Any, str, str]]:
    """Give what happened to a record: moment, what, by whom with the name masked, and the reason."""
    words = {
        "recorded": _("Service recorded"), "noticed": _("Record put under notice"), "verified": _("Record verified"),
        "refused": _("Record refused"), "reversed": _("Record reversed"),
    }  # fmt: skip
    return [(step.at, words[step.what], by(step.by), step.reason) for step in queries.life_of(found)]


def by(person: Person | None) -> str:
    """Name who did it, masked and marked where the person is made up; nobody where a program did."""
    if person is None:
        return ""
    return f"{person.name} · {_('Synthetic')}" if person.synthetic else str(person.name)


@login_required
@form_page
def complain(request: Any, record_id: UUID) -> HttpResponse:
    """Say that a record is wrong."""
    found = queries.record(record_id=record_id, **viewing(request))
    if not may_complain(request, found):
        raise NotFound

    def act(form: Any) -> str:
        operations.complain(record_id=record_id, **form.cleaned_data, **acting(request))
        return frames.record_page(found)

    lead = _("Somebody who had no part in the record answers with reasons. Until then nobody verifies it.")
    context = frame(_("Complain about the record"), _("Send"), frames.record_page(found), *way(request, found),
                    lead=lead)  # fmt: skip
    return answer_form(request, ComplaintForm(sent(request)), act, context, done=_("It is on record."), template=FORM)


@login_required
@acts
def withdraw_complaint(request: Any, complaint_id: UUID) -> HttpResponse:
    """Take the own complaint back."""
    found = operations.withdraw_complaint(complaint_id=complaint_id, **acting(request))
    messages.success(request, _("Your complaint is taken back."))
    return redirect("service:record", found.record_id)


@login_required
@form_page
def answer(request: Any, complaint_id: UUID) -> HttpResponse:
    """Answer a complaint."""
    complaint = queries.complaint(complaint_id=complaint_id, **viewing(request))
    found = complaint.record
    policies.require(policies.in_charge(actor=request.actor, record=found))
    if complaint.state != "open":
        return redirect("service:record", found.pk)

    def act(form: Any) -> str:
        given = {"upheld": form.cleaned_data["upheld"] == "yes", "answer": form.cleaned_data["answer"]}
        operations.answer_complaint(complaint_id=complaint_id, **given, **acting(request))
        return frames.record_page(found)

    lead = f"{found.volunteer.number} · {formatting.day(found.served_on)} · {complaint.matter}"
    context = frame(_("Answer the complaint"), _("Answer"), frames.record_page(found), *way(request, found), lead=lead)
    return answer_form(request, AnswerForm(sent(request)), act, context, done=_("It is decided."), template=FORM)


@login_required
@acts
def notice(request: Any, record_id: UUID) -> HttpResponse:
    """Put a record under notice."""
    try:
        operations.put_under_notice(record_ids=[record_id], **acting(request))
    except MoveRefused as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("It is under notice inside the team now."))
    return redirect("service:record", record_id)


def _in_charge(request: Any, record_id: UUID, states: tuple[str, ...]) -> ServiceRecord:
    """Give a record to who is in charge of it, to read a form one in one of the states alone.

    A form that is sent is judged by the operation: the second press of the one that ended it gets the first answer.
    """
    found = queries.record(record_id=record_id, **viewing(request))
    policies.require(policies.in_charge(actor=request.actor, record=found))
    if request.method != "POST" and (found.state not in states or gone(found)):
        raise NotFound
    return found


@login_required
@form_page
def refuse(request: Any, record_id: UUID) -> HttpResponse:
    """Refuse a record that is not verified."""
    found = _in_charge(request, record_id, ("recorded", "noticed"))

    def act(form: Any) -> str:
        operations.refuse_records(record_ids=[record_id], **form.cleaned_data, **acting(request))
        return frames.record_page(found)

    lead = f"{found.volunteer.number} · {formatting.day(found.served_on)} · {formatting.minutes(found.minutes)}"
    own = frames.record_page(found)
    context = frame(
        _("Refuse the record"), _("Do not accept it"), own, *way(request, found), lead=lead, kind="danger"
    )  # fmt: skip
    return answer_form(request, WhyForm(sent(request)), act, context, done=_("It is on record."), template=FORM)


@login_required
@form_page
def reverse_one(request: Any, record_id: UUID) -> HttpResponse:
    """Reverse a verified record, and record what is right."""
    found = _in_charge(request, record_id, ("verified",))
    form = ReverseForm(sent(request), initial={"served_on": found.served_on, "starts": time_of(found.starts)})

    def act(form: Any) -> str:
        reason, right = form.cleaned_data["reason"], form.right(found.served_on)
        if right is None:
            operations.reverse_record(record_id=record_id, reason=reason, **acting(request))
            return frames.record_page(found)
        made = operations.correct_record(record_id=record_id, reason=reason, **right, **acting(request))
        return frames.record_page(made)

    lead = _("The record counts no more: stars may go back, and certificates that count it are withdrawn. It stays on "
             "record. What is right can be recorded in its place; it goes through notice as any other.")  # fmt: skip
    context = frame(_("Reverse the record"), _("Reverse"), frames.record_page(found), *way(request, found), lead=lead,
                    kind="danger")  # fmt: skip
    return answer_form(request, form, act, context, done=_("It is on record."), template=FORM)
