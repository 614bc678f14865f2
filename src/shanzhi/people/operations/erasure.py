"""Erasing a person: who it was is dropped everywhere; figures, votes, ledger and log stay whole.

What each field needs stands in the annotations of its room (`kernel.personal`). The person's row stays, empty and
marked as erased, for all that points to it: it names nobody, and the database lets no identity into it again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.audit.models import Event
from shanzhi.audit.operations import record
from shanzhi.audit.operations.reasons import EventsDiffer, forget_reasons, tells
from shanzhi.audit.operations.rows import RowsDiffer, forget
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.kernel.personal import REGISTRY, Annotation, Erase, Hindrance, Leaving, Touched, hindrances
from shanzhi.people import policies
from shanzhi.people.actors import records_of
from shanzhi.people.fields import Sealed
from shanzhi.people.lifecycle import REAL_NAME
from shanzhi.people.models import Account, Person
from shanzhi.people.operations.records import ReasonNeeded

PERSON: Final = "people.Person"


class NotYet(Conflict):
    """Something that runs still needs the person; the words say what, and until when."""

    code = "not_yet"


class ConfirmNeeded(Invalid):
    """The box was not ticked."""

    code = "confirm_needed"
    message = _("Tick the box: an erasure cannot be undone.")


class LogDiffers(Conflict):
    """Rows beside the person's are not as the log has them: first somebody must find out why."""

    code = "log_differs"
    message = _("The record of events must be put in order before anything is erased. The operator has to look at it.")


def erase_own(*, actor: Actor, confirmed: bool, at: datetime) -> None:
    """Erase the own data. Raises ConfirmNeeded, NotYet, LogDiffers."""
    if not confirmed:
        raise ConfirmNeeded(field="confirmed")
    _erase(actor, actor.person(), "", at)


def erase_person(*, actor: Actor, person_id: UUID, reason: str, at: datetime) -> None:
    """Erase somebody who asked the office for it, by an officer in charge, for a reason. Raises NotYet, LogDiffers."""
    person = policies.load(viewer=actor, person_id=person_id, at=at, lock=False)
    policies.require(policies.may_close_account(actor=actor, person=person, at=at))
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    _erase(actor, person_id, reason.strip(), at)


def erase_for(*, actor: Actor, person_id: UUID, at: datetime) -> None:
    """Erase somebody for whom the actor decides; that it is so the caller has made sure of. Raises as `erase_own`.

    The caller locked the person in this transaction, and called `hold_rooms` before.
    """
    _erase_held(actor, person_id, "", at)


def _erase(actor: Actor, person_id: UUID, reason: str, at: datetime) -> None:
    """Erase a person with the records that were merged into that one's."""
    with transaction.atomic():
        hold_rooms(person_id)
        _erase_held(actor, person_id, reason, at)


def _erase_held(actor: Actor, person_id: UUID, reason: str, at: datetime) -> None:
    """Do the same once the rooms hold what they lock before people."""
    with transaction.atomic():
        found = Person.objects.select_for_update().filter(pk=person_id, erased_at=None).first()
        if found is None:
            raise NotFound
        if found.merged_into_id is not None:
            raise policies.MergedAway
        records = records_of(person_id)
        people = [Person.objects.select_for_update().get(pk=one) for one in records]
        hindering = hindrances_of(person_id, at)
        if hindering:
            raise NotYet(" ".join(str(one.words) for one in hindering))
        numbers = tuple(found for one in records for given in REGISTRY.numbers.values() for found in given(one))
        leaving = [Leaving(one.pk, at, one.name.reveal(), numbers) for one in people]
        for one in leaving:
            reason = one.scrub(reason)
        for person, one in zip(reversed(people), reversed(leaving), strict=True):
            _erase_record(actor, person, one, reason)


def hold_rooms(person_id: UUID) -> None:
    """Lock what rooms lock before people; called before the person is locked, in the same transaction."""
    records = records_of(person_id)
    for lock in REGISTRY.locks.values():
        lock(records)


def hindrances_of(person_id: UUID, at: datetime) -> list[Hindrance]:
    """List what forbids erasing a person for now, with the records merged into that one's; each thing once."""
    found = [one for record_id in records_of(person_id) for one in hindrances(record_id, at)]
    return list({str(one.words): one for one in found}.values())


def _erase_record(actor: Actor, person: Person, leaving: Leaving, reason: str) -> None:
    account_id = Account.objects.filter(person=person).values_list("pk", flat=True).first()
    touched: dict[str, set[str]] = defaultdict(set)
    _empty_person(person, leaving.at)
    touched["people_person"].add(str(person.pk))
    for run in _steps():
        for table, keys in run(leaving).items():
            touched[table].update(keys)
    try:
        _forget_digests(touched)
        forget_reasons(numbers=_reasons(leaving, account_id, touched), at=leaving.at)
    except (RowsDiffer, EventsDiffer) as differ:
        raise LogDiffers from differ
    change = {table: len(keys) for table, keys in sorted(touched.items()) if keys}
    record(
        actor=actor, verb="people.person.erase", subject=person, area=person.area, change=change, at=leaving.at,
        reason=reason,
    )  # fmt: skip


def _empty_person(person: Person, at: datetime) -> None:
    """Empty the record itself, first of all: the guards of other tables let texts of an erased person go."""
    for one in REGISTRY.annotations.values():
        if one.model == PERSON and one.erase in (Erase.EMPTY, Erase.BLANK):
            setattr(person, person._meta.get_field(one.field).attname, "" if one.erase is Erase.BLANK else None)  # type: ignore[union-attr]  # a column
    person.area, person.real_name = person.area[: LENGTHS[COMMUNITY]], REAL_NAME.first
    person.erased_at, person.version = at, person.version + 1
    person.save()


def _steps() -> list[Callable[[Leaving], Touched]]:
    """Give what is to be done, in its order: what rooms do themselves, single fields, and what rooms do after them."""
    specials = REGISTRY.specials.values()
    fields = [partial(_drop, model, path, found) for (model, path), found in _by_rows().items()]
    first = [one.erase for one in specials if not one.after]
    return [*first, *fields, *(one.erase for one in specials if one.after)]


def _by_rows() -> dict[tuple[str, str], list[Annotation]]:
    found: dict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for one in REGISTRY.annotations.values():
        if one.path and one.model != PERSON and one.erase not in (Erase.KEEP, Erase.SPECIAL):
            found[one.model, one.path].append(one)
    return found


def _drop(model: str, path: str, fields: list[Annotation], leaving: Leaving) -> dict[str, list[str]]:
    """Do to the person's rows of one table what its annotations say; give the keys of those that changed."""
    made = apps.get_model(model)
    rows = made._default_manager.filter(**{path: leaving.person_id})
    keys = [str(key) for key in rows.values_list("pk", flat=True)]
    if not keys:
        return {}
    if any(one.erase is Erase.DELETE for one in fields):
        rows.delete()
        return {made._meta.db_table: keys}
    emptied = {one.field: None if one.erase is Erase.EMPTY else "" for one in fields if one.erase is not Erase.SCRUB}
    scrubbed = [one.field for one in fields if one.erase is Erase.SCRUB]
    changed = [str(row.pk) for row in rows if _change(row, emptied, scrubbed, leaving)]
    return {made._meta.db_table: changed}


def _change(row: models.Model, emptied: dict[str, Any], scrubbed: list[str], leaving: Leaving) -> bool:
    """Empty and scrub the fields of one row; tell whether anything was there to take."""
    values = {name: value for name, value in emptied.items() if _plain(getattr(row, name)) not in (None, "")}
    for name in scrubbed:
        old = getattr(row, name)
        new = leaving.scrub(old) if isinstance(old, str) else json.loads(leaving.scrub(_written(old)))
        if new != old:
            values[name] = new
    if not values:
        return False
    type(row)._default_manager.filter(pk=row.pk).update(**values)
    return True


def _plain(value: Any) -> Any:
    return value.reveal() if isinstance(value, Sealed) else value


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _forget_digests(touched: dict[str, set[str]]) -> None:
    """Make the digests of what the rows held worthless, so that nobody can try values against them."""
    for table, keys in touched.items():
        one = coverage.cover_of(table)
        if keys and one is not None and one.mode == "rows":
            forget(table=table, keys=sorted(keys))


def _reasons(leaving: Leaving, account_id: UUID | None, touched: dict[str, set[str]]) -> list[int]:
    """Find the events whose texts tell of the person: all about the person, and others that name a number of theirs.

    A name alone may be a namesake's: it counts only in events about the person's own things.
    """
    subjects = {str(leaving.person_id), str(account_id or leaving.person_id)}
    subjects |= touched["people_invitation"] | touched["people_recovery"]
    about = Q(subject_type__startswith="people.", subject_id__in=subjects)
    told = Q(pk__in=())
    for number in leaving.numbers:
        told |= Q(reason__contains=number)
    if len(leaving.name) > 1:
        own = {key for keys in touched.values() for key in keys}
        told |= Q(reason__contains=leaving.name, subject_id__in=own)
        told |= Q(reason__contains=leaving.name, actor_person=leaving.person_id)
    found = Event.objects.filter((about & tells()) | (told & ~Q(reason="")))
    return list(found.order_by("pk").values_list("pk", flat=True))
