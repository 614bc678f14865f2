"""Verified records of service as this room takes them, and which of them wait to be credited or taken back.

A record counts as given by a group where its team belongs to a company or a school. Who verified it is its reviewer;
one that the system verified has one reviewer whom nobody is.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Length

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.kernel.timebank import Policy
from shanzhi.people import minors
from shanzhi.places import queries as places
from shanzhi.service.models import ServiceRecord
from shanzhi.timebank.models import Bank, Earning, Member, PolicyVersion, Review
from shanzhi.timebank.operations.earning import Verified, member_for
from shanzhi.timebank.policies import load_bank
from shanzhi.volunteering.models import TeamKind

GROUPS = (TeamKind.COMPANY, TeamKind.SCHOOL)
NOBODY = UUID(int=0)


def told(row: ServiceRecord) -> Verified:
    """Give a record in the words of this room; it comes with volunteer, team and kind of task."""
    person = row.volunteer.person
    return Verified(
        record=row.pk, person_id=person.merged_into_id or person.pk, area=row.area, day=row.served_on,
        minutes=row.minutes, kind=row.task_kind.code, group=row.team is not None and row.team.kind in GROUPS,
        reviewers=frozenset({row.verified_by_id or NOBODY}),
    )  # fmt: skip


def standing() -> QuerySet[ServiceRecord]:
    """Give the verified records that stand."""
    rows = ServiceRecord.objects.filter(state="verified", reversal__isnull=True)
    return rows.select_related("volunteer__person", "team", "task_kind")


def _waiting(bank: Bank) -> QuerySet[ServiceRecord]:
    """Give the records that stand in the area of a bank, of somebody with an open account there, not credited yet.

    Each comes with `account`, the number of its member, and `confirmed`, how many others confirmed it. Who has an
    account at a nearer bank that covers the place is credited there.
    """
    members = Member.objects.filter(_owner(), closed_at__isnull=True)
    place = ExpressionWrapper(OuterRef("area"), output_field=CharField())
    nearer = members.annotate(place=place).filter(place__startswith=F("bank__area"))
    nearer = nearer.annotate(length=Length("bank__area")).filter(length__gt=len(bank.area))
    own = members.filter(bank=bank)
    known = Earning.objects.filter(record=OuterRef("pk"))
    rows = standing().filter(places.within("area", bank.area), Exists(own), ~Exists(known), ~Exists(nearer))
    return rows.annotate(
        account=Subquery(own.order_by("opened_at").values("number")[:1]), confirmed=_verifier() + _reviews()
    )


def _owner() -> Q:
    """Give the condition that an account is that of the volunteer of the outer record, merged or not."""
    found = Q(person=OuterRef("volunteer__person")) | Q(person=OuterRef("volunteer__person__merged_into"))
    return found | Q(person__merged_into=OuterRef("volunteer__person"))


def _verifier() -> Case:
    """Count who verified a record: one, but for the volunteer."""
    own = Q(verified_by=F("volunteer__person")) | Q(verified_by=F("volunteer__person__merged_into"))
    return Case(When(own, then=0), default=1, output_field=IntegerField())


def _reviews() -> Coalesce:
    """Count who else reviewed a record, but for the volunteer."""
    own = Q(reviewer=OuterRef("volunteer__person"))
    own |= Q(reviewer=Coalesce(OuterRef("volunteer__person__merged_into"), Value(NOBODY, output_field=UUIDField())))
    rows = Review.objects.filter(record=OuterRef("pk")).exclude(own).order_by().values("record")
    return Coalesce(Subquery(rows.annotate(n=Count("reviewer", distinct=True)).values("n")), 0)


def _spans(bank: Bank) -> list[tuple[Q, Policy | None]]:
    """Give which rules hold for which days of service, as conditions; None for the days before the first ones."""
    known = list(PolicyVersion.objects.filter(bank=bank).order_by("from_day"))
    found: list[tuple[Q, Policy | None]] = [(Q(served_on__lt=one.from_day), None) for one in known[:1]]
    for place, one in enumerate(known):
        days = Q(served_on__gte=one.from_day)
        later = known[place + 1 :]
        found.append((days & Q(served_on__lt=later[0].from_day) if later else days, one.policy))
    return found


def due(at: datetime, most: int) -> list[UUID]:
    """List records that can be credited or refused for good now, the oldest service first, at most so many in all.

    Left out in the database is what waits: for an account, for a reviewer, for the consent of a guardian. So it takes
    nobody's place in the line, however long it waits.
    """
    found: list[UUID] = []
    for bank in Bank.objects.order_by("pk"):
        rows = _waiting(bank)
        ready = Q(pk__in=())
        for days, policy in _spans(bank):
            ready |= days if policy is None else days & Q(confirmed__gte=policy.reviewers) & _agreed(policy, at)
        keys = rows.filter(ready).order_by("served_on", "pk").values_list("pk", flat=True)
        found += keys[: most - len(found)]
        if len(found) >= most:
            break
    return found


def _agreed(policy: Policy, at: datetime) -> Q:
    """Give the condition that no guardian is waited for: grown-ups by the rules, no students, or a consent stands."""
    if not policy.members.guardian or policy.members.students_from is None:
        return Q()
    age = Func(Value(policy.members.least_age), template="make_interval(years => %(expressions)s)",
               output_field=DurationField())  # fmt: skip
    day = ExpressionWrapper(F("served_on") - age, output_field=DateTimeField())
    human = Coalesce(OuterRef("volunteer__person__merged_into"), OuterRef("volunteer__person"))
    given = minors.standing(at).filter(person=human)
    students = Member.objects.filter(_owner(), student=True, closed_at__isnull=True)
    grown = Q(volunteer__person__born_on__lte=day) | Q(volunteer__person__born_on=None)
    return grown | ~Exists(students) | Q(Exists(given))


def wrong() -> QuerySet[Earning]:
    """Give what was earned by records that were reversed since."""
    gone = ServiceRecord.objects.filter(pk=OuterRef("record"), reversal__isnull=False)
    return Earning.objects.filter(Exists(gone), reversed_at__isnull=True).order_by("pk")


def for_review(bank: Bank, viewer: Actor) -> QuerySet[ServiceRecord]:
    """Give the records that lack a reviewer by the rules of their day and that the viewer can review.

    Left out are the viewer's own, and those that the viewer verified or reviewed already.
    """
    lacking = Q(pk__in=())
    for days, policy in _spans(bank):
        if policy is not None:
            lacking |= days & Q(confirmed__lt=policy.reviewers)
    rows = _waiting(bank).filter(lacking)
    if not viewer.persons:
        return rows
    reviewed = Review.objects.filter(record=OuterRef("pk"), reviewer__in=viewer.persons)
    return rows.exclude(volunteer__person__in=viewer.persons).filter(
        Q(verified_by=None) | ~Q(verified_by__in=viewer.persons), ~Exists(reviewed)
    )


def record_at_desk(viewer: Actor, record_id: UUID) -> tuple[ServiceRecord, Bank]:
    """Give a record that waits for a further reviewer, with the bank of the viewer's desk at which it does."""
    if not viewer.signed_in:
        raise SignInNeeded
    row = standing().filter(pk=record_id).first()
    member = member_for(told(row)) if row is not None else None
    if row is None or member is None:
        raise NotFound
    return row, load_bank(actor=viewer, bank_id=member.bank_id)
