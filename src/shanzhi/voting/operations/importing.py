"""Elections of others as finished polls, marked as imported, counted here beside the result they came with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Invalid
from shanzhi.tally.election import Election
from shanzhi.tally.pabulib import STRICT, chosen, language_tag, spec_as_json, usual_spec
from shanzhi.tally.spec import Spec
from shanzhi.voting.lifecycle import POLL
from shanzhi.voting.models import Poll
from shanzhi.voting.operations.closing import random_receipt, write_ballots
from shanzhi.voting.operations.counting import count_poll
from shanzhi.voting.operations.envelopes import Choices, receipt_text
from shanzhi.voting.operations.meta import stated_meta
from shanzhi.voting.operations.polls import create_poll, event_area, locked, poll_digest, set_options
from shanzhi.voting.operations.rules import MOST_OPTIONS, BallotRules, OptionInput

LARGEST_FEN: Final = 2**62


class TooLarge(Invalid):
    """More than the tables hold."""

    code = "election_too_large"
    message = _("This election is too large: at most 5,000 projects, and amounts below 10^16. Split the file first.")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as stored: fen, and the exact text where fen are too coarse."""

    fen: int
    exact: str


def stored(value: Fraction) -> Amount:
    """Turn an amount in currency units into fen, rounded down, with its exact text when that loses something."""
    scaled = value * 100
    fen = int(scaled)
    if fen > LARGEST_FEN:
        raise TooLarge
    return Amount(fen, "" if scaled == fen else f"{value.numerator}/{value.denominator}")


def own_title(election: Election) -> str:
    """Give what an election calls itself, or nothing."""
    return election.meta.get("description") or election.meta.get("unit", "")


def treatments_of(election: Election) -> list[dict[str, Any]]:
    """Tell how doubtful faults were settled when the election was read, for the public to judge.

    One entry a kind: name and value of the treatment, how many times it was met and the line of the first.
    """
    doubts = {doubt.treatment: doubt for doubt in getattr(election, "doubts", ())}
    entries = []
    for name, value in chosen(getattr(election, "treat", STRICT)).items():
        doubt = doubts.get(name)
        line = doubt.places[0].line if doubt else 0
        entries.append({"name": name, "value": value, "times": doubt.times if doubt else 0, "line": line})
    return entries


def import_poll(
    *,
    actor: Actor,
    election: Election,
    source: str,
    areas: Sequence[str],
    title: str,
    at: datetime,
    spec: Spec | None = None,
    title_en: str = "",
) -> Poll:
    """Make a finished, counted poll of an election from elsewhere; its ballots are marked as imported.

    Its official result stays beside the computed one, and the treatments that it was read with are told with it.
    Raises NotYourPoll, TooLarge, CannotCount.
    """
    if len(election.projects) > MOST_OPTIONS:
        raise TooLarge
    with transaction.atomic():
        poll = _draft(actor, election, source, areas, title, title_en, spec or usual_spec(election), at)
        set_options(actor=actor, poll_id=poll.pk, options=_options(election), at=at)
        _fill(actor, poll.pk, election, at)
        count_poll(actor=actor, poll_id=poll.pk, at=at)
    poll.refresh_from_db()
    return poll


def _draft(
    actor: Actor,
    election: Election,
    source: str,
    areas: Sequence[str],
    title: str,
    title_en: str,
    spec: Spec,
    at: datetime,
) -> Poll:
    opens_at, closes_at = _period(election, at)
    budget = stored(election.budget)
    language = language_tag(election.meta.get("language", ""))
    return create_poll(
        actor=actor,
        title=title,
        title_en=title_en,
        areas=areas,
        minimum_age=0,
        roll_date=timezone.localdate(opens_at),
        rules=_rules(election),
        budget_fen=budget.fen,
        budget_exact=budget.exact,
        spec=spec_as_json(spec),
        opens_at=opens_at,
        closes_at=closes_at,
        imported=True,
        smallest_electorate=0,  # its ballots are public already
        source=source,
        currency=(election.meta.get("currency") or "")[:12] or "?",
        points_scale=election.points_scale,
        language=language,
        title_language=language if title and own_title(election).startswith(title) else "",
        treatments=treatments_of(election),
        stated=stated_meta(election.meta),
        at=at,
    )


def _rules(election: Election) -> BallotRules:
    kind = election.kind
    single = election.meta.get("vote_type") == "choose-1"
    return BallotRules(kind=kind, max_choices=1 if single else None, blank_allowed=True)


def _period(election: Election, at: datetime) -> tuple[datetime, datetime]:
    """Read when the election ran; files write days as 18.09.2023 or a year alone; without any: the day before.

    A day begins at midnight of the place, where it is shown and published.
    """
    opens = _day(election.meta.get("date_begin", ""))
    closes = _day(election.meta.get("date_end", ""))
    if opens is None or closes is None or closes < opens:
        return at - timedelta(days=1), at
    return opens, closes + timedelta(days=1)


def _day(text: str) -> datetime | None:
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%Y"):
        try:
            day = datetime.strptime(text.strip(), form).replace(tzinfo=timezone.get_current_timezone())
        except ValueError:
            continue
        return day if 1 < day.year < 9999 else None  # beyond, the day before or after is no date
    return None


def _options(election: Election) -> list[OptionInput]:
    made = []
    for project in election.projects:
        cost = stored(project.cost)
        made.append(
            OptionInput(
                code=project.id,
                title=project.name,
                cost_fen=cost.fen,
                cost_exact=cost.exact,
                exclusive=project.exclusive,
                selected=project.selected,
            )
        )
    return made


def _fill(actor: Actor, poll_id: UUID, election: Election, at: datetime) -> None:
    poll = locked(poll_id, actor=actor)
    poll.state, poll.closed_at = POLL.move(poll.state, "import"), at
    poll.digest = poll_digest(poll)
    poll.save(update_fields=["state", "closed_at", "digest"])
    rows = sorted(_rows(election), key=lambda row: row[0])
    write_ballots(poll_id, rows, imported=True)
    poll.ballots_total = len(rows)
    poll.blank_total = sum(1 for _receipt, choices in rows if choices.blank)
    poll.save(update_fields=["ballots_total", "blank_total"])
    change = {"ballots": poll.ballots_total, "blank": poll.blank_total, "source": poll.source}
    change["treatments"] = {entry["name"]: entry["value"] for entry in poll.treatments}
    record(actor=actor, verb="voting.poll.import", subject=poll, area=event_area(poll), change=change, at=at)


def _rows(election: Election) -> Iterator[tuple[str, Choices]]:
    choices = election.choices.tolist()
    points = None if election.points is None else election.points.tolist()
    for start, end in pairwise(election.offsets.tolist()):
        positions = tuple(choices[start:end])
        given = None if points is None else tuple(points[start:end])
        yield receipt_text(random_receipt()), _sorted(election.kind, positions, given)


def _sorted(kind: str, positions: tuple[int, ...], points: tuple[int, ...] | None) -> Choices:
    if kind == "ranked":
        return Choices(positions)
    if points is None:
        return Choices(tuple(sorted(positions)))
    pairs = sorted(zip(positions, points, strict=True))
    return Choices(tuple(p for p, _w in pairs), tuple(w for _p, w in pairs))
