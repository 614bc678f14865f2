"""From passed proposals to a vote and back: the poll made of the frozen terms, its close, count and awards."""

from __future__ import annotations

from datetime import datetime

from shanzhi.kernel.actor import Actor
from shanzhi.ventures.lifecycle import PROPOSAL
from shanzhi.ventures.models import Award, Call, Notice, Proposal
from shanzhi.ventures.queries.naming import option_code
from shanzhi.ventures.queries.secrecy import limits_of
from shanzhi.voting import operations as voting
from shanzhi.voting.models import Count


def prepare_vote(actor: Actor, call: Call, at: datetime) -> None:
    """Make the poll of the call's frozen terms, as a draft whose roll can be drawn while the notice runs."""
    phase = call.phases.get(kind="voting")
    ballot = call.ballot
    electorate, group = limits_of(call)
    assert call.roll_date is not None  # the checks before the freeze hold this
    poll = voting.create_poll(
        actor=actor,
        title=call.title,
        title_en=call.title_en,
        areas=list(call.areas.values_list("code", flat=True)),
        minimum_age=call.minimum_age,
        roll_date=call.roll_date,
        rules=voting.BallotRules(
            kind=ballot["kind"],
            min_choices=ballot["minimum"],
            max_choices=ballot["maximum"],
            purse_limit=ballot["purse_limit"],
            points_total=ballot["points"],
            blank_allowed=ballot["blank"],
        ),
        budget_fen=call.purse_fen,
        spec=call.rule,
        opens_at=phase.starts_at,
        closes_at=phase.ends_at,
        currency=call.currency,
        smallest_electorate=electorate,
        smallest_group=group,
        at=at,
    )
    call.poll = poll


def open_vote(actor: Actor, call: Call, at: datetime) -> None:
    """Put what passed and was not withdrawn on the ballot, and open the vote. Dates changed since hold."""
    assert call.poll is not None  # made when the notice was given
    passed = list(Proposal.objects.filter(call=call, state="passed").order_by("number"))
    options = [
        voting.OptionInput(
            code=option_code(one),
            title=one.title,
            summary=one.summary,
            cost_fen=one.amount_fen,
            exclusive=one.exclusive,
            link=f"/proposals/{one.pk}/",
            theme=one.theme,
        )
        for one in passed
    ]
    voting.set_options(actor=actor, poll_id=call.poll.pk, options=options, at=at)
    voting.open_poll(actor=actor, poll_id=call.poll.pk, at=at)
    for one in passed:
        one.state = PROPOSAL.move(one.state, "put_on_ballot")
        one.version += 1
        one.changed_at = at
    Proposal.objects.bulk_update(passed, ["state", "version", "changed_at"], batch_size=500)


def end_vote(actor: Actor, call: Call, at: datetime) -> None:
    """Close the vote; again after the close, nothing happens."""
    assert call.poll_id is not None
    voting.close_poll(actor=actor, poll_id=call.poll_id, at=at)


def count_and_award(actor: Actor, call: Call, jury: dict[str, int] | None, at: datetime) -> Count:
    """Count by the frozen rule and write the awards, in the order of selection, with the count's sentences."""
    assert call.poll_id is not None
    count = voting.count_poll(actor=actor, poll_id=call.poll_id, jury=jury, at=at)
    write_awards(call, count, at)
    Notice.objects.create(
        call=call,
        kind="result",
        title=call.title,
        content={"digest": count.digest, "poll": str(call.poll_id), "winners": winners_of(count)},
        starts_at=at,
        published_at=at,
    )
    return count


def winners_of(count: Count) -> list[str]:
    """List the option codes of the winners in the order of selection."""
    return [str(code) for code in count.result["outcome"]["winners"]]


def write_awards(call: Call, count: Count, at: datetime) -> None:
    """Turn a count into awards and the proposals' states; the call keeps the digest of the result."""
    proposals = {option_code(one): one for one in Proposal.objects.filter(call=call, state="on_ballot")}
    winners = winners_of(count)
    reasons = count.result["reasons"]
    for code, one in proposals.items():
        one.state = PROPOSAL.move(one.state, "win" if code in set(winners) else "lose")
        one.version += 1
        one.changed_at = at
    Proposal.objects.bulk_update(proposals.values(), ["state", "version", "changed_at"], batch_size=500)
    Award.objects.bulk_create(
        [
            Award(
                call=call,
                proposal=proposals[code],
                position=place,
                amount_fen=proposals[code].amount_fen,
                reason=reasons.get(code, {}),
                created_at=at,
            )
            for place, code in enumerate(winners, 1)
        ],
        batch_size=500,
    )
    call.result_digest = count.digest
