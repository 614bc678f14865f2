"""Open requests of help as a run of matching fills them beside shifts.

What `operations.answer_post` says of a member and a request holds here too: a pair that it would refuse never fits.
Beyond it the engine keeps free hours, how far somebody goes, and what binds already. The address is never read: the
way ends at the centre of the community.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from shanzhi.assignments.fitting import LATELY, span
from shanzhi.assignments.models import Run
from shanzhi.assignments.wants import Times, Want, Wants, id_of
from shanzhi.kernel import timebank as kernel
from shanzhi.people import minors
from shanzhi.people.actors import records_among
from shanzhi.places import queries as places
from shanzhi.timebank.lifecycle import HOLDING, LIVING
from shanzhi.timebank.models import Deal, HelpProposal, Member, PolicyVersion, Post, Sort
from shanzhi.volunteering.models import Volunteer

PREFIX: Final = "help"
LONGEST: Final = 24 * 60
"""Minutes of the longest request that is matched: nobody is free for longer, and it would stretch the whole run."""
TAKEN: Final = (*HOLDING, "paid", "settled")
"""States of a promise in which its request is promised or done."""
NOT_AGAIN: Final = ("refused", "withdrawn")
"""States of an answer after which nobody is asked for the same request."""
Owners = dict[UUID, list[Volunteer]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is told of volunteers, as it is gathered."""

    codes: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    barred: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    busy: dict[UUID, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    load: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))


def _standing(run: Run, at: datetime) -> QuerySet[Post]:
    """Give the open requests of grown-ups in the area of a run, to come in its days, that nobody promised.

    Left out is one for which somebody was asked and did not answer yet, and those of banks without rules in force. Runs
    of a team and call-ups have none.
    """
    if run.team_id is not None or run.emergency:
        return Post.objects.none()
    today = timezone.localdate(at)
    young = {"born_on__gt": minors.born_by(today, minors.ADULT)}
    person = {f"author__person__{name}": value for name, value in young.items()}
    kept = {f"author__person__merged_into__{name}": value for name, value in young.items()}
    ruled = PolicyVersion.objects.filter(bank=OuterRef("bank"), from_day__lte=today)
    promised = Deal.objects.filter(post=OuterRef("pk"), state__in=TAKEN)
    asked = HelpProposal.objects.filter(post=OuterRef("pk"), state="asked")
    return Post.objects.filter(
        places.within("area", run.area), Exists(ruled), ~Exists(promised), ~Exists(asked), sort=Sort.REQUEST,
        state="open", author__closed_at=None, minutes__lte=LONGEST, starts_at__gt=at, starts_at__gte=run.first_at,
        starts_at__lt=run.last_at,
    ).exclude(author__person__merged_into=None, **person).exclude(**kept)  # fmt: skip


def requests_of(run: Run, at: datetime) -> list[Post]:
    """List what a run fills of requests, the next one first."""
    told = _standing(run, at).select_related("author__person__merged_into").defer("about", "address")
    return list(told.order_by("starts_at", "pk"))


def there(run: Run, at: datetime) -> bool:
    """Tell whether a run has any request to fill."""
    return _standing(run, at).exists()


def read(run: Run, who: QuerySet[Volunteer], people: Sequence[Volunteer], at: datetime) -> Wants:
    """Read the requests of a run, and what they and promises of help say of those who take part: five queries."""
    owners: Owners = defaultdict(list)
    for one in people:
        owners[one.human.pk].append(one)
    known, posts = _Known(), requests_of(run, at)
    rules = rules_of({one.bank_id for one in posts}, timezone.localdate(at))
    humans = who.order_by().values(owner=Coalesce("person__merged_into", "person"))
    if posts:
        _add_members(known, owners, rules, humans, at)
    for post in posts:
        for volunteer in owners.get(post.author.human.pk, ()):
            known.barred[volunteer.pk].add(_asker(post))
    _add_promises(known, owners, {one.pk for one in posts}, humans, at)
    _add_asks(known, owners, humans, at)
    wanted = tuple(
        Want(
            id=id_of(PREFIX, one.pk), starts_at=_begins(one), ends_at=_begins(one) + timedelta(minutes=one.minutes),
            area=one.area, asker=_asker(one), must=frozenset({_account(one.bank_id)}), nice=frozenset(one.skills),
            language=one.language or None,
        )
        for one in posts
    )  # fmt: skip
    return Wants(wanted, known.codes, known.barred, known.busy, known.load)


def _begins(found: Post) -> datetime:
    assert found.starts_at is not None  # the database holds it of a request
    return found.starts_at


def _asker(found: Post) -> str:
    return f"author:{found.author.human.pk}"


def _account(bank_id: UUID) -> str:
    return f"account:{bank_id}"


def rules_of(banks: Iterable[UUID], today: date) -> dict[UUID, kernel.Policy]:
    """Give the rules of banks in force today, of those that have any."""
    rows = PolicyVersion.objects.filter(bank__in=set(banks), from_day__lte=today).order_by("bank", "-from_day")
    return {row.bank_id: row.policy for row in rows.distinct("bank")} if banks else {}


def owned(rows: QuerySet[Any], **paths: str) -> QuerySet[Any]:
    """Add to rows the records that people go by, each under a name, from the path of an account."""
    names = {name: Coalesce(f"{path}person__merged_into", f"{path}person") for name, path in paths.items()}
    found: QuerySet[Any] = rows.annotate(**names)
    return found


def _add_members(
    known: _Known, owners: Owners, rules: Mapping[UUID, kernel.Policy], humans: QuerySet[Any], at: datetime
) -> None:  # fmt: skip
    """Add at which banks grown-up volunteers may earn; of two accounts the older one acts, as everywhere."""
    today, seen = timezone.localdate(at), set()
    rows = owned(Member.objects.filter(bank__in=list(rules), closed_at=None), owner="").filter(owner__in=humans)
    for bank, owner, student in rows.order_by("opened_at", "pk").values_list("bank", "owner", "student"):
        if (bank, owner) in seen or not owners.get(owner):
            continue
        seen.add((bank, owner))
        human = owners[owner][0].human
        if minors.is_minor(human, at):
            continue
        # nobody answers for a grown-up; a birthday that is not known counts as of today (`frames.as_member`)
        person = kernel.Member(id=str(owner), born=human.born_on or today, student=student, guardian=False)
        if kernel.may_earn(rules[bank], person, today) is None:
            for volunteer in owners[owner]:
                known.codes[volunteer.pk].add(_account(bank))


def _add_promises(known: _Known, owners: Owners, posts: set[UUID], humans: QuerySet[Any], at: datetime) -> None:
    """Add what promises of help and answers bind and weigh, and which requests somebody answered already."""
    lately = Q(state__in=("paid", "settled"), paid__gt=0, ended_at__gt=at - LATELY)
    over = Q(state__in=NOT_AGAIN, post__in=posts)
    rows = owned(Deal.objects.filter(Q(state__in=LIVING) | lately | over), helping="helper__", taking="taker__")
    rows = rows.filter(Q(helping__in=humans) | Q(taking__in=humans))
    for helping, taking, state, post, minutes, starts in rows.values_list(
        "helping", "taking", "state", "post", "minutes", "post__starts_at"
    ):
        spans = [span(starts, starts + timedelta(minutes=minutes))] if starts and state in LIVING else []
        for one in owners.get(helping, ()):
            if state in (*LIVING, *NOT_AGAIN) and post in posts:
                known.barred[one.pk].add(id_of(PREFIX, post))
            known.busy[one.pk] += spans
            known.load[one.pk] += minutes if state not in ("asked", *NOT_AGAIN) else 0
        for one in owners.get(taking, ()) if state in HOLDING else ():
            known.busy[one.pk] += spans


def _add_asks(known: _Known, owners: Owners, humans: QuerySet[Any], at: datetime) -> None:
    """Add the requests for which somebody was asked, which bind, and those that were said no to."""
    rows = HelpProposal.objects.filter(state__in=("asked", "declined"), post__starts_at__gt=at)
    found = owned(rows, owner="member__").filter(owner__in=humans)
    for owner, state, post, starts, minutes in found.values_list(
        "owner", "state", "post", "post__starts_at", "post__minutes"
    ):
        for one in owners.get(owner, ()):
            known.barred[one.pk].add(id_of(PREFIX, post))
            if state == "asked":
                known.busy[one.pk].append(span(starts, starts + timedelta(minutes=minutes)))


def bound(people: Collection[UUID], starts: datetime, ends: datetime) -> Times:
    """Give the times between two moments at which people are bound, by the records that are kept: four queries.

    Bound is who has a promise as one of the two, who offered help with a request and waits for the promise, and who was
    asked for a request and did not answer yet.
    """
    kept = records_among(people)
    accounts = {key: kept[person] for key, person in Member.objects.filter(person__in=kept).values_list("pk", "person")}
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)

    def add(member: UUID, begins: datetime | None, minutes: int) -> None:
        over = starts if begins is None else begins + timedelta(minutes=minutes)
        if begins is not None and member in accounts and over > starts:
            found[accounts[member]].append((begins, over))

    helping, taking = Q(helper__in=accounts, state__in=LIVING), Q(taker__in=accounts, state__in=HOLDING)
    deals = Deal.objects.filter(helping | taking, post__starts_at__lt=ends)
    for helper, taker, state, begins, minutes in deals.values_list(
        "helper", "taker", "state", "post__starts_at", "minutes"
    ):
        add(helper, begins, minutes)
        if state in HOLDING:
            add(taker, begins, minutes)
    asked = HelpProposal.objects.filter(member__in=accounts, state="asked", post__starts_at__lt=ends)
    for member, begins, minutes in asked.values_list("member", "post__starts_at", "post__minutes"):
        add(member, begins, minutes)
    return found
