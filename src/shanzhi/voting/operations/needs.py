"""The search for what losers would have needed, gone on with after the count where that was too dear for it.

A count says at once why each project won or lost. In a large vote whose shares were raised, what a loser would have
needed takes recounts by the hundred: minutes of work. They are done in the background in short stretches, so that other
work there gets its turn, and each need is kept as soon as its stretch ends. Nothing else of a count ever changes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.tally.counting import count as count_election
from shanzhi.tally.needs import search, with_found
from shanzhi.tally.outcome import Need, Outcome, need_as_json
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.voting.models import Count, FoundNeed
from shanzhi.voting.operations.counting import election_of, reason_of
from shanzhi.voting.operations.polls import event_area, locked

SEARCHED_FOR: Final = timedelta(days=30)  # a count that is older has been read; nobody waits for it
LONGEST: Final = 40.0  # seconds of one stretch, less than the clock's minute
_WAITING: Final = """
SELECT c.id FROM voting_count c
WHERE c.created_at > %s AND coalesce(c.publication ->> 'kind', 'whole') = 'whole' AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(c.result #> '{outcome,projects}') line
    WHERE 'unsearched' IN (line #>> '{need,support,verdict}', line #>> '{need,cost,verdict}') AND NOT EXISTS (
        SELECT 1 FROM voting_foundneed f WHERE f.count_id = c.id AND f.project = line ->> 'project'))
ORDER BY c.created_at DESC, c.id
"""


def waiting_searches(*, at: datetime) -> list[UUID]:
    """List the counts of the last SEARCHED_FOR of which not every need was searched, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [at - SEARCHED_FOR])
        return [count_id for (count_id,) in cursor.fetchall()]


def search_needs(*, actor: Actor, at: datetime, longest: float = LONGEST) -> int:
    """Search on for `longest` seconds in counts that wait for it; gives how many needs were found and kept.

    At least one is searched in each count that is begun. Two workers may do the same work twice, but keep it once.
    """
    ends, kept = time.monotonic() + longest, 0
    for count_id in waiting_searches(at=at):
        kept += _search(actor, count_id, at, ends)
        if time.monotonic() >= ends:
            break
    return kept


def _search(actor: Actor, count_id: UUID, at: datetime, ends: float) -> int:
    made = Count.objects.select_related("poll").get(pk=count_id)
    election = election_of(made.poll, without=frozenset(made.left_out))
    outcome = count_election(election, spec_from_json(made.spec))
    found: dict[str, Need] = {}
    for project, need in search(election, outcome, unsearched_projects(made)):
        found[project] = need
        if time.monotonic() >= ends:
            break
    return _keep(actor, made, with_found(outcome, found), sorted(found), at)


def unsearched_projects(made: Count) -> list[str]:
    """List the codes of the projects of a count of which not all was searched yet."""
    known = set(made.found_needs.values_list("project", flat=True))
    listed = (row for row in made.result["outcome"]["projects"] if row["project"] not in known)
    return [str(row["project"]) for row in listed if lacks(row.get("need"))]


def lacks(need: dict[str, Any] | None) -> bool:
    """Tell whether a need, as in a result, was not wholly searched."""
    return need is not None and "unsearched" in (need["support"]["verdict"], need["cost"]["verdict"])


def _keep(actor: Actor, made: Count, outcome: Outcome, projects: Sequence[str], at: datetime) -> int:
    """Keep what was found of these projects, unless another worker has kept it meanwhile."""
    with transaction.atomic():
        poll = locked(made.poll_id)
        known = set(made.found_needs.values_list("project", flat=True))
        rows = []
        for standing in (outcome.standing(project) for project in projects if project not in known):
            assert standing.need is not None
            row = FoundNeed(count=made, project=standing.project, need=need_as_json(standing.need), found_at=at)
            row.sentences = reason_of(outcome, standing, poll.currency)
            rows.append(row)
        if rows:
            FoundNeed.objects.bulk_create(rows)
            change = {"number": made.number, "projects": [row.project for row in rows]}
            record(actor=actor, verb="voting.poll.search", subject=poll, area=event_area(poll), change=change, at=at)
    return len(rows)
