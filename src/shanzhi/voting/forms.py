"""Reading what was sent: ballots, receipts, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import PageForm
from shanzhi.voting.operations.rules import BadPoints, CastChoices

COMPLETIONS = [
    ("none", _("none")),
    ("add1", _("add1: until the purse is overspent")),
    ("add1u", _("add1u: until nothing fits, then by votes")),
    ("exhaustive-supported", _("until nothing supported fits")),
    ("exhaustive-all", _("until nothing at all fits")),
]
RULES = [
    ("", _("as the file says")),
    ("score", _("most votes first")),
    ("score-no-skip", _("most votes first, stop at the first that does not fit")),
    ("per-cost", _("most votes per cost first")),
    ("equal-shares", _("Equal Shares")),
    ("phragmen", _("sequential Phragmén")),
]


def read_choices(kind: str, codes: Iterable[str], data: QueryDict) -> CastChoices:
    """Read a ballot from a sent form.

    Approval: `choice` once per project. Points: `points-N`, ranks: `rank-N` (1 is the best), N the option's position.
    Raises BadPoints for what is no number.
    """
    if kind == "approval":
        return data.getlist("choice")
    numbers = _numbers("points" if kind == "points" else "rank", codes, data)
    if kind == "points":
        return numbers
    return sorted(numbers, key=lambda code: numbers[code])


def _numbers(prefix: str, codes: Iterable[str], data: Mapping[str, Any]) -> dict[str, int]:
    found = {}
    for position, code in enumerate(codes):
        text = str(data.get(f"{prefix}-{position}", "")).strip()
        if not text:
            continue
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise BadPoints(field="choices")
        if int(text):
            found[code] = int(text)
    return found


class ReceiptForm(PageForm):
    """The receipt whose ballot is looked for."""

    receipt = forms.CharField(
        label=_("Receipt"),
        max_length=60,
        help_text=_("24 letters and digits, with or without dashes, for example ABCD-EFGH-…"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class UploadForm(PageForm):
    """A Pabulib file to be read."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A Pabulib file (.pb), for example from pabulib.org or published by another installation."),
    )


class ImportForm(PageForm):
    """How a file that was read becomes a poll."""

    title = forms.CharField(label=_("Title"), max_length=200)
    area = forms.ChoiceField(label=_("Area"), help_text=_("Under which the vote is listed."))
    rule = forms.ChoiceField(label=_("Rule"), choices=RULES, required=False)
    completion = forms.ChoiceField(
        label=_("Completion of Equal Shares"), choices=COMPLETIONS, required=False, initial="none"
    )
    by_cost = forms.IntegerField(
        label=_("Least support by cost"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=_("n leaves out projects supported by less than cost / (n × purse) of the voters; empty for none."),
    )

    def __init__(self, *args: Any, areas: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Take the areas that the person may import into, as (code, name)."""
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = list(areas)  # type: ignore[attr-defined]  # a ChoiceField
