"""The forms of goods for credits and of vouchers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.people.forms import BodyField
from shanzhi.timebank.forms.own import amount
from shanzhi.timebank.forms.rules import number
from shanzhi.timebank.operations.shop import MOST_PIECES, Goods
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.forms import PageForm


class GoodForm(PageForm):
    """Something to put up for credits."""

    title = forms.CharField(
        label=pgettext_lazy("goods", "What it is"), max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )
    about = forms.CharField(
        label=_("More about it"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )  # fmt: skip
    place = forms.CharField(
        label=_("Where and when it is handed out"), max_length=120, help_text=_("Members read it on their voucher."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    minutes = amount(_("Credits for one piece, in minutes"))
    pieces = number(_("How many pieces there are"), 1, MOST_PIECES)

    def __init__(self, *args: Any, bodies: AreaSource, **kwargs: Any) -> None:
        """Take the organisations of the area, one of which may hand it out."""
        super().__init__(*args, **kwargs)
        self.fields["organization_id"] = BodyField(
            source=bodies, label=_("Which organisation hands it out"), required=False,
            help_text=_("Empty: the keepers of the bank do."),
        )  # fmt: skip

    def given(self) -> Goods:
        """Give it as the operation takes it."""
        said = dict(self.cleaned_data)
        body = said.pop("organization_id")
        return Goods(organization_id=UUID(body) if body else None, **said)


class StockForm(PageForm):
    """How many pieces are left."""

    pieces = number(
        _("Pieces left"), 0, MOST_PIECES, help_text=_("Those on vouchers that wait to be fetched are not among them.")
    )  # fmt: skip
    was = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_PIECES)


class NumberForm(PageForm):
    """The number of a voucher."""

    number = forms.CharField(
        label=_("Voucher number"), max_length=20, help_text=_("Twelve digits; they stand under the code."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
