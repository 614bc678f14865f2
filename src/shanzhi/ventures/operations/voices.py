"""What neighbours write and do on a public project: comments, the team's answers, backing before the vote.

Events of a neighbour's own words and backing name no person, so that neither staff nor the team learn who it was from a
history; a comment's row keeps its author, for the limit on how many one writes and for taking it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from shanzhi.people.models import Person
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures import telling
from shanzhi.ventures.lifecycle import COMMENT
from shanzhi.ventures.models import Call, Comment, Endorsement, EndorsementCount, Proposal
from shanzhi.ventures.operations.calls import ReasonMissing
from shanzhi.ventures.operations.fields import text
from shanzhi.ventures.policies import (
    OwnProposal,
    is_party,
    require_neighbour,
    require_runs,
    require_writer,
    visible_proposals,
)
from shanzhi.ventures.queries.voices import backing_open, talk_open, visible_comments

LEAST, MOST, LONGEST_REASON = 2, 500, 300
AN_HOUR: Final = timedelta(hours=1)
# How many one person may write: neighbours' comments, and a team's answers.
LIMITS: Final = {"comment": ((5, AN_HOUR), (20, timedelta(days=1))), "answer": ((30, AN_HOUR),)}
RESIDENT: Final = Actor.system("resident")


class TalkClosed(Conflict):
    """The project is not public, or its round has ended."""

    code = "talk_closed"
    message = _("Comments are open from the public notice until the round closes, on projects that are in it.")


class BackingClosed(Conflict):
    """The public notice has not begun, or is over."""

    code = "backing_closed"
    message = _("Projects are backed while the public notice lasts. Once the vote opens, the number stays as it is.")


class BadLength(Invalid):
    """Too short or too long."""

    code = "bad_length"
    message = _("Write 2 to 500 characters.")


class TooManyComments(Conflict):
    """One person wrote too much in a short time."""

    code = "too_many_comments"
    message = _("You have written a lot in a short time. Wait an hour, then write again.")


class TooLateToWithdraw(Conflict):
    """The hour is over."""

    code = "too_late_to_withdraw"
    message = _("A comment can be taken back within an hour. Ask the staff who run this round to hide it.")


def _seen(actor: Actor, proposal_id: UUID) -> Proposal:
    if actor.person_id is None:
        raise SignInNeeded
    found = Proposal.objects.filter(visible_proposals(actor), pk=proposal_id).select_related("call").first()
    if found is None:
        raise NotFound
    return found


def require_commenter(actor: Actor, found: Proposal) -> str:
    """Give the community from which the actor speaks of a project, or refuse. Raises as `write_comment` does."""
    if not talk_open(found):
        raise TalkClosed
    return require_neighbour(actor, found)


def _words(given: str) -> str:
    words: str = text(MOST)(given)
    if len(words) < LEAST:
        raise BadLength(field="text")
    return words


def _require_room(person: UUID, kind: str, at: datetime) -> None:
    """Refuse who wrote too much lately; the person's row is locked, so that two at once are counted as two."""
    Person.objects.select_for_update(no_key=True).get(pk=person)
    own = Comment.objects.filter(author=person, kind=kind)
    for most, span in LIMITS[kind]:
        if own.filter(created_at__gt=at - span).count() >= most:
            raise TooManyComments(field="text")


def write_comment(*, actor: Actor, proposal_id: UUID, words: str, at: datetime) -> Comment:
    """Say something on a public project, as a resident of one's community; its team is told.

    Raises SignInNeeded, NotFound, TalkClosed, NotANeighbour, OwnTeam, BadLength, BadValue, TooManyComments.
    """
    found = _seen(actor, proposal_id)
    home = require_commenter(actor, found)
    said = _words(words)
    with transaction.atomic():
        _require_room(actor.person(), "comment", at)
        made = Comment.objects.create(
            proposal=found, kind="comment", author_id=actor.person(), community=home, text=said,
            created_at=at, changed_at=at,
        )  # fmt: skip
        _note(RESIDENT, "write", made, at)
        telling.tell_commented(proposal=found, comment_id=made.pk, at=at)
    return made


def answer_comment(*, actor: Actor, comment_id: UUID, words: str, at: datetime) -> Comment:
    """Answer a neighbour's comment for the team; whoever wrote it is told.

    Raises SignInNeeded, NotFound, NotYourProposal, TalkClosed, BadLength, BadValue, TooManyComments.
    """
    asked = _visible(actor, comment_id)
    require_writer(actor, asked.proposal)
    require_taking_part(actor)
    if not talk_open(asked.proposal) or asked.state != "shown" or asked.kind != "comment":
        raise TalkClosed
    said = _words(words)
    with transaction.atomic():
        _require_room(actor.person(), "answer", at)
        made = Comment.objects.create(
            proposal=asked.proposal, answers=asked, kind="answer", author_id=actor.person(), text=said,
            created_at=at, changed_at=at,
        )  # fmt: skip
        _note(actor, "answer", made, at)
        telling.tell_answered(comment=asked, answer_id=made.pk, at=at)
    return made


def _visible(actor: Actor, comment_id: UUID, *, lock: bool = False) -> Comment:
    if actor.person_id is None:
        raise SignInNeeded
    rows = Comment.objects.filter(visible_comments(actor), pk=comment_id).select_related("proposal__call")
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def withdraw_comment(*, actor: Actor, comment_id: UUID, at: datetime) -> Comment:
    """Take one's own words back within an hour; they are erased. Raises NotFound, Forbidden, TooLateToWithdraw."""
    with transaction.atomic():
        found = _visible(actor, comment_id, lock=True)
        if not actor.is_person(found.author_id):
            raise Forbidden
        state = COMMENT.move(found.state, "withdraw")
        if at - found.created_at > AN_HOUR:
            raise TooLateToWithdraw
        found.state, found.text, found.changed_at = state, "", at
        found.save()
        _note(RESIDENT if found.kind == "comment" else actor, "withdraw", found, at)
    return found


def hide_comment(*, actor: Actor, comment_id: UUID, reason: str, at: datetime) -> Comment:
    """Hide words that do not belong in public; the reason is public, the words stay for the audit.

    Only those who run the call, and none of the team. Raises NotFound, NotYourCall, OwnProposal, ReasonMissing.
    """
    why = text(LONGEST_REASON)(reason)
    with transaction.atomic():
        found = _visible(actor, comment_id, lock=True)
        require_runs(actor, found.proposal.call)
        if is_party(actor, found.proposal):
            raise OwnProposal
        if not why:
            raise ReasonMissing(field="reason")
        found.state = COMMENT.move(found.state, "hide")
        found.reason, found.hidden_by_id, found.changed_at = why, actor.person_id, at
        found.save()
        _note(actor, "hide", found, at, reason=why)
    return found


def _note(actor: Actor, verb: str, comment: Comment, at: datetime, *, reason: str = "") -> None:
    area = comment.proposal.community or comment.proposal.call.area
    change = {"proposal": str(comment.proposal_id), "state": comment.state}
    record(
        actor=actor, verb=f"ventures.comment.{verb}", subject=comment, area=area, change=change, at=at, reason=reason
    )


def endorse(*, actor: Actor, proposal_id: UUID, at: datetime) -> None:
    """Back a project before the vote; a second time changes nothing.

    Raises SignInNeeded, NotFound, BackingClosed, NotANeighbour, OwnTeam.
    """
    found = _seen(actor, proposal_id)
    if not backing_open(found):
        raise BackingClosed
    require_neighbour(actor, found)
    try:
        with transaction.atomic():
            if Endorsement.objects.filter(proposal=found, person__in=actor.also).exists():
                return
            row, made = Endorsement.objects.get_or_create(proposal=found, person_id=actor.person())
            if made:
                _note_backing("give", row, at)
    except IntegrityError as error:  # the vote opened meanwhile
        raise BackingClosed from error


def take_back_endorsement(*, actor: Actor, proposal_id: UUID, at: datetime) -> None:
    """Stop backing a project before the vote; where one did not, nothing changes. Raises as `endorse` does."""
    found = _seen(actor, proposal_id)
    if not backing_open(found):
        raise BackingClosed
    try:
        with transaction.atomic():
            row = Endorsement.objects.filter(proposal=found, person__in=(actor.person(), *actor.also)).first()
            if row is not None:
                _note_backing("take_back", row, at)
                row.delete()
    except IntegrityError as error:  # the vote opened meanwhile
        raise BackingClosed from error


def _note_backing(verb: str, row: Endorsement, at: datetime) -> None:
    """Leave an event that names no person, and stands in no project's history, which would fill with it."""
    area = row.proposal.community or row.proposal.call.area
    record(actor=RESIDENT, verb=f"ventures.endorsement.{verb}", subject=row, area=area, change={}, at=at)


def freeze_endorsements(call: Call, at: datetime) -> None:
    """Write down how many backed each project, as the vote opens; call it with the call's row locked."""
    rows = Proposal.objects.filter(call=call, number__isnull=False).prefetch_related("endorsements")
    EndorsementCount.objects.bulk_create(
        EndorsementCount(proposal=one, number=len(one.endorsements.all()), at=at) for one in rows
    )
