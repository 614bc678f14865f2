"""Reading the templates of a call, and telling a team's own words from those of the template it began from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shanzhi.kernel.actor import Actor
from shanzhi.ventures.models import Call, Proposal, Template

TEXTS: Final = ("summary", "need", "aims", "risks")


def templates_of(*, viewer: Actor, found: Call) -> list[Template]:
    """Give the templates of a call that the viewer was given, in the order of its themes.

    Those of themes that the call no longer names are left out.
    """
    del viewer  # whoever sees a call may see what it offers
    by_theme = {one.theme: one for one in Template.objects.filter(call=found)}
    return [by_theme[theme] for theme in found.themes if theme in by_theme]


def own_words(text: str, given: str) -> str:
    """Give what of a text is not the template's: its lines, or beginnings of lines, are taken out; so are blanks."""
    lines = sorted({_plain(line) for line in given.splitlines() if _plain(line)}, key=len, reverse=True)
    own = []
    for line in map(_plain, text.splitlines()):
        start = next((one for one in lines if line.startswith(one)), "")
        own.append(line[len(start) :])
    return "".join(own) if given else text


def _plain(line: str) -> str:
    return "".join(line.split())


def own_text(proposal: Proposal, name: str) -> str:
    """Give the team's own words in one of a proposal's texts."""
    return own_words(getattr(proposal, name), _given(proposal).get(name, ""))


def only_template(proposal: Proposal, name: str) -> bool:
    """Tell whether a text holds something, but nothing beyond the template's words."""
    return bool(getattr(proposal, name)) and not own_text(proposal, name)


def template_details(proposal: Proposal) -> list[int]:
    """Give the places of activities whose description is the template's alone."""
    given = "\n".join(row.get("detail", "") for row in _given(proposal).get("activities", ()))
    rows = enumerate(proposal.activities.all())
    return [place for place, row in rows if given and row.detail and not own_words(row.detail, given)]


def _given(proposal: Proposal) -> Mapping[str, Any]:
    found: Mapping[str, Any] = proposal.template
    return found
