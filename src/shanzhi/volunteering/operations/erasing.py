"""What is ended when somebody is erased: service and places in teams, and what lists of offices still say."""

from __future__ import annotations

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.organizations.operations.erasing import GONE, emptied, tells
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


def erase_from_imports(leaving: Leaving) -> Touched:
    """Take the person out of what is kept of lists; a file that tells of the person is not kept any longer."""
    touched = []
    for found in VolunteerImport.objects.select_for_update().exclude(file=None):
        before = (found.file, found.sample)
        if tells(found.file, found.name, KNOWN, leaving):
            found.file = GONE
        found.sample = emptied(found.sample, leaving)
        if (found.file, found.sample) != before:
            found.save(update_fields=["file", "sample"])
            touched.append(str(found.pk))
    for row in VolunteerRow.objects.select_for_update().exclude(told=None):
        told = emptied(row.told, leaving)
        if told != row.told:
            row.told = told
            row.save(update_fields=["told"])
    return {"volunteering_volunteerimport": touched}
