"""Copies of certificates: the holder's own alone bears name and identity number in full, and that is on record.

Of what is withdrawn nothing is printed any more, since the paper would look good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.service import policies
from shanzhi.service.models import Certificate
from shanzhi.service.operations.refusals import WithdrawnAlready
from shanzhi.service.queries.certificates import batch, certificate, of_batch

SHEETS: Final = 100
"""Certificates in one file for the printer."""


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


def issuer_copy(*, actor: Actor, certificate_id: UUID) -> Copy:
    """Give a certificate as its issuer prints it, masked. Raises NotFound, Forbidden, WithdrawnAlready."""
    found = certificate(viewer=actor, certificate_id=certificate_id)
    policies.require(policies.may_withdraw(actor=actor, found=found))
    if found.withdrawn_at is not None:
        raise WithdrawnAlready
    return masked_copy(found)


def issuer_sheets(*, actor: Actor, batch_id: UUID, first: int) -> list[Copy]:
    """Give a hundred certificates of a batch from the place `first` on, which counts from 1, without those withdrawn.

    Raises NotFound, Forbidden, and WithdrawnAlready where none of them holds any more.
    """
    found = batch(viewer=actor, batch_id=batch_id)
    policies.require(policies.may_withdraw(actor=actor, found=found))
    begin = max(first - 1, 0)
    rows = list(of_batch(found)[begin : begin + SHEETS])
    if not rows:
        raise NotFound
    good = [masked_copy(one) for one in rows if one.withdrawn_at is None]
    if not good:
        raise WithdrawnAlready
    return good


def masked_copy(found: Certificate) -> Copy:
    """Give a certificate as its issuer prints it: name and identity number masked."""
    person = found.volunteer.human
    return Copy(found, str(person.name), str(person.id_number) if person.id_number else "")
