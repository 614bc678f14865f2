"""How the history of rounds and proposals reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures import policies, queries
from shanzhi.ventures.lifecycle import CALL, DECISIONS, DISPUTE, EFFECTS, MERGER, PROPOSAL, RULINGS
from shanzhi.ventures.models import (
    Call,
    Conflict,
    Dispute,
    Juror,
    JuryClosing,
    Pitch,
    PitchOrder,
    Proposal,
    Template,
    TrainingSession,
)
from shanzhi.ventures.models.disputes import STANDINGS
from shanzhi.ventures.models.seats import SEAT_ROLES
from shanzhi.ventures.queries.content import LABELS
from shanzhi.ventures.views.words import TONES, VERBS

PARTS: Final = (Juror, PitchOrder, JuryClosing, TrainingSession, Template)
JUROR_FIELDS: Final = {"number": _("Number"), "chair": _("Chair")}
SESSION_FIELDS: Final = {
    "title": _("Title"),
    "starts_at": _("Begins"),
    "minutes": _("Minutes"),
    "place": _("Place"),
    "required": _("Required"),
    "state": _("State"),
}


def shown_call(viewer: Actor, call_id: str, at: datetime) -> Shown | None:
    """Give a round to whoever runs it, and to staff and auditors of its area. Raises NotFound."""
    number = uuid_of(call_id)
    if not Call.objects.filter(pk=number).exists():
        return None
    found = queries.call(viewer=viewer, call_id=number)
    runs = queries.may_run(viewer=viewer, found=found)
    if not runs and not viewer.holds(policies.READERS, found.area):
        raise NotFound
    return Shown(found.title, reverse("ventures:desk_call", args=[found.pk]), whole=runs, names=runs)


def shown_proposal(viewer: Actor, proposal_id: str, at: datetime) -> Shown | None:
    """Give a proposal to those who read what is not public of it. Raises NotFound."""
    number = uuid_of(proposal_id)
    if not Proposal.objects.filter(pk=number).exists():
        return None
    found = queries.proposal(viewer=viewer, proposal_id=number)
    if not queries.reads_inside(viewer=viewer, found=found):
        raise NotFound
    return Shown(str(found), reverse("ventures:proposal", args=[found.pk]), queries.of_team(viewer=viewer, found=found))


def _dispute(viewer: Actor, dispute_id: str, at: datetime) -> Shown | None:
    number = uuid_of(dispute_id)
    if not Dispute.objects.filter(pk=number).exists():
        return None
    if not viewer.holds_anywhere(policies.READERS):
        raise NotFound  # the history names who acted, and a team must not learn who filed
    found = queries.desk_dispute(viewer=viewer, dispute_id=number)
    title = f"{found.get_kind_display()} · {found.proposal}"
    return Shown(title, reverse("ventures:desk_dispute", args=[found.pk]))


def _of_call(call_id: str) -> Q:
    """Give the condition of events about a call's vote, and about what was set up for it: jury, training, templates."""
    poll = Call.objects.filter(pk=call_id, poll__isnull=False).values_list("poll", flat=True).first()
    found = Q(subject_type="voting.poll", subject_id=str(poll)) if poll else Q(pk__in=())
    found |= Q(subject_type="ventures.template", change__call=call_id)  # one that was taken away since
    for model in (*PARTS, Pitch):
        numbers = model.objects.filter(call=uuid_of(call_id)).values(written=Cast("pk", CharField()))
        found |= Q(subject_type=model._meta.label_lower, subject_id__in=numbers)
    return found


def _of_session(session_id: str) -> Q:
    """Give the condition of events about who attended a session."""
    return Q(subject_type="ventures.attendance", change__session=session_id)


def _of_juror(juror_id: str) -> Q:
    """Give the condition of events about the own interests of a juror."""
    rows = Conflict.objects.filter(juror=uuid_of(juror_id)).values(written=Cast("pk", CharField()))
    return Q(subject_type="ventures.conflict", subject_id__in=rows)


def _part(model: type[Any], title: Callable[[Any], str], page: str, *places: str) -> dict[str, Any]:
    """Say how something that belongs to a call is found and called: by whoever reads the call's own history.

    `page` is the name of its page, `places` the fields that stand in the address.
    """

    def find(viewer: Actor, number: str, at: datetime) -> Shown | None:
        row = model.objects.select_related("call").filter(pk=uuid_of(number)).first()
        if row is None:
            return None
        call = shown_call(viewer, str(row.call_id), at)
        address = reverse(f"ventures:{page}", args=[getattr(row, name) for name in places])
        return call and replace(call, title=title(row), url=address)

    def titles(viewer: Actor) -> tuple[QuerySet[Any], str]:
        return model.objects.filter(call__in=_calls(viewer)[0]), "call__title"

    return {"find": find, "titles": titles}


def _calls(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Call.objects.filter(policies.visible_calls(viewer)), "title"


def _proposals(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Proposal.objects.filter(policies.visible_proposals(viewer)), "title"


CALL_FIELDS = {
    "title": _("Title"),
    "about": pgettext_lazy("round", "About"),
    "areas": _("Areas"),
    "sponsor": _("Sponsor"),
    "operator": _("Operator"),
    "purse_fen": _("Purse"),
    "limit_fen": _("Most for one project"),
    "themes": _("Themes"),
    "proposers": _("Who may propose"),
    "propose_where": _("Where one may propose"),
    "minimum_age": _("Least age"),
    "roll_date": _("Roll date"),
    "ballot": _("Ballot"),
    "rule": _("Rule of counting"),
    "exclusive_groups": _("Groups of alternatives"),
    "checklist": _("Check list"),
    "reviews_needed": _("Reviews needed"),
    "notice_days": _("Days of public notice"),
    "training": _("Training"),
    "budget_rules": _("Rules for budgets"),
    "phases": _("Phases"),
    "state": _("State"),
    "terms": _("Version of the terms"),
}
register(
    Subject(
        type="ventures.call",
        label=_("Round"),
        find=shown_call,
        events=_of_call,
        titles=_calls,
        fields=CALL_FIELDS,
        values={"state": lambda value: dict(CALL.states).get(value, value)},
    )
)
register(
    Subject(
        type="ventures.proposal",
        label=_("Proposal"),
        find=shown_proposal,
        titles=_proposals,
        fields={
            **LABELS,
            "number": _("Number"),
            "amount_fen": _("Asked"),
            "decision": _("Decision"),
            "state": _("State"),
            "digest": _("Digest"),
            "kept": _("Version kept"),
            "left_out": _("Not taken over"),
            "section": _("Section"),
            "findable": _("Found by teams with a like project"),
            "state_of_merger": _("Merger"),
            "role": _("Role"),
            "handed_over": _("Lead handed over"),
            "taken_in": _("Merged into it"),
            "went_into": _("Merged into"),
        },
        values={
            "state_of_merger": lambda value: dict(MERGER.states).get(value, value),
            "state": lambda value: dict(PROPOSAL.states).get(value, value),
            "role": lambda value: SEAT_ROLES.get(value, value),
            "decision": lambda value: DECISIONS.get(value, value),
        },
    )
)
register(
    Subject(
        type="ventures.dispute",
        label=_("Objection or appeal"),
        find=_dispute,
        fields={"standing": _("Filed by"), "state": _("State"), "outcome": _("Outcome"), "effect": _("Effect")},
        values={
            "standing": lambda value: STANDINGS.get(value, value),
            "state": lambda value: dict(DISPUTE.states).get(value, value),
            "outcome": lambda value: RULINGS.get(value, value),
            "effect": lambda value: EFFECTS.get(value, value),
        },
    )
)
register_verbs(VERBS, tones=TONES)


def _register_parts() -> None:
    jury, session, template = ("desk_jury", "call_id"), ("desk_training", "pk"), ("desk_templates", "call_id")
    fields = {**LABELS, "theme": _("Theme")}
    for part, label, title, page, named in (
        (Juror, _("Juror"), lambda row: gettext("Juror %(number)s") % {"number": row.number}, jury, JUROR_FIELDS),
        (PitchOrder, _("Order of the pitches"), lambda row: row.call.title, jury, {}),
        (JuryClosing, _("Closing of the jury"), lambda row: row.call.title, jury, {}),
        (TrainingSession, _("Session of training"), lambda row: row.title, session, SESSION_FIELDS),
        (Template, _("Template"), lambda row: row.theme or row.call.title, template, fields),
    ):
        events = {TrainingSession: _of_session, Juror: _of_juror}.get(part)
        found = _part(part, title, *page)
        register(Subject(type=part._meta.label_lower, label=label, events=events, fields=named, **found))


_register_parts()
