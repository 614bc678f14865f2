"""The lists of a result: the projects with their reasons, the rounds of the count, the rules side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shanzhi.ui.formatting import chinese, money
from shanzhi.ui.listing import BooleanFilter, Column, Empty, Listing, Rows
from shanzhi.ui.pieces import Tone
from shanzhi.voting.models import Count, Option, Poll
from shanzhi.voting.views.words import cash, figure, hundredths, under_words


@dataclass(frozen=True)
class Line:
    """One project of the result; `place` is where it stands in the order of the outcome."""

    place: int
    option: Option
    currency: str
    lang: SafeString | str
    standing: dict[str, Any]
    reason: str
    under: str
    elsewhere: tuple[bool, ...]
    official: bool
    compared: bool

    @property
    def id(self) -> int:
        """What tells it from the others."""
        return self.place

    @property
    def title(self) -> str:
        """What to call the project."""
        return self.option.name

    @property
    def won(self) -> bool:
        """Whether the project won."""
        return bool(self.standing["status"] == "won")

    @property
    def votes(self) -> int:
        """How many support it."""
        return int(self.standing["votes"])

    @property
    def cost_fen(self) -> int:
        """What it costs."""
        return self.option.cost_fen

    @property
    def agrees(self) -> bool:
        """Whether the official result says the same."""
        return self.option.selected is None or self.option.selected == self.won


@dataclass(frozen=True)
class Round:
    """One round of the count."""

    number: int
    title: str
    lang: SafeString | str
    currency: str
    tied: bool
    cost: str
    cost_fen: int
    decided: str
    left: str
    left_fen: int

    @property
    def id(self) -> int:
        """What tells it from the others."""
        return self.number


def _named(row: Line | Round) -> SafeString:
    return format_html("<span{}>{}</span>", row.lang, row.title)


def _outcome(row: Line) -> tuple[Tone, Any]:
    return ("good", _("Won")) if row.won else ("plain", _("Not chosen"))


def _official(row: Line) -> str:
    return "" if not row.compared else _("Yes") if row.official else _("No")


def _found(rows: Rows, text: str) -> Rows:
    """Find by a part of a project's name."""
    wanted = text.casefold()
    return rows.having(lambda row: wanted in row.title.casefold())


_TITLE: Final = Column("title", gettext_lazy("Project"), value=_named, export=lambda row: row.title, sort="title")
_PLACE: Final = Column("place", pgettext_lazy("outcome", "Order of the outcome"), "number", sort="place")
_COST: Final = Column(
    "cost", gettext_lazy("Cost"), value=lambda row: money(row.cost_fen, row.currency), sort="cost_fen", scale="amount",
    in_export=False,
)  # fmt: skip
_FEN: Final = Column("cost_fen", gettext_lazy("Cost"), "money", on_page=False)
_CURRENCY: Final = Column("currency", gettext_lazy("Currency"), on_page=False)
_STATUS: Final = Column("status", gettext_lazy("Result"), "tag", _outcome)
_WON: Final = BooleanFilter("won", gettext_lazy("Result"), yes=gettext_lazy("Won"), no=gettext_lazy("Not chosen"))
_NONE: Final = Empty(gettext_lazy("No project stood on the ballot."))

PROJECTS: Final = Listing(
    key="projects",
    prefix="project-",
    caption=gettext_lazy("Projects of the result"),
    columns=(
        _PLACE,
        _TITLE,
        _STATUS,
        _COST,
        _FEN,
        _CURRENCY,
        Column("votes", gettext_lazy("Supporters"), "number", sort="votes"),
        Column("official", gettext_lazy("Official"), value=_official, on_page=False),
        Column("reason", gettext_lazy("Reason")),
        Column("under", gettext_lazy("Under other rules")),
    ),
    default_sort="place",
    filters=(_WON,),
    search=_found,
    search_label=gettext_lazy("Search the projects"),
    cards="voting/outcome_card.html",
    empty=_NONE,
)
ROUNDS: Final = Listing(
    key="rounds",
    prefix="round-",
    caption=gettext_lazy("Rounds of the count"),
    columns=(
        Column("number", pgettext_lazy("count", "Round"), "number", sort="number"),
        _TITLE,
        Column("tied", gettext_lazy("Tie"), "tag", lambda row: ("plain", _("tie")) if row.tied else None,
               export=lambda row: _("Yes") if row.tied else _("No")),
        Column("cost", gettext_lazy("Cost"), sort="cost_fen", scale="amount", in_export=False),
        _FEN,
        Column("decided", gettext_lazy("What decided")),
        Column("left", gettext_lazy("Left in the purse"), sort="left_fen", scale="amount", in_export=False),
        Column("left_fen", gettext_lazy("Left in the purse"), "money", on_page=False),
        _CURRENCY,
    ),
    default_sort="number",
    filters=(BooleanFilter("tied", gettext_lazy("Tie")),),
    search=_found,
    search_label=gettext_lazy("Search the rounds by project"),
    empty=Empty(
        gettext_lazy("The count had no round."), gettext_lazy("No project had support that the purse could pay.")
    ),
)  # fmt: skip
COMPARED: Final = Listing(
    key="compared",
    prefix="rule-",
    caption=gettext_lazy("The rules side by side"),
    columns=(
        _TITLE,
        Column("own", gettext_lazy("The rule of this vote"), value=lambda row: _wins(row.won)),
        replace(_PLACE, on_page=False),
    ),
    default_sort="place",
    filters=(_WON,),
    search=_found,
    search_label=gettext_lazy("Search the comparison by project"),
    empty=_NONE,
)


def _wins(wins: bool) -> str:
    return _("wins") if wins else "—"


def compared(alternatives: Sequence[dict[str, Any]]) -> Listing:
    """Give the list of the rules side by side: a column for each of the others."""

    def column(index: int, brief: str) -> Column:
        return Column(f"other-{index}", brief, value=lambda row: _wins(row.elsewhere[index]))

    more = (column(index, other["brief"]) for index, other in enumerate(alternatives))
    return replace(COMPARED, columns=(*COMPARED.columns, *more))


def lines_of(
    poll: Poll, options: list[Option], count: Count, others: list[dict[str, Any]], *, lang: SafeString | str
) -> list[Line]:
    """Put the projects in the order of the outcome: winners by their turn, then the others by votes."""
    language = "zh" if chinese() else "en"
    standings = {row["project"]: row for row in count.result["outcome"]["projects"]}
    reasons = count.result["reasons"]
    known = count.result["official"] is not None

    listed = [option for option in options if option.code in standings]  # what has left the vote has no standing

    def turn(option: Option) -> tuple[bool, int, int]:
        standing = standings[option.code]
        return standing["status"] != "won", standing["turn"] or 0, -standing["votes"]

    return [
        Line(
            place=place,
            option=option,
            currency=poll.currency,
            lang=lang,
            standing=standings[option.code],
            reason=reasons[option.code][language],
            under=under_words(others, option.code, won=standings[option.code]["status"] == "won"),
            elsewhere=tuple(option.code in other["winners"] for other in others),
            official=known and bool(option.selected),
            compared=known,
        )
        for place, option in enumerate(sorted(listed, key=turn), start=1)
    ]


def rounds_of(poll: Poll, count: Count, titles: dict[str, str], *, lang: SafeString | str) -> list[Round]:
    """Put the rounds of a count in words."""
    outcome = count.result["outcome"]
    return [
        Round(
            number=step["round"],
            title=titles[step["project"]],
            lang=lang,
            currency=poll.currency,
            tied=bool(step["tied"]),
            cost=cash(step["cost"], poll.currency),
            cost_fen=hundredths(step["cost"]),
            decided=figure(outcome, step, poll.currency),
            left=cash(step["left"], poll.currency),
            left_fen=hundredths(step["left"]),
        )
        for step in outcome["rounds"]
    ]
