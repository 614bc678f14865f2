"""Made-up values for the living page: each piece in each of its states."""

import datetime
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shanzhi.ui import pieces
from shanzhi.ui.forms import Checklist, DayField, MomentField, PageForm, YuanField
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, ListPage
from shanzhi.ui.listing.order import chosen
from shanzhi.ui.listing.page import parameters

_CHINA = datetime.timezone(datetime.timedelta(hours=8))
DIGEST = "sha256:7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730"


def _at(day: int, hour: int = 9, month: int = 11) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, 5, tzinfo=_CHINA)


class SampleForm(PageForm):
    """Each kind of field."""

    title = forms.CharField(
        label=gettext_lazy("Name of the project"),
        help_text=gettext_lazy("At most 40 characters, for example “A rain shelter for the east gate”"),
        max_length=40,
    )
    summary = forms.CharField(label=gettext_lazy("What you want to do"), widget=forms.Textarea({"rows": 4}))
    asked = YuanField(
        label=gettext_lazy("Amount asked"), help_text=gettext_lazy("In yuan, for example 12,345.00"), least=100
    )
    begins = DayField(label=gettext_lazy("First day"))
    meeting = MomentField(label=gettext_lazy("First meeting"), required=False)
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        choices=[
            ("", gettext_lazy("Choose one")),
            ("green", gettext_lazy("Green and clean")),
            ("elders", gettext_lazy("Elders")),
        ],
    )
    who = forms.ChoiceField(
        label=gettext_lazy("Who proposes"),
        choices=[("team", gettext_lazy("Neighbours not yet organised")), ("body", gettext_lazy("An organisation"))],
        widget=forms.RadioSelect,
    )
    reaches = Checklist(
        label=gettext_lazy("Who it reaches"),
        choices=[
            ("old", gettext_lazy("Older people")),
            ("young", gettext_lazy("Children")),
            ("all", gettext_lazy("Everyone")),
        ],
        required=False,
    )
    plan = forms.FileField(label=gettext_lazy("Drawing or plan"), required=False)
    agreed = forms.BooleanField(label=gettext_lazy("I have read the rules of the call"))


def phases() -> list[pieces.Phase]:
    """A call in its vote."""
    names = (
        pgettext("example", "Publicity"),
        pgettext("example", "Submission"),
        pgettext("example", "Review"),
        _("Public notice"),
        pgettext("example", "Voting"),
        pgettext("example", "Pitch"),
        pgettext("example", "Award"),
    )
    starts = (
        _at(1, month=9),
        _at(15, month=9),
        _at(8, month=10),
        _at(29, month=10),
        _at(20),
        _at(1, month=12),
        _at(8, month=12),
    )
    states: list[Any] = ["done"] * 4 + ["now"] + ["ahead"] * 2
    ends = [*starts[1:], None]
    return [
        pieces.Phase(name, state, start, end, _("2 days left") if state == "now" else "")
        for name, state, start, end in zip(names, states, starts, ends, strict=True)
    ]


def cards() -> list[pieces.Card]:
    """Three projects: open to a vote, awarded, and one with hardly anything said."""
    return [
        pieces.Card(
            _("A rain shelter for the east gate"),
            "#card",
            _("Two benches and a roof where parents wait, built with the people of building 3."),
            _("Neighbours of building 3"),
            _("Foshan Street community"),
            1_850_000,
            126,
            [pieces.Tag("accent", _("Voting now"))],
            number="07",
        ),
        pieces.Card(
            _("Repair café on the second Saturday"),
            "#card",
            _("Retired fitters mend kettles and radios, and teach how."),
            _("Silver Hands team"),
            _("Donghuamen community"),
            640_000,
            1,
            [pieces.Tag("good", _("Awarded")), pieces.Tag("plain", _("Example"))],
            number="12",
        ),
        pieces.Card(_("A name for the little square"), "#card"),
    ]


def events() -> list[pieces.Event]:
    """A proposal's life, newest first."""
    return [
        pieces.Event(_at(20, 0), _("Voting opened"), tone="accent"),
        pieces.Event(_at(29, 10, 10), _("Public notice begins"), _("Objections until 4 November")),
        pieces.Event(
            _at(12, 16, 10),
            _("Sent back for mending"),
            _("The budget line “roof” needs an offer."),
            pgettext("example", "Reviewer"),
            tone="warn",
        ),
        pieces.Event(_at(2, 20, 10), _("Proposal handed in"), who=_("Team leader"), url="#timeline", tone="good"),
    ]


def tasks() -> list[pieces.Task]:
    """Every state of a task."""
    return [
        pieces.Task(_("The team"), "#tasks", "done"),
        pieces.Task(_("Aims and activities"), "#tasks", "started", _("Saved on 20 November")),
        pieces.Task(pgettext("example", "Budget"), "#tasks", "todo", count=3),
        pieces.Task(_("Answer to the reviewer"), "#tasks", "due", _("Was due on 18 November")),
        pieces.Task(_("Check your answers and hand in"), "#tasks", "blocked", _("Possible when all parts are done")),
    ]


def charts() -> list[pieces.Chart]:
    """One chart of each kind."""
    months = [_("June"), _("July"), _("August"), _("September")]
    streets = [_("East street"), _("Spring street"), _("Lake street"), _("Hill street"), _("Gate street")]
    source, at = _("Made-up figures"), datetime.date(2026, 11, 20)
    two = [pieces.Series(_("Needs"), [14, 22, 31, 40]), pieces.Series(_("Answered"), [9, 18, 27, 39])]
    five = [
        pieces.Series(name, [base + step * index for index, step in enumerate((2, 5, 3, 7))])
        for base, name in enumerate(streets, start=4)
    ]
    across = pieces.Chart(
        _("East street gave most votes"),
        "bars_across",
        streets,
        [pieces.Series(pgettext("example", "Votes"), [320, 275, 190, 122, 61])],
        pgettext("example", "Street"),
        pgettext("example", "Votes"),
        _("ballots"),
        source,
        at,
        "chart-across",
    )
    rest: list[tuple[str, Any, Sequence[pieces.Series]]] = [
        (_("Answers have caught up with needs"), "bar", two),
        (_("Every street has grown since June"), "stacked", five),
        (_("Spring street has grown fastest"), "line", five),
    ]
    return [
        across,
        *(
            pieces.Chart(title, kind, months, series, _("Month"), _("Needs"), _("entries"), source, at, f"chart-{kind}")
            for title, kind, series in rest
        ),
    ]


def shapes() -> list[pieces.Shape]:
    """Four made-up areas that share borders."""
    corners = {
        _("North"): [(117.00, 36.66), (117.04, 36.70), (117.10, 36.69), (117.06, 36.65)],
        _("East"): [(117.06, 36.65), (117.10, 36.69), (117.15, 36.66), (117.12, 36.61)],
        _("South"): [(117.02, 36.61), (117.06, 36.65), (117.12, 36.61), (117.08, 36.58)],
        _("West"): [(116.97, 36.64), (117.00, 36.66), (117.06, 36.65), (117.02, 36.61)],
    }
    return [
        pieces.Shape(
            name,
            {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "#map",
            _("%(n)s projects") % {"n": level * 7},
            level,
        )
        for level, (name, ring) in enumerate(corners.items(), start=1)
    ]


def progresses() -> list[pieces.Progress]:
    """Work that waits, runs, is done, has failed."""
    return [
        pieces.Progress(0, 0, "waiting"),
        pieces.Progress(6_120, 9_000, "running", _("Reading the sheet")),
        pieces.Progress(9_000, 9_000, "done", result_url="#progress-pieces", result_label=_("Open the report")),
        pieces.Progress(412, 9_000, "failed", _("Row 413 has no date. Correct it and send the sheet again.")),
    ]


def answers() -> list[pieces.Answer]:
    """What was answered."""
    return [
        pieces.Answer(_("Name of the project"), _("A rain shelter for the east gate"), "#answers"),
        pieces.Answer(_("Amount asked"), "¥18,500.00", "#answers"),
        pieces.Answer(_("Handed in by"), _("Neighbours of building 3")),
    ]


def _rows() -> list[Any]:
    names = (
        _("A rain shelter for the east gate"),
        _("Repair café on the second Saturday"),
        _("A name for the little square"),
    )
    states = (("accent", _("Voting now")), ("good", _("Awarded")), ("warn", _("To be mended")))
    return [
        SimpleNamespace(id=index, title=name, cost=cost, votes=votes, state=state, created=_at(20 - index))
        for index, (name, cost, votes, state) in enumerate(
            zip(names, (1_850_000, 640_000, None), (126, 1, 0), states, strict=True)
        )
    ]


def listing(*, narrow: bool = False) -> Listing:
    """Declare the list of the living page."""
    return Listing(
        key="narrow" if narrow else "sample",
        columns=(
            Column("title", pgettext("example", "Project"), url=lambda row: "#list", sort="title"),
            Column("state", pgettext("example", "State"), "tag"),
            Column("cost", _("Amount asked"), "money", sort="cost"),
            Column("votes", pgettext("example", "Votes"), "number", sort="votes"),
            Column("created", pgettext("example", "Handed in"), "date", sort="created", priority=2),
        ),
        default_sort="-created",
        filters=(
            ChoiceFilter(
                "state", pgettext("example", "State"), choices=(("vote", _("Voting now")), ("won", _("Awarded")))
            ),
            BooleanFilter("mine", pgettext("example", "Mine")),
            DateRangeFilter("created", pgettext("example", "Handed in")),
        ),
        search=lambda queryset, words: queryset,
        search_label=_("Search projects"),
        empty=Empty(
            _("No project has been handed in yet"), _("The call is open until 8 October."), "#list", _("Propose one")
        ),
    )


def list_page(request: HttpRequest, *, rows: bool = True) -> ListPage:
    """A list with three rows of many, or with none."""
    declared = listing(narrow=not rows)
    page = ListPage(declared, request, chosen(declared, ""), params=parameters(request.GET))
    if rows:
        page.rows, page.total, page.pages, page.page = _rows(), 412, 17, 3
    return page


def sample_form() -> SampleForm:
    """A form that was sent with mistakes."""
    return SampleForm(
        {"title": _("A rain shelter for the east gate"), "asked": _("a lot"), "begins": "2026-12-01", "who": "team"}
    )
