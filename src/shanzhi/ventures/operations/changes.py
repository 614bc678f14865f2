"""Changing what decides after it was frozen: in public, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.ventures.lifecycle import ENDED, UNFROZEN
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.operations import fields
from shanzhi.ventures.operations.ballot import prepare_vote
from shanzhi.ventures.operations.call_fields import READERS
from shanzhi.ventures.operations.calls import (
    PARTS,
    ReasonMissing,
    StaleCall,
    TermsFrozen,
    apply,
    changed_fields,
    locked_call,
)
from shanzhi.ventures.operations.fields import BadValue
from shanzhi.ventures.operations.terms import DECIDING, terms_of, write_terms
from shanzhi.ventures.policies import require_runs, voting_actor


class NothingChanged(Invalid):
    """The new terms equal those in force."""

    code = "nothing_changed"
    message = _("These terms are the ones in force already. Change something, or leave the page.")


def change_terms(
    *, actor: Actor, call_id: UUID, version: int, given: Mapping[str, Any], reason: str, at: datetime
) -> Call:
    """Change what decides after it was frozen: a new version of the terms, with a public reason and a notice.

    The limit never falls below what was handed in already, and what has begun cannot be moved. Raises ReasonMissing,
    NothingChanged, StaleCall, BadValue, NotYourCall.
    """
    words = fields.text(2000)(reason)
    if not words:
        raise ReasonMissing(field="reason")
    values, problems = fields.read(READERS, given)
    if problems:
        raise BadValue(problems[0].words, field=problems[0].field)
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        _changeable(call, version)
        changed = changed_fields(call, values)
        if not changed.keys() & {*DECIDING, *PARTS}:
            raise NothingChanged
        _keeps_promises(call, values)
        _take_over(actor, call, values, reason=words, at=at)
        change = {"fields": changed, "terms": call.terms_version}
        record(
            actor=actor, verb="ventures.call.change_terms", subject=call, area=call.area, change=change, at=at,
            reason=words,
        )  # fmt: skip
    return call


def _changeable(call: Call, version: int) -> None:
    if version != call.version:
        raise StaleCall
    if call.state in UNFROZEN:
        raise Conflict(_("The terms are not frozen yet: save the call in its builder instead."))
    if call.state in (*ENDED, "voting", "pitch", "award"):
        raise TermsFrozen(_("Once the vote has opened, the terms can no longer change."))


def _keeps_promises(call: Call, values: Mapping[str, Any]) -> None:
    limit = values.get("limit_fen", call.limit_fen)
    handed_in = Proposal.objects.filter(call=call, state__in=("submitted", "returned", "passed"))
    if handed_in.filter(amount_fen__gt=limit).exists():
        words = _("Proposals for more than this limit were handed in already; keep it higher.")
        raise BadValue(words, field="limit_fen")
    begun = {phase.kind: phase.starts_at for phase in call.phases.filter(opened_at__isnull=False)}
    phases = values.get("phases")
    if phases is not None and any(kind not in phases or phases[kind][0] != start for kind, start in begun.items()):
        words = _("A phase that has begun keeps its start; change only its end and what comes after.")
        raise BadValue(words, field="phases")


def _take_over(actor: Actor, call: Call, values: Mapping[str, Any], *, reason: str, at: datetime) -> None:
    """Write the version first, which opens the triggers for this one change, then make rows and terms say the same."""
    future = _future(call, values)
    write_terms(call, future, reason=reason, at=at)
    apply(actor, call, values)
    call.terms_version += 1
    call.version += 1
    if call.state == "notice":
        prepare_vote(voting_actor(actor, call), call, at)  # a new poll of the new terms; its roll is drawn anew
    call.save()
    assert terms_of(call) == future


def _future(call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    future = terms_of(call)
    for name, value in values.items():
        if name in DECIDING:
            future[name] = value.isoformat() if isinstance(value, date) else value
    if "areas" in values:
        future["areas"] = sorted(values["areas"])
    if "phases" in values:
        future["phases"] = [
            {"kind": kind, "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
            for kind, (starts, ends) in values["phases"].items()
        ]
    return future
