"""What the rounds tell: residents that a round takes proposals, a team what became of its proposal and what is due.

A text names the round, whose title is public; never the proposal, whose words are the team's own until they are shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import ancestors_of
from shanzhi.kernel.roles import Role
from shanzhi.notices.kinds import APP, EMAIL, EVERYWHERE, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import LINK, MOMENT, TITLE, To, public_title
from shanzhi.people.models import Person, RoleGrant
from shanzhi.places.queries import within_any
from shanzhi.ventures.lifecycle import MANAGERS
from shanzhi.ventures.models import Call, Comment, Dispute, Proposal, TeamMember, TeamSeat

CALLS: Final = Category(
    "calls",
    _("Rounds in my area"),
    _("A round takes proposals where you live."),
    listed=True,
    order=40,
)
OWN: Final = Category(
    "proposals",
    _("My proposals"),
    _("A proposal of yours was returned, passed, rejected or decided on, or its deadline is near."),
    needed=_("Deadlines run from them, and a decision on your proposal must reach you."),
    listed=True,
    order=25,
)
VOICES: Final = Category(
    "voices",
    _("Comments and answers"),
    _("A neighbour commented on a project of yours, or its team answered your comment."),
    order=45,
)
OPEN: Final = Kind(
    "calls.open",
    CALLS,
    _("Propose now: %(title)s"),
    _("The round “%(title)s” takes proposals from where you live until %(ends)s."),
    {"title": TITLE, "ends": MOMENT, "link": LINK},
    channels=frozenset({APP, WECHAT}),
)
RETURNED: Final = Kind(
    "proposals.returned",
    OWN,
    _("Please mend your proposal: %(title)s"),
    _(
        "Your proposal for the round “%(title)s” was returned. Mend it until %(deadline)s; its page says what to "
        "change."
    ),
    {"title": TITLE, "deadline": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
PASSED: Final = Kind(
    "proposals.passed",
    OWN,
    _("Your proposal passed review: %(title)s"),
    _("Your proposal for the round “%(title)s” passed review and will be shown to everybody."),
    {"title": TITLE, "link": LINK},
    channels=frozenset({APP, EMAIL, WECHAT}),
)
REJECTED: Final = Kind(
    "proposals.rejected",
    OWN,
    _("Your proposal was rejected: %(title)s"),
    _("Your proposal for the round “%(title)s” was rejected. Its page says why and what you can do."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
MEND_SOON: Final = Kind(
    "proposals.mend_soon",
    OWN,
    _("One day left to mend: %(title)s"),
    _("Your proposal for the round “%(title)s” must be mended and handed in again until %(deadline)s."),
    {"title": TITLE, "deadline": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
HAND_IN_SOON: Final = Kind(
    "proposals.hand_in_soon",
    OWN,
    _("One day left to hand in: %(title)s"),
    _("You have a draft for the round “%(title)s”. It takes proposals until %(deadline)s."),
    {"title": TITLE, "deadline": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
DECIDED: Final = Kind(
    "proposals.decided",
    OWN,
    _("Decided: %(title)s"),
    _("The round “%(title)s”, in which you have a proposal, is decided. See what was chosen and why."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
DISQUALIFIED: Final = Kind(
    "proposals.disqualified",
    OWN,
    _("Your proposal was disqualified: %(title)s"),
    _("Your proposal was taken out of the round “%(title)s”. Its page says why and what you can do."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
MOVED_UP: Final = Kind(
    "proposals.moved_up",
    OWN,
    _("Your proposal moves up: %(title)s"),
    _("A project left the round “%(title)s”, and yours is next in line: it is chosen."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
DISPUTES: Final = Category(
    "disputes",
    _("Objections and appeals"),
    _("Someone objects to a proposal of yours, something waits for your ruling, or what you filed is ruled on."),
    needed=_("A deadline runs from them, and a ruling must reach those whom it concerns."),
    listed=True,
    order=26,
)
OBJECTION: Final = Kind(
    "disputes.objection",
    DISPUTES,
    _("An objection to your proposal: %(title)s"),
    _(
        "Someone objects to your proposal in the round “%(title)s”. You may answer until it is ruled on; the ruling is "
        "due on %(due)s."
    ),
    {"title": TITLE, "due": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
FILED: Final = Kind(
    "disputes.filed",
    DISPUTES,
    _("To rule on: %(title)s"),
    _("An objection or appeal in the round “%(title)s” waits for a ruling, due on %(due)s."),
    {"title": TITLE, "due": MOMENT, "link": LINK},
    channels=frozenset({APP, EMAIL, WECHAT}),
)
RULED: Final = Kind(
    "disputes.ruled",
    DISPUTES,
    _("Ruled on: %(title)s"),
    _("A ruling was given on an objection or appeal in the round “%(title)s”. The page says what was decided and why."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
register(
    OPEN, RETURNED, PASSED, REJECTED, MEND_SOON, HAND_IN_SOON, DECIDED, DISQUALIFIED, MOVED_UP, OBJECTION, FILED, RULED
)
COMMENTED: Final = Kind(
    "voices.commented",
    VOICES,
    _("A neighbour commented on your project: %(title)s"),
    _(
        "A neighbour commented on your project in the round “%(title)s”. Read it on the project's page, and answer "
        "there."
    ),
    {"title": TITLE, "link": LINK},
    channels=frozenset({APP, WECHAT}),
)
ANSWERED: Final = Kind(
    "voices.answered",
    VOICES,
    _("Your comment was answered: %(title)s"),
    _("The team of a project in the round “%(title)s” answered your comment. Read it on the project's page."),
    {"title": TITLE, "link": LINK},
    channels=frozenset({APP, WECHAT}),
)
register(COMMENTED, ANSWERED)
public_title(Call, "title")


def teams(proposals: QuerySet[Proposal]) -> QuerySet[Any, Any]:
    """Give the query of all who belong to the teams of proposals: contact persons and members on record."""
    home = Coalesce("person__merged_into", "person")
    seats = TeamSeat.objects.filter(proposal__in=proposals.values("pk")).annotate(home=home)
    given = seats.filter(proposal=OuterRef("proposal"), home=OuterRef("home"))
    named = TeamMember.objects.filter(proposal__in=proposals.values("pk"), person__isnull=False).annotate(home=home)
    members = named.exclude(Exists(given)).values("person")
    seated = seats.filter(ended_at=None).values("person")
    contacts = proposals.filter(contact__isnull=False).values("contact")
    found = Person.objects.filter(Q(pk__in=contacts) | Q(pk__in=members) | Q(pk__in=seated))
    return found.values_list("pk")


def tell_open(*, actor: Actor, call: Call, at: datetime) -> None:
    """Tell who lives in the call's areas that it takes proposals."""
    ends = call.phases.get(kind="submission").ends_at
    codes = call.areas.values_list("code", flat=True)
    notify(
        actor=actor, kind=OPEN, values={"title": call, "ends": ends, "link": To("ventures:call", (call.pk,))},
        to=Person.objects.filter(within_any("area", list(codes))).values_list("pk"),
        key=str(call.pk), subject=call, area=call.area, over_at=ends if ends > at else None, at=at,
    )  # fmt: skip


def tell_review(*, actor: Actor, proposal: Proposal, at: datetime) -> None:
    """Tell the team what the review came to."""
    kind = {"returned": RETURNED, "passed": PASSED, "rejected": REJECTED}.get(proposal.state)
    if kind is None:
        return  # passed by one reviewer, and others are still due
    more = {"deadline": proposal.return_deadline} if kind is RETURNED else {}
    _tell_team(actor, kind, proposal, f"{proposal.pk}:{proposal.review_round}", more, at)


def tell_mend_soon(*, actor: Actor, proposal: Proposal, at: datetime) -> None:
    """Tell the team that a day is left for mending."""
    key = f"{proposal.pk}:{proposal.review_round}"
    _tell_team(actor, MEND_SOON, proposal, key, {"deadline": proposal.return_deadline}, at)


def tell_hand_in_soon(*, actor: Actor, call: Call, ends: datetime, at: datetime) -> None:
    """Tell all teams with a draft that a day is left for handing in."""
    notify(
        actor=actor, kind=HAND_IN_SOON, values={"title": call, "deadline": ends, "link": To("ventures:my_proposals")},
        to=teams(Proposal.objects.filter(call=call, state="draft")),
        key=f"{call.pk}:{ends.isoformat()}", subject=call, area=call.area, over_at=ends, at=at,
    )  # fmt: skip


def tell_decided(*, actor: Actor, call: Call, at: datetime) -> None:
    """Tell the teams on the ballot that the round is decided."""
    notify(
        actor=actor, kind=DECIDED, values={"title": call, "link": To("ventures:call", (call.pk,))},
        to=teams(Proposal.objects.filter(call=call, state__in=("won", "lost"))),
        key=str(call.pk), subject=call, area=call.area, at=at,
    )  # fmt: skip


def tell_disqualified(*, actor: Actor, proposal: Proposal, at: datetime) -> None:
    """Tell the team that its proposal was taken out of the round."""
    _tell_team(actor, DISQUALIFIED, proposal, f"{proposal.pk}:{proposal.version}", {}, at)


def tell_moved_up(*, actor: Actor, proposal: Proposal, at: datetime) -> None:
    """Tell the team that its project is chosen in the place of one that left."""
    _tell_team(actor, MOVED_UP, proposal, f"{proposal.pk}:{proposal.version}", {}, at)


def tell_objection(*, actor: Actor, dispute: Dispute, at: datetime) -> None:
    """Tell the team that somebody objects, not who."""
    _tell_team(actor, OBJECTION, dispute.proposal, str(dispute.pk), {"due": dispute.due_at}, at)


def tell_filed(*, actor: Actor, dispute: Dispute, at: datetime) -> None:
    """Tell those who run the call that a ruling is due; the parties, who may not rule, are left out."""
    proposal = dispute.proposal
    call = proposal.call
    place = Q(role__in=MANAGERS, area__in=("", *ancestors_of(call.area), call.area), organization__isnull=True)
    if call.operator_organization is not None:
        place |= Q(role=Role.OPERATOR, organization=call.operator_organization)
    holds = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    people = Person.objects.filter(pk__in=RoleGrant.objects.filter(holds, place).values("person"))
    parties = teams(Proposal.objects.filter(pk=proposal.pk))
    notify(
        actor=actor, kind=FILED,
        values={"title": call, "due": dispute.due_at, "link": To("ventures:desk_dispute", (dispute.pk,))},
        to=people.exclude(pk__in=parties).exclude(pk=dispute.filed_by_id).values_list("pk"),
        key=str(dispute.pk), subject=dispute, area=call.area, at=at,
    )  # fmt: skip


def tell_ruled(*, actor: Actor, dispute: Dispute, at: datetime) -> None:
    """Tell the team and who filed it that the ruling is there."""
    proposal = dispute.proposal
    team = Q(pk__in=teams(Proposal.objects.filter(pk=proposal.pk)))
    notify(
        actor=actor, kind=RULED,
        values={"title": proposal.call, "link": To("ventures:proposal", (proposal.pk,))},
        to=Person.objects.filter(team | Q(pk=dispute.filed_by_id)).values_list("pk"),
        key=str(dispute.pk), subject=proposal, area=proposal.community or proposal.call.area, at=at,
    )  # fmt: skip


def tell_commented(*, proposal: Proposal, comment_id: UUID, at: datetime) -> None:
    """Tell the team that a neighbour commented; the notice's own event names nobody either."""
    _tell_team(Actor.system("resident"), COMMENTED, proposal, str(comment_id), {}, at)


def tell_answered(*, comment: Comment, answer_id: UUID, at: datetime) -> None:
    """Tell whoever wrote a comment that the team answered it."""
    call = comment.proposal.call
    notify(
        actor=Actor.system("resident"), kind=ANSWERED,
        values={"title": call, "link": To("ventures:proposal", (comment.proposal_id,))},
        to=Person.objects.filter(pk=comment.author_id).values_list("pk"),
        key=str(answer_id), subject=comment.proposal, area=comment.proposal.community or call.area, at=at,
    )  # fmt: skip


def _tell_team(actor: Actor, kind: Kind, proposal: Proposal, key: str, more: dict[str, Any], at: datetime) -> None:
    deadline = more.get("deadline")
    notify(
        actor=actor, kind=kind,
        values={"title": proposal.call, "link": To("ventures:proposal", (proposal.pk,)), **more},
        to=teams(Proposal.objects.filter(pk=proposal.pk)),
        key=key, subject=proposal, area=proposal.community or proposal.call.area, over_at=deadline, at=at,
    )  # fmt: skip
