"""The META of a published file: what the vote was called, where and when it was, and within which limits ballots stood.

Pabulib asks for country, unit and instance. Of a vote held here they are its areas and its year; of an imported one
what its file said of them. Limits stand there so that whoever reads the file can hold every ballot against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Final

from django.utils import timezone

from shanzhi.kernel.areas import ancestors_of
from shanzhi.places import queries as places
from shanzhi.tally.pabulib import format_amount
from shanzhi.voting.models import Poll
from shanzhi.voting.operations.channels import channel_meta
from shanzhi.voting.operations.polls import event_area, exact

COUNTRY: Final = "中国"
DISTRICT_DIGITS: Final = 6
WHERE: Final = ("country", "unit", "district", "subunit", "instance", "edition")
LIMITS: Final = tuple(
    f"{side}_{what}" for what in ("length", "sum_cost", "points", "sum_points") for side in ("min", "max")
)
LONGEST_VALUE: Final = 300


def stated_meta(meta: Mapping[str, str]) -> dict[str, str]:
    """Give what an imported file says of its place and of the limits of its ballots, to be published again.

    Nothing else: other keys change how a file is read, and were settled when this one was.
    """
    kept = {key: meta[key].strip() for key in (*WHERE, *LIMITS) if key in meta}
    return {key: value for key, value in kept.items() if 0 < len(value) <= LONGEST_VALUE}


def meta_of(poll: Poll, *, shortened: bool) -> dict[str, str]:
    """Give the META of a closed poll. `shortened`: projects have left, so ballots may name fewer than they had to."""
    end = poll.closes_at - timedelta(microseconds=1)  # a vote until midnight ends on the day before
    first, last = (timezone.localtime(moment) for moment in (poll.opens_at, end))
    days = {name: day.strftime("%d.%m.%Y") for name, day in (("date_begin", first), ("date_end", last))}
    stated = {"description": poll.title, "currency": poll.currency, **days, **channel_meta(poll)}
    if poll.language:
        stated["language"] = poll.language
    if poll.ballot_kind == "approval" and poll.max_choices == 1:
        stated["vote_type"] = "choose-1"
    own = poll.stated if poll.imported else {**_place(poll), "instance": str(first.year), **_limits(poll)}
    return {**{key: value for key, value in own.items() if not (shortened and key.startswith("min_"))}, **stated}


def _place(poll: Poll) -> dict[str, str]:
    """Name the district, or what is above it where a vote spans several, and the part of it where it spans no more."""
    area = event_area(poll)
    if not area:
        return {"country": COUNTRY}
    known = places.names([*ancestors_of(area), area])
    steps = [(code, known[code]) for code in sorted(known)]
    unit = "".join(name for code, name in steps if len(code) <= DISTRICT_DIGITS)
    subunit = "".join(name for code, name in steps if len(code) > DISTRICT_DIGITS)
    return {"country": COUNTRY, "unit": unit, "subunit": subunit}


def _limits(poll: Poll) -> dict[str, str]:
    found = {
        "min_length": poll.min_choices or None,
        "max_length": poll.max_choices,
        "max_sum_points": poll.points_total,
        "max_sum_cost": exact(poll.budget_fen, poll.budget_exact) if poll.purse_limit else None,
    }
    return {key: format_amount(Fraction(value)) for key, value in found.items() if value is not None}
