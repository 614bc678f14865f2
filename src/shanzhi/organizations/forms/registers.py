"""Forms of registers: the file, its columns, a doubtful row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.exchange.headings import FIELDS, NAME
from shanzhi.organizations.models import Decision
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import Checklist, PageForm


class RegisterForm(PageForm):
    """A register, and the area inside which its organisations lie."""

    file = forms.FileField(
        label=_("Excel file"),
        help_text=_("The register as your office keeps it: .xlsx, .xls, .ods or .csv, at most 200,000 rows and 20 MB."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas for which the actor may bring in registers."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(
            source=areas, label=_("Area of the register"),
            help_text=_("Communities are looked for inside it; rows elsewhere are refused."),
        )  # fmt: skip
        self.order_fields(("area", "file"))


class ColumnsForm(PageForm):
    """Which column holds what, on which worksheets."""

    def __init__(
        self, *args: Any, titles: Sequence[str], sheets: Sequence[tuple[str, str]], columns: Mapping[str, str],
        chosen: Sequence[str], fields: Mapping[str, Any] = FIELDS, needed: str = NAME, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Take the headings and worksheets of the file, what is guessed or was chosen before, and the fields."""
        super().__init__(*args, **kwargs)
        offered = [("", _("No column")), *((title, title) for title in titles)]
        for field, label in fields.items():
            self.fields[field] = forms.ChoiceField(
                label=label, choices=offered, required=field == needed, initial=columns.get(field, "")
            )
        self.fields["sheets"] = Checklist(label=_("Worksheets"), choices=sheets, initial=list(chosen))
        self.fields["remember"] = forms.BooleanField(
            label=_("Remember these columns for this office"), required=False,
            help_text=_("The next list with these headings is read the same way."),
        )  # fmt: skip


class DecideForm(PageForm):
    """What a doubtful row is."""

    choice = forms.ChoiceField(label=_("What is this row?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, bodies: Sequence[tuple[str, str]], another: bool, **kwargs: Any) -> None:
        """Take the organisations that it may be, and whether it may be another one."""
        super().__init__(*args, **kwargs)
        same = [(f"same:{key}", words) for key, words in bodies]
        other = [(Decision.ANOTHER.value, Decision.ANOTHER.label)] if another else []
        field: Any = self.fields["choice"]
        field.choices = [*same, *other, (Decision.LEAVE_OUT.value, Decision.LEAVE_OUT.label)]
