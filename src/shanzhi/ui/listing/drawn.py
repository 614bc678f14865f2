"""The parts of a list that every list has many of, drawn by hand: a template takes ten times as long."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

CURRENT: Final = ' aria-current="true"'


@dataclass(frozen=True)
class Chip:
    """A link that sets or takes away a filter."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class FilterView:
    """A filter as the page shows it: chips for few choices, else a control in the form."""

    label: str
    shape: str
    chips: tuple[Chip, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    current: str = ""

    @property
    def option_tags(self) -> SafeString:
        """The options of the select."""
        return option_tags(self.options, self.current)


@dataclass(frozen=True)
class Heading:
    """The head of a column: its way to sort and how it is sorted now."""

    label: str
    css: str
    url: str = ""
    state: str = ""


@lru_cache(maxsize=256)
def option_tags(options: tuple[tuple[str, str], ...], current: str) -> SafeString:
    """Draw the options of a select, by hand and once for the same, because there may be hundreds."""
    tags = (
        f'<option value="{escape(value)}"{" selected" if value == current else ""}>{escape(words)}</option>'
        for value, words in options
    )
    return mark_safe("".join(tags))  # noqa: S308 - escaped just above


def head_cell(head: Heading) -> str:
    """Draw the head of a column."""
    css = f' class="{head.css}"' if head.css else ""
    state = f' aria-sort="{head.state}"' if head.state else ""
    label = escape(head.label)
    inner = f'<a href="{escape(head.url)}">{label}</a>' if head.url else label
    return f'<th role="columnheader" scope="col"{css}{state}>{inner}</th>'


def control(view: FilterView) -> str:
    """Draw a filter's control, with its label."""
    if view.shape == "days":
        return "".join(
            _labelled(name, f"{view.label} · {words}", f'<input type="date" {_named(name)} value="{escape(given)}">')
            for name, given, words in zip(view.names, view.given, (gettext("from"), gettext("up to")), strict=True)
        )
    name = view.names[0]
    if view.shape == "choice":
        options = f'<option value="">{escape(gettext("All"))}</option>{view.option_tags}'
        return _labelled(name, view.label, f"<select {_named(name)}>{options}</select>")
    label = f"{view.label} · {gettext('name or code')}" if view.shape == "area" else view.label
    return _labelled(name, label, f'<input type="text" {_named(name)} value="{escape(view.current)}">')


def _named(name: str) -> str:
    return f'id="f-{escape(name)}" name="{escape(name)}"'


def _labelled(name: str, label: str, inner: str) -> str:
    return f'<div><label for="f-{escape(name)}">{escape(label)}</label>{inner}</div>'


def chip_row(view: FilterView) -> str:
    """Draw a filter's chips in a row with its name."""
    label = escape(view.label)
    chips = "".join(
        f'<a class="chip" href="{escape(chip.url)}"{CURRENT if chip.current else ""}>{escape(chip.label)}</a>'
        for chip in view.chips
    )
    return (
        f'<div class="chip-row" role="group" aria-label="{label}"><span class="chip-label">{label}</span>{chips}</div>'
    )
