"""The desk of volunteers: the list, one with qualifications, looks in full, and the teams of the area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.people import minors
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import acting
from shanzhi.ui.listing import (
    AreaFilter,
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
from shanzhi.volunteering import operations, policies, queries
from shanzhi.volunteering.forms.volunteers import QualificationForm, ReasonForm
from shanzhi.volunteering.lifecycle import TEAM, VOLUNTEER
from shanzhi.volunteering.models import Qualification, TeamKind, Volunteer
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.views.frames import (
    FORM,
    before,
    desk_steps,
    frame,
    place_state,
    read_areas,
    shown_name,
    skill_words,
    team_name,
    team_state,
    volunteer_state,
    wish_words,
)
from shanzhi.volunteering.views.mine import pairs


def words_of(vocabulary: str) -> Callable[[Any], list[tuple[str, str]]]:
    """Give what lists the words of a vocabulary that the viewer's areas set or inherit."""
    return lambda request: [
        (one.code, str(one)) for one in queries.desk_words(viewer=request.actor, vocabulary=vocabulary)
    ]


VOLUNTEERS = Listing(
    key="volunteers",
    columns=(
        Column("number", gettext_lazy("Volunteer number"), sort="number", url=page_of("volunteering:volunteer")),
        Column("name", gettext_lazy("Name"), value=shown_name),
        Column("area", gettext_lazy("Area of service"), value="area_name", sort="area"),
        Column("area_code", gettext_lazy("Code of the area"), value="area", on_page=False),
        Column("skills", gettext_lazy("Skills"), value=skill_words, priority=2),
        Column("wished", gettext_lazy("Kinds of tasks they would like"), value=wish_words, on_page=False),
        Column("teams", gettext_lazy("Teams"), "number", sort="teams"),
        Column("state", gettext_lazy("State"), "tag", value=volunteer_state, sort="state"),
        Column("joined_at", gettext_lazy("Joined on"), "date", sort="joined_at", priority=2),
    ),
    default_sort="-joined_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=VOLUNTEER.choices()),
        AreaFilter("area", gettext_lazy("Area"), source=read_areas),
        ChoiceFilter(
            "skill", gettext_lazy("Skill"), choices=words_of("skills"),
            apply=lambda code: Q(pk__in=queries.with_skill(code)),
        ),
        ChoiceFilter(
            "wish", gettext_lazy("Would like"), choices=words_of("tasks"),
            apply=lambda code: Q(tasks__contains=[code]),
        ),
        DateRangeFilter("joined_at", gettext_lazy("Joined on")),
    ),
    search=queries.search,
    search_label=gettext_lazy("Volunteer number or how it begins, whole name or phone"),
    empty=Empty(
        gettext_lazy("Nobody in your areas is registered as a volunteer yet"),
        gettext_lazy("Residents register by themselves under My volunteering, in two minutes on a phone."),
    ),
)  # fmt: skip
TEAMS = Listing(
    key="teams_of_areas",
    columns=(
        Column("name", gettext_lazy("Name of the team"), value=team_name, sort="name",
               url=page_of("volunteering:team_desk")),
        Column("kind", gettext_lazy("Kind of team"), value=lambda row: row.get_kind_display(), sort="kind"),
        Column("area", gettext_lazy("Area of service"), value="area_name", sort="area"),
        Column("size", gettext_lazy("In the team"), "number", sort="size"),
        Column("state", gettext_lazy("State"), "tag", value=team_state, sort="state"),
        Column("created_at", gettext_lazy("Founded on"), "date", sort="created_at", priority=2),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=TEAM.choices()),
        ChoiceFilter("kind", gettext_lazy("Kind of team"), choices=TeamKind.choices),
        AreaFilter("area", gettext_lazy("Area"), source=read_areas),
    ),
    search=queries.search_teams,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("There is no team in your areas yet"),
        gettext_lazy("Volunteers found teams on the page Volunteer teams; those that wait for you stand here."),
    ),
)  # fmt: skip


def qualification_state(row: Qualification) -> tuple[str, str]:
    """Say whether a qualification stands."""
    if row.revoked_at:
        return "plain", _("Taken back: %(reason)s") % {"reason": row.revoked_reason}
    return ("good", _("Holds for ever")) if row.ends_on is None else (
        "good", _("Until %(day)s") % {"day": formatting.day(row.ends_on)}
    )  # fmt: skip


def way_back(row: Qualification) -> str:
    """Give the page on which a qualification is taken back."""
    return "" if row.revoked_at else reverse("volunteering:revoke", args=[row.pk])


QUALIFICATIONS = Listing(
    key="qualifications",
    columns=(
        Column("kind", gettext_lazy("Training or check"), value=lambda row: str(row.kind), url=way_back),
        Column("starts_on", gettext_lazy("From"), "date", sort="starts_on"),
        Column("ends_on", gettext_lazy("Until"), "date", sort="ends_on"),
        Column("evidence", gettext_lazy("What was seen"), priority=2),
        Column("state", gettext_lazy("State"), "tag", value=qualification_state),
    ),
    default_sort="-starts_on",
    filters=(DateRangeFilter("starts_on", gettext_lazy("From")), DateRangeFilter("ends_on", gettext_lazy("Until"))),
    search=lambda rows, words: rows.filter(evidence__icontains=words),
    search_label=gettext_lazy("Words of what was seen"),
    empty=Empty(
        gettext_lazy("No training or check is entered yet"),
        gettext_lazy("Enter what you saw; kinds of tasks may ask for it."),
    ),
)  # fmt: skip


@login_required
def volunteers(request: Any) -> HttpResponse:
    """List the volunteers of the own areas."""
    context = {
        "heading": _("Volunteers"),
        "lead": _("Those who serve in your areas. Names are masked; the number stands in for the identity number."),
        "waiting": queries.desk_teams(viewer=request.actor).filter(state="proposed").count(),
        "imports": policies.may_bring_in(actor=request.actor) is None,
        "crumbs": [(_("Home"), "/"), (_("Volunteers"), "")],
    }
    rows = queries.volunteers(viewer=request.actor)
    answer: HttpResponse = listing_response(request, VOLUNTEERS, rows, context, template="volunteering/desk.html")
    return answer


@login_required
def teams(request: Any) -> HttpResponse:
    """List the teams of the own areas."""
    context = {
        "heading": _("Teams of your areas"), "lead": "", "crumbs": [(_("Home"), "/"), *desk_steps(), (_("Teams"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, TEAMS, queries.desk_teams(viewer=request.actor), context)
    return answer


@login_required
def volunteer(request: Any, volunteer_id: UUID) -> HttpResponse:
    """Show a volunteer with the trainings and checks."""
    found = queries.volunteer(viewer=request.actor, volunteer_id=volunteer_id)
    age = minors.age(found.human, request.now)
    told = [
        Answer(_("Name"), shown_name(found)),
        Answer(_("Age"), formatting.NONE if age is None else _("%(age)s years") % {"age": age}),
        *pairs(found),
        *before(found),
    ]
    context = {
        "volunteer": found, "heading": found.number, "state": volunteer_state(found), "pairs": told,
        "lacks": queries.lacking(found, request.now),
        "teams": [(one, place_state(one)) for one in queries.places_of(found)],
        "may": policies.may_vouch(actor=request.actor, volunteer=found) is None,
        "may_unmask": policies.may_unmask(actor=request.actor, volunteer=found) is None,
        "fitness": queries.fit_for(volunteer=found, at=request.now),
        "crumbs": [(_("Home"), "/"), *desk_steps(), (found.number, "")],
    }  # fmt: skip
    rows = queries.qualifications_of(found)
    answer: HttpResponse = listing_response(
        request, QUALIFICATIONS, rows, context, template="volunteering/volunteer.html"
    )
    return answer


def _page(found: Volunteer) -> str:
    return reverse("volunteering:volunteer", args=[found.pk])


def _steps(found: Volunteer) -> list[tuple[Any, str]]:
    return [*desk_steps(), (found.number, _page(found))]


@login_required
@form_page
def qualify(request: Any, volunteer_id: UUID) -> HttpResponse:
    """Enter a training or check that one saw."""
    found = queries.volunteer(viewer=request.actor, volunteer_id=volunteer_id)
    policies.require(policies.may_vouch(actor=request.actor, volunteer=found))
    kinds = [(one.code, str(one)) for one in queries.qualification_kinds(found.area)]
    form = QualificationForm(sent(request), kinds=kinds)

    def act(form: Any) -> str:
        operations.add_qualification(volunteer_id=volunteer_id, **form.cleaned_data, **acting(request))
        return _page(found)

    context = frame(_("Enter a training or check"), _("Enter"), _page(found), *_steps(found))
    return answer_form(request, form, act, context, done=_("It is on record."), template=FORM)


@login_required
@form_page
def revoke(request: Any, qualification_id: UUID) -> HttpResponse:
    """Take a training or check back."""
    row = queries.qualification(viewer=request.actor, qualification_id=qualification_id)
    found = row.volunteer
    policies.require(policies.may_vouch(actor=request.actor, volunteer=found))

    def act(form: Any) -> str:
        operations.revoke_qualification(qualification_id=qualification_id, **form.cleaned_data, **acting(request))
        return _page(found)

    lead = f"{row.kind} · {formatting.day(row.starts_on)}"
    context = frame(_("Take the qualification back"), _("Take back"), _page(found), *_steps(found), lead=lead,
                    kind="danger")  # fmt: skip
    return answer_form(request, ReasonForm(sent(request)), act, context, done=_("It is taken back."), template=FORM)


SHOWN = {
    "name": gettext_lazy("Name"), "phone": gettext_lazy("Phone"),
    "health": gettext_lazy("What your health does not allow"),
    "emergency_name": gettext_lazy("Whom to call in an emergency"),
    "emergency_phone": gettext_lazy("Phone of the emergency contact"),
}  # fmt: skip


@sensitive_post_parameters()
@login_required
@form_page
def unmask(request: Any, volunteer_id: UUID) -> HttpResponse:
    """Show what is sealed about a volunteer once, for a reason; it is on this answer alone."""
    found = queries.volunteer(viewer=request.actor, volunteer_id=volunteer_id)
    policies.require(policies.may_unmask(actor=request.actor, volunteer=found))
    form, shown = ReasonForm(sent(request)), None
    if form.is_valid():
        try:
            shown = operations.unmask_volunteer(
                volunteer_id=volunteer_id, reason=form.cleaned_data["reason"], **acting(request)
            )
        except refusals.WhyMissing as refusal:
            ui_forms.apply_refusal(form, refusal)
    lead = _("What you see is kept on record with the reason, and the volunteer sees who looked.")
    context = frame(_("Volunteer in full"), _("Show in full"), _page(found), *_steps(found), lead=lead)
    told = [Answer(SHOWN[name], words or formatting.NONE) for name, words in shown.items()] if shown else []
    status = 422 if form.is_bound and form.errors else 200
    answer = render(request, "volunteering/unmask.html", {**context, "form": form, "pairs": told}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
