"""One's own volunteering: the entry with its number, the form, pausing and leaving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.people import minors
from shanzhi.people import queries as people
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting, next_of
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.forms.volunteers import ConfirmForm, VolunteerForm, hours_words, key_of
from shanzhi.volunteering.lifecycle import HELD
from shanzhi.volunteering.models import LANGUAGES, Volunteer
from shanzhi.volunteering.views.frames import (
    FORM,
    before,
    frame,
    home_of,
    mine_steps,
    place_state,
    skill_words,
    volunteer_state,
)


@login_required
def mine(request: Any) -> HttpResponse:
    """Show one's own entry with the teams, or the way to register."""
    found = queries.mine(viewer=request.actor)
    crumbs = [(_("Home"), "/"), (_("My volunteering"), "")]
    if found is None:
        return render(request, "volunteering/begin.html", {"crumbs": crumbs})
    missing = queries.lacking(found, request.now)
    rows = queries.places_of(found)
    context = {
        "volunteer": found, "state": volunteer_state(found), "crumbs": crumbs, "pairs": [*pairs(found), *before(found)],
        "waits_guardian": missing == minors.GUARDIAN, "waits_own": missing == minors.OWN,
        "teams": [(one, place_state(one), outdated(one)) for one in rows if one.state in HELD],
        "past": [(one, place_state(one)) for one in rows if one.state not in HELD],
        "qualifications": list(queries.qualifications_of(found)),
    }  # fmt: skip
    return render(request, "volunteering/mine.html", context)


def outdated(place: Any) -> bool:
    """Tell whether somebody in a team signed an earlier version of its agreement, or none yet."""
    behind = place.signed_at is None or place.agreement.version < place.newest
    return bool(place.state == "member" and behind)


def pairs(found: Volunteer) -> list[Answer]:
    """Give the entry in words; what is sealed is masked."""
    comma = "、" if formatting.chinese() else ", "
    hours = [hours_words((one.weekday, one.starts, one.ends)) for one in found.hours.all()]
    wished = [str(one) for one in queries.task_kinds(found.area) if one.code in found.tasks] if found.tasks else []
    contact = f"{found.emergency_name} {found.emergency_phone}" if found.emergency_name else formatting.NONE
    far = _("%(metres)s metres") % {"metres": formatting.count(found.metres)} if found.metres else _("Anywhere there")
    return [
        Answer(_("Area of service"), getattr(found, "area_name", "") or found.area),
        Answer(_("Skills"), skill_words(found)),
        Answer(_("Free hours"), comma.join(hours) or formatting.NONE),
        Answer(_("Languages"), comma.join(str(LANGUAGES[one]) for one in found.languages) or formatting.NONE),
        Answer(_("How far you go"), far),
        Answer(_("Kinds of tasks you would like"), comma.join(wished) or _("Any")),
        Answer(_("What you would like to do"), found.wish or formatting.NONE),
        Answer(_("What your health does not allow"), str(found.health) if found.health else formatting.NONE),
        Answer(_("Whom to call in an emergency"), contact),
    ]


def _form(request: Any, found: Volunteer | None, home: str, minor: bool) -> VolunteerForm:
    area = found.area if found else home
    own = [(one.weekday, one.starts, one.ends) for one in found.hours.all()] if found else []
    first: dict[str, Any] = {"area": area}
    if found:
        plain = {name: getattr(found, name) for name in ("health", "emergency_name", "emergency_phone")}
        first |= {name: value.reveal() if value else "" for name, value in plain.items()}
        first |= {"languages": found.languages, "metres": found.metres, "tasks": found.tasks, "wish": found.wish,
                  "health_agreed": found.health_agreed_at is not None, "hours": [key_of(span) for span in own],
                  "skills": [one.skill.code for one in found.skills.all()]}  # fmt: skip
    chosen = request.POST.get("area", area) if request.method == "POST" else area
    chosen = chosen if chosen.isdigit() else area
    words = (queries.skills(chosen), queries.task_kinds(chosen))
    skills, tasks = ([(one.code, str(one)) for one in rows] for rows in words)
    areas = queries.serving_areas(at=request.now)
    return VolunteerForm(
        sent(request), initial=first, areas=areas, skills=skills, tasks=tasks, own=own, minor=minor
    )  # fmt: skip


@sensitive_post_parameters()
@login_required
@form_page
def register(request: Any) -> HttpResponse:
    """Register as a volunteer."""
    person = people.own(viewer=request.actor)
    if queries.mine(viewer=request.actor) is not None:
        return redirect("volunteering:edit")
    form = _form(request, None, home_of(person), minors.is_minor(person, request.now))

    def act(form: Any) -> str:
        operations.register_volunteer(details=operations.Details(**form.details()), **acting(request))
        return way_on

    way_on = next_of(request, reverse("volunteering:mine"))
    lead = _("Name, phone and age are those of your account; nothing is asked twice. All but the area may stay empty.")
    context = frame(_("Register as a volunteer"), _("Register"), reverse("volunteering:mine"), *mine_steps(), lead=lead)
    done = _("You are registered. Your volunteer number stands on this page.")
    return answer_form(request, form, act, context, done=done, template=FORM)


@sensitive_post_parameters()
@login_required
@form_page
def edit(request: Any) -> HttpResponse:
    """Change one's own entry."""
    found = queries.mine(viewer=request.actor)
    if found is None:
        return redirect("volunteering:register")
    form = _form(request, found, found.area, minors.is_minor(found.human, request.now))

    def act(form: Any) -> str:
        given = operations.Details(**form.details())
        operations.change_volunteer(version=version(request) or 0, details=given, **acting(request))
        return reverse("volunteering:mine")

    context = frame(_("Change your entry"), _("Save"), reverse("volunteering:mine"), *mine_steps())
    context["version"] = found.version
    answer = answer_form(request, form, act, context, done=_("Your entry is changed."), template=FORM)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@acts
def step(request: Any) -> HttpResponse:
    """Pause, resume, or come back."""
    try:
        operations.move_volunteer(step=request.POST.get("step", ""), **acting(request))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("It is on record."))
    return redirect("volunteering:mine")


@login_required
@form_page
def leave(request: Any) -> HttpResponse:
    """Leave as a volunteer, after a question."""
    found = queries.mine(viewer=request.actor)
    if found is None or found.state == "left":
        return redirect("volunteering:mine")

    def act(form: Any) -> str:
        operations.move_volunteer(step="leave", **acting(request))
        return reverse("volunteering:mine")

    lead = _("You leave your teams and are asked for nothing any more. What you did stays on record, and you can come "
             "back under the same number.")  # fmt: skip
    context = frame(_("End my volunteering"), _("End it"), reverse("volunteering:mine"), *mine_steps(), lead=lead,
                    kind="danger")  # fmt: skip
    return answer_form(request, ConfirmForm(sent(request)), act, context, done=_("You have left."), template=FORM)
