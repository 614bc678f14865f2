"""An auditor counts all ballots of a vote again, those too that are held back from the public."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, Invalid, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.tally.counting import count as count_election
from shanzhi.tally.outcome import Outcome
from shanzhi.tally.pabulib import spec_from_json, write
from shanzhi.voting.lifecycle import COUNTED
from shanzhi.voting.models import Count, Poll
from shanzhi.voting.operations.counting import election_of
from shanzhi.voting.operations.polls import event_area
from shanzhi.voting.operations.publishing import salted_digest
from shanzhi.voting.operations.seals import seal_holds

AUDITORS: Final = frozenset({Role.AUDITOR})


class NotAnAuditor(Forbidden):
    """Only an auditor of all the poll's areas counts what is held back."""

    code = "not_an_auditor"
    message = _("Only an auditor of all areas of this vote may count the ballots that are held back.")


class NoReason(Invalid):
    """A recount of held ballots says what it is for."""

    code = "reason_missing"
    message = _("Say why the ballots are counted again; the reason is recorded.")


@dataclass(frozen=True, slots=True)
class Recounted:
    """What an auditor's recount found: whether seal, digest and winners agree with what was published.

    `file` holds all ballots; it stays with the auditor.
    """

    seal: bool
    digest: bool
    winners: bool
    outcome: Outcome = field(repr=False)
    file: str = field(repr=False)

    @property
    def agrees(self) -> bool:
        """Tell whether all three do."""
        return self.seal and self.digest and self.winners


def recount_whole(*, actor: Actor, poll_id: UUID, reason: str, at: datetime) -> Recounted:
    """Count all ballots again and compare; recorded with the reason, whatever comes of it.

    For the premises of whoever keeps the ballots: no address of the site leads here. Raises NotFound, NotAnAuditor,
    NoReason.
    """
    poll = Poll.objects.filter(pk=poll_id, state=COUNTED).first()
    if poll is None:
        raise NotFound
    if not all(actor.holds(AUDITORS, code) for code in poll.areas):
        raise NotAnAuditor
    if not reason.strip():
        raise NoReason(field="reason")
    with transaction.atomic():
        count = poll.counts.order_by("-number")[0]
        found = _compared(poll, count)
        change = {"seal_holds": found.seal, "digest_holds": found.digest, "winners_hold": found.winners}
        record(
            actor=actor,
            verb="voting.poll.audit_count",
            subject=poll,
            area=event_area(poll),
            change=change,
            at=at,
            reason=reason.strip(),
        )
    return found


def _compared(poll: Poll, count: Count) -> Recounted:
    election, spec = election_of(poll, without=frozenset(count.left_out)), spec_from_json(count.spec)
    outcome = count_election(election, spec)
    whole = count.publication.get("kind", "whole") == "whole"
    digest = outcome.digest if whole else salted_digest(outcome, election, bytes(count.seal_key or b""))
    return Recounted(
        seal=seal_holds(count),
        digest=digest == count.digest,
        winners=set(outcome.winners) == set(count.result["outcome"]["winners"]),
        outcome=outcome,
        file=write(election, rule=spec, seal=count.seal, call_id=str(poll.pk)),
    )
