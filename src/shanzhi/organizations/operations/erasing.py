"""What this room drops when a person is erased: the person's cells in registers that offices sent.

A register names people without a link to their records, so they are found again by their numbers and their name.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.organizations.exchange.headings import KNOWN
from shanzhi.organizations.models import RegisterImport, RegisterRow
from shanzhi.places.exchange.lists.leaving import GONE, emptied, tells


def hold_registers(_people: Collection[UUID]) -> None:
    """Lock the registers of which something is kept, before any person: whoever takes one locks it first too."""
    kept = RegisterRow.objects.filter(register=OuterRef("pk"), told__isnull=False)
    rows = RegisterImport.objects.filter(Q(file__isnull=False) | Exists(kept)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def erase_from_registers(leaving: Leaving) -> Touched:
    """Take the person out of what is kept of registers; a file that tells of the person is not kept any longer.

    Rows are read one after the other, and those alone are locked that change.
    """
    touched = []
    for found in RegisterImport.objects.exclude(file=None).order_by("pk").iterator(chunk_size=1):
        before = (found.file, found.sample)
        if tells(found.file, found.name, KNOWN, leaving, own=True):
            found.file = GONE
        found.sample = emptied(found.sample, leaving, own=True)
        if (found.file, found.sample) != before:
            found.save(update_fields=["file", "sample"])
            touched.append(str(found.pk))
    rows = RegisterRow.objects.exclude(told=None).order_by("pk").only("pk", "told")
    for row in rows.iterator():
        if emptied(row.told, leaving, own=True) != row.told:
            held = RegisterRow.objects.select_for_update().filter(pk=row.pk).first()
            if held is None:  # forgotten meanwhile
                continue
            held.told = emptied(held.told, leaving, own=True)
            held.save(update_fields=["told"])
    return {"organizations_registerimport": touched}
