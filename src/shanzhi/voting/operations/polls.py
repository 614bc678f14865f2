"""Setting up a poll: rules, options, roll, opening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COUNTRY, outermost, upper_bound
from shanzhi.kernel.canonical import canonical, digest
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.places.queries import reach
from shanzhi.tally.pabulib import BadSpec, spec_as_json, spec_from_json
from shanzhi.voting import telling
from shanzhi.voting.lifecycle import DRAFT, POLL, ROLL_FIXED
from shanzhi.voting.models import Option, Poll, RollEntry
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.merged import hold_at_opening
from shanzhi.voting.operations.rules import MOST_OPTIONS, BallotRules, OptionInput
from shanzhi.voting.policies import NotYourPoll, manages, require_manager

LEAST_GROUP: Final = 3


class BadPoll(Invalid):
    """The poll's own terms contradict each other."""

    code = "bad_poll"


class OptionsFrozen(Conflict):
    """Options change only before the vote opens."""

    code = "options_frozen"
    message = _(
        "The vote is open, so its projects and rules can no longer change. They are published with their digest."
    )


class NoOptions(Conflict):
    """Nothing to vote on."""

    code = "no_options"
    message = _("There is nothing to vote on yet: put at least one project on the ballot.")


class RollTooEarly(Conflict):
    """The roll date lies ahead."""

    code = "roll_too_early"
    message = _("The roll is fixed as of its date, which has not come yet. Draw it on that day or later.")


class NobodyOnRoll(Conflict):
    """The roll would be empty."""

    code = "nobody_on_roll"
    message = _(
        "No verified resident of these areas has the age for this vote. Verify residents first, then draw again."
    )


class TooEarlyToOpen(Conflict):
    """The poll's opening lies ahead, or its close behind."""

    code = "not_in_period"
    message = _("The vote runs from its opening to its close. It cannot be opened before or after that time.")


def locked(poll_id: UUID, *, actor: Actor | None = None) -> Poll:
    """Fetch a poll, lock its row against casts, and check that the actor may run it."""
    poll = Poll.objects.select_for_update().filter(pk=poll_id).first()
    if poll is None:
        raise NotFound
    if actor is not None:
        require_manager(actor, poll)
    return poll


def exact(fen: int, text: str) -> Fraction:
    """Give an amount in currency units: the exact text where fen are too coarse, else fen / 100."""
    return Fraction(text) if text else Fraction(fen, 100)


def event_area(poll: Poll) -> str:
    """Give the area under which events of the poll are filed: the smallest that covers all of its areas."""
    first, last = min(poll.areas), max(poll.areas)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return next((first[:length] for length in (21, 18, 15, 12, 9, 6, 4, 2) if length <= same), COUNTRY)


def create_poll(
    *,
    actor: Actor,
    title: str,
    areas: Sequence[str],
    minimum_age: int,
    roll_date: date,
    rules: BallotRules,
    budget_fen: int,
    spec: dict[str, Any] | str,
    opens_at: datetime,
    closes_at: datetime,
    at: datetime,
    **more: Any,
) -> Poll:
    """Make a poll as a draft. `spec` is the rule of counting, `tally.spec.Spec` as JSON text or its plain values.

    Money in fen; an age in full years at `roll_date`. `more` names further columns: `title_en`, `currency`,
    `smallest_electorate` and `smallest_group` (else those of the settings), and for imports `imported`, `source`, the
    languages, the treatments and the exact amounts. Raises NotYourPoll, BadPoll.
    """
    if not manages(actor, codes := list(outermost(set(areas)))):
        raise NotYourPoll
    poll = Poll(
        title=title[:200],
        areas=codes,
        minimum_age=minimum_age,
        roll_date=roll_date,
        budget_fen=budget_fen,
        spec=_spec_text(spec),
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=at,
        **{**_ballot_columns(rules), **_usual_secrecy(), **more},
    )
    _check_terms(poll)
    with transaction.atomic():
        poll.save(force_insert=True)
        record(actor=actor, verb="voting.poll.create", subject=poll, area=event_area(poll), change=terms(poll), at=at)
    return poll


def _usual_secrecy() -> dict[str, int]:
    return {"smallest_electorate": settings.SMALLEST_ELECTORATE, "smallest_group": settings.SMALLEST_GROUP}


def _ballot_columns(rules: BallotRules) -> dict[str, Any]:
    return {
        "ballot_kind": rules.kind,
        "min_choices": rules.min_choices,
        "max_choices": rules.max_choices,
        "purse_limit": rules.purse_limit,
        "points_total": rules.points_total,
        "blank_allowed": rules.blank_allowed,
    }


def _spec_text(spec: dict[str, Any] | str) -> str:
    try:
        return spec_as_json(spec_from_json(spec if isinstance(spec, str) else canonical(spec).decode()))
    except (BadSpec, TypeError) as error:
        raise BadPoll(_("The rule of counting cannot be understood. Choose it from the list."), field="spec") from error


def _check_terms(poll: Poll) -> None:
    if poll.closes_at <= poll.opens_at:
        raise BadPoll(_("The vote must close after it opens."), field="closes_at")
    if poll.budget_fen < 0:
        raise BadPoll(_("The purse cannot be below zero."), field="budget_fen")
    if not 0 <= poll.minimum_age <= 120:
        raise BadPoll(_("The age is given in full years, from 0 to 120."), field="minimum_age")
    if poll.max_choices is not None and not poll.min_choices <= poll.max_choices:
        raise BadPoll(_("The most choices cannot be fewer than the least."), field="max_choices")
    if poll.max_choices == 0:
        raise BadPoll(_("A ballot must allow at least one choice."), field="max_choices")
    if poll.smallest_group < LEAST_GROUP:
        raise BadPoll(
            _("The smallest group that figures are given about is at least 3 voters."), field="smallest_group"
        )
    if (poll.ballot_kind == "points") != (poll.points_total is not None) and not poll.imported:
        raise BadPoll(_("A points ballot, and no other, needs a number of points."), field="points_total")


def set_options(*, actor: Actor, poll_id: UUID, options: Sequence[OptionInput], at: datetime) -> list[Option]:
    """Replace the projects on the ballot, in the order given; costs in fen. Raises OptionsFrozen, BadPoll."""
    codes = [option.code for option in options]
    if len(set(codes)) != len(codes):
        raise BadPoll(_("Each project on the ballot needs a number of its own."), field="options")
    if len(options) > MOST_OPTIONS:
        raise BadPoll(_("A ballot holds at most 5,000 projects."), field="options")
    if any(option.cost_fen < 0 or not option.code for option in options):
        raise BadPoll(_("Each project needs a number and a cost of zero or more."), field="options")
    if any(len(o.code) > 120 or len(o.title) > 1000 or len(o.exclusive) > 120 for o in options):
        raise BadPoll(_("A project's number or title is too long: 120 and 1,000 characters at most."), field="options")
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        if poll.state not in (DRAFT, ROLL_FIXED):
            raise OptionsFrozen
        Option.objects.filter(poll=poll).delete()
        made = Option.objects.bulk_create(
            [_option(poll, position, option) for position, option in enumerate(options)], batch_size=1000
        )
        change = {"options": len(made), "digest": digest([[o.code, o.title, o.cost_fen, o.exclusive] for o in made])}
        record(actor=actor, verb="voting.poll.set_options", subject=poll, area=event_area(poll), change=change, at=at)
    return made


def _option(poll: Poll, position: int, given: OptionInput) -> Option:
    return Option(
        poll=poll,
        position=position,
        code=given.code,
        title=given.title,
        summary=given.summary,
        cost_fen=given.cost_fen,
        cost_exact=given.cost_exact,
        exclusive=given.exclusive,
        theme=given.theme[:60],
        link=given.link[:300],
        selected=given.selected,
    )


_DRAW = """
INSERT INTO voting_rollentry (poll_id, person_id, area)
SELECT %s, person.id, person.area
FROM unnest(%s::text[], %s::text[]) AS reach(low, high)
JOIN people_person AS person ON person.area >= reach.low AND person.area < reach.high
WHERE person.real_name = ANY(%s) AND person.verified_at < %s AND (person.born_on <= %s OR %s = 0)
    AND person.merged_into_id IS NULL
ORDER BY person.area, person.id
"""


def draw_roll(*, actor: Actor, poll_id: UUID, at: datetime) -> int:
    """Fix who may vote: verified residents of the poll's areas with the age at the roll date. Gives how many.

    One statement in the database. May be drawn again until the vote opens. Raises RollTooEarly, NobodyOnRoll.
    """
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        state = POLL.move(poll.state, "fix_roll")
        if timezone.localtime(at).date() < poll.roll_date:
            raise RollTooEarly
        RollEntry.objects.filter(poll=poll)._raw_delete("default")  # nothing hangs on the rows
        total = _draw(poll)
        if not total:
            raise NobodyOnRoll
        poll.state, poll.roll_total = state, total
        poll.save(update_fields=["state", "roll_total"])
        change = {"roll": total, "roll_date": poll.roll_date.isoformat(), "minimum_age": poll.minimum_age}
        record(actor=actor, verb="voting.poll.draw_roll", subject=poll, area=event_area(poll), change=change, at=at)
    return total


def _draw(poll: Poll) -> int:
    lows = list(reach(poll.areas, poll.roll_date))  # a resident's record may know the home by a former code
    highs = [upper_bound(code) for code in lows]
    end = timezone.make_aware(datetime.combine(poll.roll_date, datetime.max.time()))
    with connection.cursor() as cursor:
        youngest = latest_birth(poll.roll_date, poll.minimum_age)
        cursor.execute(_DRAW, [poll.pk, lows, highs, list(VERIFIED), end, youngest, poll.minimum_age])
        return int(cursor.rowcount)


def latest_birth(day: date, age: int) -> date:
    """Give the last day of birth with `age` full years on `day`; born on 29 February, one turns on 1 March."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # 29 February of a year that has none
        return day.replace(year=day.year - age, day=28)


def open_poll(*, actor: Actor, poll_id: UUID, at: datetime) -> Poll:
    """Open the vote: options, rules and roll freeze, the key is made outside the database, the digest is fixed.

    Raises NoOptions, TooEarlyToOpen, MoveRefused.
    """
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        state = POLL.move(poll.state, "open")
        if not poll.options.exists():
            raise NoOptions
        if not poll.opens_at <= at < poll.closes_at:
            raise TooEarlyToOpen
        key_store().create(poll.pk)
        poll.state, poll.digest = state, poll_digest(poll)
        poll.save(update_fields=["state", "digest"])
        hold_at_opening(poll.pk)
        change = {"digest": poll.digest, "roll": poll.roll_total}
        record(actor=actor, verb="voting.poll.open", subject=poll, area=event_area(poll), change=change, at=at)
        telling.tell_opened(actor=actor, poll=poll, area=event_area(poll), at=at)
    return poll


def terms(poll: Poll) -> dict[str, Any]:
    """List all that decides but the options, in plain values.

    Terms of paper, and those of small electorates, stand there where they are given, so that digests of polls from
    before there were any stay right.
    """
    small = {name: getattr(poll, name) for name in ("smallest_electorate", "smallest_group")}
    paper = {name: True for name in ("booth_registration", "paper_replaces_online") if getattr(poll, name)}
    return {
        "areas": list(poll.areas),
        "kind": poll.ballot_kind,
        "min_choices": poll.min_choices,
        "max_choices": poll.max_choices,
        "purse_limit": poll.purse_limit,
        "points_total": poll.points_total,
        "points_scale": poll.points_scale,
        "blank_allowed": poll.blank_allowed,
        "minimum_age": poll.minimum_age,
        "roll_date": poll.roll_date.isoformat(),
        "budget_fen": poll.budget_fen,
        "currency": poll.currency,
        "spec": poll.spec,
        "opens_at": poll.opens_at.isoformat(),
        "closes_at": poll.closes_at.isoformat(),
        **paper,
        **(small if poll.smallest_electorate else {}),
    }


def poll_digest(poll: Poll) -> str:
    """Digest terms and options together, as published from the opening on."""
    options = [[o.code, o.title, o.cost_fen, o.cost_exact, o.exclusive] for o in poll.options.order_by("position")]
    return digest({"terms": terms(poll), "options": options})
