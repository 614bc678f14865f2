"""How the history of a jury's own interests, pitches and score sheets reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import BigIntegerField, CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures.history.rounds import shown_call
from shanzhi.ventures.models import Conflict, Juror, Pitch, Proposal, ScoreSheet
from shanzhi.ventures.models.jury import INTERESTS
from shanzhi.ventures.policies import is_party, seated
from shanzhi.ventures.queries.jury import told_sheets

LONGEST_NUMBER: Final = 18
"""Digits of a row's number that the database takes for sure."""


def _number_of(text: str) -> int:
    """Read a row's number as it stands in an event or an address; where it is none, one that nothing has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0


def _about(juror: Juror, proposal: Proposal) -> str:
    return f"{gettext('Juror %(number)s') % {'number': juror.number}} · {proposal.title}"


def _conflict(viewer: Actor, conflict_id: str, at: datetime) -> Shown | None:
    """Give an own interest to the juror who has it, and to whoever reads of the jury."""
    rows = Conflict.objects.select_related("juror", "proposal")
    row = rows.filter(pk=_number_of(conflict_id)).first()
    if row is None:
        return None
    title, call = _about(row.juror, row.proposal), row.juror.call_id
    if Juror.objects.filter(seated(viewer, at), pk=row.juror_id).exists():
        return Shown(title, reverse("ventures:jury", args=[call]), whole=True)
    shown = shown_call(viewer, str(call), at)
    return shown and replace(shown, title=title, url=reverse("ventures:desk_jury", args=[call]))


def _pitch(viewer: Actor, pitch_id: str, at: datetime) -> Shown | None:
    row = Pitch.objects.select_related("proposal").filter(pk=_number_of(pitch_id)).first()
    if row is None:
        return None
    shown = shown_call(viewer, str(row.call_id), at)
    address = reverse("ventures:desk_jury", args=[row.call_id])
    return shown and replace(shown, title=f"{row.position}. {row.proposal.title}", url=address)


def _of_pitch(pitch_id: str) -> Q:
    """Give the condition of the event of the lot that gave a pitch its place."""
    call = Pitch.objects.filter(pk=_number_of(pitch_id)).values(written=Cast("call", CharField()))
    return Q(subject_type="ventures.pitchorder", subject_id__in=call)


def _sheet(viewer: Actor, sheet_id: str, at: datetime) -> Shown | None:
    """Give a sheet to its own juror, and once its jury is closed to whoever reads of the jury.

    Whoever has an interest in the project never finds it, in whatever role.
    """
    row = ScoreSheet.objects.select_related("juror", "proposal").filter(pk=uuid_of(sheet_id)).first()
    if row is None:
        return None
    own = Conflict.objects.filter(juror__person__in=viewer.persons, proposal=row.proposal)
    if is_party(viewer, row.proposal) or own.exists():
        raise NotFound
    title, call = _about(row.juror, row.proposal), row.juror.call_id
    if Juror.objects.filter(seated(viewer, at), pk=row.juror_id).exists():
        return Shown(title, reverse("ventures:jury_sheet", args=[call, row.proposal_id]), whole=True)
    if not told_sheets(viewer=viewer).filter(pk=row.pk).exists():
        raise NotFound
    shown = shown_call(viewer, str(call), at)
    return shown and replace(shown, title=title, url=reverse("ventures:jury_result", args=[call]))


def _unveiled(viewer: Actor) -> Q:
    """Give the condition of events about sheets of closed juries: before, their times would tell how jurors think."""
    return Q(subject_id__in=told_sheets(viewer=viewer).values(written=Cast("pk", CharField())))


def _sheets(viewer: Actor) -> tuple[QuerySet[ScoreSheet], str]:
    own = Conflict.objects.filter(juror__person__in=viewer.persons).values("proposal")
    mine = ScoreSheet.objects.filter(juror__person__in=viewer.persons).exclude(proposal__in=own)
    told = Q(pk__in=told_sheets(viewer=viewer).values("pk")) | Q(pk__in=mine.values("pk"))
    return ScoreSheet.objects.filter(told), "proposal__title"


FIELDS: Final = {"juror": _("Juror"), "project": _("Project"), "interest": _("Own interest")}
register(
    Subject(
        type="ventures.conflict",
        label=_("Own interest"),
        find=_conflict,
        key=BigIntegerField(),
        fields=FIELDS,
        values={"interest": lambda value: INTERESTS.get(value, value)},
    )
)
register(
    Subject(type="ventures.pitch", label=_("Pitch"), find=_pitch, events=_of_pitch, key=BigIntegerField())
)  # fmt: skip
register(
    Subject(
        type="ventures.scoresheet",
        label=_("Score sheet"),
        find=_sheet,
        titles=_sheets,
        veil=_unveiled,
        fields=FIELDS,
    )
)
