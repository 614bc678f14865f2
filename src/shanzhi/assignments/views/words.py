"""What the points of a pair, the hurdles of a shift and the worth of a whole mean, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shanzhi.assignments.lifecycle import PROPOSAL, RUN, WHY
from shanzhi.assignments.models import Proposal, Run
from shanzhi.ui import formatting

RUN_TONES: Final = {"working": "accent", "proposed": "warn", "failed": "bad"}
PAIR_TONES: Final = {"asked": "accent", "accepted": "good", "declined": "plain", "proposed": "warn"}
PARTS: Final = {
    "filled": gettext_lazy("The place is filled"),
    "priority": gettext_lazy("How soon the shift is"),
    "skills": gettext_lazy("Further skills"),
    "language": gettext_lazy("Language"),
    "wish": gettext_lazy("Wishes"),
    "distance": gettext_lazy("The way there"),
    "load": gettext_lazy("Given lately"),
    "again": gettext_lazy("Turns in this proposal"),
}
RULES: Final = {
    "on_call": gettext_lazy("Have not agreed to be called up"),
    "barred": gettext_lazy("Signed up already, asked before, or not right on that very day"),
    "age": gettext_lazy("Too young or too old for the task"),
    "skills": gettext_lazy("Lack a skill, a training or a check"),
    "language": gettext_lazy("Do not speak the language"),
    "time": gettext_lazy("Are not free at that time"),
    "minutes": gettext_lazy("Would give more time than they wish to"),
    "distance": gettext_lazy("Do not go that far"),
}
ENGAGED: Final = {
    "overlap": gettext_lazy("Are proposed for something else at that time"),
    "turns": gettext_lazy("Are proposed for as much as one may have"),
    "minutes": gettext_lazy("Are proposed for as much time as they wish to give"),
    "spare": gettext_lazy("Could come, but are needed more elsewhere"),
}


class Explained(Protocol):
    """A pair: its points part by part, and why it came to nothing."""

    parts: Any
    reason: str


class LeftOpen(Protocol):
    """What is left open, and why."""

    hurdles: Any
    engaged: Any


def run_state(row: Run) -> tuple[str, str]:
    """Say where a run stands."""
    return RUN_TONES.get(row.state, "plain"), str(RUN.states[row.state])


def pair_state(row: Proposal) -> tuple[str, str]:
    """Say where a pair stands."""
    return PAIR_TONES.get(row.state, "plain"), str(PROPOSAL.states[row.state])


def reason_words(row: Explained, why: Mapping[str, Any] = WHY) -> str:
    """Say why a pair came to nothing: codes in words, what somebody wrote as it is."""
    codes = row.reason.split(",")
    if all(code in why for code in codes):
        return " ".join(str(why[code]) for code in codes)
    return row.reason


def _priority(value: int, _whole: int) -> str:
    words = {1: _("It is more than three days away."), 2: _("It begins within three days."), 3: _("An emergency.")}
    return words.get(value, "")


def _skills(value: int, whole: int) -> str:
    if not whole:
        return _("What must be is there, and nothing further is asked for: all points.")
    return _("%(have)s of %(asked)s.") % {"have": value, "asked": whole}


def _distance(value: int, whole: int) -> str:
    if value < 0:
        return _("Where the way begins is not known: no points.")
    far = {"metres": formatting.count(value), "reach": formatting.count(whole)}
    return _("%(metres)s metres as the crow flies, between the centres of areas; from %(reach)s on no points.") % far


def _load(value: int, whole: int) -> str:
    spans = {"given": formatting.minutes(value), "heavy": formatting.minutes(whole)}
    return (
        _("%(given)s in the last 28 days or promised; who gave less comes first, from %(heavy)s on no points.") % spans
    )


def _again(value: int, _whole: int) -> str:
    return _("It would be no. %(turn)s for the same person in this proposal: turns are shared.") % {"turn": value}


def _wish(value: int, _whole: int) -> str:
    words = {0: _("Another kind of task is wished for."), 2: _("This kind of task is wished for.")}
    return words.get(value, _("No kind of task is wished for, or this has none: half of the points."))


EXPLAINED: Final[dict[str, Callable[[int, int], str]]] = {
    "filled": lambda value, whole: _("Each filled place and request counts so much, whoever it is."),
    "priority": _priority,
    "skills": _skills,
    "language": lambda value, whole: _("It is spoken, or none is asked for.") if value else _("It is not spoken."),
    "wish": _wish,
    "distance": _distance,
    "load": _load,
    "again": _again,
}


def parts_of(row: Explained, names: Mapping[str, Any] = PARTS) -> list[tuple[str, str, str]]:
    """Give each part of the points: its name, the points, and where they come from."""
    return [
        (str(names[name]), f"{got} / {of}" if of else str(got), EXPLAINED[name](value, whole))
        for name, got, of, value, whole in row.parts
        if name in names and (of or got)
    ]


def people(many: int) -> str:
    """Count people."""
    return ngettext("%(many)s person", "%(many)s people", many) % {"many": formatting.count(many)}


def open_words(row: LeftOpen, rules: Mapping[str, Any] = RULES) -> list[str]:
    """Say why places stay open: first what keeps people away, then what binds those who would suit."""
    lines = []
    for rule, removed, only in row.hurdles:
        words = f"{rules.get(rule, rule)}: {people(removed)}"
        if only:
            words += _(" (for %(people)s the only hurdle)") % {"people": people(only)}
        lines.append(words)
    lines += [f"{ENGAGED.get(reason, reason)}: {people(many)}" for reason, many in row.engaged]
    return lines or [_("Nobody takes part who could be looked at.")]


def worth(run: Run) -> list[str]:
    """Say how good a run is, beside the plain way."""
    given = {name: formatting.count(getattr(run, name)) for name in
             ("filled", "places", "shifts", "volunteers", "total", "plain_filled", "plain_total", "wants",
              "wants_filled", "plain_wants")}  # fmt: skip
    lines = [
        _("%(filled)s of %(places)s free places in %(shifts)s shifts are filled, from %(volunteers)s volunteers.")
        % given
    ]
    if run.wants:
        words = _("Of %(wants)s requests of neighbours %(wants_filled)s have somebody; the points are of both.")
        lines.append(words % given)
    if run.bound == run.total:
        lines.append(_("It has %(total)s points, and it is proven that no other way of filling has more.") % given)
    elif run.bound is not None:
        most = {**given, "bound": formatting.count(run.bound)}
        lines.append(_("It has %(total)s points; no way of filling has more than %(bound)s.") % most)
    plain = _(
        "To take the best pair first, one by one, would fill %(plain_filled)s places with %(plain_total)s points."
    )
    if run.wants:
        plain = _(
            "To take the best pair first, one by one, would fill %(plain_filled)s places and %(plain_wants)s requests "
            "with %(plain_total)s points."
        )
    return [*lines, plain % given]


def joined(lines: Sequence[Any]) -> str:
    """Put lines into one cell."""
    return ("；" if formatting.chinese() else "; ").join(str(one) for one in lines)
