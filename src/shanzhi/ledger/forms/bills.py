"""Forms of the desk of bills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ledger.models import Account, Action, Posting
from shanzhi.ui import formatting
from shanzhi.ui.forms import Checklist, DayField, PageForm, offer


def choices(accounts: Iterable[Account]) -> list[tuple[str, Any]]:
    """Give accounts to choose from."""
    return [("", _("Choose an account")), *((str(one.pk), one.name) for one in accounts)]


class BillForm(PageForm):
    """A bill file, and whose it is."""

    account = forms.ChoiceField(
        label=_("Account of the book"),
        help_text=_("The account whose statement the file is, such as that of the bank."),
    )
    file = forms.FileField(
        label=_("Bill file"),
        help_text=_("As you got it from the bank, Alipay or WeChat, unchanged: CSV or Excel, at most 20 MB."),
        widget=forms.ClearableFileInput({"accept": ".csv,.txt,.xlsx,.xls"}),
    )

    def __init__(self, *args: Any, accounts: Iterable[Account], **kwargs: Any) -> None:
        """Take the accounts of the book."""
        super().__init__(*args, **kwargs)
        offer(self, "account", choices(accounts))


class MatchForm(PageForm):
    """Which postings a line is."""

    postings = Checklist(label=_("Entries that make up this line"), help_text=_("Their sum must be the line's amount."))

    def __init__(self, *args: Any, postings: Iterable[Posting], **kwargs: Any) -> None:
        """Take the postings to choose from."""
        super().__init__(*args, **kwargs)
        offer(self, "postings", [
            (f"{one.entry_id}.{one.leg}",
             f"{formatting.day(one.on)} · {formatting.yuan(one.amount)} · {one.entry.text or one.entry.number}")
            for one in postings
        ])  # fmt: skip


class EnterForm(PageForm):
    """Against which account a line is entered, and on which day."""

    other = forms.ChoiceField(label=_("Other account"), help_text=_("Where the money came from, or went to."))
    on = DayField(label=_("Day of the entry"))
    text = forms.CharField(
        label=_("Words"), max_length=300, required=False,
        help_text=_("Shown with the entry. Leave out names and numbers of people."),
    )  # fmt: skip

    def __init__(self, *args: Any, accounts: Iterable[Account], **kwargs: Any) -> None:
        """Take the accounts of the book."""
        super().__init__(*args, **kwargs)
        offer(self, "other", choices(accounts))


class LeaveForm(PageForm):
    """Why a line is left out."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("Kept on record with your name."), max_length=300,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class PlainForm(PageForm):
    """Only a yes."""


class RuleForm(PageForm):
    """A rule of a book."""

    name = forms.CharField(label=_("Name of the rule"), max_length=60)
    action = forms.ChoiceField(label=_("What it does"), choices=Action.choices)
    days = forms.IntegerField(
        label=_("Days between line and entry"), min_value=0, max_value=180, initial=3,
        widget=forms.NumberInput({"class": "short"}),
        help_text=_("At most so many days lie between them. Of several, the nearest is taken."),
    )  # fmt: skip
    by_serial = forms.BooleanField(
        label=_("Only where the entry's words or key name the serial number of the line"), required=False
    )
    words = forms.CharField(
        label=_("Words of the line"), required=False, max_length=600, widget=forms.Textarea({"rows": 3}),
        help_text=_("One in each row. The counterparty or text of the line holds one of them; none means every line."),
    )  # fmt: skip
    target = forms.ChoiceField(
        label=_("Other account of the proposed entry"), required=False, help_text=_("Only where an entry is proposed.")
    )

    def __init__(self, *args: Any, accounts: Iterable[Account], **kwargs: Any) -> None:
        """Take the accounts of the book."""
        super().__init__(*args, **kwargs)
        offer(self, "target", choices(accounts))


class ColumnsForm(PageForm):
    """Under which headings a bank's file says what."""

    name = forms.CharField(label=_("Name of the bank"), max_length=60)
    day = forms.CharField(label=_("Heading of the day"), max_length=40, help_text=_("Exactly as in the file."))
    time = forms.CharField(label=_("Heading of the time"), max_length=40, required=False)
    amount = forms.CharField(
        label=_("Heading of the amount"), max_length=40, required=False,
        help_text=_("Where one column holds it, below zero for money out. Else name the next two."),
    )  # fmt: skip
    income = forms.CharField(label=_("Heading of money in"), max_length=40, required=False)
    outgo = forms.CharField(label=_("Heading of money out"), max_length=40, required=False)
    counterparty = forms.CharField(label=_("Heading of the counterparty"), max_length=40, required=False)
    text = forms.CharField(label=_("Heading of the words"), max_length=40, required=False)
    serial = forms.CharField(label=_("Heading of the serial number"), max_length=40, required=False)
    balance = forms.CharField(
        label=_("Heading of the balance"), max_length=40, required=False,
        help_text=_("With it, a missing row is found."),
    )  # fmt: skip
