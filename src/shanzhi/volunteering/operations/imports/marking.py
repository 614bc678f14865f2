"""What became of rows, written for a whole batch in one statement: the ORM's own costs more than all else together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from shanzhi.people.fields import cipher
from shanzhi.volunteering.models import VolunteerRow

SEALED_AS: Final = "volunteering.import.row"
_MARK: Final = """
UPDATE volunteering_volunteerrow AS r SET step = v.step, why = v.why, person = v.person, volunteer = v.volunteer,
    made = v.made::jsonb, version_after = v.version_after, told = v.told
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::integer[], %s::bytea[])
    AS v (id, step, why, person, volunteer, made, version_after, told)
WHERE r.id = v.id
"""


def mark_rows(rows: Sequence[VolunteerRow]) -> None:
    """Write step, reason, person and volunteer, what was made and what is kept of each row."""
    held = cipher()
    columns: list[Any] = [
        [row.pk for row in rows],
        [str(row.step) for row in rows],
        [row.why for row in rows],
        [row.person for row in rows],
        [row.volunteer for row in rows],
        [json.dumps(row.made) for row in rows],
        [row.version_after for row in rows],
        [held.seal(row.told.reveal(), purpose=SEALED_AS) if row.told else None for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK, columns)
