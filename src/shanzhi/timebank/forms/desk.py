"""The forms of who keeps a bank."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.people.forms import BodyField
from shanzhi.timebank.forms.own import HOUR, PoolField, amount
from shanzhi.timebank.forms.rules import number
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.forms import PageForm


class GrantForm(PageForm):
    """A grant from a pool."""

    number = forms.CharField(
        label=_("Account number of the receiver"), max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    minutes = amount()
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Why help is needed, without a name."), max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, pools: AreaSource, **kwargs: Any) -> None:
        """Take the pools of the bank."""
        super().__init__(*args, **kwargs)
        self.fields["pool_id"] = PoolField(source=pools, label=_("From which pool"))
        self.order_fields(["pool_id"])


class VoteForm(PageForm):
    """Yes or no to a grant, the no for a reason."""

    decision = forms.ChoiceField(
        label=_("Your decision"), choices=[("yes", _("Agree")), ("no", _("Decline"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Needed for a no."), max_length=500, required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class SettleForm(PageForm):
    """The decision of a dispute."""

    decision = forms.CharField(
        label=_("Decision and its reason"), help_text=_("Both read it."), max_length=500,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        """Take how much is held."""
        super().__init__(*args, **kwargs)
        self.fields["minutes"] = number(_("To the helper, in minutes; the rest goes back"), 0, most, help_text=HOUR)
        self.order_fields(["minutes", "decision"])


class SignForm(PageForm):
    """What a sign of gaming turned out to be."""

    decision = forms.ChoiceField(
        label=_("What the sign is"), widget=forms.RadioSelect,
        choices=[("explained", _("Explained, nothing to do")), ("acted", _("Something was done about it"))],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("What you found"), help_text=_("It goes on record; without names."), max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class PoolForm(PageForm):
    """The pool of an organisation."""

    def __init__(self, *args: Any, bodies: AreaSource, **kwargs: Any) -> None:
        """Take the organisations of the area."""
        super().__init__(*args, **kwargs)
        self.fields["organization_id"] = BodyField(source=bodies, label=_("Organisation"))
