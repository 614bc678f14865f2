"""Coming in by the code, many in one statement: the good case alone, for a thousand at one gate within a minute.

Signed up, in time, nowhere else at this moment, not here yet: then the row and its event are written. Whatever stands
against somebody, nothing is written of that one, and the long way finds out what it is and says so. Those who come at
the same moment share a statement and a commit (`work.joint`); each is looked at alone, and of one volunteer at two
gates only the first is written.

The statement is planned once for each connection, maybe while the tables are nearly empty. So it is written such that
each table can only be asked by the keys of one row: from the person to the volunteer, and from there one by one. With a
join, the plan of an empty evening read all who signed up, and all who were there already, for everybody who came.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db import DatabaseError, connection

from shanzhi.activities.models import Shift
from shanzhi.attendance.models import Attendance
from shanzhi.audit.operations import columns_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.ordered import ordered_id
from shanzhi.work.joint import Joint
from shanzhi.work.prepared import Prepared

Ready: TypeAlias = dict[str, Any]
VERB: Final = "attendance.arrive"
_TYPE: Final = Attendance._meta.label_lower
ARRIVE: Final = Prepared(
    "attendance_arrive",
    """
WITH given AS MATERIALIZED (
    SELECT g.*, (SELECT v.id FROM volunteering_volunteer v WHERE v.person_id = g.person) AS volunteer
    FROM json_to_recordset(%(given)s::json) AS g (
        id uuid, shift uuid, area text, at timestamptz, person uuid, label text, request text, nonce text, digest text,
        change jsonb
    )
), fit AS MATERIALIZED (
    SELECT DISTINCT ON (p.volunteer) p.* FROM given p
    WHERE (SELECT s.state = 'open' AND p.at >= s.starts_at - interval '1 hour' AND p.at < s.ends_at
                AND (SELECT a.area FROM activities_activity a WHERE a.id = s.activity_id) = p.area
            FROM activities_shift s WHERE s.id = p.shift)
        AND (SELECT true FROM activities_signup u
            WHERE u.shift_id = p.shift AND u.volunteer_id = p.volunteer AND u.state = 'signed' LIMIT 1)
        AND (SELECT true FROM attendance_attendance o
            WHERE o.volunteer_id = p.volunteer AND o.state IN ('here', 'left')
                AND (o.left_at IS NULL OR o.left_at > p.at)
            ORDER BY o.arrived_at DESC LIMIT 1) IS NULL
    ORDER BY p.volunteer, p.id
), made AS (
    INSERT INTO attendance_attendance
        (id, shift_id, volunteer_id, state, review, arrived_at, way_in, entered_at, way_out, walk_in, reason)
    SELECT id, shift, volunteer, 'here', 'clear', at, 'code', at, '', false, '' FROM fit ORDER BY shift, volunteer
    ON CONFLICT (shift_id, volunteer_id) WHERE state IN ('here', 'left') DO NOTHING
    RETURNING id
), told AS (
    INSERT INTO audit_event (at, verb, actor_person, actor_label, subject_type, subject_id, area, reason, request_id,
        nonce, digest, change)
    SELECT f.at, %(verb)s, f.person, f.label, %(type)s, f.id::text, f.area, '', f.request, f.nonce::bytea, f.digest,
        f.change FROM fit f WHERE f.id IN (SELECT id FROM made)
    RETURNING subject_id
)
SELECT string_agg(subject_id, ',') FROM told
""",
)


@lru_cache(maxsize=4096)
def area_of(shift_id: UUID) -> str:
    """Give the area of a shift's activity; the statement looks whether it is still the same."""
    return Shift.objects.filter(pk=shift_id).values_list("activity__area", flat=True).first() or ""


def ready(*, actor: Actor, shift_id: UUID, at: datetime) -> Ready:
    """Write a coming and its event as the database takes them, for `arrive_each`."""
    made, area, person = ordered_id(), area_of(shift_id), actor.person()
    event = columns_of(
        actor=actor, verb=VERB, subject_type=_TYPE, subject_id=str(made), area=area, at=at, change={"way": "code"}
    )
    return {
        "id": str(made), "shift": str(shift_id), "area": area, "at": at.isoformat(), "person": str(person),
        "label": actor.label, "request": event["request_id"], "nonce": f"\\x{event['nonce'].hex()}",
        "digest": event["digest"], "change": event["change"],
    }  # fmt: skip


def arrive(*, actor: Actor, shift_id: UUID, at: datetime) -> UUID | None:
    """Write down that the actor came; None where something stands against it, or it stands there already.

    Inside a transaction it is written with that one, and waits for nobody.
    """
    given = ready(actor=actor, shift_id=shift_id, at=at)
    if connection.in_atomic_block:
        return arrive_each([given])[0]
    try:
        return _joint.one(given)
    except DatabaseError:  # of somebody with whom this one went: the long way tells whose it is
        return None


def arrive_each(given: Sequence[Ready]) -> list[UUID | None]:
    """Write down who came of those for whom all is good; None for the others, to whom the long way says why."""
    (told,) = ARRIVE.one({"given": json.dumps(given), "verb": VERB, "type": _TYPE}) or (None,)
    done = set((told or "").split(","))
    return [UUID(one["id"]) if one["id"] in done else None for one in given]


_joint: Final = Joint(arrive_each)
