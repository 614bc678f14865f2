"""The forms of training: the gate in the builder, a session, who attended, a sheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import MomentField, PageForm, offer
from shanzhi.ventures.forms.desk_parts import PartForm
from shanzhi.ventures.models import Call, TrainingSession
from shanzhi.ventures.models.training import GATES


class TrainingPartForm(PartForm):
    """Before which phase teams must have attended training, and how much of it."""

    gate = forms.ChoiceField(
        label=_("Training asked for"),
        choices=[("", _("None")), *GATES.items()],
        widget=forms.RadioSelect,
        required=False,
        help_text=_("A proposal whose team lacks it leaves the round at this point. Required sessions count for all."),
    )
    others = forms.IntegerField(
        label=_("How many of the other sessions"),
        min_value=0,
        max_value=20,
        required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
        help_text=_("Any so many of the sessions that are not required ones. The sessions stand on the tab Training."),
    )
    answers = {"training": "gate"}

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the rule in force."""
        return {"gate": "", "others": 0, **call.training}

    def given(self) -> dict[str, Any]:
        """Give the rule; without a gate there is none."""
        gate, others = self.cleaned_data["gate"], self.cleaned_data["others"]
        return {"training": {"gate": gate, "others": others or 0}}


class SessionForm(PageForm):
    """A session of training."""

    title = forms.CharField(
        label=_("Session"), max_length=120, help_text=_("For example: how a budget is made and kept.")
    )
    starts_at = MomentField(label=_("Begins"))
    minutes = forms.IntegerField(
        label=_("Length in minutes"),
        min_value=1,
        max_value=1440,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )
    place = forms.CharField(label=_("Place"), max_length=120)
    required = forms.BooleanField(
        label=_("Every team must attend it"),
        required=False,
        help_text=_("Frozen with the terms when proposals open; what is added later can only be one of the others."),
    )

    @classmethod
    def opened(cls, found: TrainingSession) -> dict[str, Any]:
        """Give what a session holds."""
        return {name: getattr(found, name) for name in cls.base_fields}


class AttendanceForm(PageForm):
    """Somebody who attended: by phone or name, or a team alone."""

    words = forms.CharField(
        label=_("Phone or whole name"),
        required=False,
        max_length=100,
        help_text=_("Of somebody on record in your areas, or of a team of this round."),
    )
    proposal = forms.ChoiceField(
        label=_("Or: somebody of this team, who is not on record"),
        required=False,
        help_text=_("No name is kept then."),
    )

    def __init__(self, *args: Any, offers: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Take the teams, as (id, words)."""
        super().__init__(*args, **kwargs)
        offer(self, "proposal", [("", _("Choose")), *offers])


class SheetForm(PageForm):
    """A sheet of those who attended."""

    file = forms.FileField(
        label=_("Sheet of those who attended"),
        help_text=_("Excel, OpenDocument or CSV with the headings 姓名 and 手机 (or 证件号码), one person a row."),
    )
