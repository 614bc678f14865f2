"""Every read of voting, scoped by the viewer. Nothing about choices or counts leaves here before the close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models import Count as Tally
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers, upper_bound
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.models import Person
from shanzhi.people.queries import Open, source_of
from shanzhi.places.models import Area
from shanzhi.places.queries import reach
from shanzhi.ui.choosing import AreaSource
from shanzhi.voting.lifecycle import COUNTED, DRAFT, FINISHED_STATES, OPEN, SEALED_STATES
from shanzhi.voting.models import Count, Envelope, LeftOption, Option, PaperMark, Poll, RollEntry
from shanzhi.voting.models.paper import NOT_VOTING
from shanzhi.voting.operations.casting import form_of
from shanzhi.voting.operations.envelopes import TAKEN_ON_PAPER, Sealer
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.publishing import told_channels, told_totals
from shanzhi.voting.operations.rules import CastChoices, check
from shanzhi.voting.policies import ROLL_READERS, PollSealed, manages, reads_roll, sees
from shanzhi.voting.queries.needs import with_found_needs

COMMUNITY: Final = 12
"""Digits of a community's code."""


class NotCounted(Conflict):
    """The vote has closed and waits for the count."""

    code = "not_counted"
    message = _("The vote has closed and is about to be counted. Come back a little later.")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a viewer may vote now; if not, why (a stable `code`) and, in words, what would help."""

    allowed: bool
    code: str = ""
    reason: Any = ""
    help: Any = ""


@dataclass(frozen=True, slots=True)
class OwnBallot:
    """What a voter's envelope holds now, for the voter alone."""

    receipt: str = field(repr=False)
    choices: list[str] | dict[str, int] = field(repr=False)
    blank: bool = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """A ballot as it would be cast: options with their points, and what they cost together (fen)."""

    options: list[tuple[Option, int | None]] = field(repr=False)
    cost: int = field(repr=False)

    @property
    def blank(self) -> bool:
        """Tell whether it is a blank vote."""
        return not self.options


@dataclass(frozen=True, slots=True)
class Turnout:
    """Figures of a closed poll: voters on the roll (None when imported), ballots, blank ones.

    Of a small electorate blank ballots are None, and the ballots too where there are fewer than `fewer_than`.
    `channels` tells how many came by which way where there were polling places, as far as that may be told (see
    `operations.publishing`); invalid sheets stand there alone, since they are no ballots. `added` came onto the roll
    at a polling place.
    """

    roll: int | None
    ballots: int | None
    blank: int | None
    fewer_than: int = 0
    channels: dict[str, Any] | None = None

    @property
    def invalid(self) -> int:
        """Sheets that were found invalid, as far as it is told."""
        return int((self.channels or {}).get("invalid") or 0)

    @property
    def added(self) -> int:
        """Voters put on the roll at polling places, as far as it is told."""
        return int((self.channels or {}).get("roll_added") or 0)


def poll(*, viewer: Actor, poll_id: UUID) -> Poll:
    """Give a poll that the viewer may know of, or raise NotFound."""
    found = Poll.objects.filter(pk=poll_id).first()
    if found is None or not sees(viewer, found):
        raise NotFound
    return found


def polls(*, viewer: Actor) -> QuerySet[Poll]:
    """List polls that the viewer may know of, newest first; drafts are for those who run them."""
    held = list(viewer.areas(ROLL_READERS))
    touching = RawSQL(
        "EXISTS (SELECT 1 FROM unnest(areas) AS a, unnest(%s::text[]) AS h"
        " WHERE starts_with(a::text, h) OR starts_with(h, a::text))",
        [held],
        output_field=BooleanField(),
    )
    return Poll.objects.filter(~Q(state=DRAFT) | touching).order_by("-created_at", "id")


def options(*, poll: Poll) -> list[Option]:
    """List the projects on a poll's ballot in their order."""
    return list(Option.objects.filter(poll=poll).order_by("position"))


def departures(*, poll: Poll) -> list[LeftOption]:
    """List what has left a poll, with the projects, in the order of the ballot."""
    away = LeftOption.objects.filter(option__poll=poll, back_at__isnull=True).select_related("option")
    return list(away.order_by("option__position"))


def may_manage(*, viewer: Actor, poll: Poll) -> bool:
    """Tell whether the viewer may run the poll."""
    return manages(viewer, poll.areas)


def may_vote(*, viewer: Actor, poll_id: UUID, at: datetime) -> Eligibility:
    """Tell whether the viewer may vote now, or why not and what would help. Raises NotFound."""
    found = poll(viewer=viewer, poll_id=poll_id)
    early = _time_refusal(found, at)
    if early is not None:
        return early
    if viewer.person_id is None:
        if viewer.signed_in:
            return Eligibility(
                False,
                "no_person",
                _("Your sign-in is not linked to a real name yet."),
                _("Show your identity document at your community's committee, or give your real name under Account."),
            )
        return Eligibility(
            False,
            "sign_in_needed",
            _("You are not signed in, so we cannot know whether you are on the roll."),
            _("Sign in with your phone number; it takes a minute."),
        )
    standing = PaperMark.objects.filter(poll=found, person_id__in=viewer.persons).exclude(state__in=NOT_VOTING)
    on_roll = RollEntry.objects.filter(poll=found, person_id__in=viewer.persons)
    on_paper = on_roll.annotate(on_paper=Exists(standing)).values_list("on_paper", flat=True).first()
    if on_paper is False:
        return Eligibility(True)
    if on_paper:
        return Eligibility(
            False,
            "voted_on_paper",
            _("You voted on paper at a polling place, so you cannot vote online as well."),
            _("If that was not you, tell the polling place at once; it stands on the page of polling places."),
        )
    return _why_not_on_roll(found, viewer.person_id)


def _time_refusal(poll: Poll, at: datetime) -> Eligibility | None:
    if poll.state in FINISHED_STATES or at >= poll.closes_at:
        return Eligibility(
            False,
            "poll_closed",
            _("This vote has closed."),
            _("See the result, or check by your receipt that your ballot was counted."),
        )
    if poll.state != OPEN or at < poll.opens_at:
        return Eligibility(
            False, "poll_not_open", _("This vote has not begun."), _("Come back when it opens; the date stands below.")
        )
    return None


def _why_not_on_roll(poll: Poll, person_id: UUID) -> Eligibility:
    person = Person.objects.get(pk=person_id)
    if person.real_name not in VERIFIED:
        return Eligibility(
            False,
            "not_verified",
            _("Your real name was not verified when the roll was fixed."),
            _("Show your identity document at your community's committee; then you can vote in the next round."),
        )
    if not any(covers(code, person.area) for code in reach(poll.areas, poll.roll_date)):
        return Eligibility(
            False,
            "other_area",
            _("You are registered in another area than the ones that vote here."),
            _("If you have moved, ask the committee of your new community to correct your address."),
        )
    return Eligibility(
        False,
        "not_on_roll",
        _("You are not on the roll: you were too young on its date, or your record was changed after it."),
        _("If you think this is wrong, ask your community's committee; it can see on which day the roll was fixed."),
    )


def preview(*, viewer: Actor, poll_id: UUID, choices: CastChoices) -> Preview:
    """Check choices against the rules without casting; raises what `cast` would raise for them."""
    found = poll(viewer=viewer, poll_id=poll_id)
    form = form_of(found)
    checked = check(form.rules, costs=form.costs, budget=form.budget, index=form.index, chosen=choices)
    listed = options(poll=found)
    points: list[int | None] = (
        list(checked.points) if checked.points is not None else [None for _p in checked.positions]
    )
    pairs = [(listed[position], worth) for position, worth in zip(checked.positions, points, strict=True)]
    return Preview(pairs, sum(option.cost_fen for option, _worth in pairs))


def own_ballot(*, viewer: Actor, poll_id: UUID) -> OwnBallot | None:
    """Open the viewer's own envelope while the vote runs; None when there is none, or the vote has closed."""
    viewer.person()
    found = poll(viewer=viewer, poll_id=poll_id)
    if found.state != OPEN:
        return None
    sealer = Sealer(poll_id=poll_id, key=key_store().read(poll_id))
    own = [sealer.mark(person) for person in viewer.persons]
    rows = Envelope.objects.filter(poll_id=poll_id, voter_mac__in=own).values_list("voter_mac", "sealed")
    lying = [(bytes(mark), bytes(sealed)) for mark, sealed in rows if bytes(sealed) != TAKEN_ON_PAPER]
    if not lying:
        return None
    mark, sealed = lying[0]
    opened = sealer.open(mark=mark, sealed=sealed, points=found.ballot_kind == "points")
    named = form_of(found).named(opened.choices)
    return OwnBallot(opened.receipt, named, opened.choices.blank)


def own_polls(*, viewer: Actor) -> tuple[list[Poll], list[Poll]]:
    """List open and finished polls on whose roll the viewer stands: next close first, latest close first."""
    if viewer.person_id is None:
        return [], []
    on_roll = Poll.objects.filter(pk__in=RollEntry.objects.filter(person_id__in=viewer.persons).values("poll_id"))
    running = on_roll.filter(state=OPEN).order_by("closes_at", "id")
    return list(running[:50]), list(on_roll.filter(state__in=FINISHED_STATES).order_by("-closes_at", "id")[:50])


def own_votes(*, viewer: Actor) -> QuerySet[Poll]:
    """List all votes, running or over, on whose roll the viewer stands; whether one voted is not told."""
    if viewer.person_id is None:
        return Poll.objects.none()
    mine = RollEntry.objects.filter(person_id__in=viewer.persons).values("poll_id")
    return Poll.objects.filter(pk__in=mine, state__in=(OPEN, *FINISHED_STATES))


def roll(*, viewer: Actor, poll_id: UUID) -> QuerySet[RollEntry]:
    """Give the entries of a roll in the viewer's own areas, with their persons and the names of their communities.

    Persons' names show themselves masked.
    """
    found = poll(viewer=viewer, poll_id=poll_id)
    if not reads_roll(viewer, found):
        raise NotFound
    named = Area.objects.filter(pk=Left(OuterRef("area"), COMMUNITY)).values("name")[:1]
    rows = RollEntry.objects.filter(within_held(viewer.areas(ROLL_READERS)), poll=found).select_related("person")
    return rows.annotate(place_name=Subquery(named))


def within_held(codes: Sequence[str]) -> Q:
    """Give the condition that an entry of a roll lies in one of the areas held."""
    condition = Q(pk__in=())
    for code in codes:
        if not code:
            return Q()
        condition |= Q(area__gte=code, area__lt=upper_bound(code))
    return condition


def roll_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose rolls the viewer reads, for filters."""
    return source_of(Open(viewer.areas(ROLL_READERS), at))


def roll_by_community(*, viewer: Actor, poll_id: UUID) -> list[tuple[str, int]]:
    """Count the roll by community (12 digits), as far as the viewer may see it."""
    rows = roll(viewer=viewer, poll_id=poll_id).order_by().annotate(community=Left("area", 12)).values("community")
    return [(row["community"], row["people"]) for row in rows.annotate(people=Tally("id")).order_by("community")]


def communities_below(*, poll_id: UUID, least: int) -> int:
    """Count the communities (12 digits) in which somebody, but fewer than `least` people, are on the roll."""
    rows = RollEntry.objects.filter(poll_id=poll_id).order_by().annotate(community=Left("area", 12)).values("community")
    return rows.annotate(people=Tally("id")).filter(people__lt=least).count()


def turnout(*, viewer: Actor, poll_id: UUID) -> Turnout:
    """Give roll, ballots and blanks of a poll; PollSealed for everybody before the close."""
    found = poll(viewer=viewer, poll_id=poll_id)
    if found.state in SEALED_STATES or found.ballots_total is None or found.blank_total is None:
        raise PollSealed
    whole = Count.objects.filter(poll=found, publication__kind="whole").exists()
    totals = told_totals(found, whole=whole)
    return Turnout(found.roll_total, *totals, fewer_than=2 * found.smallest_group, channels=told_channels(found))


def result(*, viewer: Actor, poll_id: UUID, number: int | None = None) -> Count:
    """Give the newest count of a poll, or that of a number.

    PollSealed for everybody before the close, NotCounted between close and count, NotFound for no such number.
    """
    found = poll(viewer=viewer, poll_id=poll_id)
    return with_found_needs(_count_of(found, number))


def counts(*, viewer: Actor, poll_id: UUID) -> list[Count]:
    """List the counts of a poll, the newest first, without course and file; refused like `result`."""
    found = poll(viewer=viewer, poll_id=poll_id)
    _count_of(found, None)
    return list(found.counts.defer("file", "result").order_by("-number"))


def _count_of(found: Poll, number: int | None) -> Count:
    if found.state in SEALED_STATES:
        raise PollSealed
    if found.state != COUNTED:
        raise NotCounted
    kept = found.counts.defer("file").order_by("-number")
    wanted = (kept if number is None else kept.filter(number=number)).first()
    if wanted is None:
        raise NotFound
    return wanted


def published_file(*, viewer: Actor, poll_id: UUID, number: int | None = None) -> Count:
    """Give the count with the published file's text and its digest; refused like `result`."""
    found = poll(viewer=viewer, poll_id=poll_id)
    count = _count_of(found, number)
    return Count.objects.get(pk=count.pk)
