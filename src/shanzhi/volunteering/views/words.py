"""The words of an area at the desk: skills, qualifications, kinds of tasks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.errors import NotFound
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.listing import BooleanFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Tab
from shanzhi.volunteering import operations, policies, queries
from shanzhi.volunteering.forms.words import QualificationKindForm, TaskKindForm, WordForm
from shanzhi.volunteering.models import Sort
from shanzhi.volunteering.views.frames import FORM, desk_steps, frame

TITLES = {
    "skills": gettext_lazy("Skills"),
    "qualifications": gettext_lazy("Trainings and checks"),
    "tasks": gettext_lazy("Kinds of tasks"),
}


def name_words(row: Any) -> str:
    """Give the name, marked where it is an example."""
    return f"{row} · {_('Example')}" if row.example else str(row)


def state(row: Any) -> tuple[str, str]:
    """Say whether new things may point to it."""
    return ("plain", _("Retired")) if row.retired_at else ("good", _("In use"))


def area_words(row: Any) -> str:
    """Name the area whose word it is."""
    return row.area_name or _("The whole country")


def ages(row: Any) -> str:
    """Say whom a kind of task suits by age."""
    if row.least_age is None and row.greatest_age is None:
        return formatting.NONE
    if row.greatest_age is None:
        return _("from %(least)s") % {"least": row.least_age}
    return _("%(least)s to %(greatest)s") % {"least": row.least_age or 0, "greatest": row.greatest_age}


def demand_words(row: Any) -> str:
    """Name what a kind of task asks for."""
    comma = "、" if formatting.chinese() else ", "
    return comma.join(row.demanded) or formatting.NONE


def way_on(row: Any) -> str:
    """Give the page on which it is changed; '' to who only reads it."""
    if not row.may_set:
        return ""
    vocabulary = next(name for name, model in queries.VOCABULARIES.items() if isinstance(row, model))
    return reverse("volunteering:word", args=[vocabulary, row.pk])


HEAD = (Column("name", gettext_lazy("Called"), value=name_words, sort="name", url=way_on),)
TAIL = (
    Column("code", gettext_lazy("Short code"), sort="code", priority=2),
    Column("area", gettext_lazy("Area"), value=area_words, sort="area"),
    Column("state", gettext_lazy("State"), "tag", value=state),
)


FILTERS = (
    BooleanFilter(
        "used", gettext_lazy("State"), apply=lambda yes: Q(retired_at__isnull=yes), yes=gettext_lazy("In use"),
        no=gettext_lazy("Retired"),
    ),
    BooleanFilter("example", gettext_lazy("Example"), yes=gettext_lazy("Example"), no=gettext_lazy("Of the area")),
)  # fmt: skip
SEARCH_LABEL = gettext_lazy("Part of the name or code")
EMPTY = Empty(
    gettext_lazy("There is nothing yet"),
    gettext_lazy("Officers add what their area uses, or begin with the examples, which are labelled so."),
)
SKILLS = Listing(
    key="skills", columns=(*HEAD, *TAIL), default_sort="code", filters=FILTERS, search=queries.search_words,
    search_label=SEARCH_LABEL, empty=EMPTY,
)  # fmt: skip
QUALIFICATIONS = Listing(
    key="qualification_kinds",
    columns=(
        *HEAD,
        Column("sort", gettext_lazy("Training or check"), value=lambda row: Sort(row.sort).label, sort="sort"),
        Column("months", gettext_lazy("Months of validity"), "number", sort="months"),
        *TAIL,
    ),
    default_sort="code", filters=FILTERS, search=queries.search_words, search_label=SEARCH_LABEL, empty=EMPTY,
)  # fmt: skip
TASKS = Listing(
    key="task_kinds",
    columns=(
        *HEAD,
        Column("ages", gettext_lazy("Ages"), value=ages),
        Column("demands", gettext_lazy("Asks for"), value=demand_words, priority=2),
        Column("dangerous", gettext_lazy("Needs insurance"), "boolean", sort="dangerous"),
        *TAIL,
    ),
    default_sort="code", filters=FILTERS, search=queries.search_words, search_label=SEARCH_LABEL, empty=EMPTY,
)  # fmt: skip
LISTINGS = {"skills": SKILLS, "qualifications": QUALIFICATIONS, "tasks": TASKS}


@login_required
def words(request: Any, vocabulary: str) -> HttpResponse:
    """List the words that the own areas set or inherit."""
    rows = queries.own_words(viewer=request.actor, vocabulary=vocabulary)
    context = {
        "heading": TITLES[vocabulary],
        "lead": _("What an area sets holds below it too, until a nearer area sets the same code."),
        "vocabulary": vocabulary,
        "may": bool(request.actor.areas(policies.OFFICERS)),
        "tabs": [
            Tab(title, reverse("volunteering:words", args=[name]), current=name == vocabulary)
            for name, title in TITLES.items()
        ],
        "crumbs": [(_("Home"), "/"), *desk_steps(), (TITLES[vocabulary], "")],
    }
    answer: HttpResponse = listing_response(
        request, LISTINGS[vocabulary], rows, context, template="volunteering/words.html"
    )
    return answer


def _form(request: Any, vocabulary: str, area: str, **given: Any) -> WordForm:
    given = {"data": sent(request), **given}
    if vocabulary == "qualifications":
        return QualificationKindForm(**given)
    if vocabulary == "tasks":
        return TaskKindForm(**given, kinds=[(one.code, str(one)) for one in queries.qualification_kinds(area)])
    return WordForm(**given)


def _frame(vocabulary: str, heading: str) -> Any:
    back = reverse("volunteering:words", args=[vocabulary])
    return frame(heading, _("Save"), back, *desk_steps(), (TITLES[vocabulary], back))


def _known(vocabulary: str) -> None:
    if vocabulary not in TITLES:
        raise NotFound


@login_required
@form_page
def new(request: Any, vocabulary: str) -> HttpResponse:
    """Add a word."""
    policies.require_desk(request.actor)
    _known(vocabulary)
    own = request.actor.areas(policies.OFFICERS)
    policies.require(policies.may_set_words(actor=request.actor, area=own[0] if own else ""))
    form = _form(request, vocabulary, own[0], areas=queries.word_areas(**viewing(request)))

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        area = given.pop("area")
        operations.put_word(vocabulary=vocabulary, area=area, values=given, **acting(request))
        return reverse("volunteering:words", args=[vocabulary])

    context = _frame(vocabulary, _("Add"))
    return answer_form(request, form, act, context, done=_("It is on record."), template=FORM)


@login_required
@form_page
def edit(request: Any, vocabulary: str, word_id: UUID) -> HttpResponse:
    """Change a word, or retire it."""
    found = queries.own_word(viewer=request.actor, vocabulary=vocabulary, word_id=word_id)
    policies.require(policies.may_set_words(actor=request.actor, area=found.area))
    fields = ("name", "name_en", "example", "sort", "months", "least_age", "greatest_age", "demands", "dangerous")
    first = {name: getattr(found, name) for name in fields if hasattr(found, name)}
    first["retired"] = found.retired_at is not None
    form = _form(request, vocabulary, found.area, areas=None, initial=first)

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        retired = given.pop("retired")
        operations.change_word(
            vocabulary=vocabulary, word_id=word_id, version=version(request) or 0, values=given, retired=retired,
            **acting(request),
        )  # fmt: skip
        return reverse("volunteering:words", args=[vocabulary])

    context = {**_frame(vocabulary, str(found)), "version": found.version}
    return answer_form(request, form, act, context, done=_("It is on record."), template=FORM)


@login_required
@acts
def examples(request: Any, vocabulary: str) -> HttpResponse:
    """Begin with the examples, in the widest area that the actor is in charge of."""
    policies.require_desk(request.actor)
    _known(vocabulary)
    own = request.actor.areas(policies.OFFICERS)
    fresh = operations.load_examples(area=own[0] if own else "", **acting(request))
    messages.success(request, _("%(count)s examples are added; change or retire what does not fit.") % {"count": fresh})
    return redirect("volunteering:words", vocabulary=vocabulary)
