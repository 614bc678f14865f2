"""The holder's own copy of a certificate: name and identity number are opened for it alone, and that is on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.service.models import Certificate
from shanzhi.service.operations.refusals import WithdrawnAlready
from shanzhi.service.queries.certificates import certificate


@dataclass(frozen=True, slots=True)
class Copy:
    """A certificate with the words for its holder: in full on the own copy, masked on any other."""

    certificate: Certificate
    name: str = field(repr=False)
    id_number: str = field(repr=False)


def own_copy(*, actor: Actor, certificate_id: UUID, at: datetime) -> Copy:
    """Open the own certificate with name and identity number in full. Raises NotFound, WithdrawnAlready."""
    with transaction.atomic():
        found = certificate(viewer=actor, certificate_id=certificate_id)
        if not actor.is_person(found.volunteer.person_id):
            raise NotFound
        if found.withdrawn_at is not None:
            raise WithdrawnAlready
        person = found.volunteer.human
        change = {"number": found.number}
        record(
            actor=actor, verb="service.certificate.print", subject=found, area=found.issuer_area, change=change, at=at
        )  # fmt: skip
        return Copy(found, person.name.reveal(), person.id_number.reveal() if person.id_number else "")


def masked_copy(found: Certificate) -> Copy:
    """Give a certificate as its issuer prints it: name and identity number masked."""
    person = found.volunteer.human
    return Copy(found, str(person.name), str(person.id_number) if person.id_number else "")
