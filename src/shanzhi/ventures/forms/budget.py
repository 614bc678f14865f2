"""The part of a call's builder that sets rules for budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import YuanField
from shanzhi.ventures.forms.desk_parts import SPARE_ROWS, Group, PartForm
from shanzhi.ventures.models import Call

MOST_ROWS: Final = 20


class BudgetRulesForm(PartForm):
    """Categories of budget lines with their largest shares, and limits of a line and of what is asked."""

    line_fen = YuanField(
        label=_("Most for one line"),
        help_text=_("Of the money asked from the call. Leave it empty for no limit; for example 2,000.00."),
        required=False,
    )
    asked_share = forms.IntegerField(
        label=_("Largest part of the whole cost that may be asked, in percent"),
        help_text=_("For example 60: then teams bring 40 % from elsewhere. Leave it empty for no limit."),
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )
    answers = {"budget_rules": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make fields for each category, and for some more."""
        super().__init__(*args, **kwargs)
        rows: Sequence[Mapping[str, Any]] = self.initial.get("categories", ())
        sent = [name for name in self.data if name.startswith("name_")] if self.is_bound else []
        self.count = min(max(len(rows) + SPARE_ROWS, len(sent)), MOST_ROWS)
        for place in range(self.count):
            row = rows[place] if place < len(rows) else {"key": "", "name": "", "share": None, "forbidden": False}
            self._add_row(place, row)

    def _add_row(self, place: int, row: Mapping[str, Any]) -> None:
        self.fields[f"name_{place}"] = forms.CharField(
            label=gettext("Category %(number)s") % {"number": place + 1}, required=False, max_length=40
        )
        self.fields[f"share_{place}"] = forms.IntegerField(
            label=_("At most, in percent of what is asked"),
            required=False,
            min_value=1,
            max_value=100,
            widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        )
        self.fields[f"forbidden_{place}"] = forms.BooleanField(label=_("The call does not pay for it"), required=False)
        self.fields[f"key_{place}"] = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
        for name in ("key", "name", "share", "forbidden"):
            self.initial.setdefault(f"{name}_{place}", row[name])

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the rules in force."""
        return {"categories": [], "line_fen": None, "asked_share": None, **call.budget_rules}

    def given(self) -> dict[str, Any]:
        """Give the categories that have a name; a new one has no key yet: saving gives it one."""
        data, names = self.cleaned_data, ("key", "name", "share", "forbidden")
        named = [place for place in range(self.count) if data[f"name_{place}"]]
        rows = [{name: data[f"{name}_{place}"] for name in names} for place in named]
        limits = {"line_fen": data["line_fen"], "asked_share": data["asked_share"]}
        return {"budget_rules": {"categories": rows, **limits}}

    def groups(self) -> list[Group]:
        """Give each category a group of its own."""
        rows: list[Group] = [
            (
                gettext("Category %(number)s") % {"number": place + 1},
                [self[f"{name}_{place}"] for name in ("name", "share", "forbidden", "key")],
            )
            for place in range(self.count)
        ]
        return [("", [self["line_fen"], self["asked_share"]]), *rows]
