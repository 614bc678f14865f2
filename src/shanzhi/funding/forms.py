"""Forms of funding."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.funding.models import Custody, FundKind, Source
from shanzhi.funding.models.expenses import RequestKind
from shanzhi.funding.models.grants import Party
from shanzhi.funding.operations import Line, Part
from shanzhi.kernel.money import NotAnAmount, parse_yuan
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import DayField, PageForm, YuanField

CONDITIONS: Final = {
    "signed": _("Agreement signed"),
    "midterm": _("Mid-term review passed"),
    "completion": _("Project completed and accepted"),
}
# How a condition may be written in the rows of a form, beside its word.
ALIASES: Final = {
    "签署": "signed", "签约": "signed", "中期": "midterm", "完成": "completion", "验收": "completion",
    "signing": "signed", "mid-term": "midterm",
}  # fmt: skip
_ROW: Final = re.compile(r"^(?P<name>.+?)[\s:：,，]+(?P<amount>\S+)$")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


def _parts(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[,，、;；\n]+", text) if one.strip()]


class FundForm(PageForm):
    """A fund and what it is bound to."""

    name = forms.CharField(label=_("Name of the fund"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind of money"), choices=[("", _("Choose a kind")), *FundKind.choices])
    purpose = forms.CharField(label=_("What it is for"), max_length=1000, required=False, widget=_area(3))
    themes = forms.CharField(
        label=_("Themes"), required=False, max_length=500,
        help_text=_("Only projects of these themes, separated by commas. Empty: all."),
    )  # fmt: skip
    purposes = forms.CharField(
        label=_("Words of the purpose"), required=False, max_length=500,
        help_text=_("A grant must name one of these words in title or purpose. Empty: any purpose."),
    )  # fmt: skip
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    emergency = forms.BooleanField(
        label=_("For an emergency"), required=False, help_text=_("Then figures are published every five days.")
    )

    def __init__(self, *args: Any, books: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the books in which the actor may begin a fund."""
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose a book")), *books]
        self.fields["book"] = forms.ChoiceField(label=_("Book of the ledger"), choices=choices)
        self.order_fields(["book"])

    def clean_themes(self) -> list[str]:
        """Give the themes one by one."""
        return _parts(self.cleaned_data["themes"])

    def clean_purposes(self) -> list[str]:
        """Give the words one by one."""
        return _parts(self.cleaned_data["purposes"])


class IncomeForm(PageForm):
    """Money that came in."""

    amount_fen = YuanField(label=_("Amount"), help_text=_("For example 30,000.00"), least=1)
    source = forms.ChoiceField(label=_("As what"), choices=Source.choices)
    on = DayField(label=_("Came in on"))
    text = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, donors: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the donors of the fund."""
        super().__init__(*args, **kwargs)
        choices = [("", _("None named")), *donors]
        self.fields["donor"] = forms.ChoiceField(label=_("Donor"), choices=choices, required=False)


class DonorForm(PageForm):
    """Who gives: one of the three."""

    person_id = forms.UUIDField(
        label=_("Number of the person's record"), required=False,
        help_text=_("From the address of the person's page. Then reports come to the person's own pages."),
    )  # fmt: skip
    organization = forms.UUIDField(
        label=_("Number of the organisation's record"), required=False, help_text=_("From the address of its page.")
    )
    name = forms.CharField(
        label=_("Name of another body"), max_length=100, required=False,
        help_text=_("A firm or body that is not on record here. Write no person's name."),
    )  # fmt: skip
    hidden = forms.BooleanField(label=_("The donor stays hidden"), required=False)


class PartsForm(PageForm):
    """What a grant consists of; lines and tranches are written one to a row."""

    lines = forms.CharField(
        label=_("Budget lines"), widget=_area(5), max_length=8000,
        help_text=_("One to a row: name and amount in yuan, such as “Material 6000”."),
    )  # fmt: skip
    tranches = forms.CharField(
        label=_("Tranches"), widget=_area(3), max_length=2000,
        help_text=_("One to a row: condition and amount. Conditions: signed, midterm, completion."),
    )  # fmt: skip
    custody = forms.ChoiceField(label=_("Account"), choices=Custody.choices)
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))

    def _rows(self, name: str) -> list[tuple[str, int]]:
        found = []
        for row in filter(None, map(str.strip, str(self.cleaned_data[name]).splitlines())):
            match = _ROW.match(row)
            try:
                found.append((match["name"], parse_yuan(match["amount"])) if match else ("", 0))
            except NotAnAmount:
                found.append(("", 0))
            if found[-1][1] <= 0:
                raise ValidationError(
                    _("This row is not understood: “%(row)s”. Write a name, a blank and an amount in yuan."),
                    params={"row": row[:60]},
                )
        return found

    def clean_lines(self) -> list[Line]:
        """Read the lines row by row."""
        return [Line(name, amount) for name, amount in self._rows("lines")]

    def clean_tranches(self) -> list[Part]:
        """Read the tranches row by row."""
        return [Part(amount, ALIASES.get(name, name)) for name, amount in self._rows("tranches")]


class GrantForm(PartsForm):
    """A grant from a fund to a project that is not on this site."""

    title = forms.CharField(label=_("Project"), max_length=200)
    theme = forms.CharField(label=_("Theme"), max_length=60, required=False)
    purpose = forms.CharField(label=_("What it is for"), max_length=1000, required=False, widget=_area(3))
    proposal = forms.UUIDField(
        label=_("Number of the awarded proposal"), required=False,
        help_text=_("From the address of the proposal. Empty for a project without one on this site."),
    )  # fmt: skip
    leader = forms.UUIDField(
        label=_("Number of the team leader's record"), required=False,
        help_text=_("From the address of the person's page; the leader then enters expenses."),
    )  # fmt: skip

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas in which the project may lie."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        self.order_fields(["title", "area", "theme", "purpose"])


class ProjectGrantForm(PartsForm):
    """A grant to a project of this site, whose title, area, theme and team are known."""

    def __init__(self, *args: Any, funds: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the funds from which the actor may grant."""
        super().__init__(*args, **kwargs)
        self.fields["fund"] = forms.ChoiceField(label=_("Fund"), choices=[("", _("Choose a fund")), *funds])
        self.order_fields(["fund"])


class SignatureForm(PageForm):
    """That a party signed."""

    signed_on = DayField(label=_("Signed on"))

    def __init__(self, *args: Any, parties: list[str], **kwargs: Any) -> None:
        """Take the parties that have not signed yet."""
        super().__init__(*args, **kwargs)
        choices = [one for one in Party.choices if one[0] in parties]
        self.fields["party"] = forms.ChoiceField(label=_("Who signed"), choices=choices)
        self.order_fields(["party"])


class RemarksForm(PageForm):
    """What a further version of an agreement adds."""

    remarks = forms.CharField(label=_("Further terms"), max_length=2000, required=False, widget=_area(5))


class ConditionForm(PageForm):
    """Which condition is met."""

    def __init__(self, *args: Any, conditions: list[str], **kwargs: Any) -> None:
        """Take the conditions for which tranches wait."""
        super().__init__(*args, **kwargs)
        choices = [(one, CONDITIONS.get(one, one)) for one in conditions]
        self.fields["condition"] = forms.ChoiceField(label=_("Condition"), choices=choices)


class ReasonForm(PageForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=_area(2))


class DecisionForm(PageForm):
    """Approve, or refuse for a reason."""

    decision = forms.ChoiceField(
        label=_("Your decision"), widget=forms.RadioSelect,
        choices=[("approve", pgettext_lazy("decision", "Approve")), ("refuse", pgettext_lazy("decision", "Refuse"))],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Needed where you refuse; those concerned read it."), max_length=500,
        required=False, widget=_area(2),
    )  # fmt: skip


class ExpenseForm(PageForm):
    """An expense, from a phone: photo, amount, number."""

    photo = forms.FileField(
        label=_("Photo of the receipt"), widget=forms.FileInput({"accept": "image/*", "capture": "environment"}),
        help_text=_("JPEG, PNG or WebP, at most 20 MB. Place and device are taken out of it."), allow_empty_file=True,
    )  # fmt: skip
    amount_fen = YuanField(label=_("Amount"), help_text=_("As on the receipt, such as 128.50"), least=1)
    what = forms.CharField(label=_("Spent for"), max_length=200)
    spent_on = DayField(label=_("Spent on"))
    invoice = forms.CharField(
        label=_("Invoice number"), max_length=40, help_text=_("Each number counts once."),
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )  # fmt: skip
    seller_code = forms.CharField(
        label=_("Code of the seller"), max_length=20, help_text=_("The credit or tax number of the seller."),
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )  # fmt: skip
    seller = forms.CharField(label=_("Seller"), max_length=100)
    from_advance = forms.BooleanField(label=_("Paid from my advance"), required=False)

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the lines with what is left on each."""
        super().__init__(*args, **kwargs)
        self.fields["line"] = forms.ChoiceField(label=_("Line"), choices=lines)
        self.order_fields(["line"])


class PictureForm(PageForm):
    """A copy of a receipt with personal data struck out."""

    photo = forms.FileField(
        label=_("Struck-out picture"), widget=forms.FileInput({"accept": "image/*"}), allow_empty_file=True,
        help_text=_("Black out names, phones, accounts and addresses of people first, then add the copy."),
    )  # fmt: skip


class AskForm(PageForm):
    """A request about money."""

    amount_fen = YuanField(label=_("Amount"), least=1)
    why = forms.CharField(label=_("Why"), max_length=500, widget=_area(2))

    def __init__(self, *args: Any, lines: list[tuple[str, str]], staff: bool, **kwargs: Any) -> None:
        """Take the lines; only staff claw back."""
        super().__init__(*args, **kwargs)
        kinds = [one for one in RequestKind.choices if staff or one[0] != RequestKind.CLAWBACK]
        self.fields["kind"] = forms.ChoiceField(label=_("What is asked"), choices=kinds)
        help_text = _("Only for a change between lines.")
        for name, label in (("source", _("From line")), ("target", _("To line"))):
            self.fields[name] = forms.ChoiceField(
                label=label, choices=[("", _("None")), *lines], required=False, help_text=help_text
            )
        self.order_fields(["kind", "source", "target", "amount_fen", "why"])


class LimitForm(PageForm):
    """How much a role may approve at once."""

    limit_fen = YuanField(label=_("At most"), help_text=_("0: this role approves nothing."))
    official = forms.BooleanField(label=_("From an official rule"), required=False)

    def __init__(self, *args: Any, areas: AreaSource, roles: list[tuple[str, Any]], **kwargs: Any) -> None:
        """Take the areas of the actor, and the roles below the actor's."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles)
        acts = [("payment", _("Payments")), ("expense", _("Expenses and requests"))]
        self.fields["act"] = forms.ChoiceField(label=_("For which acts"), choices=acts)
        self.order_fields(["area", "role", "act"])
