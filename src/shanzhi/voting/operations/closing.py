"""Closing: envelopes become ballots in random order in one transaction, then the key is destroyed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.audit.planned import copy_rows
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.voting import telling
from shanzhi.voting.lifecycle import FINISHED_STATES, OPEN, POLL
from shanzhi.voting.models import Ballot, Poll
from shanzhi.voting.operations.channels import channels_of, check_places, settle_booths, take_entries
from shanzhi.voting.operations.envelopes import TAKEN_ON_PAPER, Choices, Sealer
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.polls import event_area, locked
from shanzhi.voting.operations.publishing import told_channels, told_totals

log = structlog.get_logger(__name__)
FETCHED_AT_ONCE = 5000


class TooEarlyToClose(Conflict):
    """The vote still runs by its terms."""

    code = "too_early_to_close"
    message = _("The vote runs until its published close. To end it sooner, give a reason that everyone will read.")


def close_poll(*, actor: Actor, poll_id: UUID, at: datetime, reason: str = "") -> Poll:
    """Close the vote. Again after the close, it changes nothing but destroys a key that a crash left behind.

    Before `closes_at` a `reason` for the public is needed. Raises TooEarlyToClose, BoothsUnreconciled (which are open
    or not reconciled), PlacesDisagree, MoveRefused, PollKeyMissing.
    """
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        if poll.state in FINISHED_STATES:
            transaction.on_commit(lambda: _destroy(poll_id))
            return poll
        state = POLL.move(poll.state, "close")
        early = at < poll.closes_at
        if early and not reason.strip():
            raise TooEarlyToClose(field="reason")
        poll.state, poll.closed_at = state, at
        poll.closed_early_reason = reason.strip() if early else ""
        settle_booths(actor=actor, poll=poll, at=at)
        poll.save(update_fields=["state", "closed_at", "closed_early_reason"])
        rows, poll.channels = _opened(poll)
        write_ballots(poll_id, rows)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM voting_envelope WHERE poll_id = %s", [poll_id])
        poll.ballots_total = len(rows)
        poll.blank_total = sum(1 for _receipt, choices in rows if choices.blank)
        poll.save(update_fields=["ballots_total", "blank_total", "channels"])
        _tell(actor, poll, reason, at)
        transaction.on_commit(lambda: _destroy(poll_id))
    return poll


def _tell(actor: Actor, poll: Poll, reason: str, at: datetime) -> None:
    """Write the event of the close with its totals, and give notice of it."""
    area = event_area(poll)
    ballots, blank = told_totals(poll)  # staff read events, so they say no more than the page will
    change = {"ballots": ballots, "blank": blank, "roll": poll.roll_total, "channels": told_channels(poll)}
    record(actor=actor, verb="voting.poll.close", subject=poll, area=area, change=change, at=at, reason=reason)
    telling.tell_closed(actor=actor, poll=poll, area=area, at=at)


def _opened(poll: Poll) -> tuple[list[tuple[str, Choices]], dict[str, Any] | None]:
    """Open all envelopes and all readings of sheets, ordered by their random receipts, and tell how many came how."""
    key = key_store().read(poll.pk)
    sealer = Sealer(poll_id=poll.pk, key=key)
    points = poll.ballot_kind == "points"
    found, empty = [], 0
    for mark, sealed in _envelopes(poll.pk):
        if sealed == TAKEN_ON_PAPER:
            empty += 1
            continue
        opened = sealer.open(mark=mark, sealed=sealed, points=points)
        found.append((opened.receipt, opened.choices))
    check_places(poll, empty)
    sheets, invalid = take_entries(poll, key)
    channels = channels_of(poll, online=len(found), paper=len(sheets), invalid=invalid)
    return sorted(found + sheets, key=lambda row: row[0]), channels


def _envelopes(poll_id: UUID) -> Iterator[tuple[bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT voter_mac, sealed FROM voting_envelope WHERE poll_id = %s", [poll_id])
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            for mark, sealed in rows:
                yield bytes(mark), bytes(sealed)


def write_ballots(poll_id: UUID, rows: Iterable[tuple[str, Choices]], *, imported: bool = False) -> None:
    """Write ballots by COPY, in the order given: receipt and choices, nothing else."""
    columns = ("receipt", "poll_id", "choices", "points", "imported")
    copy_rows(
        Ballot,
        columns,
        ((receipt, poll_id, _array(made.positions), _array(made.points), imported) for receipt, made in rows),
    )


def _array(numbers: Iterable[int] | None) -> str | None:
    return None if numbers is None else "{" + ",".join(map(str, numbers)) + "}"


def _destroy(poll_id: UUID) -> None:
    """Destroy the key once the close is safe on the disk; a failure is left to the next `tidy_keys`."""
    try:
        key_store().destroy(poll_id)
    except OSError:
        log.error("poll_key_not_destroyed", poll=str(poll_id), exc_info=True)


def tidy_keys() -> list[UUID]:
    """Destroy keys of polls that have closed, which only a crash between close and destruction leaves; give which.

    A key of a poll that is unknown here stays: it may belong to another database or to a restored one.
    """
    gone = []
    for poll_id in key_store().polls():
        with transaction.atomic():
            poll = Poll.objects.select_for_update().filter(pk=poll_id, state__in=FINISHED_STATES).first()
        if poll is not None and key_store().destroy(poll_id):
            gone.append(poll_id)
    return gone


def leftover_keys() -> list[UUID]:
    """List closed polls whose key still exists, for `shanzhi doctor`."""
    keyed = key_store().polls()
    return list(Poll.objects.filter(pk__in=keyed, state__in=FINISHED_STATES).values_list("pk", flat=True))


def due_polls(*, at: datetime) -> list[UUID]:
    """List open polls whose time is over, for the clock that closes them."""
    return list(Poll.objects.filter(state=OPEN, closes_at__lte=at).order_by("closes_at").values_list("pk", flat=True))


def random_receipt() -> bytes:
    """Give 15 random bytes for an imported ballot, which nobody holds a receipt of."""
    return secrets.token_bytes(15)
