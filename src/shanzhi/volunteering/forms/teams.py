"""Forms of teams and of their members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm, offer
from shanzhi.volunteering.models import JoinWay, TeamKind, TeamRole


class EditTeamForm(PageForm):
    """What a leader changes of a team."""

    name = forms.CharField(label=_("Name of the team"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    about = forms.CharField(label=_("What the team does"), max_length=1000, widget=forms.Textarea({"rows": 4}))
    join_way = forms.ChoiceField(label=_("How one joins"), choices=JoinWay.choices, widget=forms.RadioSelect)


class TeamForm(EditTeamForm):
    """A new team."""

    kind = forms.ChoiceField(label=_("Kind of team"), choices=TeamKind.choices, widget=forms.RadioSelect)
    unit = forms.CharField(
        label=_("Company or school"), help_text=_("For a team of a company or a school."), max_length=100,
        required=False, widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    organization_id = forms.ChoiceField(
        label=_("Organisation"), help_text=_("For a team of an organisation: those that you lead."),
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, areas: AreaSource, bodies: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take where one can serve, and the organisations that the founder may name."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Where the team serves"))
        offer(self, "organization_id", [("", _("None")), *bodies])
        if not bodies:
            del self.fields["organization_id"]
        self.order_fields(["name", "kind", "area", "unit", "organization_id", "about", "join_way"])


class JoinForm(PageForm):
    """A request to join, with the agreement signed."""

    leaves_id = forms.ChoiceField(
        label=_("Change over from"), help_text=_("Your place there ends when this one begins."), required=False
    )
    message = forms.CharField(
        label=_("A word to the leader"), max_length=200, required=False, widget=forms.Textarea({"rows": 2})
    )
    signed = forms.BooleanField(label=_("I have read the agreement above and sign it"))

    def __init__(self, *args: Any, others: list[tuple[str, str]], by_code: bool = False, **kwargs: Any) -> None:
        """Take the teams that one is in; with a code no word is needed."""
        super().__init__(*args, **kwargs)
        offer(self, "leaves_id", [("", _("No other team")), *others])
        if not others:
            del self.fields["leaves_id"]
        if by_code:
            del self.fields["message"]


class SignForm(PageForm):
    """The newest agreement, signed."""

    signed = forms.BooleanField(label=_("I have read the agreement above and sign it"))


class AgreementForm(PageForm):
    """A new version of the agreement."""

    text = forms.CharField(
        label=_("Agreement"), help_text=_("Who joins signs it; who is in the team already is asked to sign it anew."),
        max_length=5000, widget=forms.Textarea({"rows": 12}),
    )  # fmt: skip


class DecideForm(PageForm):
    """Yes or no, the no for a reason."""

    decision = forms.ChoiceField(
        label=_("Your decision"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Needed for a no."), max_length=500, required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class PartForm(PageForm):
    """What somebody is in the team."""

    role = forms.ChoiceField(
        label=_("Part in the team"),
        help_text=_("Who is made leader takes the team over; who led it becomes a deputy."),
        choices=TeamRole.choices, widget=forms.RadioSelect,
    )  # fmt: skip
