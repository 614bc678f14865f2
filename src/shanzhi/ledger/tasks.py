"""Work that the worker does for this room."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from shanzhi.kernel.actor import Actor
from shanzhi.ledger.models import BillFile
from shanzhi.ledger.operations.bills import write_bill
from shanzhi.people.actors import actor_of_person


@task()
def take_bill(file_id: str) -> None:
    """Take a confirmed bill file."""
    at = timezone.now()
    owner = BillFile.objects.values_list("added_by", flat=True).get(pk=file_id)
    actor = actor_of_person(person_id=owner, at=at) if owner else Actor.system("operator")
    write_bill(actor=actor, file_id=UUID(file_id), at=at)
