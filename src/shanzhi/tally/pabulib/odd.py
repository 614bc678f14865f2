"""Rows of votes that do not read at once: spaces, unknown projects, a project twice, points inside the vote."""

from __future__ import annotations

from collections.abc import Sequence

from shanzhi.tally.pabulib.amounts import format_amount, parse_amount
from shanzhi.tally.pabulib.errors import Notices, refusal
from shanzhi.tally.pabulib.treatment import Treatment


class OddRows:
    """Rewrites odd rows so that they read in bulk, or refuses them."""

    def __init__(self, kind: str, index: dict[str, int], treat: Treatment, notices: Notices) -> None:
        """Rows are judged for this kind of ballots and these projects."""
        self.index = index
        self.treat = treat
        self.notices = notices
        self.pointed = kind in ("cumulative", "scoring")
        self.ranked = kind == "ordinal"

    def mend(
        self, votes: list[str], points: list[str] | None, lines: Sequence[int], rows: list[int]
    ) -> tuple[list[str], list[str] | None, Sequence[int]]:
        """The columns with these rows rewritten; a ballot that is to be dropped is left out."""
        votes = list(votes)
        points = None if points is None else list(points)
        dropped = set()
        for row in rows:
            mended = self._row(votes[row], None if points is None else points[row], lines[row])
            if mended is None:
                dropped.add(row)
            else:
                votes[row] = ",".join(mended)
                if points is not None:
                    points[row] = ",".join(mended.values())
        if not dropped:
            return votes, points, lines
        keep = [row for row in range(len(votes)) if row not in dropped]
        kept_points = None if points is None else [points[row] for row in keep]
        return [votes[row] for row in keep], kept_points, [lines[row] for row in keep]

    def _row(self, vote: str, points: str | None, line: int) -> dict[str, str] | None:
        """The choices of one row with their points ("" where there are none), in order; None drops the ballot."""
        mended: dict[str, str] = {}
        for name, worth in self._pairs(vote, points, line):
            if name not in self.index:
                if self._unknown(name, line):
                    return None
            elif name in mended:
                mended[name] = self._again(name, mended[name], worth, line)
            else:
                mended[name] = worth
        return mended

    def _unknown(self, name: str, line: int) -> bool:
        """Judge the mention of an unknown project; true drops the whole ballot."""
        how = self.treat.unknown_projects
        self.notices.doubt("unknown_projects", line, refuse=how == "refuse", id=name)
        whole = how == "drop-ballot"
        what, what_zh = ("the ballot was", "整张选票") if whole else ("the mention was", "该项")
        self.notices.add("unknown_projects_dropped", line, id=name, what=what, what_zh=what_zh)
        return whole

    def _pairs(self, vote: str, points: str | None, line: int) -> list[tuple[str, str]]:
        """Each project named with its points, empty mentions left out."""
        names = [token.strip() for token in vote.replace("\n", " ").split(",")]
        if not self.pointed:
            return [(name, "") for name in self._named(names, vote, line)]
        if points is None or not points.strip():
            return [self._inside(name, line) for name in self._named(names, vote, line)]
        worths = [token.strip() for token in points.replace("\n", " ").split(",")]
        if len(worths) != len(names):
            names, worths = [name for name in names if name], [worth for worth in worths if worth]
        if len(worths) != len(names):
            raise refusal("points_length", line, choices=len(names), points=len(worths))
        return list(zip(names, worths, strict=True))  # points beside no project are points for an unknown one

    def _named(self, names: list[str], vote: str, line: int) -> list[str]:
        named = [name for name in names if name]
        if len(named) < len(names) and vote.strip():
            self.notices.add("empty_choice", line)
        return named

    def _inside(self, name: str, line: int) -> tuple[str, str]:
        """Take `id:points` apart."""
        project, colon, worth = name.rpartition(":")
        if name in self.index:
            raise refusal("points_length", line, choices=1, points=0)
        if not colon:
            return name, ""
        self.notices.add("points_in_vote", line, text=name)
        return project.strip(), worth.strip()

    def _again(self, name: str, first: str, worth: str, line: int) -> str:
        """A project named twice: the same approval said twice is one; ranks and points need to be told."""
        if not self.pointed and not self.ranked:
            self.notices.add("repeated_choice", line, id=name)
            return first
        how = self.treat.repeated_choices
        refuse = how == "refuse" or (how == "sum" and not self.pointed)
        self.notices.doubt("repeated_choices", line, refuse=refuse, id=name)
        self.notices.add("repeated_choices_taken", line, id=name, how=how)
        if how == "first":
            return first
        one, two = parse_amount(first), parse_amount(worth)
        if one is None or two is None:
            raise refusal("bad_points", line, text=worth if one else first)
        return format_amount(one[0] + two[0])
