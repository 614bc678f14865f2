"""What is ended when somebody is erased: service and places in teams, and what lists of offices still say."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.places.exchange.lists.leaving import GONE, emptied, tells
from shanzhi.volunteering.exchange.headings import KNOWN
from shanzhi.volunteering.lifecycle import HELD
from shanzhi.volunteering.models import TeamMember, Volunteer, VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations.locks import lock_teams_of


def end_service(leaving: Leaving) -> Touched:
    """End the service of a person who is being erased; who leads a team is not erased before (`personal`)."""
    lock_teams_of([leaving.person_id])
    found = Volunteer.objects.select_for_update().filter(person_id=leaving.person_id).first()
    if found is None:
        return {}
    rows = TeamMember.objects.select_for_update().filter(volunteer=found, state__in=HELD)
    keys = [str(key) for key in rows.values_list("pk", flat=True)]
    rows.filter(state="requested").update(state="withdrawn", ended_at=leaving.at)
    rows.filter(state="member").update(state="left", ended_at=leaving.at)
    Volunteer.objects.filter(pk=found.pk).exclude(state="left").update(state="left")
    Volunteer.objects.filter(pk=found.pk).update(
        health=None, health_agreed_at=None, emergency_name=None, emergency_phone=None, wish="", languages=[],
        metres=None, earlier_number="",
    )  # fmt: skip
    return {"volunteering_teammember": keys, "volunteering_volunteer": [str(found.pk)]}


def hold_lists_and_teams(people: Collection[UUID]) -> None:
    """Lock the lists of which something is kept and the teams of these people, before any person.

    Whoever takes a list locks it first, then teams, then people.
    """
    kept = VolunteerRow.objects.filter(of_import=OuterRef("pk"), told__isnull=False)
    rows = VolunteerImport.objects.filter(Q(file__isnull=False) | Exists(kept)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    lock_teams_of(people)


def erase_from_imports(leaving: Leaving) -> Touched:
    """Take the person out of what is kept of lists; a file that tells of the person is not kept any longer.

    Rows are read one after the other, and those alone are locked that change.
    """
    touched = []
    theirs = set(VolunteerRow.objects.filter(person=leaving.person_id).values_list("of_import", flat=True))
    for found in VolunteerImport.objects.exclude(file=None).order_by("pk").iterator(chunk_size=1):
        before, own = (found.file, found.sample), found.pk in theirs
        if tells(found.file, found.name, KNOWN, leaving, own=own):
            found.file = GONE
        found.sample = emptied(found.sample, leaving, own=own)
        if (found.file, found.sample) != before:
            found.save(update_fields=["file", "sample"])
            touched.append(str(found.pk))
    rows = VolunteerRow.objects.exclude(told=None).order_by("pk").only("pk", "person", "told")
    for row in rows.iterator():
        own = row.person == leaving.person_id
        if emptied(row.told, leaving, own=own) != row.told:
            held = VolunteerRow.objects.select_for_update().filter(pk=row.pk).first()
            if held is None:  # forgotten meanwhile
                continue
            held.told = emptied(held.told, leaving, own=own)
            held.save(update_fields=["told"])
    return {"volunteering_volunteerimport": touched}
