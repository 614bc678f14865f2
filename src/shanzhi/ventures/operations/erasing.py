"""What this room drops when a person is erased, beyond single fields; called inside the erasure's transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from shanzhi.audit.models import Event
from shanzhi.kernel.personal import REMOVED, Leaving, Touched
from shanzhi.people.actors import homes_of, records_of
from shanzhi.ventures.lifecycle import PROPOSAL
from shanzhi.ventures.models import Attachment, Comment, Merger, Proposal, Section, TeamInvitation, TeamMember, TeamSeat
from shanzhi.ventures.operations.attachments import ROOM
from shanzhi.ventures.operations.drafts import NOTHING, may_join, write_content
from shanzhi.work.files import drop_unused


def _drafts(leaving: Leaving) -> QuerySet[Proposal]:
    """Give the person's drafts that were never handed in, also those that went into another proposal."""
    return Proposal.objects.filter(contact_id=leaving.person_id, state__in=("draft", "merged"), number=None)


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
    drop_unused(digests, room=ROOM)
    return {"ventures_attachment": keys}


def _heir(draft: Proposal, leaving: Leaving) -> UUID | None:
    """Give who leads the draft from now on, of those who write it and may take part; None where there is nobody.

    Editors by seat come before members of the list, who write it where they were given no other role.
    """
    seats = [(row.person_id, row.role, row.ended_at) for row in draft.seats.order_by("since", "id")]
    named = draft.members.exclude(person=None).order_by("position").values_list("person_id", flat=True)
    listed = [key for key in named if key is not None]
    home = homes_of([leaving.person_id, *(key for key, _role, _ended in seats), *listed])
    seated = {home[key] for key, _role, _ended in seats}
    editors = [key for key, role, ended in seats if role == "editor" and ended is None]
    others = [*editors, *(key for key in listed if home[key] not in seated)]
    known = may_join([key for key in others if home[key] != home[leaving.person_id]], leaving.at)
    return next((known[key] for key in others if key in known), None)


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
    """Hand drafts over to another member of the team who is on record; delete those in which there is none.

    What a merging was made of stays as a row, since the merging stays on record; nothing is left in it.
    """
    touched: dict[str, list[str]] = {"ventures_proposal": [], "ventures_teamseat": []}
    for draft in _drafts(leaving):
        heir = _heir(draft, leaving)
        if heir is not None:
            seats = TeamSeat.objects.filter(proposal=draft, person__in=records_of(heir), ended_at=None)
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
    touched["ventures_teamseat"] += _keys(TeamSeat.objects.filter(proposal__in=drafts))
    touched["ventures_teaminvitation"] = _keys(TeamInvitation.objects.filter(proposal__in=drafts))
    touched["ventures_proposal"] += _keys(_drafts(leaving))
    touched["ventures_merger"] = _drop(_drafts(leaving))
    return touched


def _drop(drafts: QuerySet[Proposal]) -> list[str]:
    """Delete drafts with what was being agreed on for them; empty those that were merged. Gives the mergers' keys."""
    keys = set(drafts.values_list("pk", flat=True))
    of_them = Merger.objects.filter(Q(first__in=keys) | Q(second__in=keys))
    merged = of_them.filter(state__in=("merged", "undone")).values_list("first", "second")
    stay = keys & {key for pair in merged for key in pair}
    gone_with = of_them.exclude(state__in=("merged", "undone"))
    gone = _keys(gone_with)
    gone_with.delete()
    for one in Proposal.objects.filter(pk__in=stay):
        write_content(one, NOTHING)
        one.template = {}
        if one.state == "draft":
            one.state = PROPOSAL.move(one.state, "withdraw")
        one.save()
        one.attachments.all().delete()
        one.sections.all().delete()
        one.seats.all().delete()
        one.team_invitations.all().delete()
    Proposal.objects.filter(pk__in=keys - stay).delete()
    return gone


def erase_versions(leaving: Leaving) -> Touched:
    """Take name and numbers out of the versions of what was handed in; the database lets no more of them change."""
    with connection.cursor() as cursor:
        words = list(leaving.words)
        cursor.execute("SELECT ventures_forget_versions(%s, %s, %s)", [leaving.person_id, words, REMOVED])
        return {"ventures_proposalversion": list((cursor.fetchone() or ([],))[0])}


def erase_copies(leaving: Leaving) -> Touched:
    """Take name and numbers out of what was copied from own proposals into notices, ballot and departures.

    The titles on the ballot stay: counts and the published file rest on them.
    """
    touched: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        words = list(leaving.words)
        cursor.execute(
            "SELECT relation, key FROM ventures_forget_copies(%s, %s, %s)", [leaving.person_id, words, REMOVED]
        )
        for table, key in cursor.fetchall():
            touched.setdefault(table, []).append(key)
    return touched


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
