"""Forms of imports: the file, and a doubtful row. Columns are chosen as with registers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm
from shanzhi.volunteering.models import RowDecision


class ImportForm(PageForm):
    """A list, and the area inside which its volunteers live."""

    file = forms.FileField(
        label=_("Excel file"),
        help_text=_("The list as your office keeps it: .xlsx, .xls, .ods or .csv, at most 200,000 rows and 20 MB."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas for which the actor may bring in lists."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(
            source=areas, label=_("Area of the list"),
            help_text=_("Communities are looked for inside it; rows elsewhere are refused."),
        )  # fmt: skip
        self.order_fields(("area", "file"))


class DecideRowForm(PageForm):
    """Who a doubtful row is."""

    decision = forms.ChoiceField(label=_("Who is this row?"), widget=forms.RadioSelect, choices=RowDecision.choices)
