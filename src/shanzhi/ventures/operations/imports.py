"""An election held elsewhere as a finished call, for people to see how its rule works and to count it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Conflict
from shanzhi.tally.election import Election
from shanzhi.tally.spec import Spec
from shanzhi.ventures.models import Call, CallArea, CallTerms, Proposal
from shanzhi.ventures.operations.ballot import write_awards
from shanzhi.ventures.operations.call_fields import BALLOT
from shanzhi.ventures.operations.calls import NotYourArea, home_of
from shanzhi.ventures.operations.terms import terms_of
from shanzhi.ventures.policies import runs_area
from shanzhi.voting import operations as voting
from shanzhi.voting.models import Option, Poll


class ImportedAlready(Conflict):
    """The same file was imported into the same areas before."""

    code = "imported_already"
    message = _("This election was imported here before. Open it from the list of calls.")


def import_round(
    *,
    actor: Actor,
    election: Election,
    title: str,
    areas: Sequence[str],
    source: str,
    at: datetime,
    about: str = "",
    title_en: str = "",
    spec: Spec | None = None,
) -> Call:
    """Make a finished call of an election read from a `.pb` file, ballots included, marked as imported.

    Its projects become proposals without a team; `official` of each keeps what the file says of the winner, beside our
    count by `spec` (by default the rule that the file names). Raises NotYourArea, ImportedAlready, voting's refusals.
    """
    codes = sorted(set(areas))
    if not codes or not runs_area(actor, home_of(codes)):
        raise NotYourArea(field="areas")
    with transaction.atomic():
        if Call.objects.filter(imported=True, source=source[:200], title=title, area=home_of(codes)).exists():
            raise ImportedAlready
        poll = voting.import_poll(
            actor=actor, election=election, source=source, areas=codes, title=title, title_en=title_en, spec=spec, at=at
        )
        call = _call(actor, poll, title=title, title_en=title_en, about=about, codes=codes, source=source, at=at)
        _proposals(call, poll, at)
        write_awards(call, poll.counts.order_by("number")[0], at)
        call.state = "closed"
        call.save(update_fields=["state", "result_digest"])
        change = {"source": source, "ballots": poll.ballots_total, "digest": call.result_digest}
        record(actor=actor, verb="ventures.call.import", subject=call, area=call.area, change=change, at=at)
    return call


def _call(
    actor: Actor, poll: Poll, *, title: str, title_en: str, about: str, codes: list[str], source: str, at: datetime
) -> Call:
    """Make the call in its unfrozen state, write its terms, then let it count as decided."""
    call = Call.objects.create(
        title=title[:120],
        title_en=title_en[:200],
        about=about,
        area=home_of(codes),
        sponsor=source[:120],
        purse_fen=poll.budget_fen,
        limit_fen=poll.budget_fen,
        currency=poll.currency[:3],
        minimum_age=poll.minimum_age,
        roll_date=poll.roll_date,
        ballot=_ballot(poll),
        rule=json.loads(poll.spec),
        moves_by_clock=False,
        imported=True,
        source=source[:200],
        poll=poll,
        created_by_id=actor.person_id,
        created_at=at,
        published_at=at,
        state="publicity",
    )
    CallArea.objects.bulk_create(CallArea(call=call, code=code) for code in codes)
    call.phases.create(kind="voting", position=0, starts_at=poll.opens_at, ends_at=poll.closes_at)
    terms = terms_of(call)
    CallTerms.objects.create(call=call, version=1, terms=terms, digest=digest(terms), published_at=at)
    call.terms_version = 1
    call.state = "award"
    call.save()
    return call


def _ballot(poll: Poll) -> dict[str, Any]:
    return {
        **BALLOT,
        "kind": poll.ballot_kind,
        "minimum": poll.min_choices,
        "maximum": poll.max_choices,
        "points": poll.points_total,
    }


def _proposals(call: Call, poll: Poll, at: datetime) -> None:
    """Make a proposal of each option; all lie in the call's home area, for a file knows no communities of ours."""
    options = list(Option.objects.filter(poll=poll).order_by("position"))
    Proposal.objects.bulk_create(
        [
            Proposal(
                call=call,
                number=place,
                code=option.code,
                state="on_ballot",
                title=option.title,
                summary=option.summary,
                team_kind="residents",
                community=call.area,
                theme=option.theme,
                amount_fen=option.cost_fen,
                exclusive=option.exclusive[:40],
                official=option.selected,
                created_at=at,
                changed_at=at,
                submitted_at=at,
            )
            for place, option in enumerate(options, 1)
        ],
        batch_size=500,
    )
    call.last_number = len(options)
    call.save(update_fields=["last_number"])
