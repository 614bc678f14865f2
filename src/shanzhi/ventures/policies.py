"""Who may do what to a call, a proposal, a review. Each check raises a refusal with words, or does nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.areas import COUNTRY, covers
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.people.policies import require_taking_part
from shanzhi.places.queries import within_any
from shanzhi.ventures.lifecycle import LEFT, MANAGERS, PUBLIC_PROPOSALS, REVIEWERS, SHOWS_PROPOSALS
from shanzhi.ventures.models import Call, Dispute, Juror, Merger, Proposal, TeamMember, TeamSeat

READERS: Final = STAFF_READERS
TeamRole = Literal["leader", "editor", "reader", ""]
# A proposal's kind of team, and the call's word for those who may propose.
GROUP_OF: Final = {"resident": "residents", "residents": "teams", "organization": "organizations"}


class NotYourCall(Forbidden):
    """The actor sees the call but does not run it."""

    code = "not_your_call"
    message = _(
        "Only staff in charge of the whole area of this call may do this. Ask the officer or the operator named."
    )


class NotYourProposal(Forbidden):
    """The actor sees the proposal but is not of its team."""

    code = "not_your_proposal"
    message = _("Only the team of this proposal may change it. Ask its contact person to add you as a member.")


class ReaderOnly(Forbidden):
    """The actor reads with the team but does not write."""

    code = "reader_only"
    message = _("You read this with the team but change nothing. Ask the contact person to make you an editor.")


class OwnProposal(Forbidden):
    """A reviewer is of the team of the proposal."""

    code = "own_proposal"
    message = _("You belong to the team of this proposal, so somebody else must review it.")


class MayNotPropose(Forbidden):
    """The call is not open to this person."""

    code = "may_not_propose"
    message = _("This call takes proposals from verified residents of its areas. Have your real name verified first.")


class MayNotObject(Forbidden):
    """The actor is neither a resident of the call's areas nor staff there."""

    code = "may_not_object"
    message = _(
        "Verified residents of this round's areas and staff there may object. Have your real name verified first, or "
        "tell a neighbour or the staff of your community."
    )


class OwnObjection(Forbidden):
    """A team objects to its own proposal."""

    code = "own_objection"
    message = _("You belong to the team of this proposal. To take it out of the round, take it back instead.")


class NotARecorder(Forbidden):
    """The actor keeps no lists of attendance there."""

    code = "not_a_recorder"
    message = _("Staff who run this call, and social workers in charge of its area, record who attended its training.")


class NotImpartial(Forbidden):
    """The one who would rule filed it, is of the team, or decided what the appeal is against."""

    code = "not_impartial"
    message = _("You filed this yourself, so somebody else must rule on it. Ask another officer in charge.")


class NotANeighbour(Forbidden):
    """The actor is no verified resident of the call's areas."""

    code = "not_a_neighbour"
    message = _("Only verified residents of this round's areas may do this. Have your real name verified first.")


class OwnTeam(Forbidden):
    """The actor is of the team."""

    code = "own_team"
    message = _("You belong to the team of this project. Answer your neighbours' comments instead.")


def _operates(actor: Actor, organization: UUID | None) -> bool:
    return organization is not None and organization in actor.organizations(Role.OPERATOR)


def runs_area(actor: Actor, area: str) -> bool:
    """Tell whether the actor may run a call in this area."""
    return actor.holds(MANAGERS, area)


def runs(actor: Actor, call: Call) -> bool:
    """Tell whether the actor runs this call: a manager's role over its whole area, or its operator."""
    return runs_area(actor, call.area) or _operates(actor, call.operator_organization)


def records_training(actor: Actor, call: Call) -> bool:
    """Tell whether the actor keeps the lists of attendance of this call's training."""
    return runs(actor, call) or actor.holds(REVIEWERS, call.area)


def require_recorder(actor: Actor, call: Call) -> None:
    """Refuse who keeps no lists of attendance of this call."""
    if not records_training(actor, call):
        raise NotARecorder


def _inside(field: str, codes: tuple[str, ...]) -> Q:
    """Give the condition that a row lies in one of the areas; an empty Q would vanish in an alternative."""
    return Q(pk__isnull=False) if COUNTRY in codes else within_any(field, codes)


def visible_calls(viewer: Actor) -> Q:
    """Give the condition of calls that a viewer may see: published ones, and drafts of the own areas."""
    inside = _inside("area", viewer.areas(READERS)) | Q(operator_organization__in=viewer.organizations(Role.OPERATOR))
    return Q(published_at__isnull=False) | inside


def chairs(actor: Actor, call_id: UUID) -> bool:
    """Tell whether the actor chairs the jury of a call now."""
    if actor.person_id is None:
        return False
    return Juror.objects.filter(call=call_id, person__in=actor.persons, chair=True, ends_at__isnull=True).exists()


def visible_proposals(viewer: Actor) -> Q:
    """Give the condition of proposals that a viewer may see.

    Everybody sees those that passed once their call shows them, also when they left it since; the team sees
    its own; staff see those handed in within their areas. Drafts are the team's alone.
    """
    seen = Q(state__in=PUBLIC_PROPOSALS, call__state__in=SHOWS_PROPOSALS) | Q(state__in=LEFT, left_shown=True)
    handed_in = Q(number__isnull=False)
    seen |= handed_in & staffed(viewer)
    return seen | own_proposals(viewer) | taken_into_own(viewer)


def staffed(viewer: Actor, prefix: str = "") -> Q:
    """Give the condition that a proposal lies where the viewer is staff; `prefix` leads to it from another table."""
    found = _inside(f"{prefix}community", viewer.areas(READERS))
    organizations = viewer.organizations(Role.OPERATOR)
    return found | Q(**{f"{prefix}call__operator_organization__in": organizations}) if organizations else found


def taken_into_own(viewer: Actor) -> Q:
    """Give the condition of proposals that were merged into one of whose team the viewer is."""
    if viewer.person_id is None:
        return Q(pk__in=())
    mine = Proposal.objects.filter(own_proposals(viewer)).values("pk")
    return Q(state="merged", pk__in=Merger.objects.filter(state="merged", stays__in=mine).values("goes"))


def own_proposals(viewer: Actor) -> Q:
    """Give the condition of proposals of whose team the viewer is."""
    if viewer.person_id is None:
        return Q(pk__in=())
    seats = TeamSeat.objects.filter(person__in=viewer.persons)
    named = TeamMember.objects.filter(person__in=viewer.persons)
    named = named.exclude(Exists(seats.filter(proposal=OuterRef("proposal"))))
    running = seats.filter(ended_at=None)
    return Q(contact__in=viewer.persons) | Q(pk__in=running.values("proposal")) | Q(pk__in=named.values("proposal"))


def written_proposals(viewer: Actor) -> Q:
    """Give the condition of proposals that the viewer writes with a team."""
    running = TeamSeat.objects.filter(person__in=viewer.persons, ended_at=None)
    only_read = running.filter(role="reader").exclude(proposal__in=running.filter(role="editor").values("proposal"))
    led = Q(contact__in=viewer.persons)
    return own_proposals(viewer) & (led | ~Q(pk__in=only_read.values("proposal")))


def party_proposals(viewer: Actor) -> Q:
    """Give the condition of proposals of whose team the viewer is or was; see `is_party`."""
    if viewer.person_id is None:
        return Q(pk__in=())
    named = TeamMember.objects.filter(person__in=viewer.persons).values("proposal")
    seated = TeamSeat.objects.filter(person__in=viewer.persons).values("proposal")
    return Q(contact__in=viewer.persons) | Q(pk__in=named) | Q(pk__in=seated)


def require_runs(actor: Actor, call: Call) -> None:
    """Refuse who does not run the call; a draft does not exist for strangers."""
    if runs(actor, call):
        return
    if call.published_at is None and not actor.holds(READERS, call.area):
        raise NotFound
    raise NotYourCall


def role_in(actor: Actor, proposal: Proposal) -> TeamRole:
    """Say what the actor is in the team: its leader (the contact person), an editor, a reader, or nothing.

    All records of the person count as one. Seats that were given say more than the list of members.
    """
    if actor.person_id is None:
        return ""
    if actor.is_person(proposal.contact_id):
        return "leader"
    seats = TeamSeat.objects.filter(proposal=proposal, person__in=actor.persons)
    given = list(seats.values_list("role", "ended_at"))
    if given:
        running = {role for role, ended in given if ended is None}
        return "editor" if "editor" in running else "reader" if running else ""
    named = TeamMember.objects.filter(proposal=proposal, person__in=actor.persons).exists()
    return "editor" if named else ""


def of_team(actor: Actor, proposal: Proposal) -> bool:
    """Tell whether the actor is of the team, in whatever role."""
    return role_in(actor, proposal) != ""


def is_party(actor: Actor, proposal: Proposal) -> bool:
    """Tell whether the actor is or was of the team, and so never decides on the proposal; leaving it heals nothing."""
    return Proposal.objects.filter(party_proposals(actor), pk=proposal.pk).exists()


def leads(actor: Actor, proposal: Proposal) -> bool:
    """Tell whether the actor speaks for the team: its contact person alone does."""
    return actor.is_person(proposal.contact_id)


def writes(actor: Actor, proposal: Proposal) -> bool:
    """Tell whether the actor may change the proposal for its team."""
    return role_in(actor, proposal) in ("leader", "editor")


def of_one_team_now(actor: Actor, proposal: Proposal) -> bool:
    """Tell whether the actor is of the team of a proposal, or of the one that it was merged into."""
    if of_team(actor, proposal):
        return True
    return proposal.state == "merged" and Proposal.objects.filter(taken_into_own(actor), pk=proposal.pk).exists()


def require_team(actor: Actor, proposal: Proposal) -> None:
    """Refuse who is not of the team; who may not even see the proposal is told that there is none."""
    if of_team(actor, proposal):
        return
    if Proposal.objects.filter(visible_proposals(actor), pk=proposal.pk).exists():
        raise NotYourProposal
    raise NotFound


def require_writer(actor: Actor, proposal: Proposal) -> None:
    """Refuse who is not of the team, and those of it who only read."""
    require_team(actor, proposal)
    if not writes(actor, proposal):
        raise ReaderOnly


def reviews(actor: Actor, proposal: Proposal) -> bool:
    """Tell whether the actor's role lets them check proposals of this community."""
    return actor.holds(REVIEWERS, proposal.community) or _operates(actor, proposal.call.operator_organization)


def require_reviewer(actor: Actor, proposal: Proposal) -> None:
    """Refuse who may not review this proposal, the own team above all."""
    if proposal.number is None or not reviews(actor, proposal):
        if Proposal.objects.filter(visible_proposals(actor), pk=proposal.pk).exists():
            raise Forbidden
        raise NotFound
    if is_party(actor, proposal):
        raise OwnProposal


def home_communities(actor: Actor, codes: tuple[str, ...]) -> tuple[str, ...]:
    """List where the actor is a verified resident inside the areas of these codes, codes that hold today first."""
    homes = [grant.area for grant in actor.grants if grant.role is Role.RESIDENT]
    return tuple(home for home in homes if any(covers(code, home) for code in codes))


def require_proposer(actor: Actor, call: Call, *, team_kind: str, codes: tuple[str, ...]) -> None:
    """Refuse who may not propose in this call (the call's `proposers`, after Chengdu's rule: residents at home)."""
    if actor.person_id is None:
        raise SignInNeeded
    require_taking_part(actor)
    require_kind(call, team_kind)
    kind = GROUP_OF[team_kind]
    leads = kind == "organizations" and actor.holds_anywhere(Role.TEAM_LEADER)
    if not leads and not home_communities(actor, codes):
        raise MayNotPropose


def require_kind(call: Call, team_kind: str) -> None:
    """Refuse a kind of team from which the call takes no proposals."""
    if GROUP_OF[team_kind] not in call.proposers:
        raise MayNotPropose(
            _("This call does not take proposals from this kind of team. Choose another kind of team."),
            field="team_kind",
        )


def require_home(actor: Actor, call: Call, *, community: str, team_kind: str) -> None:
    """Refuse a community that is not the proposer's own, where the call asks for that; organisations go anywhere."""
    if call.propose_where == "own_community" and team_kind != "organization":
        homes = actor.areas(Role.RESIDENT)
        if not any(covers(community, home) for home in homes):
            raise MayNotPropose(
                _("In this call residents propose only for the community they live in. Choose your own community."),
                field="community",
            )


def voting_actor(actor: Actor, call: Call) -> Actor:
    """Give the actor with whom a call's poll is run, once `require_runs` let the actor through, or `require_team`.

    Whoever runs the call runs its poll, also where the role comes from the operator's organisation; a team takes its
    own project out of it.
    """
    if actor.is_system or runs_area(actor, call.area):
        return actor
    return replace(actor, grants=(*actor.grants, Grant(Role.OPERATOR, call.area)))


def standing_of(actor: Actor, proposal: Proposal, codes: tuple[str, ...]) -> tuple[str, str]:
    """Say as what somebody objects, and a resident's community. Raises MayNotObject, OwnObjection."""
    actor.person()
    require_taking_part(actor)
    if of_team(actor, proposal):
        raise OwnObjection
    homes = home_communities(actor, codes)
    if homes:
        return "resident", homes[0][:12]
    if not reviews(actor, proposal):
        raise MayNotObject
    return "staff", ""


def require_ruler(actor: Actor, dispute: Dispute, deciders: frozenset[UUID]) -> None:
    """Refuse who does not run the call, and who is a party: filer, team, or decider of what is appealed against.

    There is no way round it where one officer alone runs the call: somebody above, or another with a role, must rule.
    """
    proposal = dispute.proposal
    require_runs(actor, proposal.call)
    actor.person()
    if actor.is_person(dispute.filed_by_id):
        raise NotImpartial
    if is_party(actor, proposal):
        raise NotImpartial(
            _("You belong to the team of this proposal, so somebody else must rule. Ask another officer in charge.")
        )
    if deciders.intersection(actor.persons):
        raise NotImpartial(
            _(
                "You took the decision that this appeal is against, so somebody else must rule on it. Ask another "
                "officer in charge of the round, or one of the level above; no one rules on the own decision."
            )
        )


def require_neighbour(actor: Actor, proposal: Proposal) -> str:
    """Give the community from which the actor, a verified resident of the call's areas, speaks of a project.

    The team does not speak as neighbours. Raises NotANeighbour, OwnTeam.
    """
    require_taking_part(actor)
    homes = home_communities(actor, tuple(proposal.call.areas.values_list("code", flat=True)))
    if not homes:
        raise NotANeighbour
    if of_team(actor, proposal):
        raise OwnTeam
    return homes[0][:12]
