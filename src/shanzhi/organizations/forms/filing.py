"""Forms of the filing desk, of its rules and of targets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.forms.parts import reason_field
from shanzhi.organizations.models import Opinion, Purpose
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm, offer


def number_field(label: Any, help_text: Any = "", **more: Any) -> forms.IntegerField:
    """Make a field for a whole number."""
    widget = forms.NumberInput({"class": "short", "inputmode": "numeric"})
    return forms.IntegerField(label=label, help_text=help_text, widget=widget, **more)


class ApplicationForm(PageForm):
    """What an application says; it is filled in with what is known, and may lack anything until it is handed in."""

    name = forms.CharField(
        label=_("Name of the organisation"), max_length=100, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("As it shall stand on the certificate."),
    )  # fmt: skip
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", _("Choose a purpose")), *Purpose.choices])
    members = number_field(_("Number of members"), min_value=1, max_value=1_000_000, required=False)
    person_in_charge = forms.CharField(
        label=_("Person in charge"), help_text=_("Kept encrypted; the offices see it masked."), max_length=60,
        required=False,
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone of the person in charge"), max_length=30, required=False,
        widget=forms.TextInput({"inputmode": "tel", "class": "short"}),
    )  # fmt: skip
    premises = forms.CharField(
        label=_("Premises"), help_text=_("Where the body meets, such as a room of the community."), max_length=200,
        required=False,
    )  # fmt: skip
    words = forms.CharField(
        label=_("What the body does, and why it asks"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    drafts = True
    field_order = ("name", "purpose", "area", "members", "person_in_charge", "phone", "premises", "words")

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas that may be its seat."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Seat"))
        self.order_fields(self.field_order)


class OpinionForm(PageForm):
    """The residents' committee's opinion."""

    opinion = forms.ChoiceField(label=_("Opinion"), choices=Opinion.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Words of the opinion"), help_text=_("The applicant and the office read them."), max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class DecisionForm(PageForm):
    """The decision of the office."""

    decision = forms.ChoiceField(label=_("Decision of the office"), widget=forms.RadioSelect)
    reason = reason_field(_("The applicant reads it. Say what helps where you refuse or return."))

    def __init__(self, *args: Any, decisions: list[tuple[str, Any]], **kwargs: Any) -> None:
        """Take the decisions that can be made now."""
        super().__init__(*args, **kwargs)
        offer(self, "decision", decisions)


class OfArea(PageForm):
    """A form about an area that the actor is in charge of."""

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas that may be chosen."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        self.order_fields(["area"])


class RulesForm(OfArea):
    """What an area asks of who files there."""

    least_members = number_field(_("Least members"), min_value=1, max_value=1000)
    charter = forms.BooleanField(label=_("A charter is asked for"), required=False)
    premises = forms.BooleanField(label=_("Premises are asked for"), required=False)
    in_charge = forms.BooleanField(label=_("A person in charge is asked for"), required=False)
    opinion = forms.BooleanField(label=_("The residents' committee gives an opinion first"), required=False)
    opinion_days = number_field(_("Days for the opinion"), _("Calendar days."), min_value=1, max_value=365)
    decision_days = number_field(_("Days for the decision"), _("Calendar days."), min_value=1, max_value=365)
    validity_years = number_field(_("Years of validity"), min_value=1, max_value=50)
    number_prefix = forms.CharField(
        label=_("Words before the number"), help_text=_("The code of the subdistrict, year and number follow."),
        max_length=20,
    )  # fmt: skip
    source = forms.CharField(
        label=_("Source"), help_text=_("The document that says so; for made-up values “示例，非官方”."), max_length=200
    )  # fmt: skip
    example = forms.BooleanField(label=_("Example values, not official"), required=False)


class TargetForm(OfArea):
    """How many filed organisations each community shall have."""

    urban = number_field(_("For each urban community"), min_value=0, max_value=1000)
    rural = number_field(_("For each rural community"), min_value=0, max_value=1000)
    source = forms.CharField(label=_("Source"), help_text=_("The document that says so."), max_length=200)
