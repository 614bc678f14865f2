"""Forms of certificates, of their check, of rules, and of what goes to the national system."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.service.forms.organised import OrganisedForm
from shanzhi.service.forms.records import SHORT
from shanzhi.service.models import PaperTitle
from shanzhi.service.operations import Paper as Asked
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def _number(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, widget=forms.NumberInput(SHORT), **more
    )  # fmt: skip


def _line(label: Any, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.TextInput({"autocomplete": "off"}), **more)


class CertificateForm(OrganisedForm):
    """Certificates for one volunteer, or for all of whom something is verified in these days."""

    organization_id = forms.ChoiceField(label=_("Issuer"), required=False)
    number = _line(
        _("Volunteer number"), 20, required=False,
        help_text=_("Empty: for everybody of whom something of this issuer is verified in these days."),
    )  # fmt: skip
    starts_on = _day(_("From"))
    ends_on = _day(_("Until"))
    responsible = _line(_("Responsible person"), 40)
    handler = _line(_("Handled by"), 40)
    contact = _line(_("Contact"), 100, help_text=_("For example the phone of the office; it stands on the paper."))

    def paper(self) -> Asked:
        """Give what is asked for."""
        clean = self.cleaned_data
        unit, area = self.by
        return Asked(
            clean["starts_on"], clean["ends_on"], clean["responsible"], clean["handler"], clean["contact"],
            organization_id=unit, area=area,
        )  # fmt: skip


class CheckForm(PageForm):
    """Number and code of a certificate, as they stand on the paper."""

    number = _line(_("Certificate number"), 60)
    code = _line(_("Check code"), 24, help_text=_("The last part of the address under the QR code."))


class RulesForm(PageForm):
    """The rules of an area; hours are whole ones. `NAMES` are fields by the names that operations have for them."""

    NAMES: ClassVar = {"star_minutes": "stars", "prefix": "number_words", "core_minutes": "core_hours"}

    valid_from = _day(_("Holds from"))
    notice_days = _number(_("Days of notice inside the team"), 0, 90)
    answer_days = _number(_("Days to answer a complaint"), 1, 90)
    stars = _line(
        _("Thresholds of the stars, in hours"), 100, help_text=_("Rising, for example 100 300 600 1000 1500.")
    )  # fmt: skip
    paper = forms.ChoiceField(
        label=_("What the paper is called"), choices=PaperTitle.choices, widget=forms.RadioSelect,
        help_text=_("Until this site is a designated system it gives records; organisations certify."),
    )  # fmt: skip
    number_words = _line(_("Words before the number"), 20)
    core_hours = _number(_("A core member's hours"), 1, 10_000)
    core_times = _number(_("A core member's times of service"), 1, 1000)
    core_months = _number(_("Months that are looked back"), 1, 60)
    source = _line(_("Source"), 200)
    example = forms.BooleanField(label=_("Example, not official"), required=False)

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas whose rules the actor sets."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        self.order_fields(["area"])

    def clean_stars(self) -> list[int]:
        """Read hours, and give minutes."""
        parts = re.split(r"[\s,，、/]+", self.cleaned_data["stars"].strip())
        if not all(part.isascii() and part.isdigit() and len(part) <= 6 for part in parts):
            raise ValidationError(gettext("Give whole hours with spaces between them."), code="stars")
        return [int(part) * 60 for part in parts]

    def values(self) -> dict[str, Any]:
        """Give the rules as the operation takes them."""
        clean = self.cleaned_data
        same = ("notice_days", "answer_days", "paper", "core_times", "core_months", "source", "example")
        return {
            **{name: clean[name] for name in same}, "star_minutes": clean["stars"], "prefix": clean["number_words"],
            "core_minutes": clean["core_hours"] * 60,
        }  # fmt: skip


class NationalForm(PageForm):
    """Which verified records go out, and as what."""

    starts_on = _day(_("From"))
    ends_on = _day(_("Until"))
    kind = forms.ChoiceField(
        label=_("Format"), choices=[("csv", "CSV"), ("json", "JSON")], widget=forms.RadioSelect, initial="csv"
    )

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas that the reader may export."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        self.order_fields(["area"])
