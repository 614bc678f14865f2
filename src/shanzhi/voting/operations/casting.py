"""Casting a ballot: the fast path. One statement, one durable transaction, nothing readable left behind.

Who, eligibility, the poll's state, the database's own clock, 'one person one ballot', 'one key one ballot' and 'no
ballot beside one on paper' (an empty envelope holds that voter's place) are all held by one upsert. It takes a share of
the poll's row, so a close that runs at the same time either waits for it or turns it away; of two requests with one key
the second to come meets the tags of the first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound, Refusal
from shanzhi.voting.lifecycle import DRAFT, OPEN, ROLL_FIXED
from shanzhi.voting.models import Option, PaperMark, Poll, RollEntry
from shanzhi.voting.models.paper import NOT_VOTING
from shanzhi.voting.operations.envelopes import Choices, Sealer, receipt_text, width
from shanzhi.voting.operations.keys import PollKeyMissing, key_store
from shanzhi.voting.operations.merged import voting_record
from shanzhi.voting.operations.rules import BallotRules, CastChoices, check
from shanzhi.work.operations import BadKey, KeyReused
from shanzhi.work.prepared import Prepared, Value

FORMS_KEPT: Final = 64
OTHER_CHOICES: Final = _(
    "Other choices were already cast with this form, and they stay as they are. Check what you chose and cast it once "
    "more. A program sends other choices under a new key."
)
_told_time: Final[ContextVar[bool]] = ContextVar("voting_told_time", default=False)


class NotOpenYet(Conflict):
    """The vote has not begun."""

    code = "poll_not_open"
    message = _("This vote has not begun. Come back when it opens; the date stands on its page.")


class PollOver(Conflict):
    """The vote has closed."""

    code = "poll_closed"
    message = _("This vote has closed and takes no more ballots. A ballot cast before the close counts as it was.")


class NotOnRoll(Forbidden):
    """The person is not on the roll."""

    code = "not_on_roll"
    message = _("You are not on the roll of this vote. Ask your community's committee if you think you should be.")


class VotedOnPaper(Conflict):
    """The person got a ballot sheet at a polling place."""

    code = "voted_on_paper"
    message = _(
        "You voted on paper at a polling place, so you cannot vote online as well. If that was not you, tell the "
        "polling place at once; it stands on the page of polling places."
    )


@dataclass(frozen=True, slots=True)
class CastReceipt:
    """What the voter gets: the receipt (24 letters and digits) of the ballot as it now lies in the envelope."""

    receipt: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BallotForm:
    """All that is needed to check and seal a ballot of an open poll; frozen with the poll, so it may be kept."""

    poll_id: UUID
    rules: BallotRules
    opens_at: datetime
    closes_at: datetime
    budget: int
    costs: tuple[int, ...]
    codes: tuple[str, ...]
    index: dict[str, int]

    @property
    def width(self) -> int:
        """Plain length of every ballot, in bytes."""
        return width(options=len(self.codes), most=self.rules.max_choices, points=self.rules.kind == "points")

    def named(self, choices: Choices) -> dict[str, int] | list[str]:
        """Write choices by the options' codes: points by code, or codes in order."""
        codes = [self.codes[position] for position in choices.positions]
        return dict(zip(codes, choices.points, strict=True)) if choices.points is not None else codes


_forms: Final[OrderedDict[UUID, BallotForm]] = OrderedDict()
_forms_lock: Final = Lock()


def rules_of(poll: Poll) -> BallotRules:
    """Read the ballot's rules from the poll."""
    return BallotRules(
        kind=poll.ballot_kind,  # type: ignore[arg-type]  # the column's choices are the kinds
        min_choices=poll.min_choices,
        max_choices=poll.max_choices,
        purse_limit=poll.purse_limit,
        points_total=poll.points_total,
        blank_allowed=poll.blank_allowed,
    )


def form_of(poll: Poll) -> BallotForm:
    """Read the ballot's form from the database, in one query."""
    rows = list(Option.objects.filter(poll=poll).order_by("position").values_list("code", "cost_fen"))
    codes = tuple(code for code, _cost in rows)
    return BallotForm(
        poll_id=poll.pk,
        rules=rules_of(poll),
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
        budget=poll.budget_fen,
        costs=tuple(cost for _code, cost in rows),
        codes=codes,
        index={code: position for position, code in enumerate(codes)},
    )


def open_form(poll_id: UUID) -> BallotForm:
    """Give the form of an open poll, from memory when it was asked before; refuse a poll in another state.

    A remembered form may belong to a poll closed since: the upsert finds that out.
    """
    with _forms_lock:
        known = _forms.get(poll_id)
        if known is not None:
            _forms.move_to_end(poll_id)
            return known
    poll = Poll.objects.filter(pk=poll_id).first()
    if poll is None or poll.state == DRAFT:
        raise NotFound
    if poll.state != OPEN:
        raise NotOpenYet if poll.state == ROLL_FIXED else PollOver
    form = form_of(poll)
    with _forms_lock:
        _forms[poll_id] = form
        while len(_forms) > FORMS_KEPT:
            _forms.popitem(last=False)
    return form


@contextmanager
def told_time() -> Iterator[None]:
    """Play a round in told time: casts in this block ask `at` alone and not the database's clock as well.

    For rounds that are played in seconds (demo, tests), never for requests.
    """
    token = _told_time.set(True)
    try:
        yield
    finally:
        _told_time.reset(token)


_CAST: Final = Prepared(
    "cast",
    """
WITH poll AS MATERIALIZED (
    SELECT id FROM voting_poll
    WHERE id = %(poll)s AND state = 'open' AND (%(told)s::boolean OR clock_timestamp() < closes_at)
    FOR KEY SHARE
), voter AS MATERIALIZED (
    SELECT 1 FROM voting_rollentry WHERE poll_id = %(poll)s AND person_id = %(person)s
)
INSERT INTO voting_envelope AS envelope (poll_id, voter_mac, sealed, request_tag, content_tag, since)
SELECT poll.id, %(mark)s::bytea, %(sealed)s::bytea, %(request)s::bytea, %(content)s::bytea, %(since)s::bytea
FROM poll CROSS JOIN voter
ON CONFLICT (poll_id, voter_mac) DO UPDATE
    SET sealed = excluded.sealed, request_tag = excluded.request_tag, content_tag = excluded.content_tag
    WHERE octet_length(envelope.sealed) > 0
        AND (envelope.request_tag IS DISTINCT FROM excluded.request_tag OR envelope.content_tag = excluded.content_tag)
""",
)


def cast(*, actor: Actor, poll_id: UUID, choices: CastChoices, key: str, at: datetime) -> CastReceipt:
    """Cast the actor's ballot, or put it in the place of the earlier one; the same `key` and choices, the same receipt.

    `choices`: codes of options (in order of preference when ranked), points by code, or nothing for a blank vote.
    Raises a subclass of Invalid with field `choices`, NotOnRoll, VotedOnPaper, NotOpenYet, PollOver, NotFound, BadKey,
    and KeyReused when the ballot in the envelope came under the same `key` with other choices.
    """
    person = actor.person()
    if not 8 <= len(key) <= 100:
        raise BadKey(field="key")
    form = open_form(poll_id)
    _in_time(form, at)
    checked = check(form.rules, costs=form.costs, budget=form.budget, index=form.index, chosen=choices)
    try:
        sealer = Sealer(poll_id=poll_id, key=key_store().read(poll_id))
    except PollKeyMissing:
        _say_why(poll_id, person)  # closed a moment ago, and the key destroyed
        raise
    mark = sealer.mark(person)
    raw = sealer.receipt(person_id=person, request_key=key, choices=checked)
    sealed = sealer.seal(mark=mark, receipt=raw, choices=checked, width=form.width)
    tags = sealer.tags(person_id=person, request_key=key, receipt=raw)
    values: dict[str, Value] = {
        "poll": poll_id,
        "person": person,
        "mark": mark,
        "sealed": sealed,
        "request": tags.request,
        "content": tags.content,
        "since": sealer.seal_since(mark=mark, at=at),
        "told": _told_time.get(),
    }
    if _CAST.change(values) != 1:
        other = voting_record(poll_id, person)  # of one person whose records were merged, one votes
        if other != person:
            return cast(actor=replace(actor, person_id=other), poll_id=poll_id, choices=choices, key=key, at=at)
        _say_why(poll_id, person)
        raise _late_or_reused(poll_id)
    return CastReceipt(receipt_text(raw))


def _in_time(form: BallotForm, at: datetime) -> None:
    if at < form.opens_at:
        raise NotOpenYet
    if at >= form.closes_at:
        raise PollOver


def _say_why(poll_id: UUID, person: UUID) -> None:
    """Find out why the upsert took nothing; say nothing when the poll is still open and the person on its roll."""
    state = Poll.objects.filter(pk=poll_id).values_list("state", flat=True).first()
    if state != OPEN:
        with _forms_lock:
            _forms.pop(poll_id, None)
        if state is None:
            raise NotFound
        raise PollOver
    if not RollEntry.objects.filter(poll_id=poll_id, person_id=person).exists():
        raise NotOnRoll
    if voted_on_paper(poll_id, person):
        raise VotedOnPaper


def voted_on_paper(poll_id: UUID, person: UUID) -> bool:
    """Tell whether the person has been given a sheet that was not handed back."""
    return PaperMark.objects.filter(poll_id=poll_id, person_id=person).exclude(state__in=NOT_VOTING).exists()


def _late_or_reused(poll_id: UUID) -> Refusal:
    """Tell the two reasons left for one on the roll of an open poll.

    The tags are not compared again: a third request may have replaced them meanwhile. The clock only goes on, so what
    the upsert refused as late is late here too.
    """
    if not _told_time.get() and Poll.objects.filter(pk=poll_id, closes_at__lte=Now()).exists():
        return PollOver()  # between closes_at and the close itself
    return KeyReused(OTHER_CHOICES, field="key")
