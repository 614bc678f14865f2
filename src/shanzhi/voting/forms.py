"""Reading what was sent: ballots, receipts, files; at the polling place: plans, counts, voters, sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.people.documents import DOCUMENTS
from shanzhi.ui.choosing import AreaField, AreaSource, Place
from shanzhi.ui.forms import DayField, MomentField, PageForm, offer
from shanzhi.voting.models.booths import BOOTH_KINDS
from shanzhi.voting.models.paper import INVALID_REASONS
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


class PaperTermsForm(PageForm):
    """How far paper goes in a poll."""

    booth_registration = forms.BooleanField(
        label=_("Residents who are not on the roll may register at a polling place"),
        help_text=_("Against a document, seen by an officer. They are counted apart from the roll."),
        required=False,
    )
    paper_replaces_online = forms.BooleanField(
        label=_("Who has voted online may vote on paper instead"),
        help_text=_("Then the ballot cast online is void. Otherwise it is changed online, until the close."),
        required=False,
    )


class BoothForm(PageForm):
    """What is planned for a polling place."""

    name = forms.CharField(
        label=pgettext_lazy("place", "Name"), max_length=80, help_text=_("For example: Activity room, block 3")
    )
    place = forms.CharField(label=_("Address"), max_length=200, help_text=_("How to find it, for everyone to read."))
    kind = forms.ChoiceField(label=_("Kind"), choices=BOOTH_KINDS, widget=forms.RadioSelect(), initial="booth")
    planned_from = MomentField(label=_("Open from"))
    planned_to = MomentField(label=_("Open until"))

    def __init__(self, *args: Any, areas: Callable[[], Iterable[tuple[str, Any]]], **kwargs: Any) -> None:
        """Take the areas in which a polling place may lie."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(
            label=_("Area"),
            source=_of_list(areas()),
            help_text=_("Whose voters vote here; they see it on the page of places."),
        )
        self.order_fields(["name", "place", "area", "kind", "planned_from", "planned_to"])


def _of_list(pairs: Iterable[tuple[str, Any]]) -> AreaSource:
    """Give a source of few areas: those of one vote or one polling place."""
    places = [Place(code, str(label)) for code, label in pairs]
    return AreaSource(
        search=lambda words: [place for place in places if words in place.name or words == place.code],
        find=lambda codes: {place.code: place for place in places if place.code in set(codes)},
        few=places,
    )


class OfficerForm(PageForm):
    """Who is to work at a polling place."""

    person = forms.ChoiceField(label=_("Person"), help_text=_("People with a role in this area, or one above it."))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Take who may be named."""
        super().__init__(*args, **kwargs)
        offer(self, "person", [("", "—"), *people])


def _count(label: Any, help_text: Any = "", least: int = 0, most: int = 100_000) -> forms.IntegerField:
    """Give a field for a number of sheets."""
    widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "short"})
    return forms.IntegerField(label=label, help_text=help_text, min_value=least, max_value=most, widget=widget)


class PrintForm(PageForm):
    """How many sheets a run has."""

    number = _count(_("Sheets"), _("1 to 500 in one run."), 1, 500)


class ReceivedForm(PageForm):
    """How many sheets are there."""

    received = _count(_("Sheets received"), _("Count them now, both officers."))


class SheetCountForm(PageForm):
    """The count of sheets when a polling place closes."""

    unissued = _count(_("Sheets never handed out"))
    spoiled = _count(_("Spoiled sheets"), _("Handed back and replaced."))
    returned = _count(_("Sheets handed back unused"), _("By voters who did not vote after all."))
    cast = _count(_("Ballots in the box"), _("With those from outer envelopes once these are opened and mixed."))


class RecountForm(SheetCountForm):
    """A count that is corrected."""

    reason = forms.CharField(label=_("Why the count changes"), max_length=500, widget=forms.Textarea({"rows": 2}))


class VoterSearchForm(PageForm):
    """Whom to look for on the roll; sent in the body, since addresses end in logs."""

    words = forms.CharField(
        label=_("Name, document number or number on the roll"),
        help_text=_("The whole name or the whole number."),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class HandOutForm(PageForm):
    """Before a sheet is handed out."""

    document_seen = forms.BooleanField(label=_("I have seen the document, and it is this person"), required=False)
    replace_online = forms.BooleanField(
        label=_("The person has voted online and wants to vote on paper instead; the ballot online becomes void"),
        required=False,
    )


class NewcomerForm(PageForm):
    """Who registers on the spot."""

    name = forms.CharField(
        label=_("Name in the document"), max_length=50, widget=forms.TextInput({"autocomplete": "off"})
    )
    document = forms.ChoiceField(label=_("Document"), choices=list(DOCUMENTS.items()))
    id_number = forms.CharField(
        label=_("Number of the document"), max_length=30, widget=forms.TextInput({"autocomplete": "off"})
    )
    born_on = DayField(label=_("Date of birth"), required=False, help_text=_("Only where the number does not tell it."))
    consent = forms.BooleanField(
        label=_("I have explained how the data is used, and the person agrees"), required=False
    )

    def __init__(self, *args: Any, areas: Callable[[], Iterable[tuple[str, Any]]], **kwargs: Any) -> None:
        """Take the communities of the polling place."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(label=_("Community in which the person lives"), source=_of_list(areas()))
        self.order_fields(["name", "document", "id_number", "born_on", "area", "consent"])


_SERIAL = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "short"}


class SerialForm(PageForm):
    """A sheet by its serial."""

    serial = forms.CharField(
        label=_("Serial of the sheet"), max_length=20, help_text=_("Top right, or scan the code."),
        widget=forms.TextInput(_SERIAL),
    )  # fmt: skip


class ReasonForm(PageForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 2}))


class EntryForm(PageForm):
    """A sheet as it is read in; made for the keyboard: serial, numbers, Enter. What is due depends on the sheet."""

    drafts = True

    serial = forms.CharField(
        label=_("Serial of the sheet"), max_length=20, widget=forms.TextInput({**_SERIAL, "autofocus": True})
    )
    numbers = forms.CharField(
        label=_("Numbers of the projects"), max_length=2000, required=False,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "text"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("The sheet is"),
        choices=[("valid", _("valid, as typed above")), ("blank", _("blank")), ("invalid", _("invalid"))],
        widget=forms.RadioSelect(),
        initial="valid",
    )
    reason = forms.ChoiceField(label=_("Why it is invalid"), choices=[("", "—"), *INVALID_REASONS], required=False)
    sure = forms.BooleanField(label=_("I have looked again and am sure"), required=False)


class LinesForm(PageForm):
    """Marks made without network, one a line."""

    lines = forms.CharField(
        label=_("Lines"),
        help_text=_("One a line: the voter's number and the minute, for example: 10482 14:05"),
        max_length=200_000,
        widget=forms.Textarea({"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )
