"""What stands against asking a member for a request at this moment, read once for all pairs of a press.

It looks at what the case of a run looks at, and at what changed since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from shanzhi.activities.models import SignUp
from shanzhi.assignments.case import SERVING
from shanzhi.assignments.models import Proposal
from shanzhi.assignments.wants import overlap
from shanzhi.kernel import timebank as kernel
from shanzhi.people import minors
from shanzhi.people.actors import records_among
from shanzhi.timebank.lifecycle import (
    ANSWERED,
    ASKED_BEFORE,
    BEGUN,
    BY_RULES,
    CLOSED,
    LIVING,
    MINOR,
    NO_ACCOUNT,
    OVERLAP,
    PROMISED,
    SAID_NO,
    SERVES_NO_MORE,
)
from shanzhi.timebank.models import Deal, HelpProposal, Member, Post
from shanzhi.timebank.wants import NOT_AGAIN, TAKEN, bound, owned, rules_of
from shanzhi.volunteering.models import Volunteer

Pair = tuple[UUID, UUID]
"""A request and the record of a person that is kept."""


@dataclass(frozen=True, slots=True)
class Known:
    """Requests that are promised, and for which an ask waits; pairs that are over or answered; who serves; what binds.

    `asked` and `bound` grow with each ask of the press (`put_down`).
    """

    promised: set[UUID]
    asked: set[UUID]
    answered: set[Pair]
    said_no: set[Pair]
    serving: set[UUID]
    rules: Mapping[UUID, kernel.Policy]
    bound: dict[UUID, list[tuple[datetime, datetime]]]

    def put_down(self, post: Post, member: Member) -> None:
        """Put down that a member was asked for a request."""
        self.asked.add(post.pk)
        self.bound[member.human.pk].append(_span(post))


def _span(post: Post) -> tuple[datetime, datetime]:
    assert post.starts_at is not None  # the database holds it of a request
    return post.starts_at, post.starts_at + timedelta(minutes=post.minutes)


def known(posts: Collection[Post], members: Collection[Member], at: datetime) -> Known:
    """Read what stands against pairs of locked requests and accounts, in eleven queries, however many they are."""
    people = {one.human.pk for one in members}
    answered, said_no, promised, asked = _of_posts(posts)
    volunteers = _volunteers(people)
    spans = [_span(one) for one in posts]
    rules = rules_of({one.bank_id for one in posts}, timezone.localdate(at))
    serving = {owner for owner, state in volunteers.values() if state in SERVING}
    binding: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    if spans:
        starts, ends = min(first for first, _last in spans), max(last for _first, last in spans)
        for owner, times in bound(people, starts, ends).items():
            binding[owner] += times
        for volunteer, *span in _shifts(list(volunteers), starts, ends):
            binding[volunteers[volunteer][0]].append((span[0], span[1]))
    return Known(promised, asked, answered, said_no, serving, rules, binding)


def _of_posts(posts: Collection[Post]) -> tuple[set[Pair], set[Pair], set[UUID], set[UUID]]:
    """Give who answered which request, whom not to ask again, and which are promised or wait for somebody asked."""
    answered, said_no, promised, asked = set[Pair](), set[Pair](), set[UUID](), set[UUID]()
    deals = Deal.objects.filter(post__in=posts, state__in={*LIVING, *TAKEN, *NOT_AGAIN})
    for post, owner, state in owned(deals, owner="helper__").values_list("post", "owner", "state"):
        if state in TAKEN:
            promised.add(post)
        (said_no if state in NOT_AGAIN else answered).add((post, owner))
    pairs = HelpProposal.objects.filter(post__in=posts, state__in=("asked", "declined"))
    for post, owner, state in owned(pairs, owner="member__").values_list("post", "owner", "state"):
        if state == "asked":
            asked.add(post)
        else:
            said_no.add((post, owner))
    return answered, said_no, promised, asked


def _volunteers(people: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Give the volunteers that people are, each with the record that is kept and the state."""
    kept = records_among(people)
    rows = Volunteer.objects.filter(person__in=kept).values_list("pk", "person", "state")
    return {key: (kept[person], state) for key, person, state in rows}


def _shifts(volunteers: Sequence[UUID], starts: datetime, ends: datetime) -> list[tuple[UUID, datetime, datetime]]:
    """Give the times between two moments at which volunteers have a shift, or were asked for one and may say yes."""
    within = Q(volunteer__in=volunteers, shift__starts_at__lt=ends, shift__ends_at__gt=starts)
    found: list[tuple[UUID, datetime, datetime]] = []
    for rows in (
        SignUp.objects.filter(within, state="signed", shift__state="open"),
        Proposal.objects.filter(within, state="asked"),
    ):
        found += rows.values_list("volunteer", "shift__starts_at", "shift__ends_at")
    return found


def against(post: Post, member: Member, told: Known, at: datetime) -> str:
    """Give the code of what stands against asking a locked member for a locked request now, '' for nothing."""
    pair = post.pk, member.human.pk
    over = _over(post, told, at)
    if over:
        return over
    if member.closed_at is not None or member.human.erased_at is not None:
        return NO_ACCOUNT
    if member.human.pk not in told.serving:
        return SERVES_NO_MORE
    if minors.is_minor(member.human, at) or minors.is_minor(post.author.human, at):
        return MINOR
    if not _may_earn(told.rules.get(post.bank_id), member, at):
        return BY_RULES
    if pair in told.answered:
        return ANSWERED
    if pair in told.said_no:
        return SAID_NO
    return OVERLAP if overlap(told.bound.get(member.human.pk, ()), *_span(post)) else ""


def _over(post: Post, told: Known, at: datetime) -> str:
    """Give the code of why nobody is asked for a request, '' where somebody may be."""
    if post.starts_at is None or post.starts_at <= at:
        return BEGUN
    if post.state != "open" or post.author.closed_at is not None:
        return CLOSED
    if post.pk in told.promised:
        return PROMISED
    return ASKED_BEFORE if post.pk in told.asked else ""


def _may_earn(policy: kernel.Policy | None, member: Member, at: datetime) -> bool:
    """Tell whether a grown-up, for whom nobody answers, may earn by the rules in force; without rules nobody may."""
    today = timezone.localdate(at)
    person = kernel.Member(
        id=str(member.human.pk), born=member.human.born_on or today, student=member.student, guardian=False
    )
    return policy is not None and kernel.may_earn(policy, person, today) is None
