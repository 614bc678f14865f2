"""Forms of the desk of organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import identifiers
from shanzhi.organizations.models import Kind, Purpose
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm


class OrganizationForm(PageForm):
    """An organisation: name, sort, seat, and its code where it has one."""

    name = forms.CharField(
        label=_("Name of the organisation"),
        help_text=_("The full name, as filed or registered."),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Sort"), choices=[("", _("Choose a sort")), *Kind.choices])
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", _("Not known")), *Purpose.choices], required=False)
    size_stated = forms.IntegerField(
        label=_("Members, as stated"), min_value=1, max_value=1_000_000, required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        help_text=_("18 characters, from the certificate. Bodies that are only filed have none."),
        max_length=30,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "class": "short"}),
    )
    field_order = ("name", "kind", "area", "purpose", "size_stated", "credit_code")

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas in which the actor may put organisations on record."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Seat"))
        self.order_fields(self.field_order)

    def clean_credit_code(self) -> str:
        """Check the code beside its field."""
        text = str(self.cleaned_data["credit_code"])
        try:
            return identifiers.credit_code(text) if text.strip() else ""
        except identifiers.NotACreditCode as wrong:
            raise ValidationError(wrong.text, code=wrong.code) from wrong


class CloseForm(PageForm):
    """Why an organisation is closed."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept on record with your name."),
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )
