"""Receipts: the ballot behind one, and the proof that it is under the seal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.voting.lifecycle import SEALED_STATES
from shanzhi.voting.models import Ballot, Count, InvalidSheet, Option, Poll
from shanzhi.voting.operations.envelopes import normal_receipt
from shanzhi.voting.operations.publishing import shows
from shanzhi.voting.operations.seals import inclusion
from shanzhi.voting.policies import PollSealed
from shanzhi.voting.queries.polls import options, poll


class ReceiptUnknown(NotFound):
    """No ballot has this receipt."""

    code = "receipt_unknown"
    message = _(
        "No counted ballot has this receipt. Compare it with what you noted, letter by letter. If you changed your "
        "ballot, only the last receipt counts; a ballot on paper that was void is not counted."
    )


@dataclass(frozen=True, slots=True)
class CountedBallot:
    """A ballot of a closed poll found by its receipt; `alike` ballots (this one too) chose the same.

    None where the published file does not show them. `proof` is there once the ballots are counted and sealed.
    `invalid` says in words why a sheet on paper was found invalid; then nothing else stands here.
    """

    receipt: str
    options: list[tuple[Option, int | None]]
    alike: int | None
    proof: dict[str, Any] | None = field(default=None, repr=False)
    invalid: Any = ""


def receipt(*, viewer: Actor, poll_id: UUID, code: str) -> CountedBallot:
    """Find the ballot of a closed poll by its receipt, typed in any case, with or without dashes.

    Raises PollSealed before the close, ReceiptUnknown when no ballot has it.
    """
    found = poll(viewer=viewer, poll_id=poll_id)
    if found.state in SEALED_STATES:
        raise PollSealed
    wanted = normal_receipt(code)[:40]
    ballot = Ballot.objects.filter(poll=found, pk=wanted, imported=False).first()
    if ballot is None:
        sheet = InvalidSheet.objects.filter(poll=found, pk=wanted).first()
        if sheet is None:
            raise ReceiptUnknown(field="receipt")
        return CountedBallot(sheet.receipt, [], 0, invalid=sheet.get_reason_display())
    listed = {option.position: option for option in options(poll=found)}
    points: list[int | None] = list(ballot.points) if ballot.points else [None for _choice in ballot.choices]
    chosen = [(listed[position], worth) for position, worth in zip(ballot.choices, points, strict=True)]
    count = found.counts.defer("file", "result").order_by("number").first()  # further ones have the same seal
    return CountedBallot(ballot.receipt, chosen, _alike(found, ballot, count), _proof(found, ballot, count))


def _proof(found: Poll, ballot: Ballot, count: Count | None) -> dict[str, Any] | None:
    """Write what `shanzhi count --receipt` checks against the published file."""
    shown = None if count is None else inclusion(count, ballot.receipt)
    if count is None or shown is None:
        return None
    codes = [option.code for option in options(poll=found)]
    return {
        "format": "shanzhi-receipt-1",
        "poll": str(found.pk),
        "receipt": ballot.receipt,
        "choices": [codes[position] for position in ballot.choices],
        "points": ballot.points,
        "salt": shown.salt,
        "index": shown.index,
        "size": shown.size,
        "path": shown.path,
        "seal": count.seal,
    }


def _alike(found: Poll, ballot: Ballot, count: Count | None) -> int | None:
    """Count the ballots that say the same, where the published file shows them."""
    small = (found.ballots_total or 0) < found.smallest_electorate
    if small and (count is None or count.left_out or count.publication.get("kind") not in ("whole", "merged")):
        return None
    alike = _same(found.pk, ballot)
    return alike if not small or shows(found, ballot.choices, ballot.points) else None


def _same(poll_id: UUID, ballot: Ballot) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM voting_ballot WHERE poll_id = %s AND choices = %s::smallint[]"
            " AND points IS NOT DISTINCT FROM %s::bigint[]",
            [poll_id, ballot.choices, ballot.points],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
