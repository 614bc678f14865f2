"""Forms of attendance."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import MomentField, PageForm


class WalkInForm(PageForm):
    """Who came without having signed up."""

    number = forms.CharField(
        label=_("Volunteer number"), help_text=_("15 digits; they stand on the volunteer's page My volunteering."),
        max_length=20, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class EnterForm(WalkInForm):
    """Somebody who was there, entered afterwards."""

    arrived_at = MomentField(label=_("Came"))
    left_at = MomentField(label=_("Went"))
    reason = forms.CharField(
        label=_("Reason"), help_text=_("The volunteer can read it."), max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class MannerForm(PageForm):
    """How a shift lets people in."""

    walk_ins = forms.BooleanField(
        label=_("People who did not sign up may come"), required=False,
        help_text=_("You let them in from the list, as long as a place is free."),
    )  # fmt: skip
    metres = forms.IntegerField(
        label=_("How far away is too far, in metres"), min_value=1000, max_value=100_000,
        help_text=_("1,000 or more. Whoever signs in from farther away is let in, and you decide about it later."),
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )  # fmt: skip


class DecideForm(PageForm):
    """Keep, or strike out, for a reason."""

    decision = forms.ChoiceField(
        label=_("Your decision"), choices=[("keep", _("It is right: keep it")), ("strike", _("Strike it out"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), help_text=_("The volunteer can read it."), max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, waiting: bool, **kwargs: Any) -> None:
        """Take whether there is something to keep."""
        super().__init__(*args, **kwargs)
        if not waiting:
            self.fields["decision"].choices = [("strike", _("Strike it out"))]  # type: ignore[attr-defined]
            self.fields["decision"].initial = "strike"


class CorrectForm(PageForm):
    """Other times."""

    arrived_at = MomentField(label=_("Came"))
    left_at = MomentField(label=_("Went"), required=False, help_text=_("Empty while still here."))
    reason = forms.CharField(
        label=_("Reason"), help_text=_("The volunteer can read it."), max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
