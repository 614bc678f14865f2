"""Objections and appeals: who may file what until when, what everybody reads of them, what waits for a ruling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, DateTimeField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.places.queries import within_any
from shanzhi.ventures import policies
from shanzhi.ventures.lifecycle import APPEAL_DAYS, APPEALABLE, DISPUTE, OPEN_DISPUTES, REVIEWERS
from shanzhi.ventures.models import Dispute, Proposal, Review
from shanzhi.ventures.queries.naming import area_name, course
from shanzhi.ventures.queries.proposals import matching

# As many stand on a proposal's page; all of them are at the desk and in the API.
SHOWN: Final = 30
# Stands for what waits no more where rows are ordered by how long they wait: a list goes on from a mark, never a null.
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class NotUnderNotice(Conflict):
    """Objections are taken while the notice runs, against what passed."""

    code = "not_under_notice"
    message = _(
        "Objections are taken only against proposals under public notice, until the notice ends. Tell the staff of the "
        "round what you know; they can still act on it."
    )


class ObjectedAlready(Conflict):
    """One open objection a person and proposal."""

    code = "objected_already"
    message = _("You have objected to this proposal already. Wait for the ruling, or withdraw your objection first.")


class NothingToAppeal(Conflict):
    """The proposal was not rejected or disqualified."""

    code = "nothing_to_appeal"
    message = _("A team appeals against a rejection or a disqualification; nothing of the kind stands here now.")


class AppealOver(Conflict):
    """The days for the appeal have passed."""

    code = "appeal_over"
    message = _("The days in which to appeal against this decision are over. Ask the staff of the round for advice.")


class AppealedAlready(Conflict):
    """A decision is appealed against once."""

    code = "appealed_already"
    message = _("Your team has appealed against this decision already. One appeal is possible against each decision.")


@dataclass(frozen=True, slots=True)
class Decision:
    """What an appeal is against: when it was taken and by whom, and until when to appeal."""

    at: datetime
    by: frozenset[UUID]

    @property
    def appeal_until(self) -> datetime:
        """The end of the last day, by the clock of the place."""
        day = timezone.localtime(self.at) + timedelta(days=APPEAL_DAYS + 1)
        return day.replace(hour=0, minute=0, second=0, microsecond=0)


def decision_on(proposal: Proposal) -> Decision:
    """Give the decision that stands against a proposal. Raises NothingToAppeal."""
    if proposal.state not in APPEALABLE:
        raise NothingToAppeal
    if proposal.state == "rejected":
        taken = Review.objects.filter(
            proposal=proposal, round=proposal.review_round, decision="reject", decided_at__isnull=False
        )
        found: list[tuple[Any, UUID | None]] = list(taken.order_by("-decided_at").values_list("decided_at", "reviewer"))
    else:
        told = Event.objects.filter(
            subject_type=proposal._meta.label_lower,
            subject_id=str(proposal.pk),
            verb="ventures.proposal.disqualify",
        )
        found = list(told.order_by("-id").values_list("at", "actor_person")[:1])
    if not found:
        raise NothingToAppeal
    return Decision(found[0][0], frozenset(person for _at, person in found if person))


def standing(*, actor: Actor, proposal: Proposal) -> tuple[str, str]:
    """Say as what somebody may object at all. Raises MayNotObject, OwnObjection, SignInNeeded."""
    return policies.standing_of(actor, proposal, tuple(area.code for area in proposal.call.areas.all()))


def objects_as(*, actor: Actor, proposal: Proposal, at: datetime) -> tuple[str, str]:
    """Say as what somebody objects to a proposal now, and a resident's community.

    Raises MayNotObject, OwnObjection, NotUnderNotice, ObjectedAlready, SignInNeeded.
    """
    call = proposal.call
    found = standing(actor=actor, proposal=proposal)
    ends = next((phase.ends_at for phase in call.phases.all() if phase.kind == "notice"), None)
    if proposal.state != "passed" or call.state != "notice" or ends is None or at >= ends or call.imported:
        raise NotUnderNotice
    if proposal.disputes.filter(kind="objection", filed_by__in=actor.persons, state__in=OPEN_DISPUTES).exists():
        raise ObjectedAlready
    return found


def appeals_against(*, actor: Actor, proposal: Proposal, at: datetime) -> Decision:
    """Give the decision against which a team may appeal now.

    Raises NotYourProposal, NothingToAppeal, AppealOver, AppealedAlready.
    """
    policies.require_writer(actor, proposal)
    decision = decision_on(proposal)
    if proposal.disputes.filter(kind="appeal", decided_at=decision.at).exists():
        raise AppealedAlready
    if at >= decision.appeal_until:
        raise AppealOver
    return decision


def may_object(*, viewer: Actor, found: Proposal, at: datetime) -> bool:
    """Tell whether to offer an objection, also to those not signed in, who are asked to."""
    if found.state != "passed" or found.call.state != "notice":
        return False
    return _allowed(lambda: objects_as(actor=viewer, proposal=found, at=at))


def appeal_until(*, viewer: Actor, found: Proposal, at: datetime) -> datetime | None:
    """Give the moment until which the viewer may appeal; None where that is not possible."""
    if found.state not in APPEALABLE or not policies.writes(viewer, found):
        return None
    try:
        return appeals_against(actor=viewer, proposal=found, at=at).appeal_until
    except Refusal:
        return None


def _allowed(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except Refusal:
        return False
    return True


def _rows() -> QuerySet[Any]:
    found = Dispute.objects.select_related("proposal", "proposal__call")
    waits = Case(When(state__in=OPEN_DISPUTES, then="due_at"), default=Value(NEVER), output_field=DateTimeField())
    return found.annotate(
        waits_until=waits,
        place_name=area_name("place"),
        community_name=area_name("proposal__community"),
        course=course(DISPUTE),
    )


def disputes_of(*, viewer: Actor, proposal_id: UUID) -> QuerySet[Dispute]:
    """Give what was filed about a proposal that the viewer sees, newest first; withdrawn ones to who filed them alone.

    Nothing in the rows that a page shows tells who filed. Raises NotFound.
    """
    if not Proposal.objects.filter(policies.visible_proposals(viewer), pk=proposal_id).exists():
        raise NotFound
    seen = ~Q(state="withdrawn")
    if viewer.person_id is not None:
        seen |= Q(filed_by__in=viewer.persons)
    return _rows().filter(seen, proposal=proposal_id).order_by("-filed_at", "id")


def dispute(*, viewer: Actor, dispute_id: UUID) -> Dispute:
    """Give one about a proposal that the viewer sees. Raises NotFound."""
    known = Dispute.objects.filter(pk=dispute_id).values_list("proposal", flat=True).first()
    found = disputes_of(viewer=viewer, proposal_id=known).filter(pk=dispute_id).first() if known else None
    if found is None:
        raise NotFound
    return found


def desk_disputes(*, viewer: Actor) -> QuerySet[Dispute]:
    """Give objections and appeals of the areas where the viewer is staff, those due first on top.

    Raises Forbidden to whoever is no staff anywhere.
    """
    if not viewer.holds_anywhere(policies.READERS):
        raise Forbidden
    found = _rows().select_related("filed_by", "ruled_by", "proposal", "proposal__call").filter(_at_desk(viewer))
    return found.order_by("waits_until", "id")


def _at_desk(viewer: Actor) -> Q:
    areas = viewer.areas(policies.READERS)
    if "" in areas:
        return Q()
    near = within_any("proposal__community", areas) | within_any("proposal__call__area", areas)
    return near | Q(proposal__call__operator_organization__in=viewer.organizations(Role.OPERATOR))


def desk_dispute(*, viewer: Actor, dispute_id: UUID) -> Dispute:
    """Give one of those at the viewer's desk. Raises Forbidden to who is no staff, NotFound outside the areas."""
    found = desk_disputes(viewer=viewer).filter(pk=dispute_id).first()
    if found is None:
        raise NotFound
    return found


def deciders_of(found: Dispute) -> frozenset[UUID]:
    """Give who decided what an appeal is against; nobody for an objection."""
    if found.kind != "appeal" or not found.open:
        return frozenset()
    try:
        return decision_on(found.proposal).by
    except NothingToAppeal:
        return frozenset()


def ruler_refusal(*, viewer: Actor, found: Dispute) -> Refusal | None:
    """Say why the viewer may not rule on what still waits for a ruling; None where that is possible."""
    try:
        policies.require_ruler(viewer, found, deciders_of(found))
    except Refusal as refusal:
        return refusal
    return None


def waiting_for(viewer: Actor) -> QuerySet[Dispute]:
    """Give what waits for a ruling where the viewer is one of the staff who may have to give it."""
    areas = viewer.areas(REVIEWERS)
    found = Dispute.objects.filter(state__in=OPEN_DISPUTES)
    if "" in areas:
        return found
    mine = Q(proposal__call__operator_organization__in=viewer.organizations(Role.OPERATOR))
    return found.filter(within_any("proposal__call__area", areas) | mine)


def blocks_vote(call_id: UUID) -> int:
    """Count what must be ruled on before the vote opens, since it could still change what stands on the ballot."""
    against = Q(kind="objection", proposal__state="passed") | Q(kind="appeal", proposal__state__in=APPEALABLE)
    return Dispute.objects.filter(against, proposal__call=call_id, state__in=OPEN_DISPUTES).count()


def searched(text: str) -> Q:
    """Give the condition that the proposal or the call of a dispute fits what was typed into a search box."""
    titles = Q(proposal__call__title__icontains=text) | Q(proposal__call__title_en__icontains=text)
    return titles | Q(proposal__in=Proposal.objects.filter(matching(text)).values("pk"))
