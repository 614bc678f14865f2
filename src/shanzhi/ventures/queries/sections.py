"""The sections of a proposal: which fields each holds, and who writes on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from shanzhi.kernel.actor import Actor
from shanzhi.ui import formatting
from shanzhi.ventures.models import Proposal, Section
from shanzhi.ventures.policies import leads

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "idea": ("title", "summary", "community", "theme"),
    "need": ("need", "aims", "people_reached", "people_note"),
    "team": ("team_kind", "team_name", "organization", "members"),
    "plan": ("starts_on", "ends_on", "activities"),
    "budget": ("budget",),
    "risks": ("risks",),
}
SECTION_OF: Final = {name: part for part, names in SECTIONS.items() for name in names}


def clock(moment: datetime) -> str:
    """Write the hour of a moment that is minutes away."""
    return f"{formatting.local(moment):%H:%M}"


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody else writes on a section; `name` is masked. `may_take`: the viewer leads the team."""

    name: str
    since: datetime
    until: datetime
    may_take: bool

    @property
    def said(self) -> str:
        """Who writes on it since when, and until when it is theirs, in a sentence."""
        words = gettext("%(name)s edits this since %(since)s. It is free again at %(until)s, sooner if they finish.")
        return words % {
            "name": self.name, "since": clock(self.since), "until": clock(self.until)
        }  # fmt: skip


def holds_on(*, viewer: Actor, found: Proposal, at: datetime) -> dict[str, Hold]:
    """Give the sections on which others write now, for a proposal of the viewer's own team."""
    rows: Any = Section.objects.filter(proposal=found, until__gt=at).exclude(holder__in=viewer.persons)
    may_take = leads(viewer, found)
    return {
        row.part: Hold(str(row.holder.name), row.since, row.until, may_take) for row in rows.select_related("holder")
    }
