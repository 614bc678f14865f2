"""The staff's forms for areas, figures and stations."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.errors import Refusal
from shanzhi.places.exchange import units
from shanzhi.places.models import Measure
from shanzhi.places.operations import Part
from shanzhi.ui.forms import DayField, PageForm

_LINE: Final = re.compile(r"^(?:(?P<code>\d{2,21})[\s,，]+)?(?P<name>\S.*)$")


class AddForm(PageForm):
    """A grid, building or entrance."""

    name = forms.CharField(
        label=pgettext_lazy("area", "Name"), max_length=100, help_text=_("For example: Grid 1, Building 3, Entrance 2")
    )


class GroundsForm(PageForm):
    """The day and the grounds of a change."""

    on = DayField(label=_("Holds from"), help_text=_("The first day on which the change holds."))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Shown to everybody in the history of the area.")
    )
    source = forms.CharField(
        label=pgettext_lazy("area", "Source"),
        max_length=200,
        required=False,
        help_text=_("Number of the decision or notice, if there is one."),
    )

    def grounds(self) -> dict[str, Any]:
        """Give day, reason and source as the operations take them."""
        return {name: self.cleaned_data[name] for name in ("on", "reason", "source")}


class RenameForm(GroundsForm):
    """A new name."""

    name = forms.CharField(label=_("New name"), max_length=100)
    field_order = ["name"]


class SplitForm(GroundsForm):
    """The areas that come out of a split."""

    parts = forms.CharField(
        label=_("New areas"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One a line: code and name, such as “110114012035 云趣园南里社区居委会”. "
            "Grids, buildings and entrances need no code: they get the next number."
        ),
    )
    field_order = ["parts"]

    def clean_parts(self) -> list[Part]:
        """Read the lines."""
        return parts_of(self.cleaned_data["parts"])


class MergeForm(GroundsForm):
    """The areas that join this one, and what they become."""

    codes = forms.CharField(
        label=_("Joins with"), max_length=500, help_text=_("The codes of the other areas, with spaces between them.")
    )
    into = forms.CharField(
        label=_("Becomes"),
        max_length=130,
        help_text=_("Code and name of the area after it. The code of one of those that join may go on."),
    )
    field_order = ["codes", "into"]

    def clean_codes(self) -> list[str]:
        """Read the codes."""
        return re.findall(r"\d{2,21}", self.cleaned_data["codes"])

    def clean_into(self) -> Part:
        """Read the one area."""
        return one_part(self.cleaned_data["into"])


class SucceedForm(GroundsForm):
    """The area that takes this one's place."""

    into = forms.CharField(label=_("New code and name"), max_length=130, help_text=_("For example: 370102014 某某街道"))
    field_order = ["into"]

    def clean_into(self) -> Part:
        """Read the one area."""
        return one_part(self.cleaned_data["into"])


class CloseForm(GroundsForm):
    """Nothing takes this area's place."""


class FigureForm(PageForm):
    """A figure that holds from a day on."""

    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices)
    value = forms.DecimalField(
        label=pgettext_lazy("area", "Value"),
        max_digits=19,
        decimal_places=6,
        localize=False,
        help_text=_("Persons, households or square metres as a whole number; longitude and latitude in degrees."),
    )
    valid_from = DayField(label=_("Holds from"))
    source = forms.CharField(
        label=pgettext_lazy("area", "Source"), max_length=200, help_text=_("Where the figure comes from.")
    )

    def clean(self) -> dict[str, Any]:
        """Turn the value into the whole number that is stored."""
        data = super().clean() or {}
        if data.get("value") is not None and data.get("measure"):
            store(self, data, data["measure"])
        return data


class CorrectionForm(PageForm):
    """The right value of a figure, or none, and why the one on record was wrong."""

    value = forms.DecimalField(
        label=_("Right value"),
        max_digits=19,
        decimal_places=6,
        localize=False,
        required=False,
        help_text=_("Leave it empty to take the figure back, if it was recorded for a wrong day, measure or area."),
    )
    source = forms.CharField(label=pgettext_lazy("figure", "Source"), max_length=200)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Why the figure was wrong. Everybody sees it.")
    )

    def __init__(self, *args: Any, measure: str, **kwargs: Any) -> None:
        """Take the measure, which tells the unit."""
        super().__init__(*args, **kwargs)
        self.measure = measure

    def clean(self) -> dict[str, Any]:
        """Turn the value into the whole number that is stored."""
        data = super().clean() or {}
        if data.get("value") is not None:
            store(self, data, self.measure)
        return data


class SheetForm(PageForm):
    """An office's sheet."""

    file = forms.FileField(
        label=_("Excel or CSV file"),
        help_text=_("Columns by their headings, in any order. At most 2,000 rows."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )


class FigureSheetForm(SheetForm):
    """A sheet of figures; day and source may stand on it or here."""

    on = DayField(label=_("Holds from"), required=False, help_text=_("For rows that give no day of their own."))
    source = forms.CharField(
        label=pgettext_lazy("figure", "Source"),
        max_length=200,
        required=False,
        help_text=_("For rows that give no source of their own."),
    )


class StationForm(PageForm):
    """A social-work station."""

    name = forms.CharField(label=pgettext_lazy("area", "Name"), max_length=100)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, help_text=_("The station's public number, shown to everybody.")
    )
    opened_on = DayField(label=_("Opened on"))


class CloseStationForm(PageForm):
    """The end of a station."""

    closed_on = DayField(label=_("Closed on"))
    reason = forms.CharField(label=_("Reason"), max_length=500)


def store(form: forms.Form, data: dict[str, Any], measure: str) -> None:
    """Turn a value in people's units into what is stored, or say beside the field why it cannot be."""
    try:
        data["value"] = units.stored(measure, data["value"])
    except Refusal as refusal:
        form.add_error("value", ValidationError(refusal.text))


def parts_of(text: str) -> list[Part]:
    """Read lines of code and name, or of names alone."""
    return [one_part(line) for line in text.splitlines() if line.strip()]


def one_part(text: str) -> Part:
    """Read a code and a name, or a name alone."""
    found = _LINE.match(text.strip())
    if found is None:
        raise ValidationError(_("Give a code and a name, such as “110114012035 云趣园南里社区居委会”."))
    return Part(name=found["name"].strip(), code=found["code"] or "")
