"""Files of small electorates: what they hold back, whether they keep to their measure, what can still be checked.

Such a file says in META `coarsened` (merged, totals or decided), by which measure and terms, how many ballots there
were, the figures that are told, and the winners. It cannot be counted like a whole one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from shanzhi.tally.counting import count
from shanzhi.tally.election import from_lists
from shanzhi.tally.pabulib import Reading
from shanzhi.tally.spec import Spec

KINDS: Final = ("merged", "totals", "decided")
BY_TOTALS: Final = ("score", "score-no-skip", "per-cost")
BY_SUPPORTERS: Final = ("cost", "cardinality")
_UNREADABLE: Final = (
    "The file's words on what it holds back cannot be understood.",
    "无法理解文件对未公布内容的说明。",
)


@dataclass(frozen=True, slots=True)
class Coarse:
    """What a coarsened file says, and what was found: `faults` in English and Chinese, and whether winners follow.

    `followed` is None where the file does not hold enough to tell.
    """

    kind: str
    measure: str
    electorate: int
    group: int
    ballots: int | None
    shown: int
    merged: int | None
    votes: dict[str, int | None]
    winners: list[str]
    seal: str
    faults: list[tuple[str, str]]
    followed: bool | None

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong with the file."""
        return not self.faults and self.followed is not False


def coarse(reading: Reading) -> Coarse | None:
    """Read what a file says of itself and check it; None for a whole file. Raises ValueError for nonsense."""
    kind = reading.meta.get("coarsened", "")
    if not kind:
        return None
    try:
        terms, numbers, votes, winners = (
            json.loads(reading.meta[f"coarsened_{name}"]) for name in ("terms", "ballots", "votes", "winners")
        )
        group, electorate = int(terms["smallest_group"]), int(terms["smallest_electorate"])
        size, shown, merged = (numbers[name] for name in ("ballots", "shown", "merged"))
        sound = kind in KINDS and {project.id for project in reading.projects} == set(votes) >= set(winners)
        if not sound or not all(one is None or isinstance(one, int) for one in (size, shown, merged, *votes.values())):
            raise ValueError(_UNREADABLE[0])
    except (KeyError, TypeError, AttributeError):
        raise ValueError(_UNREADABLE[0]) from None
    return Coarse(
        kind=kind,
        measure=reading.meta.get("coarsened_by", ""),
        electorate=electorate,
        group=group,
        ballots=size,
        shown=shown,
        merged=merged,
        votes=votes,
        winners=winners,
        seal=reading.meta.get("seal", ""),
        faults=list(_faults(reading, group, size, merged, votes)),
        followed=_followed(reading, size, votes, winners),
    )


def contents(reading: Reading) -> Iterator[tuple[Any, ...]]:
    """Give what each ballot says: project ids, with points where there are; sorted where order says nothing."""
    names = [project.id for project in reading.projects]
    chosen = [names[position] for position in reading.choices.tolist()]
    points = None if reading.points is None else reading.points.tolist()
    for start, end in pairwise(reading.offsets.tolist()):
        one: list[Any] = chosen[start:end]
        if points is not None:
            one = list(zip(one, points[start:end], strict=True))
        yield tuple(one if reading.kind == "ranked" else sorted(one))


def _faults(
    reading: Reading, group: int, size: int | None, merged: int | None, votes: dict[str, int | None]
) -> Iterator[tuple[str, str]]:
    """Find where the file does not keep to its own measure."""
    if any(number < group for number in Counter(contents(reading)).values()):
        yield (
            f"It shows a ballot that fewer than {group} voters cast alike.",
            f"文件列出了相同选票不足 {group} 张的选票。",
        )
    if size is None:
        if reading.ballots or any(one is not None for one in votes.values()):
            yield "It gives figures though it holds back how many voted.", "文件未公布投票人数，却给出了数字。"
        return
    if reading.ballots + (merged or 0) != size:
        yield (
            "The ballots shown and merged do not add up to the ballots cast.",
            "列出和合并的选票之和与投票总数不符。",
        )
    if any(one is not None and not group <= one <= size - group for one in votes.values()):
        yield f"It gives a figure about fewer than {group} voters.", f"文件给出了不足 {group} 人的数字。"


def _followed(reading: Reading, size: int | None, votes: dict[str, int | None], winners: list[str]) -> bool | None:
    """Count by the figures alone, where rule and figures allow it, and compare the winners."""
    spec = reading.spec
    if spec is None or size is None or reading.kind != "approval" or not by_totals(spec):
        return None
    told = [votes[project.id] for project in reading.projects]
    supporters = [one for one in told if one is not None]
    if len(supporters) < len(told):
        return None
    # any ballots with these totals will do: the first has every project, the next those with two supporters, and so on
    ballots = [[p for p, number in enumerate(supporters) if number > place] for place in range(size)]
    election = from_lists(projects=reading.projects, budget=reading.budget, kind="approval", ballots=ballots)
    return set(count(election, spec).winners) == set(winners)


def by_totals(spec: Spec) -> bool:
    """Tell whether a rule asks for nothing but each project's supporters."""
    return spec.rule in BY_TOTALS and spec.satisfaction in BY_SUPPORTERS


def as_json(file: str, found: Coarse, reading: Reading) -> dict[str, Any]:
    """Write what one line of `--json` says of a coarsened file."""
    return {
        "file": file,
        "coarsened": found.kind,
        "measure": found.measure,
        "smallest_electorate": found.electorate,
        "smallest_group": found.group,
        "ballots": found.ballots,
        "shown": found.shown,
        "merged": found.merged,
        "votes": found.votes,
        "winners": found.winners,
        "winners_follow": found.followed,
        "faults": [english for english, _chinese in found.faults],
        "seal": found.seal,
        "rule": reading.spec.rule if reading.spec else "",
    }


def told(found: Coarse, reading: Reading, *, chinese: bool) -> list[str]:
    """Say in lines of text what a coarsened file is and what was checked."""
    lines = _told_zh(found) if chinese else _told_en(found)
    names = {project.id: project.name for project in reading.projects}
    for code, votes in found.votes.items():
        won = ("入选 " if chinese else "won ") if code in found.winners else ""
        held = "未公布" if chinese else "held back"
        lines.append(f"  {code} {names[code]}  {won}{held if votes is None else f'{votes:,}'}".rstrip())
    lines += [english_chinese[chinese] for english_chinese in found.faults]
    return lines


def _told_en(found: Coarse) -> list[str]:
    cast = "fewer than " + str(2 * found.group) if found.ballots is None else str(found.ballots)
    return [
        f"This file is coarsened ({found.kind}): of an electorate this small, ballots and figures that would tell how "
        "single voters chose are held back.",
        f"Measure {found.measure}: fewer than {found.electorate} ballots; no figure about fewer than {found.group} "
        "voters.",
        f"Ballots cast: {cast}; shown here: {found.shown}.",
        {
            None: "The winners cannot be worked out from this file; an auditor can, from all ballots.",
            True: "Checked: the winners follow from the figures by the file's rule.",
            False: "The winners do NOT follow from the figures by the file's rule.",
        }[found.followed],
        f"A voter can check by a receipt (--receipt) that the own ballot is under the seal {found.seal}.",
    ]


def _told_zh(found: Coarse) -> list[str]:
    cast = f"不足 {2 * found.group} 张" if found.ballots is None else f"{found.ballots} 张"
    return [
        f"此文件经过粗化（{found.kind}）：投票人数很少，会暴露个人选择的选票和数字不公布。",
        f"办法 {found.measure}：选票不足 {found.electorate} 张；不足 {found.group} 人的数字不公布。",
        f"投出选票{cast}；此处列出 {found.shown} 张。",
        {
            None: "仅凭此文件无法推出入选项目；审计人员可用全部选票复核。",
            True: "已核对：按文件所载规则，由数字可推出相同的入选项目。",
            False: "按文件所载规则，由数字推不出所列的入选项目。",
        }[found.followed],
        f"投票人可凭回执（--receipt）核对自己的选票在封印 {found.seal} 之下。",
    ]
