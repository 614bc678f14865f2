"""Writing on a section of a proposal together: each save holds it for some minutes, and says what it changed.

Two of a team write on different sections at once without meeting. On one section the first save takes it; others read
who writes there, and their own words stay on their page until it is free.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.ventures.models import Proposal, Section
from shanzhi.ventures.queries.sections import SECTION_OF, clock

HELD_FOR: Final = timedelta(minutes=10)


class SectionHeld(Conflict):
    """Somebody else of the team writes on the section."""

    code = "section_held"
    message = _(
        "%(name)s edits this since %(since)s, so your change is not saved yet. What you typed stays on this page: try "
        "again after %(until)s, or ask the contact person to take over."
    )


def held(row: Section) -> SectionHeld:
    """Give the refusal that names who holds a section, masked."""
    since, until = (clock(moment) if moment else "" for moment in (row.since, row.until))
    return SectionHeld(name=str(row.holder.name) if row.holder else "", since=since, until=until)


def is_held(row: Section, actor: Actor, at: datetime) -> bool:
    """Tell whether somebody else holds a section now."""
    return row.until is not None and row.until > at and not actor.is_person(row.holder_id)


def locked_sections(proposal: Proposal, fields: Iterable[str]) -> dict[str, Section]:
    """Give the sections of these fields, with the proposal's row locked by the caller; new ones are not saved yet."""
    parts = {SECTION_OF[name] for name in fields if name in SECTION_OF}
    rows = {row.part: row for row in Section.objects.filter(proposal=proposal, part__in=parts)}
    return {part: rows.get(part) or Section(proposal=proposal, part=part) for part in sorted(parts)}


def stale(proposal: Proposal, sections: dict[str, Section], fields: Iterable[str], version: int) -> bool:
    """Tell whether something of these fields was changed after the version that the actor saw."""
    if version == proposal.version:
        return False
    if not 1 <= version <= proposal.version or any(name not in SECTION_OF for name in fields):
        return True
    return any(row.changed_version > version for row in sections.values())


def hold(actor: Actor, sections: dict[str, Section], at: datetime) -> None:
    """Take the sections for the actor, or put off the end of holding them. Raises SectionHeld."""
    for row in sections.values():
        if is_held(row, actor, at):
            raise held(row)
        if not actor.is_person(row.holder_id) or row.until is None or row.until <= at:
            row.since = at
        row.holder_id, row.until = actor.person(), at + HELD_FOR


def note_change(sections: dict[str, Section], version: int) -> None:
    """Write down which version the change made."""
    for row in sections.values():
        row.changed_version = version
        row.save()


def note_rewritten(proposal: Proposal) -> None:
    """Free every section, and have whoever typed before meet what the version of now brought."""
    rows = locked_sections(proposal, SECTION_OF)
    for row in rows.values():
        row.holder, row.since, row.until = None, None, None
    note_change(rows, proposal.version)
