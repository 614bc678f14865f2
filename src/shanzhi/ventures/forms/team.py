"""The parts of a proposal as forms.

They only draw and carry what was typed: `operations.save_proposal` reads it, so page and API judge alike, and a draft
keeps whatever is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm, YuanInput, offer
from shanzhi.ventures.forms.guidance import GUIDES
from shanzhi.ventures.models.proposals import SOURCES, TEAM_KINDS
from shanzhi.ventures.queries import LABELS, SECTIONS

PARTS: Final[dict[str, Any]] = {
    "idea": _("The idea"),
    "need": _("The need and the aims"),
    "team": _("The team"),
    "plan": _("Activities and schedule"),
    "budget": _("Budget"),
    "risks": _("Risks"),
}
PART_FIELDS: Final = SECTIONS
ROWS: Final = {"plan": "activities", "budget": "budget", "team": "members"}


def words(name: str, *, rows: int = 0, inputmode: str = "text", css: str = "") -> forms.CharField:
    """Give a field of text under its label, several lines high where `rows` is set."""
    attrs = {"inputmode": inputmode, "class": css}
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput(attrs)
    return forms.CharField(label=LABELS[name], widget=widget, required=False, strip=False)


def day(label: Any) -> forms.CharField:
    """Give a field for a day, by the browser's calendar."""
    return forms.CharField(label=label, widget=forms.DateInput({"type": "date", "class": "short"}), required=False)


class PartForm(PageForm):
    """A part of a proposal; `offers` names what can be chosen (communities, themes), `theme` chooses the examples."""

    drafts = True

    def __init__(self, *args: Any, offers: dict[str, Any] | None = None, theme: str = "", **kwargs: Any) -> None:
        """Fill the choices: an area from its source, others from pairs; a field whose list is empty is left out."""
        super().__init__(*args, **kwargs)
        self._offer(offers or {})
        for name, field in self.fields.items():
            if name in GUIDES:
                field.help_text = GUIDES[name].words
                field.example = GUIDES[name].example_for(theme)  # type: ignore[attr-defined]  # read by the field's piece

    def _offer(self, offers: dict[str, Any]) -> None:
        for name, choices in offers.items():
            if name not in self.fields:
                continue
            if isinstance(choices, AreaSource):
                self.fields[name] = AreaField(source=choices, label=self.fields[name].label, required=False)
                continue
            listed = list(choices)
            if not listed:
                del self.fields[name]
                continue
            self.fields[name].widget = forms.Select(choices=[("", _("Choose")), *listed])


class IdeaForm(PartForm):
    """Name, summary, place, theme."""

    title = words("title")
    summary = words("summary", rows=4)
    community = forms.CharField(label=LABELS["community"], required=False)
    theme = forms.CharField(label=LABELS["theme"], required=False)


class NeedForm(PartForm):
    """Need, aims, people."""

    need = words("need", rows=6)
    aims = words("aims", rows=5)
    people_reached = words("people_reached", inputmode="numeric", css="short")
    people_note = words("people_note")


class TeamForm(PartForm):
    """Kind and name of the team."""

    team_kind = forms.ChoiceField(label=LABELS["team_kind"], choices=list(TEAM_KINDS.items()), required=False)
    team_name = words("team_name")
    organization = forms.CharField(label=LABELS["organization"], required=False)


class PlanForm(PartForm):
    """First and last day."""

    starts_on = day(LABELS["starts_on"])
    ends_on = day(LABELS["ends_on"])


class RisksForm(PartForm):
    """Risks."""

    risks = words("risks", rows=5)


class EmptyForm(PartForm):
    """A part that is a table alone."""


class ActivityRow(PageForm):
    """A row of the schedule."""

    drafts = True

    title = forms.CharField(label=_("Activity"), required=False)
    place = forms.CharField(label=_("Place"), required=False)
    starts_on = day(_("From"))
    ends_on = day(_("Until"))
    people = forms.CharField(label=_("People"), required=False, widget=forms.TextInput({"inputmode": "numeric"}))
    detail = forms.CharField(label=_("What happens"), required=False, widget=forms.Textarea({"rows": 2}))


class BudgetRow(PageForm):
    """A row of the budget; prices in yuan."""

    drafts = True

    item = forms.CharField(label=_("Item"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    unit = forms.CharField(label=_("Unit"), required=False)
    quantity = forms.CharField(label=_("Quantity"), required=False, widget=forms.TextInput({"inputmode": "decimal"}))
    unit_price_fen = forms.CharField(label=_("Price of one"), required=False, widget=YuanInput())
    source = forms.ChoiceField(label=_("Paid from"), choices=list(SOURCES.items()), required=False)
    note = forms.CharField(label=_("Remark"), required=False)

    def __init__(self, *args: Any, categories: Sequence[tuple[str, Any]] = (), **kwargs: Any) -> None:
        """Take the categories of the call's rules; without any there is nothing to choose."""
        super().__init__(*args, **kwargs)
        if categories:
            offer(self, "category", [("", _("Choose")), *categories])
        else:
            del self.fields["category"]


class MemberRow(PageForm):
    """A member of the team; `person` is kept from the record."""

    drafts = True

    name = forms.CharField(label=_("Name"), required=False)
    part = forms.CharField(label=_("Part in the project"), required=False)
    person = forms.CharField(required=False, widget=forms.HiddenInput())


class ConfirmForm(PageForm):
    """The statement of truth before handing in."""

    truthful = forms.BooleanField(label=_("What is written here is true, and the team stands by it."), required=False)


class WithdrawForm(PageForm):
    """Why a proposal is taken back."""

    reason = forms.CharField(
        label=_("Why do you take it back?"),
        help_text=_("Neighbours can read this if the proposal was public."),
        widget=forms.Textarea({"rows": 3}),
        required=False,
    )


class FileForm(PageForm):
    """A file beside the proposal."""

    file = forms.FileField(
        label=_("File"), help_text=_("PDF, JPEG, PNG, Word or Excel, at most 10 MB."), required=False
    )


PART_FORMS: Final[dict[str, type[PartForm]]] = {
    "idea": IdeaForm,
    "need": NeedForm,
    "team": TeamForm,
    "plan": PlanForm,
    "budget": EmptyForm,
    "risks": RisksForm,
}
ROW_FORMS: Final[dict[str, type[PageForm]]] = {"activities": ActivityRow, "budget": BudgetRow, "members": MemberRow}
