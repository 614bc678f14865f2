"""Projects that leave a vote, or come back, and the count again without them by the same frozen rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.tally.counting import count as count_election
from shanzhi.tally.faults import CountingError
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.tally.spec import Spec
from shanzhi.voting.lifecycle import CLOSED, COUNTED, OPEN
from shanzhi.voting.models import Count, LeftOption, Option, Poll
from shanzhi.voting.operations.counting import (
    cannot_count,
    election_of,
    left_codes,
    make_count,
    spec_with,
    without_left,
)
from shanzhi.voting.operations.polls import event_area, locked


class NotInThisVote(Conflict):
    """The vote has not begun, so the list of its projects is simply changed."""

    code = "vote_not_begun"
    message = _("This vote has not begun. Take the project off the ballot before it opens.")


class NothingLeft(Conflict):
    """The newest count already passes over exactly what has left."""

    code = "nothing_left"
    message = _("No project has left this vote since the last count, so there is nothing to count again.")


def leave_out(*, actor: Actor, poll_id: UUID, code: str, reason: str, at: datetime) -> None:
    """Have every count from now on pass over a project; again, nothing happens. The ballots stay as they were cast.

    `reason` is for the public. Raises NotFound, NotInThisVote.
    """
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        option = _option(poll, code)
        if LeftOption.objects.filter(option=option, back_at__isnull=True).exists():
            return
        LeftOption.objects.create(option=option, reason=reason, left_at=at)
        _note(actor, "leave_out", poll, code, at, reason)


def take_back(*, actor: Actor, poll_id: UUID, code: str, reason: str, at: datetime) -> None:
    """Have counts from now on regard a project again that had left. Raises NotFound, NotInThisVote."""
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        away = LeftOption.objects.filter(option=_option(poll, code), back_at__isnull=True)
        if away.update(back_at=at):
            _note(actor, "take_back", poll, code, at, reason)


def recount_poll(*, actor: Actor, poll_id: UUID, at: datetime, jury: Mapping[str, int] | None = None) -> Count:
    """Count a counted poll once more without what has left it, by the frozen rule.

    `jury` as with the first count, whose scores hold where none are given. Raises NotFound, NothingLeft, CannotCount.
    """
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        last = _last_count(poll)
        made = make_count(poll, _spec(poll, jury), number=last.number + 1, at=at)
        change = {"digest": made.digest, "file": made.file_digest, "number": made.number, "left_out": made.left_out}
        record(actor=actor, verb="voting.poll.recount", subject=poll, area=event_area(poll), change=change, at=at)
    return made


def winners_without(*, poll: Poll, jury: Mapping[str, int] | None = None) -> list[str]:
    """Give the codes of those who would win without what has left, in the order of selection; nothing is kept.

    Raises NothingLeft, CannotCount.
    """
    _last_count(poll)
    away = left_codes(poll)
    spec = without_left(_spec(poll, jury), away)
    try:
        return list(count_election(election_of(poll, without=away), spec).winners)
    except CountingError as error:
        raise cannot_count(error) from error


def _spec(poll: Poll, jury: Mapping[str, int] | None) -> Spec:
    first = spec_from_json(poll.counts.order_by("number").values_list("spec", flat=True)[0])
    return spec_with(first, jury or None)


def _last_count(poll: Poll) -> Count:
    if poll.state != COUNTED:
        raise NothingLeft
    last: Count = poll.counts.order_by("-number")[0]
    if last.left_out == sorted(left_codes(poll)):
        raise NothingLeft
    return last


def _option(poll: Poll, code: str) -> Option:
    if poll.state not in (OPEN, CLOSED, COUNTED):
        raise NotInThisVote
    option = Option.objects.filter(poll=poll, code=code).first()
    if option is None:
        raise NotFound
    return option


def _note(actor: Actor, verb: str, poll: Poll, code: str, at: datetime, reason: str) -> None:
    record(
        actor=actor,
        verb=f"voting.poll.{verb}",
        subject=poll,
        area=event_area(poll),
        change={"code": code},
        at=at,
        reason=reason,
    )
