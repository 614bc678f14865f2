"""The forms of what banks agree on, and of members who pass credits on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.timebank.forms.own import amount
from shanzhi.timebank.forms.rules import number
from shanzhi.timebank.models import MOST_OWED, PASSED_TO, SELF
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm, offer


def limit() -> forms.IntegerField:
    """Make a field for how much one bank may owe the other."""
    return number(
        _("Limit: how much one may owe the other, in minutes"), 1, MOST_OWED,
        help_text=_("6,000 minutes are 100 hours. It holds both ways."),
    )  # fmt: skip


def why(help_text: Any, *, required: bool = True) -> forms.CharField:
    """Make a field for a reason that both banks read."""
    return forms.CharField(
        label=_("Reason"), help_text=help_text, max_length=500, required=required,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class BankField(AreaField):
    """A bank, from a list or by a part of its name."""

    choose = _("Choose a bank")
    default_error_messages = {
        "not_open": _("Choose a bank from the list."),
        "unclear": _("More than one bank fits, or none exactly. Choose one of those below."),
        "unknown": _("No bank fits. Type a shorter part of its name."),
    }
    search_help = _("Type a part of the name of the bank, and search.")

    def _open(self, codes: Sequence[str]) -> set[str]:
        """Take banks off the list too: whether one is agreed with by now says the operation, after a second press."""
        return set(self.source.find(codes))


class ProposeForm(PageForm):
    """An agreement that is proposed to another bank."""

    most = limit()

    def __init__(self, *args: Any, banks: AreaSource, **kwargs: Any) -> None:
        """Take the banks with which there is no agreement yet."""
        super().__init__(*args, **kwargs)
        self.fields["other_id"] = BankField(source=banks, label=_("With which bank"))
        self.order_fields(["other_id"])


class AnswerLinkForm(PageForm):
    """Yes or no to what another bank asks for, the no for a reason."""

    decision = forms.ChoiceField(
        label=_("Your decision"), choices=[("yes", _("Agree")), ("no", _("Decline"))], widget=forms.RadioSelect
    )
    reason = why(_("Needed for a no. Both banks read it."), required=False)
    most = forms.IntegerField(widget=forms.HiddenInput, required=False)
    """The limit that was read: another may wait by the time of the answer."""


class LimitForm(PageForm):
    """Another limit."""

    most = limit()


class EndLinkForm(PageForm):
    """Why an agreement ends."""

    reason = why(_("It goes on record, and both banks read it."))


class SettlePositionForm(PageForm):
    """How much of what the other bank owes is settled, and out of which pool."""

    pool_id = forms.ChoiceField(label=_("Out of which pool"), widget=forms.RadioSelect)
    minutes = amount()
    reason = why(_("It goes on record, and both banks read it."))

    def __init__(self, *args: Any, pools: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Take the common pools of the bank."""
        super().__init__(*args, **kwargs)
        offer(self, "pool_id", pools)


class PassForm(PageForm):
    """Credits that pass to an account at another bank."""

    to_bank_id = forms.ChoiceField(label=_("To which bank"))
    relation = forms.ChoiceField(label=_("Whose account it is"), widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Account number there"), help_text=_("It stands on the page My time bank of whose account it is."),
        max_length=20, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    minutes = amount()

    def __init__(
        self, *args: Any, banks: Iterable[tuple[str, str]], relations: Iterable[str], **kwargs: Any
    ) -> None:  # fmt: skip
        """Take the banks with which an agreement is in force, and the relatives whom the rules name."""
        super().__init__(*args, **kwargs)
        offer(self, "to_bank_id", banks)
        offer(self, "relation", [(one, PASSED_TO[one]) for one in (SELF, *relations)])
