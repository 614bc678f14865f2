"""The form of a theme's template, as staff write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import PageForm
from shanzhi.ventures.forms.desk_parts import SPARE_ROWS, Group
from shanzhi.ventures.operations.templates import MOST_ROWS
from shanzhi.ventures.queries import LABELS

TEXTS: Final = ("summary", "need", "aims", "risks")
ROWS: Final[dict[str, dict[str, Any]]] = {
    "activities": {"title": _("Activity"), "detail": _("What happens")},
    "budget": {"item": _("Item"), "unit": _("Unit"), "category": _("Category")},
}
LEGENDS: Final = {"activities": _("Activity %(n)s"), "budget": _("Line %(n)s")}


class TemplateForm(PageForm):
    """Texts with the headings to fill in, activities, and lines of the budget without their prices."""

    drafts = True

    def __init__(self, *args: Any, categories: Iterable[tuple[str, Any]] = (), **kwargs: Any) -> None:
        """Make a field for each text, and fields for each row and some more."""
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            self.fields[name] = forms.CharField(
                label=LABELS[name], required=False, widget=forms.Textarea({"rows": 4}), strip=False
            )
        self.fields["need"].help_text = _("For example: Who needs it? How many? How do you know? One question a line.")
        self.categories = list(categories)
        self.counts = {table: self._add_rows(table) for table in ROWS}

    def _add_rows(self, table: str) -> int:
        given: list[Mapping[str, Any]] = self.initial.get(table, [])
        first = f"{table}_{next(iter(ROWS[table]))}_"
        sent = sum(name.startswith(first) for name in self.data) if self.is_bound else 0
        count = min(max(len(given) + SPARE_ROWS, sent), MOST_ROWS)
        for place in range(count):
            row = given[place] if place < len(given) else {}
            for cell, label in ROWS[table].items():
                if cell != "category" or self.categories:
                    self.fields[f"{table}_{cell}_{place}"] = self._cell(cell, label)
                self.initial.setdefault(f"{table}_{cell}_{place}", row.get(cell, ""))
        return count

    def _cell(self, cell: str, label: Any) -> forms.Field:
        if cell == "category":
            return forms.ChoiceField(label=label, required=False, choices=[("", _("Choose")), *self.categories])
        widget = forms.Textarea({"rows": 2}) if cell == "detail" else forms.TextInput()
        return forms.CharField(label=label, required=False, widget=widget)

    def given(self) -> dict[str, Any]:
        """Give what the operation reads."""
        data = self.cleaned_data
        tables = {
            table: [
                {cell: data.get(f"{table}_{cell}_{place}", "") for cell in cells} for place in range(self.counts[table])
            ]
            for table, cells in ROWS.items()
        }
        return {**{name: data[name] for name in TEXTS}, **tables}

    def groups(self) -> list[Group]:
        """Lay the texts out first, then each row in a group of its own."""
        found: list[Group] = [("", [self[name] for name in TEXTS])]
        for table, cells in ROWS.items():
            for place in range(self.counts[table]):
                names = [f"{table}_{cell}_{place}" for cell in cells]
                legend = str(LEGENDS[table]) % {"n": place + 1}
                found.append((legend, [self[name] for name in names if name in self.fields]))
        return found
