"""The jury of a call: appointing, declared interests, the order of pitches by lot, their time, the panel's closing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict as ConflictRefusal
from shanzhi.kernel.errors import Forbidden, Invalid, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.ventures.lifecycle import ENDED
from shanzhi.ventures.models import Call, Conflict, Juror, Notice, Pitch, PitchOrder, Proposal, ScoreSheet
from shanzhi.ventures.models.jury import INTERESTS
from shanzhi.ventures.operations.calls import ReasonMissing, locked_call
from shanzhi.ventures.operations.fields import BadValue, text
from shanzhi.ventures.policies import chairs, is_party, require_runs
from shanzhi.ventures.queries.naming import option_code

PITCHING = ("voting", "pitch")


class NoJury(ConflictRefusal):
    """The call's terms name no criteria, or its jury is closed."""

    code = "no_jury"
    message = _("This call has no jury, or its jury has closed.")


class NotAJuror(Forbidden):
    """The person holds no role as juror there."""

    code = "not_a_juror"
    message = _("This person is no juror in this area. Give the role of juror first, on the person's page.")


class JurorAlready(ConflictRefusal):
    """The person sits in the jury, or the jury has a chair."""

    code = "juror_already"
    message = _("This person belongs to the jury already, or the jury has another chair. End that first.")


class DeclareFirst(ConflictRefusal):
    """No sheet before the interests are declared."""

    code = "declare_first"
    message = _("First say in which projects you have an interest of your own, or that you have none.")


class OrderDrawn(ConflictRefusal):
    """The lot is drawn once."""

    code = "order_drawn"
    message = _("The order of the pitches was drawn by lot already and stays.")


class NoPitches(Invalid):
    """There is nothing to pitch."""

    code = "no_pitches"
    message = _("The order is drawn once the projects are on the ballot.")


def _require_open(call: Call) -> None:
    if not call.jury or hasattr(call, "jury_closing") or call.state in (*ENDED, "award"):
        raise NoJury


def appoint_juror(*, actor: Actor, call_id: UUID, person_id: UUID, chair: bool = False, at: datetime) -> Juror:
    """Put a person who holds the role of juror in the call's area into its jury; a member of a team gets a conflict.

    Only those who run the call. Raises NoJury, NotAJuror, JurorAlready.
    """
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        _require_open(call)
        if not Person.objects.filter(pk=person_id).exists():
            raise NotFound(field="person")
        who = actor_of_person(person_id=person_id, at=at)
        if not who.holds(Role.JUROR, call.area):
            raise NotAJuror(field="person")
        known = Juror.objects.filter(call=call)
        if known.filter(person__in=who.persons).exists() or (chair and known.filter(chair=True, ends_at=None).exists()):
            raise JurorAlready(field="person")
        number = (known.aggregate(most=Max("number"))["most"] or 0) + 1
        juror = Juror.objects.create(
            call=call, person_id=who.person(), number=number, chair=chair, starts_at=at, created_at=at
        )
        change = {"call": str(call.pk), "number": number, "chair": chair}
        record(actor=actor, verb="ventures.juror.appoint", subject=juror, area=call.area, change=change, at=at)
        for proposal in Proposal.objects.filter(call=call, number__isnull=False):
            if is_party(who, proposal):
                _put_conflict(actor, juror, proposal, "team", at)
    return juror


def end_juror(*, actor: Actor, call_id: UUID, juror_id: UUID, reason: str, at: datetime) -> Juror:
    """Let a juror leave before the closing, for a reason; the sheets stay on record and are left out of the scores."""
    words = text(1000)(reason)
    if not words:
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        _require_open(call)
        juror = Juror.objects.select_for_update().filter(call=call, pk=juror_id).first()
        if juror is None:
            raise NotFound
        if juror.ends_at is not None:
            return juror
        juror.ends_at, juror.ended_reason = at, words
        juror.save(update_fields=["ends_at", "ended_reason"])
        ScoreSheet.objects.filter(juror=juror).exclude(state="void").update(state="void", changed_at=at)
        change = {"number": juror.number}
        record(
            actor=actor, verb="ventures.juror.end", subject=juror, area=call.area, change=change, at=at, reason=words
        )
    return juror


def own_juror(actor: Actor, call: Call, *, lock: bool = False) -> Juror:
    """Give the actor's seat in the jury of a call; who has none finds nothing."""
    rows = Juror.objects.select_for_update() if lock else Juror.objects
    found = rows.filter(call=call, person__in=actor.persons, ends_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def _put_conflict(actor: Actor, juror: Juror, proposal: Proposal, interest: str, at: datetime) -> None:
    row, fresh = Conflict.objects.get_or_create(
        juror=juror, proposal=proposal, defaults={"interest": interest, "declared_at": at}
    )  # a trigger voids the sheet there may be, whoever writes the row
    if not fresh:
        return
    change = {"juror": juror.number, "project": option_code(proposal), "interest": interest}
    record(actor=actor, verb="ventures.conflict.declare", subject=row, area=juror.call.area, change=change, at=at)


def declare_interests(*, actor: Actor, call_id: UUID, interests: Mapping[UUID, str], at: datetime) -> Juror:
    """Say in which projects the juror has an interest (proposal to kind), or with none that there is none.

    Needed before the first sheet. Declared later too, it leaves a sheet out; it is never taken back. Raises NoJury,
    BadValue, NotFound for who is no juror.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update().filter(pk=call_id).first()
        if call is None:
            raise NotFound
        juror = own_juror(actor, call, lock=True)
        _require_open(call)
        proposals = Proposal.objects.in_bulk(list(interests))
        for proposal_id, interest in sorted(interests.items()):
            proposal = proposals.get(proposal_id)
            if proposal is None or proposal.call_id != call.pk or interest not in INTERESTS:
                raise BadValue(_("Choose one of the values offered."), field="interests")
            _put_conflict(actor, juror, proposal, interest, at)
        if juror.declared_at is None:
            juror.declared_at = at
            juror.save(update_fields=["declared_at"])
            change: dict[str, Any] = {"juror": juror.number, "interests": len(interests)}
            record(actor=actor, verb="ventures.juror.declare", subject=juror, area=call.area, change=change, at=at)
    return juror


def lot(seed: str, code: str) -> str:
    """Give what a project is ordered by in the lot: SHA-256 of the seed, a space and its number on the ballot."""
    return hashlib.sha256(f"{seed} {code}".encode()).hexdigest()


def _conducted(actor: Actor, call_id: UUID) -> Call:
    """Lock a call whose pitches the actor conducts: who runs the call, or the chair of its jury."""
    if not chairs(actor, call_id):
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        return call
    return Call.objects.select_for_update().get(pk=call_id)


def draw_pitches(*, actor: Actor, call_id: UUID, at: datetime) -> list[Pitch]:
    """Draw the order of the pitches by lot, once, and publish the seed by which anyone can draw it again.

    By who runs the call or chairs its jury. Raises OrderDrawn, NoPitches, NotYourCall.
    """
    with transaction.atomic():
        call = _conducted(actor, call_id)
        if PitchOrder.objects.filter(call=call).exists():
            raise OrderDrawn
        projects = list(Proposal.objects.filter(call=call, state="on_ballot"))
        if call.state not in PITCHING or not projects:
            raise NoPitches
        seed = secrets.token_hex(16)
        projects.sort(key=lambda one: lot(seed, option_code(one)))
        order = PitchOrder.objects.create(call=call, seed=seed, drawn_at=at)
        made = Pitch.objects.bulk_create(
            Pitch(call=call, proposal=one, position=place) for place, one in enumerate(projects, 1)
        )
        content = {"seed": seed, "order": [option_code(one) for one in projects]}
        Notice.objects.create(call=call, kind="pitch", title=call.title, content=content, starts_at=at, published_at=at)
        record(actor=actor, verb="ventures.pitch.draw", subject=order, area=call.area, change=content, at=at)
    return made


def time_pitch(*, actor: Actor, call_id: UUID, position: int, move: str, at: datetime) -> Pitch:
    """Start or end the time of a pitch ('start', 'end'), by who runs the call or chairs its jury; again, no change."""
    if move not in ("start", "end"):
        raise BadValue(_("Choose one of the values offered."), field="move")
    with transaction.atomic():
        call = _conducted(actor, call_id)
        pitch = Pitch.objects.select_for_update().filter(call=call, position=position).first()
        if pitch is None:
            raise NotFound
        if move == "start" and pitch.started_at is None:
            pitch.started_at = at
        elif move == "end" and pitch.started_at is not None and pitch.ended_at is None:
            pitch.ended_at = max(at, pitch.started_at)
        else:
            return pitch
        pitch.save(update_fields=["started_at", "ended_at"])
        change = {"position": position}
        record(actor=actor, verb=f"ventures.pitch.{move}", subject=pitch, area=call.area, change=change, at=at)
    return pitch
