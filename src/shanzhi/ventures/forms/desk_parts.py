"""The parts of a call as forms of its builder: each opens with what the call holds, and gives what was typed.

`opened` is the initial content, `given` what `operations.save_call` or `change_terms` takes. Both judge the values
again; the forms only draw, carry, and catch what cannot be read at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shanzhi.people.forms import OrganizationField
from shanzhi.ui.choosing import AreasField, AreaSource
from shanzhi.ui.forms import Checklist, DayField, MomentField, PageForm, YuanField
from shanzhi.ventures.lifecycle import OPTIONAL_PHASES, PHASES
from shanzhi.ventures.models import Call
from shanzhi.ventures.models.calls import PROPOSE_WHERE, PROPOSERS

SPARE_ROWS: Final = 3

Group = tuple[Any, list[BoundField]]


class PartForm(PageForm):
    """A part of a call; `answers` leads from a field of the call to the form's field that carries it."""

    answers: ClassVar[Mapping[str, str]] = {}
    drafts = True

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give what the call holds, as the form's initial content."""
        return {name: getattr(call, name) for name in cls.base_fields}

    def given(self) -> dict[str, Any]:
        """Give what was typed, as fields of the call."""
        return dict(self.cleaned_data)

    def groups(self) -> list[Group]:
        """Lay the fields out in groups, each with its legend."""
        return [("", list(self))]


class OperatorField(OrganizationField):
    """The organisation that runs a round, of those on record."""

    choose = _("None on record")
    one_of = False


def english_title() -> forms.CharField:
    """Give the field of a call's English title."""
    return forms.CharField(
        label=_("Title in English"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"lang": "en"}),
        help_text=_("For those who read the site in English. It decides nothing and can be added at any time."),
    )


class BasicsForm(PartForm):
    """What the call is called and for, who gives, who runs it."""

    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("Residents read it first; for example: small projects of our courtyard 2026."),
    )
    title_en = english_title()
    about = forms.CharField(
        label=_("What it is for"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("A few sentences: who may ask for how much, for what, and how it is decided."),
    )
    sponsor = forms.CharField(
        label=_("Who gives the money"),
        required=False,
        max_length=120,
        help_text=_("For example the district's civil affairs bureau."),
    )
    operator = forms.CharField(
        label=_("Who runs it"),
        required=False,
        max_length=120,
        help_text=_("The support organisation that residents can ask."),
    )

    def __init__(self, *args: Any, operators: AreaSource | None, **kwargs: Any) -> None:
        """Take the organisations on record that may run the round; without any, none is asked for."""
        super().__init__(*args, **kwargs)
        if operators is not None:
            self.fields["operator_organization"] = OperatorField(
                source=operators,
                label=_("Its organisation on record"),
                required=False,
                help_text=_("Whoever holds the role of operator in it runs this round beside the offices."),
            )

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give what the call holds; an organisation by its number."""
        return {**super().opened(call), "operator_organization": str(call.operator_organization or "")}


class WordsForm(BasicsForm):
    """What may be worded anew when all that decides is frozen."""

    title = None  # type: ignore[assignment]  # leaves the field out


class AreasForm(PartForm):
    """Where the call runs."""

    answers = {"areas": "areas"}

    def __init__(self, *args: Any, source: AreaSource, **kwargs: Any) -> None:
        """Take the areas to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["areas"] = AreasField(
            source=source,
            label=_("Areas"),
            help_text=_("An area covers all below it. Find others by part of the name, or by codes, several at once."),
            error_messages={"required": _("Choose at least one area.")},
        )

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the codes of the call's areas."""
        return {"areas": [area.code for area in call.areas.all()]}


class MoneyForm(PartForm):
    """How much money there is, and how much one project may ask for."""

    purse_fen = YuanField(
        label=_("Purse"), help_text=_("All the money of this round in yuan, for example 30,000.00."), required=False
    )
    limit_fen = YuanField(
        label=_("Most for one project"),
        help_text=_("Small grants are mostly 5,000 to 20,000 yuan; a lower limit lets more teams win."),
        required=False,
    )

    def given(self) -> dict[str, Any]:
        """Give both in fen; nothing typed is nothing."""
        return {name: value or 0 for name, value in self.cleaned_data.items()}


class ThemesForm(PartForm):
    """What the round is about, and who may propose."""

    themes = forms.CharField(
        label=_("Themes"),
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("One a line, at most 20. Without themes every theme is welcome."),
    )
    proposers = Checklist(label=_("Who may propose"), choices=list(PROPOSERS.items()), required=False)
    propose_where = forms.ChoiceField(
        label=_("Where residents may propose"),
        choices=list(PROPOSE_WHERE.items()),
        widget=forms.RadioSelect,
        help_text=_("Organisations may propose for any community of the call."),
    )

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Write the themes a line each."""
        return {**super().opened(call), "themes": "\n".join(call.themes)}


class DatesForm(PartForm):
    """When each phase starts and ends, and how long the public notice lasts."""

    notice_days = forms.IntegerField(
        label=_("Days of public notice"),
        min_value=0,
        max_value=60,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("For so many days the list of passed proposals is public before the vote opens; often 3 to 7."),
    )
    moves_by_clock = forms.BooleanField(
        label=_("Let the clock move the phases"),
        required=False,
        help_text=_("Each phase then begins at its hour, once nothing stands in its way. By hand it always works."),
    )
    answers = {"phases": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make two fields for each phase."""
        super().__init__(*args, **kwargs)
        for kind, label in PHASES.items():
            for edge, words in (("starts", _("starts at")), ("ends", _("ends at"))):
                named = gettext("%(phase)s %(edge)s") % {"phase": label, "edge": words}
                self.fields[f"{kind}_{edge}"] = MomentField(label=named, required=False)

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the planned dates."""
        dates: dict[str, Any] = {"notice_days": call.notice_days, "moves_by_clock": call.moves_by_clock}
        for phase in call.phases.all():
            dates[f"{phase.kind}_starts"], dates[f"{phase.kind}_ends"] = phase.starts_at, phase.ends_at
        return dates

    def clean(self) -> dict[str, Any]:
        """Ask for the other end where one end of a phase is given, and for the right order of both."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for kind in PHASES:
            starts, ends = data.get(f"{kind}_starts"), data.get(f"{kind}_ends")
            if bool(starts) != bool(ends) and not {f"{kind}_starts", f"{kind}_ends"} & set(self.errors):
                lacking = f"{kind}_ends" if starts else f"{kind}_starts"
                self.add_error(lacking, gettext("A phase needs both its start and its end."))
            elif starts and ends and ends <= starts:
                self.add_error(f"{kind}_ends", gettext("This phase ends before it starts. Choose a later end."))
        return data

    def given(self) -> dict[str, Any]:
        """Give the phases as rows."""
        data = self.cleaned_data
        rows = [
            {"kind": kind, "starts_at": self._exact(f"{kind}_starts"), "ends_at": self._exact(f"{kind}_ends")}
            for kind in PHASES
            if data.get(f"{kind}_starts")
        ]
        return {"phases": rows, "notice_days": data["notice_days"], "moves_by_clock": data["moves_by_clock"]}

    def _exact(self, name: str) -> Any:
        """Keep the seconds of a moment that the page showed to the minute and nobody changed."""
        typed, held = self.cleaned_data[name], self.initial.get(name)
        return held if held is not None and typed == held.replace(second=0, microsecond=0) else typed

    def groups(self) -> list[Group]:
        """Give each phase a group of its own."""
        phases: list[Group] = []
        for kind, label in PHASES.items():
            legend = gettext("%(phase)s (may be left out)") % {"phase": label} if kind in OPTIONAL_PHASES else label
            phases.append((legend, [self[f"{kind}_starts"], self[f"{kind}_ends"]]))
        return [*phases, (_("Notice and clock"), [self["notice_days"], self["moves_by_clock"]])]


class ElectorateForm(PartForm):
    """Who may vote."""

    minimum_age = forms.IntegerField(
        label=_("Least age"),
        min_value=0,
        max_value=120,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("In whole years on the day of the roll. Rounds of neighbours often begin at 16."),
    )
    roll_date = DayField(
        label=_("Day of the roll"),
        required=False,
        help_text=_("Verified residents of the areas on this day may vote; at the latest the first day of the vote."),
    )


class ReviewForm(PartForm):
    """The check list of the review, and how many must pass a proposal."""

    reviews_needed = forms.IntegerField(
        label=_("Reviewers who must pass a proposal"),
        min_value=1,
        max_value=9,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("One is quick; two are fairer where much money is asked."),
    )
    answers = {"checklist": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make fields for each row of the list, and for some more."""
        super().__init__(*args, **kwargs)
        rows: Sequence[Mapping[str, Any]] = self.initial.get("checklist", ())
        sent = [name for name in self.data if name.startswith("text_")] if self.is_bound else []
        self.count = min(max(len(rows) + SPARE_ROWS, len(sent)), 30)
        for place in range(self.count):
            row = rows[place] if place < len(rows) else {"key": "", "text": "", "required": True}
            label = gettext("Item %(number)s") % {"number": place + 1}
            self.fields[f"text_{place}"] = forms.CharField(label=label, required=False, max_length=300)
            self.fields[f"required_{place}"] = forms.BooleanField(
                label=pgettext_lazy("check list", "Must be met to pass"), required=False
            )
            self.fields[f"key_{place}"] = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
            for name in ("key", "text", "required"):
                self.initial.setdefault(f"{name}_{place}", row[name])

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the rows of the list."""
        return {"reviews_needed": call.reviews_needed, "checklist": call.checklist}

    def given(self) -> dict[str, Any]:
        """Give the rows that have words; a new row gets a name that no other has."""
        data, taken = self.cleaned_data, set()
        rows = []
        for place in range(self.count):
            if not data[f"text_{place}"]:
                continue
            key = data[f"key_{place}"] or f"item{place + 1}"
            while key in taken:
                key += "a"
            taken.add(key)
            rows.append({"key": key, "text": data[f"text_{place}"], "required": data[f"required_{place}"]})
        return {"reviews_needed": data["reviews_needed"], "checklist": rows}

    def groups(self) -> list[Group]:
        """Give each row a group of its own."""
        rows: list[Group] = [
            (
                gettext("Item %(number)s") % {"number": place + 1},
                [self[f"text_{place}"], self[f"required_{place}"], self[f"key_{place}"]],
            )
            for place in range(self.count)
        ]
        return [("", [self["reviews_needed"]]), *rows]
