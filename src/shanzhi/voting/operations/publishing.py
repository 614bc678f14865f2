"""What is published of a count, in one place, so that page, API, file, exports and notices agree.

Of a large electorate, everything. Of a small one what `shanzhi.kernel.small_groups` lets through: see docs/decisions,
'small electorates'. The seal and the digest cover all ballots either way; where something is held back the digest is
salted, since of few ballots all possible outcomes could be tried.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection

from shanzhi.kernel.canonical import canonical
from shanzhi.kernel.ciphers import derive
from shanzhi.kernel.small_groups import MEASURE, Limits, Pattern, Table, coarsen, tabulate
from shanzhi.tally.election import Election
from shanzhi.tally.outcome import Outcome, amount
from shanzhi.tally.pabulib import digest as content_digest
from shanzhi.tally.pabulib import write
from shanzhi.tally.spec import Spec
from shanzhi.voting.models import Count, Poll
from shanzhi.voting.operations.seals import Seal, leaves_total

WHOLE: Final[dict[str, Any]] = {"kind": "whole"}
HELD_BACK: Final = {
    True: {
        "zh": "按公布的规则入选。投票人数少，相关数字不公布。",
        "en": "Chosen by the published rule. Its figures are held back, since few people voted.",
    },
    False: {
        "zh": "按公布的规则未入选。投票人数少，相关数字不公布。",
        "en": "Not chosen by the published rule. Its figures are held back, since few people voted.",
    },
}
COUNTED: Final = {
    True: {"zh": "得{votes}票，按公布的规则入选。", "en": "Chosen by the published rule, with {votes} supporters."},
    False: {
        "zh": "得{votes}票，按公布的规则未入选。",
        "en": "Not chosen by the published rule, with {votes} supporters.",
    },
}


@dataclass(frozen=True, slots=True)
class Published:
    """What goes out: the result as plain values, the digest of it all, the file, and what was held back."""

    result: dict[str, Any]
    digest: str
    file: str
    publication: dict[str, Any]


def limits_of(poll: Poll, options: int, left: int = 0) -> Limits:
    """Give the limits that are frozen with a poll, and what a ballot may hold when `left` projects are passed over."""
    most = min(poll.max_choices or options, poll.points_total or options, options)
    return Limits(
        electorate=poll.smallest_electorate,
        group=poll.smallest_group,
        least=max(poll.min_choices - left, 1),
        most=max(most, 1),
        blank=poll.blank_allowed or left > 0,
        bound=poll.purse_limit,
    )


def table_of(election: Election) -> Table:
    """Count the ballots of an election by what they say."""
    choices = election.choices.tolist()
    points = None if election.points is None else election.points.tolist()
    patterns: Counter[Pattern] = Counter()
    for start, end in pairwise(election.offsets.tolist()):
        positions = tuple(choices[start:end])
        worth = None if points is None else tuple(points[start:end])
        patterns[Pattern((positions, worth), frozenset(positions))] += 1
    return tabulate(patterns, len(election.projects))


def told_totals(poll: Poll, *, whole: bool = False) -> tuple[int | None, int | None]:
    """Give ballots and blank ballots of a closed poll as far as they are told; `whole` when its file is."""
    total = poll.ballots_total
    if whole or total is None or total >= poll.smallest_electorate:
        return total, poll.blank_total
    return total if total >= 2 * poll.smallest_group else None, None


def told_channels(poll: Poll) -> dict[str, Any] | None:
    """Give of a closed poll how many came by which way, as far as that is told; None where there were no booths.

    `least` is the smallest group by which it was decided, 0 where everything is told; figures that are held back are
    None, and so are all booths together, since what they add up to tells of sheets found invalid.
    """
    raw, group = poll.channels, poll.smallest_group
    if raw is None:
        return None
    if not poll.smallest_electorate:
        return {"least": 0, **raw}
    ballots, _blank = told_totals(poll)
    apart = ballots is not None and all(not raw[way] or raw[way] >= group for way in ("online", "paper"))
    if apart and raw["paper"] + raw["invalid"] and not raw["paper"]:
        apart = False  # that every sheet was invalid tells it of each of their voters
    if apart and ballots is not None and ballots >= poll.smallest_electorate:
        return {"least": 0, **raw}
    told = {name: raw[name] if apart and name in ("online", "paper") else None for name in raw}
    return {"least": group, **told}


def shows(poll: Poll, choices: Sequence[int], points: Sequence[int] | None) -> bool:
    """Tell whether the published file of a small electorate shows ballots that say this."""
    content = (tuple(choices), None if points is None else tuple(points))
    projects = poll.options.count()
    table = coarsen(tabulate(_patterns(poll.pk), projects), limits_of(poll, projects))
    return any(one.content == content for one in table.patterns)


def _patterns(poll_id: UUID) -> dict[Pattern, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT choices, points, count(*) FROM voting_ballot WHERE poll_id = %s GROUP BY choices, points", [poll_id]
        )
        return {
            Pattern((tuple(choices), None if points is None else tuple(points)), frozenset(choices)): number
            for choices, points, number in cursor.fetchall()
        }


def publish(
    poll: Poll,
    *,
    election: Election,
    spec: Spec,
    outcome: Outcome,
    result: dict[str, Any],
    seal: Seal,
    first: Count | None,
) -> Published:
    """Make what is published of a count; `result` is the whole one, `first` the poll's first count once it is there."""
    table = _table(poll, election, first)
    if table is None or table.kind == "whole":
        file = write(election, rule=spec, seal=seal.root, call_id=str(poll.pk))
        return Published(result, outcome.digest, file, dict(WHOLE))
    told = _told(poll, election, outcome, table)
    shown = _shown(election, table, told)
    return Published(
        result=_coarse_result(election, outcome, table, result),
        digest=salted_digest(outcome, election, seal.key),
        file=write(shown, rule=spec, seal=seal.root, call_id=str(poll.pk)),
        publication=told,
    )


def _table(poll: Poll, election: Election, first: Count | None) -> Table | None:
    """Give what a small electorate's count tells of ballots; None where nothing is held back.

    A further count is a second table of the same ballots: beside a first that holds back it tells the winners alone.
    """
    if election.ballots >= poll.smallest_electorate:
        return None
    options = len(election.projects)
    if first is None:
        return coarsen(table_of(election), limits_of(poll, options, poll.options.count() - options))
    if first.publication.get("kind", "whole") == "whole":
        return None
    size = election.ballots if election.ballots >= 2 * poll.smallest_group else None
    return Table(size, {}, size or 0, (None,) * options, None)


def salted_digest(outcome: Outcome, election: Election, key: bytes) -> str:
    """Digest outcome and ballots with a salt that only an auditor is shown."""
    content = f"{outcome.digest}\n{content_digest(election)}\n".encode()
    return "sha256:" + hashlib.sha256(derive(key, "voting.digest.salt") + content).hexdigest()


def _told(poll: Poll, election: Election, outcome: Outcome, table: Table) -> dict[str, Any]:
    """Say in plain values what is published, what is held back, and by which measure."""
    votes = {project.id: told for project, told in zip(election.projects, table.votes, strict=True)}
    return {
        "kind": table.kind,
        "measure": MEASURE,
        "smallest_electorate": poll.smallest_electorate,
        "smallest_group": poll.smallest_group,
        "ballots": table.size,
        "shown": sum(table.patterns.values()),
        "merged": table.merged if table.size is not None else None,
        "votes": votes,
        "winners": _winners(election, outcome),
        "leaves": leaves_total(poll),
    }


def _winners(election: Election, outcome: Outcome) -> list[str]:
    """List winners in the order of the ballot: the order of selection tells which had more support."""
    chosen = set(outcome.winners)
    return [project.id for project in election.projects if project.id in chosen]


def _shown(election: Election, table: Table, told: Mapping[str, Any]) -> Election:
    """Give the election with the ballots that are shown; its meta says what is not."""
    contents: list[Any] = [one.content for one, number in table.patterns.items() for _times in range(number)]
    offsets = np.zeros(len(contents) + 1, dtype=np.int64)
    np.cumsum([len(positions) for positions, _worth in contents], out=offsets[1:])
    flat = [position for positions, _worth in contents for position in positions]
    worth = [one for _positions, points in contents for one in points or ()]
    meta = {
        "coarsened": told["kind"],
        "coarsened_by": told["measure"],
        "coarsened_terms": canonical({name: told[name] for name in ("smallest_electorate", "smallest_group")}).decode(),
        "coarsened_ballots": canonical({name: told[name] for name in ("ballots", "shown", "merged")}).decode(),
        "coarsened_votes": canonical(told["votes"]).decode(),
        "coarsened_winners": canonical(told["winners"]).decode(),
        "seal_leaves": str(told["leaves"]),
    }
    return replace(
        election,
        offsets=offsets,
        choices=np.asarray(flat, dtype=np.int32),
        points=None if election.points is None else np.asarray(worth, dtype=np.int64),
        meta={**election.meta, **meta},
    )


def _coarse_result(election: Election, outcome: Outcome, table: Table, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Give the result without what follows from held figures: rounds, ties, scores, other rules, voters reached."""
    winners = _winners(election, outcome)
    body = outcome.to_json()
    kept = ("rule", "satisfaction", "completion", "tie_order", "threshold", "composite", "total_cost", "budget")
    rows = [
        {
            "project": project.id,
            "name": project.name,
            "cost": amount(project.cost),
            "votes": votes,
            "status": "won" if project.id in winners else "lost",
            "why": "held-back",
            "turn": None,
        }
        for project, votes in zip(election.projects, table.votes, strict=True)
    ]
    told = {name: body[name] for name in kept}
    told |= {"winners": winners, "ballots": table.size, "rounds": [], "ties": [], "projects": rows, "warnings": []}
    return {
        "outcome": told,
        "content_digest": None,
        "reasons": {row["project"]: _reason(row) for row in rows},
        "alternatives": [],
        "reached": None,
        "official": whole["official"],
    }


def _reason(row: Mapping[str, Any]) -> dict[str, str]:
    won = row["status"] == "won"
    if row["votes"] is None:
        return HELD_BACK[won]
    return {language: words.format(votes=f"{row['votes']:,}") for language, words in COUNTED[won].items()}
