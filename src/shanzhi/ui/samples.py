"""Made-up values for the living page: each piece in each of its states."""

import datetime
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import pgettext, pgettext_lazy

from shanzhi.ui import pieces
from shanzhi.ui.choosing import AreaField, AreaSource, Place
from shanzhi.ui.forms import Checklist, DayField, MomentField, PageForm, YuanField
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, ListPage
from shanzhi.ui.listing.order import chosen
from shanzhi.ui.listing.page import parameters

_CHINA = datetime.timezone(datetime.timedelta(hours=8))
DIGEST = "sha256:7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730"


def _at(day: int, hour: int = 9, month: int = 11) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, 5, tzinfo=_CHINA)


_WHERE = pgettext_lazy("example", "Where it happens")


def _places() -> list[Place]:
    """Three places of the same name."""
    name, street = pgettext("example", "Harmony community"), pgettext("example", "Street %(n)s")
    return [Place(f"{number:012d}", name, street % {"n": number}) for number in range(1, 4)]


def _found(codes: Iterable[str]) -> dict[str, Place]:
    wanted = set(codes)
    return {place.code: place for place in _places() if place.code in wanted}


class SampleForm(PageForm):
    """Each kind of field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give one field an example beside its help."""
        super().__init__(*args, **kwargs)
        self.fields["summary"].example = pgettext_lazy("example", "Twelve neighbours set up a bench at the east gate.")  # type: ignore[attr-defined]  # read by the field's piece

    title = forms.CharField(
        label=pgettext_lazy("example", "Name of the project"),
        help_text=pgettext_lazy("example", "At most 40 characters, for example “A rain shelter for the east gate”"),
        max_length=40,
    )
    summary = forms.CharField(label=pgettext_lazy("example", "What you want to do"), widget=forms.Textarea({"rows": 4}))
    asked = YuanField(
        label=pgettext_lazy("example", "Amount asked"),
        help_text=pgettext_lazy("example", "In yuan, for example 12,345.00"),
        least=100,
    )
    begins = DayField(label=pgettext_lazy("example", "First day"))
    meeting = MomentField(label=pgettext_lazy("example", "First meeting"), required=False)
    theme = forms.ChoiceField(
        label=pgettext_lazy("example", "Theme"),
        choices=[
            ("", pgettext_lazy("example", "Choose one")),
            ("green", pgettext_lazy("example", "Green and clean")),
            ("elders", pgettext_lazy("example", "Elders")),
        ],
    )
    who = forms.ChoiceField(
        label=pgettext_lazy("example", "Who proposes"),
        choices=[
            ("team", pgettext_lazy("example", "Neighbours not yet organised")),
            ("body", pgettext_lazy("example", "An organisation")),
        ],
        widget=forms.RadioSelect,
    )
    reaches = Checklist(
        label=pgettext_lazy("example", "Who it reaches"),
        choices=[
            ("old", pgettext_lazy("example", "Older people")),
            ("young", pgettext_lazy("example", "Children")),
            ("all", pgettext_lazy("example", "Everyone")),
        ],
        required=False,
    )
    where = AreaField(source=AreaSource(search=lambda words: _places(), find=_found), label=_WHERE)
    plan = forms.FileField(label=pgettext_lazy("example", "Drawing or plan"), required=False)
    agreed = forms.BooleanField(label=pgettext_lazy("example", "I have read the rules of the call"))


def phases() -> list[pieces.Phase]:
    """A call in its vote."""
    names = (
        pgettext("example", "Publicity"),
        pgettext("example", "Submission"),
        pgettext("example", "Review"),
        pgettext("example", "Public notice"),
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
        pieces.Phase(name, state, start, end, pgettext("example", "2 days left") if state == "now" else "")
        for name, state, start, end in zip(names, states, starts, ends, strict=True)
    ]


def cards() -> list[pieces.Card]:
    """Three projects: open to a vote, awarded, and one with hardly anything said."""
    return [
        pieces.Card(
            pgettext("example", "A rain shelter for the east gate"),
            "#card",
            pgettext("example", "Two benches and a roof where parents wait, built with the people of building 3."),
            pgettext("example", "Neighbours of building 3"),
            pgettext("example", "Foshan Street community"),
            1_850_000,
            126,
            [pieces.Tag("accent", pgettext("example", "Voting now"))],
            number="07",
        ),
        pieces.Card(
            pgettext("example", "Repair café on the second Saturday"),
            "#card",
            pgettext("example", "Retired fitters mend kettles and radios, and teach how."),
            pgettext("example", "Silver Hands team"),
            pgettext("example", "Donghuamen community"),
            640_000,
            1,
            [pieces.Tag("good", pgettext("example", "Awarded")), pieces.Tag("plain", pgettext("example", "Example"))],
            number="12",
        ),
        pieces.Card(pgettext("example", "A name for the little square"), "#card"),
    ]


def events() -> list[pieces.Event]:
    """A proposal's life, newest first."""
    return [
        pieces.Event(_at(20, 0), pgettext("example", "Voting opened"), tone="accent"),
        pieces.Event(
            _at(29, 10, 10),
            pgettext("example", "Public notice begins"),
            pgettext("example", "Objections until 4 November"),
        ),
        pieces.Event(
            _at(12, 16, 10),
            pgettext("example", "Sent back for mending"),
            pgettext("example", "The budget line “roof” needs an offer."),
            pgettext("example", "Reviewer"),
            tone="warn",
        ),
        pieces.Event(
            _at(2, 20, 10),
            pgettext("example", "Proposal handed in"),
            who=pgettext("example", "Team leader"),
            url="#timeline",
            tone="good",
        ),
    ]


def tasks() -> list[pieces.Task]:
    """Every state of a task."""
    return [
        pieces.Task(pgettext("example", "The team"), "#tasks", "done"),
        pieces.Task(
            pgettext("example", "Aims and activities"), "#tasks", "started", pgettext("example", "Saved on 20 November")
        ),
        pieces.Task(pgettext("example", "Budget"), "#tasks", "todo", count=3),
        pieces.Task(
            pgettext("example", "Answer to the reviewer"),
            "#tasks",
            "due",
            pgettext("example", "Was due on 18 November"),
        ),
        pieces.Task(
            pgettext("example", "Check your answers and hand in"),
            "#tasks",
            "blocked",
            pgettext("example", "Possible when all parts are done"),
        ),
    ]


def _streets() -> list[str]:
    return [
        pgettext("example", "East street"),
        pgettext("example", "Spring street"),
        pgettext("example", "Lake street"),
        pgettext("example", "Hill street"),
        pgettext("example", "Gate street"),
    ]


def _by_month() -> list[tuple[str, Any, Sequence[pieces.Series]]]:
    two = [
        pieces.Series(pgettext("example", "Needs"), [14, 22, 31, 40]),
        pieces.Series(pgettext("example", "Answered"), [9, 18, 27, 39]),
    ]
    five = [
        pieces.Series(name, [base + step * index for index, step in enumerate((2, 5, 3, 7))])
        for base, name in enumerate(_streets(), start=4)
    ]
    return [
        (pgettext("example", "Answers have caught up with needs"), "bar", two),
        (pgettext("example", "Every street has grown since June"), "stacked", five),
        (pgettext("example", "Spring street has grown fastest"), "line", five),
    ]


def charts() -> list[pieces.Chart]:
    """One chart of each kind."""
    months = [pgettext("example", "June"), pgettext("example", "July")]
    months += [pgettext("example", "August"), pgettext("example", "September")]
    source, at = pgettext("example", "Made-up figures"), datetime.date(2026, 11, 20)
    across = pieces.Chart(
        pgettext("example", "East street gave most votes"),
        "bars_across",
        _streets(),
        [pieces.Series(pgettext("example", "Votes"), [320, 275, 190, 122, 61])],
        pgettext("example", "Street"),
        pgettext("example", "Votes"),
        pgettext("example", "ballots"),
        source,
        at,
        "chart-across",
    )
    labels = (pgettext("example", "Month"), pgettext("example", "Needs"), pgettext("example", "entries"))
    rest = [
        pieces.Chart(title, kind, months, series, *labels, source, at, f"chart-{kind}")
        for title, kind, series in _by_month()
    ]
    return [across, *rest]


def shapes() -> list[pieces.Shape]:
    """Four made-up areas that share borders."""
    corners = {
        pgettext("example", "North"): [(117.00, 36.66), (117.04, 36.70), (117.10, 36.69), (117.06, 36.65)],
        pgettext("example", "East"): [(117.06, 36.65), (117.10, 36.69), (117.15, 36.66), (117.12, 36.61)],
        pgettext("example", "South"): [(117.02, 36.61), (117.06, 36.65), (117.12, 36.61), (117.08, 36.58)],
        pgettext("example", "West"): [(116.97, 36.64), (117.00, 36.66), (117.06, 36.65), (117.02, 36.61)],
    }
    return [
        pieces.Shape(
            name,
            {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "#map",
            pgettext("example", "%(n)s projects") % {"n": level * 7},
            level,
        )
        for level, (name, ring) in enumerate(corners.items(), start=1)
    ]


def progresses() -> list[pieces.Progress]:
    """Work that waits, runs, is done, has failed."""
    return [
        pieces.Progress(0, 0, "waiting"),
        pieces.Progress(6_120, 9_000, "running", pgettext("example", "Reading the sheet")),
        pieces.Progress(
            9_000, 9_000, "done", result_url="#progress-pieces", result_label=pgettext("example", "Open the report")
        ),
        pieces.Progress(
            412, 9_000, "failed", pgettext("example", "Row 413 has no date. Correct it and send the sheet again.")
        ),
    ]


def answers() -> list[pieces.Answer]:
    """What was answered."""
    return [
        pieces.Answer(
            pgettext("example", "Name of the project"),
            pgettext("example", "A rain shelter for the east gate"),
            "#answers",
        ),
        pieces.Answer(pgettext("example", "Amount asked"), "¥18,500.00", "#answers"),
        pieces.Answer(pgettext("example", "Handed in by"), pgettext("example", "Neighbours of building 3")),
    ]


def _rows() -> list[Any]:
    names = (
        pgettext("example", "A rain shelter for the east gate"),
        pgettext("example", "Repair café on the second Saturday"),
        pgettext("example", "A name for the little square"),
    )
    states = (
        ("accent", pgettext("example", "Voting now")),
        ("good", pgettext("example", "Awarded")),
        ("warn", pgettext("example", "To be mended")),
    )
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
            Column("cost", pgettext("example", "Amount asked"), "money", sort="cost"),
            Column("votes", pgettext("example", "Votes"), "number", sort="votes"),
            Column("created", pgettext("example", "Handed in"), "date", sort="created", priority=2),
        ),
        default_sort="-created",
        filters=(
            ChoiceFilter(
                "state",
                pgettext("example", "State"),
                choices=(("vote", pgettext("example", "Voting now")), ("won", pgettext("example", "Awarded"))),
            ),
            BooleanFilter("mine", pgettext("example", "Mine")),
            DateRangeFilter("created", pgettext("example", "Handed in")),
        ),
        search=lambda queryset, words: queryset,
        search_label=pgettext("example", "Search projects"),
        empty=Empty(
            pgettext("example", "No project has been handed in yet"),
            pgettext("example", "The call is open until 8 October."),
            "#list",
            pgettext("example", "Propose one"),
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
        {
            "title": pgettext("example", "A rain shelter for the east gate"),
            "asked": pgettext("example", "a lot"),
            "begins": "2026-12-01",
            "who": "team",
            "where_words": pgettext("example", "Harmony"),
        }
    )
