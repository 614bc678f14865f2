"""Making a call, saving what is typed into it, cancelling it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import differences, record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import LENGTHS
from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shanzhi.ventures.lifecycle import CALL, UNFROZEN
from shanzhi.ventures.models import Call, CallArea, Notice, Phase
from shanzhi.ventures.models.calls import PROPOSERS
from shanzhi.ventures.operations import fields
from shanzhi.ventures.operations.call_fields import CHECKLIST, READERS, RULE, usual_ballot
from shanzhi.ventures.operations.categories import keyed
from shanzhi.ventures.operations.fields import BadValue, Problem
from shanzhi.ventures.operations.terms import DECIDING, OPTIONAL
from shanzhi.ventures.policies import require_runs, runs_area, visible_calls


class NotYourArea(Forbidden):
    """The actor may not run calls there."""

    code = "not_your_area"
    message = _(
        "You may open a call only in areas that you are in charge of. Leave out the others, or ask their officer to "
        "open it and to name your organisation as its operator."
    )


class StaleCall(Conflict):
    """The call was saved by someone else meanwhile."""

    code = "stale_call"
    message = _(
        "Someone else changed this call after you opened it. Reload the page, look at the change and save again."
    )


class TermsFrozen(Conflict):
    """All that decides is fixed."""

    code = "terms_frozen"
    message = _("Proposals are being taken, so the terms are fixed. A change needs a public reason and a new notice.")


class ReasonMissing(Invalid):
    """A public act without its reason."""

    code = "reason_missing"
    message = _("Write the reason; everyone will read it.")


@dataclass(frozen=True, slots=True)
class SavedCall:
    """A call after saving: what was right is in it, `problems` name what was not."""

    call: Call
    problems: tuple[Problem, ...] = field(default=())


PARTS: Final = ("areas", "phases")


def home_of(codes: Sequence[str]) -> str:
    """Give the least area that covers all codes; it decides who runs the call and reads its history."""
    first, last = min(codes), max(codes)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: max((length for length in LENGTHS.values() if length <= same), default=0)]


def create_call(
    *, actor: Actor, areas: Sequence[str], title: str, at: datetime, synthetic: bool = False, **given: Any
) -> Call:
    """Make a call as a draft in areas that the actor runs; `given` are further fields. Raises NotYourArea, BadValue."""
    values, problems = fields.read(READERS, {**given, "areas": areas, "title": title})
    if problems:
        raise BadValue(problems[0].words, field=problems[0].field)
    codes = keyed(values).pop("areas")
    phases = values.pop("phases", {})
    if not codes:
        raise BadValue(_("Choose at least one area."), field="areas")
    if not values["title"]:
        raise BadValue(_("Give the call a title."), field="title")
    if not runs_area(actor, home_of(codes)):
        raise NotYourArea(field="areas")
    start = {"ballot": usual_ballot(), "rule": RULE, "checklist": CHECKLIST, "proposers": sorted(PROPOSERS)}
    call = Call(
        **{**start, **values},
        area=home_of(codes),
        synthetic=synthetic,
        created_by_id=actor.person_id,
        created_at=at,
    )
    with transaction.atomic():
        call.save(force_insert=True)
        _put_areas(call, codes)
        _put_phases(call, phases)
        record(actor=actor, verb="ventures.call.create", subject=call, area=call.area, change={"areas": codes}, at=at)
    return call


def _put_areas(call: Call, codes: Sequence[str]) -> None:
    before = set(call.areas.values_list("code", flat=True))
    if before == set(codes):
        return
    call.areas.exclude(code__in=codes).delete()
    CallArea.objects.bulk_create(CallArea(call=call, code=code) for code in codes if code not in before)


def _put_phases(call: Call, phases: Mapping[str, tuple[datetime, datetime]]) -> None:
    """Put the planned dates in place; when a phase really began and ended stays."""
    kept = {phase.kind: phase for phase in call.phases.all()}
    call.phases.exclude(kind__in=phases).delete()
    for position, kind in enumerate(phases):
        starts, ends = phases[kind]
        phase = kept.get(kind) or Phase(call=call, kind=kind)
        phase.position, phase.starts_at, phase.ends_at = position, starts, ends
        phase.save()


def locked_call(*, actor: Actor, call_id: UUID) -> Call:
    """Fetch a call that the actor sees, and lock its row to the end of the transaction. Raises NotFound."""
    if not Call.objects.filter(visible_calls(actor), pk=call_id).exists():
        raise NotFound
    return Call.objects.select_for_update().get(pk=call_id)


def save_call(*, actor: Actor, call_id: UUID, version: int, given: Mapping[str, Any], at: datetime) -> SavedCall:
    """Save what was typed into a call before its terms are frozen; wrong values are left out and named.

    The same content again under the version before is answered without a change. Raises StaleCall, TermsFrozen,
    NotYourCall, NotYourArea.
    """
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        values, problems = fields.read(READERS, given)
        if call.state not in UNFROZEN and set(values) & {*DECIDING, *OPTIONAL, *PARTS}:
            raise TermsFrozen
        changed = changed_fields(call, keyed(values, call))
        if version != call.version and changed:
            raise StaleCall
        if changed:
            apply(actor, call, values)
            call.version += 1
            call.save()
            change = {"fields": changed, "version": call.version}
            record(actor=actor, verb="ventures.call.save", subject=call, area=call.area, change=change, at=at)
    return SavedCall(call, tuple(problems))


def changed_fields(call: Call, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give the fields whose value differs from what the call holds, each with the old value and the new one."""
    now: dict[str, Any] = {name: getattr(call, name) for name in values if name not in PARTS}
    if "areas" in values:
        now["areas"] = tuple(call.areas.values_list("code", flat=True))
    if "phases" in values:
        now["phases"] = {p.kind: (p.starts_at, p.ends_at) for p in call.phases.all()}
    return differences(now, values)


def apply(actor: Actor, call: Call, values: Mapping[str, Any]) -> None:
    """Put values read by READERS into the call and its rows; the caller saves the call."""
    for name, value in values.items():
        if name not in PARTS:
            setattr(call, name, value)
    if values.get("areas"):
        call.area = home_of(values["areas"])
        require_runs(actor, call)
        _put_areas(call, values["areas"])
    if "phases" in values:
        _put_phases(call, values["phases"])


def cancel_call(*, actor: Actor, call_id: UUID, reason: str, at: datetime) -> Call:
    """Cancel a call before its vote opens, with a reason that everyone reads. Raises ReasonMissing, MoveRefused."""
    words = fields.text(2000)(reason)
    if not words:
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        before = call.state
        call.state = CALL.move(call.state, "cancel")
        call.cancelled_reason = words
        call.version += 1
        call.save()
        if call.published_at is not None:
            Notice.objects.create(
                call=call, kind="cancelled", title=call.title, body=words, starts_at=at, published_at=at
            )
        change = {"from": before}
        record(
            actor=actor, verb="ventures.call.cancel", subject=call, area=call.area, change=change, at=at, reason=words
        )
    return call
