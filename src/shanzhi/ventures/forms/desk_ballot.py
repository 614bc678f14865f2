"""The ballot of a call as a form: how it is filled in, and how little is told where few vote."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ventures.forms.desk_parts import PartForm
from shanzhi.ventures.models import Call
from shanzhi.ventures.queries.secrecy import limits_of


class BallotForm(PartForm):
    """How a ballot is filled in."""

    kind = forms.ChoiceField(
        label=_("Kind of ballot"),
        widget=forms.RadioSelect,
        choices=[
            ("approval", _("Choose projects: the easiest on a phone; take it unless you have a reason not to.")),
            ("points", _("Give points: for few projects, when it matters how much each is wanted.")),
            ("ranked", _("Rank projects: for short lists, when the order of wishes should count.")),
        ],
    )
    minimum = forms.IntegerField(
        label=_("Least number of projects"),
        min_value=0,
        max_value=5000,
        required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("A blank vote, where allowed, needs none."),
    )
    maximum = forms.IntegerField(
        label=_("Most projects"),
        min_value=1,
        max_value=5000,
        required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("Empty: as many as one likes, which lets Equal Shares know voters best."),
    )
    points = forms.IntegerField(
        label=_("Points to give in all"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("Only for a ballot with points, for example 10."),
    )
    purse_limit = forms.BooleanField(
        label=_("What one chooses may not cost more than the purse"),
        required=False,
        help_text=_("Makes voters weigh costs; it also hides wishes, so mostly leave it off."),
    )
    blank = forms.BooleanField(
        label=_("A blank vote is possible"),
        required=False,
        help_text=_("It says “none of these” and counts as a ballot."),
    )
    smallest_electorate = forms.IntegerField(
        label=_("Publish everything from so many ballots on"),
        min_value=0,
        max_value=100_000,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("Of fewer, ballots and figures that would tell how single voters chose are held back. 0: of none."),
    )
    smallest_group = forms.IntegerField(
        label=_("Of few ballots, no figure about fewer voters than"),
        min_value=3,
        max_value=1000,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("With 5, a project's supporters are told only where 5 or more support it and as many do not."),
    )
    answers = {"ballot": "kind"}

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the ballot's parameters."""
        electorate, group = limits_of(call)
        return {**call.ballot, "smallest_electorate": electorate, "smallest_group": group}

    def clean(self) -> dict[str, Any]:
        """Ask for points exactly where they are given, and for a least that is not above the most."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") == "points" and not data.get("points") and "points" not in self.errors:
            self.add_error("points", gettext("Say how many points a voter gives in all."))
        if data.get("maximum") and (data.get("minimum") or 0) > data["maximum"]:
            self.add_error("minimum", gettext("The least number is above the most. Lower it."))
        return data

    def given(self) -> dict[str, Any]:
        """Give the ballot as one value; points only where they are given."""
        data = self.cleaned_data
        points = data["points"] if data["kind"] == "points" else None
        return {"ballot": {**data, "minimum": data["minimum"] or 0, "points": points}}
