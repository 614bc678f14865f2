"""What is ended when somebody is erased: service and places in teams, and what lists of offices still say."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.places.operations.lists import erase_from_lists, hold_lists
from shanzhi.volunteering.lifecycle import HELD
from shanzhi.volunteering.models import TeamMember, Volunteer
from shanzhi.volunteering.operations.imports.kind import IMPORTS
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
        health=None, health_agreed_at=None, emergency_name=None, emergency_phone=None, wish="", tasks=[], languages=[],
        metres=None, earlier_number="",
    )  # fmt: skip
    return {"volunteering_teammember": keys, "volunteering_volunteer": [str(found.pk)]}


def hold_lists_and_teams(people: Collection[UUID]) -> None:
    """Lock the lists of which something is kept and the teams of these people, before any person.

    Whoever takes a list locks it first, then teams, then people.
    """
    hold_lists(IMPORTS)
    lock_teams_of(people)


def erase_from_imports(leaving: Leaving) -> Touched:
    """Take the person out of what is kept of lists."""
    return erase_from_lists(IMPORTS, leaving)
