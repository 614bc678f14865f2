"""How the history of comments, backing and attendance reads: what was done, never who spoke or who backed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event
from shanzhi.audit.subjects import Shown, Subject, register, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures import policies, queries
from shanzhi.ventures.history.rounds import shown_call
from shanzhi.ventures.lifecycle import COMMENT
from shanzhi.ventures.models import Attendance, Comment, Endorsement, Proposal, TrainingSession
from shanzhi.ventures.queries.voices import reads_course, visible_comments


def _comment(viewer: Actor, comment_id: str, at: datetime) -> Shown | None:
    """Give a comment, without its words, to its author, the team, and staff who read what is not public there."""
    row = Comment.objects.select_related("proposal__call").filter(pk=uuid_of(comment_id)).first()
    if row is None:
        return None
    found = row.proposal
    own = viewer.is_person(row.author_id)
    seen = Comment.objects.filter(visible_comments(viewer), pk=row.pk).exists()
    if not seen or not (own or reads_course(viewer, found)):
        raise NotFound
    runs = queries.may_run(viewer=viewer, found=found.call)
    whole = own or runs or policies.of_one_team_now(viewer, found)
    address = f"{reverse('ventures:proposal', args=[found.pk])}#comments"
    return Shown(f"{row.get_kind_display()} · {found.title}", address, whole, runs)


def _comments(viewer: Actor) -> tuple[QuerySet[Comment], str]:
    return Comment.objects.filter(visible_comments(viewer)), "proposal__title"


def _endorsement(viewer: Actor, endorsement_id: str, at: datetime) -> Shown | None:
    """Give a backing to whoever backs; to everybody else it is as if there were none, and its events name nobody."""
    rows = Endorsement.objects.filter(pk=uuid_of(endorsement_id), person__in=viewer.persons)
    row = rows.filter(proposal__in=Proposal.objects.filter(policies.visible_proposals(viewer))).first()
    if row is None:
        return None
    address = f"{reverse('ventures:proposal', args=[row.proposal_id])}#backing"
    return Shown(row.proposal.title, address, whole=True)


def _session_of(attendance_id: str) -> TrainingSession | None:
    """Give the session of an attendance, also of one that was taken off the list."""
    rows = TrainingSession.objects.select_related("call")
    found = rows.filter(attendance=uuid_of(attendance_id)).first()
    if found is not None:
        return found
    told = Event.objects.filter(subject_type="ventures.attendance", subject_id=attendance_id)
    session = told.values_list("change__session", flat=True).first()
    return rows.filter(pk=uuid_of(session)).first() if session else None


def _attendance(viewer: Actor, attendance_id: str, at: datetime) -> Shown | None:
    """Give an attendance to whoever reads of the session; a name is masked."""
    session = _session_of(attendance_id)
    if session is None:
        return None
    shown = shown_call(viewer, str(session.call_id), at)
    row = Attendance.objects.select_related("person", "proposal").filter(pk=uuid_of(attendance_id)).first()
    who = (row.person.name if row.person else row.proposal) if row else None
    title = f"{who} · {session.title}" if who else session.title
    return shown and replace(shown, title=title, url=reverse("ventures:desk_training", args=[session.pk]))


def _of_attendance(attendance_id: str) -> Q:
    """Give the condition of the event of the sheet by which an attendance was brought in with others."""
    row = Attendance.objects.filter(pk=uuid_of(attendance_id)).first()
    if row is None:
        return Q(pk__in=())
    return Q(
        subject_type="ventures.trainingsession", subject_id=str(row.session_id),
        verb="ventures.trainingsession.import", at=row.recorded_at,
    )  # fmt: skip


register(
    Subject(
        type="ventures.comment",
        label=_("Comment"),
        find=_comment,
        titles=_comments,
        fields={"state": _("State")},
        values={"state": lambda value: dict(COMMENT.states).get(value, value)},
    )
)
register(Subject(type="ventures.endorsement", label=_("Backing"), find=_endorsement, private=True))
register(Subject(type="ventures.attendance", label=_("Attendance"), find=_attendance, events=_of_attendance))
