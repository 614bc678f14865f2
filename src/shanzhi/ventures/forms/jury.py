"""The jury's forms: its criteria in the builder, appointing, declaring interests, a score sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import MomentField, PageForm, offer
from shanzhi.ventures.forms.desk_parts import Group, PartForm
from shanzhi.ventures.models import Call
from shanzhi.ventures.models.jury import INTERESTS
from shanzhi.ventures.operations.call_fields import LONGEST_CRITERIA, NORMALISE

SPARE: Final = 2
ROW: Final = ("name", "weight", "low", "middle", "high")
LABELS: Final = {
    "name": _("Criterion"),
    "weight": _("Weight in %"),
    "low": _("What 0 points mean"),
    "middle": _("What 60 points mean"),
    "high": _("What 100 points mean"),
}


class JuryPartForm(PartForm):
    """What the jury scores, by which weights, and how its sheets are counted."""

    pitch_minutes = forms.IntegerField(
        label=_("Minutes for a pitch"), min_value=1, max_value=60, required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    answer_minutes = forms.IntegerField(
        label=_("Minutes for questions and answers"), min_value=0, max_value=60, required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    drop_extremes = forms.BooleanField(
        label=_("Leave out the highest and the lowest sheet of each project"),
        required=False,
        help_text=_("Where a project has at least four sheets."),
    )
    normalise = forms.ChoiceField(
        label=_("Strict and mild jurors"),
        choices=list(NORMALISE.items()),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Each juror is compared with the others over the same projects; the result shows both figures."),
    )
    answers = {"jury": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make fields for each criterion, and for some more."""
        super().__init__(*args, **kwargs)
        rows: Sequence[Mapping[str, Any]] = self.initial.get("criteria", ())
        sent = [name for name in self.data if name.startswith("name_")] if self.is_bound else []
        self.count = min(max(len(rows) + SPARE, len(sent), 3), LONGEST_CRITERIA)
        for place in range(self.count):
            row = rows[place] if place < len(rows) else {}
            for name in ROW:
                self.fields[f"{name}_{place}"] = self._cell(name)
                self.initial.setdefault(f"{name}_{place}", row.get(name, ""))
            self.fields[f"key_{place}"] = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
            self.initial.setdefault(f"key_{place}", row.get("key", ""))

    @staticmethod
    def _cell(name: str) -> forms.Field:
        if name == "weight":
            control = forms.NumberInput({"class": "short", "inputmode": "numeric"})
            return forms.IntegerField(label=LABELS[name], min_value=0, max_value=100, required=False, widget=control)
        return forms.CharField(label=LABELS[name], max_length=60 if name == "name" else 200, required=False)

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the jury's terms."""
        return {"normalise": "none", "pitch_minutes": 5, "answer_minutes": 5, **call.jury}

    def given(self) -> dict[str, Any]:
        """Give criteria that have a name, and the options."""
        data = self.cleaned_data
        rows = [
            {
                "key": data[f"key_{place}"],
                **{name: data[f"{name}_{place}"] or (0 if name == "weight" else "") for name in ROW},
            }
            for place in range(self.count)
            if data[f"name_{place}"]
        ]
        options = {"drop_extremes": data["drop_extremes"], "normalise": data["normalise"] or "none"}
        minutes = {name: data[name] for name in ("pitch_minutes", "answer_minutes") if data[name] is not None}
        return {"jury": {"criteria": rows, **options, **minutes}}

    def groups(self) -> list[Group]:
        """Give each criterion a group of its own."""
        rows: list[Group] = [
            (gettext("Criterion %(number)s") % {"number": place + 1},
             [self[f"{name}_{place}"] for name in (*ROW, "key")])
            for place in range(self.count)
        ]  # fmt: skip
        names = ("pitch_minutes", "answer_minutes", "drop_extremes", "normalise")
        return [*rows, (_("Time and counting"), [self[name] for name in names])]


class AppointForm(PageForm):
    """A juror to appoint."""

    person = forms.ChoiceField(label=_("Juror"), help_text=_("Who holds the role of juror in the area of the call."))
    chair = forms.BooleanField(label=_("Chairs the jury"), required=False, help_text=_("The chair closes the jury."))
    starts_at = MomentField(label=_("Term begins"), required=False, help_text=_("At once, where nothing is said."))
    ends_at = MomentField(
        label=_("Term ends"), required=False,
        help_text=_(
            "When the jury closes, where nothing is said. After the term nobody waits for the juror's sheets; "
            "those handed in count."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, offers: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Take the persons to choose from, as (id, masked name)."""
        super().__init__(*args, **kwargs)
        offer(self, "person", [("", _("Choose a person")), *offers])


class InterestsForm(PageForm):
    """In which projects a juror has an interest."""

    def __init__(self, *args: Any, projects: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Take the projects as (id, title)."""
        super().__init__(*args, **kwargs)
        self.names = []
        for key, title in projects:
            self.names.append(key)
            self.fields[f"interest_{key}"] = forms.ChoiceField(
                label=title, required=False, choices=[("", _("No interest of mine")), *INTERESTS.items()]
            )
        self.fields["true"] = forms.BooleanField(label=_("This is complete and true."))

    def interests(self) -> dict[str, str]:
        """Give the interests by project's id."""
        found = {key: self.cleaned_data[f"interest_{key}"] for key in self.names}
        return {key: value for key, value in found.items() if value}


class SheetForm(PageForm):
    """A score sheet: points by criterion, with what they mean, and a comment that the team will read."""

    drafts = True

    def __init__(self, *args: Any, criteria: Mapping[str, Mapping[str, Any]], **kwargs: Any) -> None:
        """Take the call's criteria."""
        super().__init__(*args, **kwargs)
        for key, one in criteria.items():
            anchors = [
                f"{points}: {one[name]}" for points, name in ((0, "low"), (60, "middle"), (100, "high")) if one[name]
            ]
            self.fields[f"score_{key}"] = forms.IntegerField(
                label=gettext("%(name)s (%(weight)s %%)") % {"name": one["name"], "weight": one["weight"]},
                min_value=0,
                max_value=100,
                required=False,
                help_text=" · ".join(anchors),
                widget=forms.NumberInput({"class": "short", "inputmode": "numeric", "step": "1"}),
            )
        self.keys = list(criteria)
        self.fields["comment"] = forms.CharField(
            label=_("Comment to the team"), required=False, max_length=2000, widget=forms.Textarea({"rows": 4}),
            help_text=_("The team reads it after the jury has closed, under your number and not your name."),
        )  # fmt: skip

    def scores(self) -> dict[str, int | None]:
        """Give the points by criterion."""
        return {key: self.cleaned_data.get(f"score_{key}") for key in self.keys}
