"""Verified records of service as this room takes them, and which of them wait to be credited or taken back.

A record counts as given by a group where its team belongs to a company or a school. Who verified it is its reviewer;
one that the system verified has one reviewer whom nobody is.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.places import queries as places
from shanzhi.service.models import ServiceRecord
from shanzhi.timebank.models import Bank, Earning, Member, PolicyVersion
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


def uncredited() -> QuerySet[ServiceRecord]:
    """Give the records that stand, are of somebody with an open account, and were not looked at for good yet."""
    person = Q(person=OuterRef("volunteer__person")) | Q(person=OuterRef("volunteer__person__merged_into"))
    person |= Q(person__merged_into=OuterRef("volunteer__person"))
    members = Member.objects.filter(person, closed_at__isnull=True)
    known = Earning.objects.filter(record=OuterRef("pk"))
    return standing().filter(Exists(members), ~Exists(known)).order_by("served_on", "pk")


def wrong() -> QuerySet[Earning]:
    """Give what was earned by records that were reversed since."""
    gone = ServiceRecord.objects.filter(pk=OuterRef("record"), reversal__isnull=False)
    return Earning.objects.filter(Exists(gone), reversed_at__isnull=True).order_by("pk")


def for_review(bank: Bank) -> QuerySet[ServiceRecord]:
    """Give the records that wait for a further reviewer of a bank, each with `account`, the number of its member."""
    members = Member.objects.filter(bank=bank, closed_at__isnull=True)
    own = members.filter(Q(person=OuterRef("volunteer__person")) | Q(person=OuterRef("volunteer__person__merged_into")))
    rows = uncredited().filter(places.within("area", bank.area), Exists(own))
    first = PolicyVersion.objects.filter(bank=bank).order_by("from_day").values("from_day")[:1]
    return rows.filter(served_on__gte=Subquery(first)).annotate(account=Subquery(own.values("number")[:1]))


def record_at_desk(viewer: Actor, record_id: UUID) -> tuple[ServiceRecord, Bank]:
    """Give a record that waits for a further reviewer, with the bank of the viewer's desk at which it does."""
    if not viewer.signed_in:
        raise SignInNeeded
    row = standing().filter(pk=record_id).first()
    member = member_for(told(row)) if row is not None else None
    if row is None or member is None:
        raise NotFound
    return row, load_bank(actor=viewer, bank_id=member.bank_id)
