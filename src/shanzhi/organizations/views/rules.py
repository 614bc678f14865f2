"""Rules of the filing desk and targets of communities, set by officers for their areas."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.forms.filing import RulesForm, TargetForm
from shanzhi.organizations.queries.checks import EXAMPLE
from shanzhi.organizations.views.filing import crumbs
from shanzhi.organizations.views.words import FORM, area_source
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui.http import acting
from shanzhi.ui.listing import AreaFilter, BooleanFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page


def area_words(row: Any) -> str:
    """Name the area of a version."""
    return row.area_name or _("The whole country")


RULES = Listing(
    key="filing_rules",
    columns=(
        Column("area", gettext_lazy("Area"), value=area_words, sort="area"),
        Column("version", gettext_lazy("Version"), "number", sort="version"),
        Column("least_members", gettext_lazy("Least members"), "number", sort="least_members"),
        Column("charter", gettext_lazy("A charter is asked for"), "boolean", priority=2),
        Column("premises", gettext_lazy("Premises are asked for"), "boolean", priority=2),
        Column("in_charge", gettext_lazy("A person in charge is asked for"), "boolean", priority=2),
        Column("opinion", gettext_lazy("The residents' committee gives an opinion first"), "boolean", priority=2),
        Column("opinion_days", gettext_lazy("Days for the opinion"), "number", priority=2),
        Column("decision_days", gettext_lazy("Days for the decision"), "number"),
        Column("validity_years", gettext_lazy("Years of validity"), "number"),
        Column("prefix", gettext_lazy("Words before the number"), priority=2),
        Column("source", gettext_lazy("Source")),
        Column("example", gettext_lazy("Example values, not official"), "boolean"),
        Column("created_at", gettext_lazy("Set on"), "date", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=(
        AreaFilter("area", gettext_lazy("Area"), source=area_source),
        BooleanFilter("example", gettext_lazy("Example values, not official")),
    ),
    search=queries.search_rules,
    search_label=gettext_lazy("Area, source or words before the number"),
    empty=Empty(
        gettext_lazy("No area has set rules yet"),
        gettext_lazy("Until then example values count, which are marked as such on each application."),
    ),
)  # fmt: skip


@login_required
def rules(request: Any) -> HttpResponse:
    """List the versions of all areas' rules."""
    context = {
        "heading": _("Rules of filing"),
        "lead": _("The newest version of the nearest area up the tree counts. What is handed in keeps its rules."),
        "crumbs": crumbs((_("Rules of filing"), "")),
        "may_set": bool(request.actor.areas(policies.MANAGERS)),
    }
    rows = queries.rules(viewer=request.actor)
    answer: HttpResponse = listing_response(request, RULES, rows, context, template="organizations/rules.html")
    return answer


@login_required
@form_page
def rules_new(request: Any) -> HttpResponse:
    """Set the rules of an area."""
    policies.require(policies.may_create(actor=request.actor))

    def act(form: Any) -> str:
        values = {**form.cleaned_data}
        operations.set_filing_rules(prefix=values.pop("number_prefix"), **values, **acting(request))
        return reverse("organizations:rules")

    heading = _("Set the rules of an area")
    context = {
        "heading": heading, "lead": _("Filled in with the example values; a new version takes the place of the last."),
        "button": _("Set the rules"), "kind": "main", "back": reverse("organizations:rules"),
        "crumbs": crumbs((_("Rules of filing"), reverse("organizations:rules")), (heading, "")),
    }  # fmt: skip
    areas = queries.rule_areas(viewer=request.actor, at=request.now)
    form = RulesForm(sent(request), areas=areas, initial={**EXAMPLE, "area": None, "number_prefix": EXAMPLE["prefix"]})
    return answer_form(request, form, act, context, done=_("The rules are set."), template=FORM)


@login_required
@form_page
def targets_new(request: Any) -> HttpResponse:
    """Set how many filed organisations communities shall have."""
    policies.require(policies.may_create(actor=request.actor))

    def act(form: Any) -> str:
        made = operations.set_targets(**form.cleaned_data, **acting(request))
        return reverse("organizations:targets", args=[made.area])

    heading = _("Set the target of communities")
    context = {
        "heading": heading, "lead": _("It counts in the area and below, until a nearer one is set."),
        "button": _("Set the target"), "kind": "main", "back": reverse("organizations:desk"),
        "crumbs": [(_("Home"), "/"), (_("Organisations"), reverse("organizations:desk")), (heading, "")],
    }  # fmt: skip
    areas = queries.rule_areas(viewer=request.actor, at=request.now)
    form = TargetForm(sent(request), areas=areas, initial={"urban": 10, "rural": 5})
    return answer_form(request, form, act, context, done=_("The target is set."), template=FORM)
