"""What this room drops when a person is erased, beyond single fields; called inside the erasure's transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from shanzhi.audit.models import Event
from shanzhi.kernel.personal import REMOVED, Leaving, Touched
from shanzhi.ventures.models import Attachment, Comment, Merger, Proposal, Section, TeamInvitation, TeamMember, TeamSeat
from shanzhi.ventures.operations.attachments import drop_file


def _drafts(leaving: Leaving) -> QuerySet[Proposal]:
    """Give the person's drafts that were never handed in."""
    return Proposal.objects.filter(contact_id=leaving.person_id, state="draft", number=None)


def _keys(rows: QuerySet[Any]) -> list[str]:
    return [str(key) for key in rows.values_list("pk", flat=True)]


def erase_files(leaving: Leaving) -> Touched:
    """Delete the files that the person ever put beside a proposal, also those taken away again.

    The bytes go after the commit, where no proposal holds the same file.
    """
    own = Attachment.objects.filter(added_by_id=leaving.person_id)
    added = Event.objects.filter(verb="ventures.proposal.attach", actor_person=leaving.person_id)
    digests = {*own.values_list("digest", flat=True), *added.values_list("change__digest", flat=True)}
    keys = _keys(own)
    own.delete()
    free = digests - set(Attachment.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for digest in sorted(free):
        transaction.on_commit(lambda digest=digest: drop_file(digest))  # type: ignore[misc]  # bound now
    return {"ventures_attachment": keys}


def _heir(draft: Proposal, leaving: Leaving) -> UUID | None:
    """Give who writes the draft besides: an editor by seat, else the first named member who was given no other role."""
    seats = draft.seats.exclude(person_id=leaving.person_id)
    editor = seats.filter(role="editor", ended_at=None).order_by("since", "id").values_list("person_id", flat=True)
    named = draft.members.exclude(person=None).exclude(person_id=leaving.person_id)
    named = named.exclude(person__in=draft.seats.values("person"))
    return editor.first() or named.order_by("position").values_list("person_id", flat=True).first()


def erase_seats(leaving: Leaving) -> Touched:
    """End the seats of a person and the invitations that the person made, and free the sections that it writes on."""
    seats = TeamSeat.objects.filter(person_id=leaving.person_id, ended_at=None)
    links = TeamInvitation.objects.filter(made_by_id=leaving.person_id, ended_at=None)
    touched = {"ventures_teamseat": _keys(seats), "ventures_teaminvitation": _keys(links)}
    seats.update(ended_at=leaving.at)
    links.update(ended_at=leaving.at)
    Section.objects.filter(holder_id=leaving.person_id).update(holder=None, since=None, until=None)
    return touched


def erase_members(leaving: Leaving) -> Touched:
    """Take the person out of teams: out of the named members, and out of the seats."""
    return {**erase_named_members(leaving), **erase_seats(leaving)}


def erase_drafts(leaving: Leaving) -> Touched:
    """Hand drafts over to another member of the team who is on record; delete those in which there is none."""
    touched: dict[str, list[str]] = {"ventures_proposal": [], "ventures_teamseat": []}
    for draft in _drafts(leaving):
        heir = _heir(draft, leaving)
        if heir is not None:
            seats = TeamSeat.objects.filter(proposal=draft, person_id=heir, ended_at=None)
            touched["ventures_teamseat"] += _keys(seats)
            seats.update(ended_at=leaving.at)
            draft.contact_id = heir
            draft.save(update_fields=["contact"])
            touched["ventures_proposal"].append(str(draft.pk))
    for table, rows in (("teammember", "members"), ("activity", "activities"), ("budgetline", "budget")):
        gone = [str(row.pk) for draft in _drafts(leaving) for row in getattr(draft, rows).all()]
        touched[f"ventures_{table}"] = gone
    with connection.cursor() as cursor:
        cursor.execute("SELECT ventures_forget_versions(%s, %s, %s)", [leaving.person_id, [], REMOVED])
        touched["ventures_proposalversion"] = list((cursor.fetchone() or ([],))[0])
    drafts = _drafts(leaving).values("pk")
    gone_with = Merger.objects.filter(Q(first__in=drafts) | Q(second__in=drafts))
    touched["ventures_merger"] = _keys(gone_with)
    gone_with.delete()
    touched["ventures_teamseat"] += _keys(TeamSeat.objects.filter(proposal__in=drafts))
    touched["ventures_teaminvitation"] = _keys(TeamInvitation.objects.filter(proposal__in=drafts))
    touched["ventures_proposal"] += _keys(_drafts(leaving))
    _drafts(leaving).delete()
    return touched


def erase_versions(leaving: Leaving) -> Touched:
    """Take name and numbers out of the versions of what was handed in; the database lets no more of them change."""
    with connection.cursor() as cursor:
        words = list(leaving.words)
        cursor.execute("SELECT ventures_forget_versions(%s, %s, %s)", [leaving.person_id, words, REMOVED])
        return {"ventures_proposalversion": list((cursor.fetchone() or ([],))[0])}


def erase_named_members(leaving: Leaving) -> Touched:
    """Empty the members that stand under the person's name, unregistered, in the person's own proposals."""
    own = Q(proposal__contact_id=leaving.person_id)
    named = [row for row in TeamMember.objects.filter(own, person=None) if row.name.reveal() == leaving.name]
    TeamMember.objects.filter(pk__in=[row.pk for row in named]).update(name="", part="")
    return {"ventures_teammember": [str(row.pk) for row in named]}


def erase_comments(leaving: Leaving) -> Touched:
    """Take back what the person wrote on public projects, hidden words too."""
    own = Comment.objects.filter(author_id=leaving.person_id).exclude(text="")
    keys = _keys(own)
    own.update(text="", state="withdrawn", changed_at=leaving.at)
    return {"ventures_comment": keys}
