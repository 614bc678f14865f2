"""Forms of what hangs on an organisation: steps of its life, members, links, documents, findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.models import RESULTS, Matter, Organization, Paper, Part, SignKind, Tie
from shanzhi.ui.forms import DayField, PageForm, offer


def reason_field(help_text: Any = "") -> forms.CharField:
    """Make a field for a reason."""
    return forms.CharField(
        label=_("Reason"), help_text=help_text or _("Kept on record with your name."), max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class MoveForm(PageForm):
    """The next step of an organisation's life."""

    move = forms.ChoiceField(label=_("Step"), widget=forms.RadioSelect)
    reason = reason_field()

    def __init__(self, *args: Any, steps: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        """Take the steps that start where the organisation stands."""
        super().__init__(*args, **kwargs)
        offer(self, "move", list(steps))


class MemberForm(PageForm):
    """Somebody in the organisation."""

    name = forms.CharField(label=_("Name"), help_text=_("Kept encrypted, shown masked."), max_length=60)
    part = forms.ChoiceField(label=_("Part"), choices=Part.choices, initial=Part.MEMBER.value)
    phone = forms.CharField(
        label=_("Phone"), help_text=_("For contacts and the person in charge. Kept encrypted, shown masked."),
        max_length=30, required=False, widget=forms.TextInput({"inputmode": "tel", "class": "short"}),
    )  # fmt: skip
    starts_on = DayField(label=_("From"))


class EndForm(PageForm):
    """The day on which something ended."""

    ends_on = DayField(label=_("Day of the end"))


class ReasonForm(PageForm):
    """A reason alone."""

    reason = reason_field()


class LinkForm(PageForm):
    """A link to another organisation, found by its whole name."""

    tie = forms.ChoiceField(label=_("Kind of link"), choices=Tie.choices)
    other = forms.ModelChoiceField(
        Organization.objects.none(), label=_("The other organisation"), empty_label=_("Choose an organisation"),
        help_text=_("Of those on record that you can open, by name."),
    )  # fmt: skip

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        """Take the organisations that may be chosen."""
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]  # it is a field of rows


class PaperForm(PageForm):
    """A file."""

    paper = forms.ChoiceField(label=_("Kind of document"), choices=Paper.choices)
    file = forms.FileField(label=_("File"), help_text=_("PDF, JPEG, PNG, Word or Excel, at most 10 MB."))


class SignForm(PageForm):
    """A meeting, or an activity outside a project."""

    kind = forms.ChoiceField(label=_("Kind of sign"), choices=SignKind.choices, widget=forms.RadioSelect)
    on = DayField(label=_("Held on"))
    present = forms.IntegerField(
        label=_("Number present"), min_value=1, max_value=100_000,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    about = forms.CharField(
        label=_("What it was about"), help_text=_("A few words, no names of people."), max_length=200, required=False
    )


def result_choices() -> Sequence[tuple[str, Any]]:
    """List all results, named by their matter."""
    groups = [(str(matter.label), list(results.items())) for matter, results in RESULTS.items()]
    return [("", _("None")), *groups]


class FindingForm(PageForm):
    """What an authority found."""

    matter = forms.ChoiceField(label=_("Matter"), choices=Matter.choices)
    result = forms.ChoiceField(
        label=_("Result"), help_text=_("Of annual reports, inspections and ratings alone."), required=False,
        choices=result_choices,
    )  # fmt: skip
    on = DayField(label=_("On"))
    year = forms.IntegerField(
        label=_("Year"), help_text=_("That a report or an inspection is about."), min_value=1990, max_value=2199,
        required=False, widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Source"), help_text=_("The authority's paper: its number, or its name and day."), max_length=200
    )  # fmt: skip
