"""Reading what was sent: ballots, receipts, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import PageForm
from shanzhi.voting.operations.rules import BadPoints, CastChoices

MOST_BUTTONS: Final = 6
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

FAULTS: Final = {
    "unknown_projects": _("Votes for projects that are not listed"),
    "repeated_choices": _("A project named twice in one ballot"),
    "repeated_projects": _("A project listed twice with different content"),
    "duplicate_voters": _("A voter who stands twice"),
    "missing_ballots": _("Fewer ballots than the file states"),
    "over_limits": _("Ballots beyond the limits that the file states"),
    "many_elections": _("Several elections in one file"),
    "several_choices": _("Several projects where one is allowed"),
    "weights": _("Ballots that weigh more than others"),
    "partial_budgets": _("A purse or ballot divided by parts"),
    "digest": _("Content changed after it was published"),
    "vote_type": _("Kind of ballots not stated"),
    "encoding": _("Text that is not UTF-8"),
}
WAYS: Final = {
    "unknown_projects": {
        "drop": _("Leave out that mention and keep the rest of the ballot"),
        "drop-ballot": _("Leave out the whole ballot"),
    },
    "repeated_choices": {"first": _("Count the first mention"), "sum": _("Add the points together")},
    "repeated_projects": {"first": _("Take the first row"), "last": _("Take the last row")},
    "duplicate_voters": {
        "keep": _("Count all these ballots"),
        "first": _("Count the first ballot of each"),
        "last": _("Count the last ballot of each"),
    },
    "missing_ballots": {"count": _("Count the ballots that are there")},
    "over_limits": {"count": _("Count them as filed"), "drop": _("Leave these ballots out")},
    "several_choices": {
        "approval": _("Count every project that is named"),
        "drop-ballot": _("Leave these ballots out"),
    },
    "weights": {"ignore": _("Count all ballots alike")},
    "partial_budgets": {"ignore": _("Count it as one election with one purse")},
    "digest": {"ignore": _("Count what the file holds now")},
    "vote_type": {
        "approval": _("Approval: any number of projects"),
        "choose-1": _("One project a ballot"),
        "ordinal": _("Ranking: best first"),
        "cumulative": _("Points shared out from a fixed number"),
        "scoring": _("Points given to each project freely"),
    },
}
ENCODINGS: Final = {
    "cp1250": _("Central Europe (Windows)"),
    "iso8859-2": _("Central Europe (ISO)"),
    "cp1252": _("Western Europe (Windows)"),
    "cp1251": _("Cyrillic (Windows)"),
    "koi8-r": _("Cyrillic (KOI8)"),
    "cp1253": _("Greek (Windows)"),
    "cp1254": _("Turkish (Windows)"),
    "cp1257": _("Baltic (Windows)"),
    "gb18030": _("Simplified Chinese"),
    "big5": _("Traditional Chinese"),
    "shift_jis": _("Japanese"),
    "cp949": _("Korean"),
}


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


class TreatmentForm(PageForm):
    """How each kind of doubtful fault of a file is to be treated; nothing is chosen beforehand."""

    def __init__(self, *args: Any, kept: Mapping[str, Any], treatments: Mapping[str, str], **kwargs: Any) -> None:
        """Take what was found in the file, and what was chosen so far."""
        super().__init__(*args, **kwargs)
        offered = {doubt["name"]: doubt["values"] for part in ("open", "settled") for doubt in kept.get(part, ())}
        for name in dict.fromkeys([*offered, *treatments]):
            ways = ways_of(name, offered.get(name), kept.get("elections", ()))
            given = treatments.get(name, "count" if name == "over_limits" else None)
            self.fields[name] = _TreatmentField(name, ways, given)


class _TreatmentField(forms.ChoiceField):
    def __init__(self, name: str, ways: list[tuple[str, Any]], given: str | None) -> None:
        few = len(ways) <= MOST_BUTTONS
        super().__init__(
            label=_("Treatment: %(fault)s") % {"fault": FAULTS[name]},
            choices=ways if few else [("", "—"), *ways],
            widget=forms.RadioSelect() if few else forms.Select(),
            initial=given,
            error_messages={"required": _("Choose how this is to be treated.")},
        )


def ways_of(name: str, values: Iterable[str] | None, elections: Iterable[tuple[int, str]]) -> list[tuple[str, Any]]:
    """List the ways to treat a kind of fault with their words; each names what the command line calls it."""
    if name == "many_elections":
        line = _("%(number)s. %(title)s (line %(line)s)")
        return [
            (str(place), line % {"number": place, "title": title, "line": at})
            for place, (at, title) in enumerate(elections, 1)
        ]
    words = ENCODINGS if name == "encoding" else WAYS[name]
    return [(value, f"{words[value]} ({name}={value})") for value in values or words if value in words]
