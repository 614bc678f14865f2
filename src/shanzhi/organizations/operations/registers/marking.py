"""What became of rows, written for a whole batch in one statement: the ORM's own costs more than all else together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from shanzhi.organizations.models import RegisterRow
from shanzhi.people.fields import cipher

SEALED_AS: Final = "organizations.register.row"
_MARK: Final = """
UPDATE organizations_registerrow AS r SET step = v.step, why = v.why, organization = v.organization,
    made = v.made::jsonb, version_after = v.version_after, told = v.told, differs = v.differs
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::integer[], %s::bytea[], %s::boolean[])
    AS v (id, step, why, organization, made, version_after, told, differs)
WHERE r.id = v.id
"""


def mark_rows(rows: Sequence[RegisterRow]) -> None:
    """Write step, reason, organisation, what was made and what is kept of each row."""
    held = cipher()
    told = [held.seal(row.told.reveal(), purpose=SEALED_AS) if row.told else None for row in rows]
    columns: list[Any] = [
        [row.pk for row in rows],
        [str(row.step) for row in rows],
        [row.why for row in rows],
        [row.organization for row in rows],
        [json.dumps(row.made) for row in rows],
        [row.version_after for row in rows],
        told,
        [row.differs for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK, columns)
