"""Forms of the desk of books."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shanzhi.ledger.models import Account, Commodity, Nature
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import DayField, PageForm, YuanField, offer


class BookForm(PageForm):
    """A book: name, area, first day."""

    name = forms.CharField(label=_("Name of the book"), max_length=100, widget=forms.TextInput({"autocomplete": "off"}))
    begins_on = DayField(label=_("First day"), help_text=_("Nothing is entered before this day."))

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas in which the actor may begin a book."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        self.order_fields(("name", "area", "begins_on"))


class AccountForm(PageForm):
    """An account of the outside world: where money comes from or goes to."""

    name = forms.CharField(
        label=_("Name of the account"), max_length=120, widget=forms.TextInput({"autocomplete": "off"})
    )
    role = forms.RegexField(
        r"^[a-z][a-z0-9_-]{0,39}$",
        label=_("Short word"),
        help_text=_("In small letters, such as donations or bank-fees; it stands in exports."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "class": "short"}),
        error_messages={"invalid": _("Use small letters, digits and hyphens, and begin with a letter.")},
    )
    nature = forms.ChoiceField(label=_("Side"), choices=[("", _("Choose a side")), *Nature.choices])
    commodity = forms.ChoiceField(label=_("What is counted"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what is counted anywhere."""
        super().__init__(*args, **kwargs)
        rows = Commodity.objects.order_by("code")
        offer(self, "commodity", [(one.code, f"{one.name} ({one.code})") for one in rows])


class TransferForm(PageForm):
    """An amount from one account to another."""

    way = forms.ChoiceField(
        label=_("Direction"),
        choices=[("out", _("From this account to the other")), ("in", _("From the other account to this one"))],
        widget=forms.RadioSelect,
        initial="out",
    )
    other = forms.ChoiceField(label=_("Other account"))
    on = DayField(label=_("Day"), help_text=_("The day it counts for."))
    text = forms.CharField(
        label=_("What for"), max_length=300, help_text=_("No names of persons: the book is read by many."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, account: Account, others: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Take the account and those with which it can trade."""
        super().__init__(*args, **kwargs)
        offer(self, "other", [("", _("Choose an account")), *others])
        unit = account.commodity.unit
        self.fields["amount"] = (
            YuanField(label=_("Amount in yuan"), least=1)
            if account.commodity.digits
            else forms.IntegerField(
                label=_("Amount (%(unit)s)") % {"unit": unit},
                min_value=1,
                max_value=10**15,
                widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
            )
        )
        self.order_fields(("way", "other", "amount", "on", "text"))


class ReverseForm(PageForm):
    """Why an entry is undone, and for which day."""

    on = DayField(label=_("Day"), help_text=_("A day after the last closed period."))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2}))


class CloseForm(PageForm):
    """Up to which day a book is closed."""

    through = DayField(label=_("Last day of the period"))


class CloseAccountForm(PageForm):
    """Why an account is closed."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2}))


class KeeperForm(PageForm):
    """Who is to keep a book."""

    person = forms.ChoiceField(label=_("Person"), help_text=_("People with a role in this area, above or below it."))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Take who may be named."""
        super().__init__(*args, **kwargs)
        offer(self, "person", [("", _("Choose a person")), *people])


class BoundsForm(PageForm):
    """Between which amounts an account is held, in whole units."""

    floor = forms.IntegerField(label=_("At least"), required=False, help_text=_("Empty: no bound. Whole units (fen)."))
    ceiling = forms.IntegerField(label=_("At most"), required=False, help_text=_("Empty: no bound. Whole units (fen)."))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2}))

    def clean(self) -> dict[str, Any]:
        """Refuse bounds the wrong way round, beside the field."""
        given = super().clean() or {}
        least, most = given.get("floor"), given.get("ceiling")
        if least is not None and most is not None and most < least:
            raise ValidationError({"ceiling": _("The upper bound lies below the lower one.")})
        return given
