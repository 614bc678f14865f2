"""The words of an area that a list may name: its skills and its teams."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from shanzhi.kernel.areas import covers
from shanzhi.places import queries as places
from shanzhi.places.exchange.lists.cells import words
from shanzhi.volunteering.exchange.rows import Line
from shanzhi.volunteering.models import Skill, Team
from shanzhi.volunteering.queries import skills_within

_TEAM: Final = "team"


class Vocabulary:
    """Skills by name or code as they hold in each community, read once for a batch of rows; working teams, by name."""

    def __init__(self, area: str) -> None:
        """Take the area of the import."""
        self._area = area
        self._holding = skills_within(area)
        self._skills: dict[str, dict[str, Skill]] = {}
        self._teams: dict[str, list[Team]] = defaultdict(list)
        for one in Team.objects.filter(places.within("area", area), state="active"):
            self._teams[words(one.name)].append(one)

    def skills(self, line: Line) -> list[Skill]:
        """Give the skills of a row that are known where it serves."""
        known = self._known(line.area)
        return [known[word.casefold()] for word in line.skills if word.casefold() in known]

    def team(self, line: Line) -> Team | None:
        """Give the team that a row names: of its community, else the only one of that name in the import's area."""
        found = self._teams.get(line.team, []) if line.team else []
        near = [one for one in found if one.area == line.area] or [one for one in found if covers(one.area, line.area)]
        fitting = near or found
        return fitting[0] if len(fitting) == 1 else None

    def aside(self, line: Line) -> list[tuple[str, list[str]]]:
        """List what of a row is left aside, since nobody here knows it."""
        known = self._known(line.area)
        strange = [word for word in line.skills if word.casefold() not in known]
        found = [("skills", strange), ("languages", list(line.unread))]
        if line.team and self.team(line) is None:
            found.append((_TEAM, [line.team]))
        return [(name, some) for name, some in found if some]

    def _known(self, area: str) -> dict[str, Skill]:
        if area not in self._skills:
            held = self._holding(area)
            self._skills[area] = {
                word.casefold(): one for one in held for word in (one.code, one.name_en, one.name)
            }  # fmt: skip
        return self._skills[area]
