"""Erasing a person: the identity is dropped everywhere, figures, ledger and audit stay whole."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.kernel.personal import ANNOTATIONS, DUTIES, SPECIALS, Annotation, Erase
from shanzhi.people import policies
from shanzhi.people.models import Erasure, Guardianship, Person
from shanzhi.people.operations.records import ReasonNeeded
from shanzhi.people.operations.sessions import ERASED, end_for

VALUES = {Erase.EMPTY: None, Erase.BLANK: ""}


class DutyForbids(Conflict):
    """A duty forbids erasing for now; the words say which."""

    code = "duty_forbids"


class ConfirmNeeded(Invalid):
    """The box was not ticked."""

    code = "confirm_needed"
    message = _("Tick the box: an erasure cannot be undone.")


def duties_of(*, person_id: UUID, at: datetime) -> list[Any]:
    """List what forbids erasing a person for now, in words; empty when nothing does."""
    return [words for duty in DUTIES if (words := duty.forbids(person_id, at)) is not None]


def erase_own(*, actor: Actor, confirmed: bool, at: datetime) -> Erasure:
    """Erase the own data. Raises ConfirmNeeded, DutyForbids."""
    if not confirmed:
        raise ConfirmNeeded(field="confirmed")
    return _erase(actor, actor.person(), "", at, by_owner=True)


def erase_person(*, actor: Actor, person_id: UUID, reason: str, at: datetime) -> Erasure:
    """Erase somebody who asked the office for it, by an officer in charge, for a reason. Raises DutyForbids."""
    person = policies.load(viewer=actor, person_id=person_id, at=at, lock=False)
    policies.require(policies.may_close_account(actor=actor, person=person, at=at))
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    return _erase(actor, person_id, reason.strip(), at, by_owner=False)


def _erase(actor: Actor, person_id: UUID, reason: str, at: datetime, *, by_owner: bool) -> Erasure:
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=person_id, at=at)
        forbidding = duties_of(person_id=person_id, at=at)
        if forbidding:
            raise DutyForbids(" ".join(str(words) for words in forbidding))
        end_for(person_id=person_id, why=ERASED, at=at)
        counts: dict[str, int] = defaultdict(int)
        for special in SPECIALS:
            counts[special.room] += special.erase(person_id, at)
        for (model, path), fields in _by_rows().items():
            counts[model.split(".")[0]] += _drop(model, path, fields, person_id)
        Guardianship.objects.filter(child_id=person_id, state="standing").update(state="ended", ended_at=at)
        Person.objects.filter(pk=person_id).update(
            area=person.area[: LENGTHS[COMMUNITY]], real_name="declared", erased_at=at, version=person.version + 1
        )
        done = Erasure.objects.create(person_id=person_id, by_owner=by_owner, counts=dict(counts), erased_at=at)
        area = person.area[: LENGTHS[COMMUNITY]]
        record(actor=actor, verb="people.person.erase", subject=person, area=area, change=dict(counts), at=at,
               reason=reason)  # fmt: skip
    return done


def _by_rows() -> dict[tuple[str, str], list[Annotation]]:
    found: dict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for one in ANNOTATIONS.values():
        if one.path and one.erase in (Erase.EMPTY, Erase.BLANK, Erase.DELETE):
            found[one.model, one.path].append(one)
    return found


def _drop(model: str, path: str, fields: list[Annotation], person_id: UUID) -> int:
    rows = apps.get_model(model)._default_manager.filter(**{path: person_id})
    if any(one.erase is Erase.DELETE for one in fields):
        return rows.delete()[0]
    values = {one.field: VALUES[one.erase] for one in fields}
    if model == "people.Person":
        values["real_name"] = "declared"  # the database ties the other states to a document
    return int(rows.update(**values))
