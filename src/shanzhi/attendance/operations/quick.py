"""Coming in by the code in one statement: the good case alone, for a thousand at one gate within a minute.

Signed up, in time, nowhere else at this moment, not here yet: then the row and its event are written. Whatever stands
against it, the statement writes nothing, and the long way finds out what it is and says so.

The statement is planned once for each connection, maybe while the tables are nearly empty. So it is written such that
each table can only be asked by the keys of one row: from the person to the volunteer, and from there one by one. With a
join, the plan of an empty evening read all who signed up, and all who were there already, for everybody who came.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from shanzhi.activities.models import Shift
from shanzhi.attendance.models import Attendance
from shanzhi.audit.operations import columns_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import canonical
from shanzhi.kernel.ordered import ordered_id
from shanzhi.work.prepared import Prepared

VERB: Final = "attendance.arrive"
_TYPE: Final = Attendance._meta.label_lower
ARRIVE: Final = Prepared(
    "attendance_arrive",
    """
WITH shift AS MATERIALIZED (
    SELECT s.id FROM activities_shift s
    WHERE s.id = %(shift)s::uuid AND s.state = 'open'
        AND %(at)s::timestamptz >= s.starts_at - interval '1 hour' AND %(at)s::timestamptz < s.ends_at
        AND (SELECT a.area FROM activities_activity a WHERE a.id = s.activity_id) = %(area)s
), me AS MATERIALIZED (
    SELECT id FROM volunteering_volunteer WHERE person_id = %(person)s::uuid
), who AS MATERIALIZED (
    SELECT me.id FROM me
    WHERE (SELECT u.state FROM activities_signup u
            WHERE u.shift_id = %(shift)s::uuid AND u.volunteer_id = me.id AND u.state = 'signed' LIMIT 1) IS NOT NULL
        AND (SELECT o.state FROM attendance_attendance o
            WHERE o.volunteer_id = me.id AND o.state IN ('here', 'left')
                AND (o.left_at IS NULL OR o.left_at > %(at)s::timestamptz)
            ORDER BY o.arrived_at DESC LIMIT 1) IS NULL
), made AS (
    INSERT INTO attendance_attendance
        (id, shift_id, volunteer_id, state, review, arrived_at, way_in, entered_at, way_out, walk_in, reason)
    SELECT %(id)s::uuid, shift.id, who.id, 'here', 'clear', %(at)s::timestamptz, 'code', %(at)s::timestamptz, '', false,
        '' FROM shift CROSS JOIN who
    ON CONFLICT (shift_id, volunteer_id) WHERE state IN ('here', 'left') DO NOTHING
    RETURNING id
)
INSERT INTO audit_event (at, verb, actor_person, actor_label, subject_type, subject_id, area, reason, request_id, nonce,
    digest, change)
SELECT %(at)s::timestamptz, %(verb)s, %(person)s::uuid, %(label)s, %(type)s, made.id::text, %(area)s, '', %(request)s,
    %(nonce)s::bytea, %(digest)s, %(change)s::jsonb FROM made
""",
)


@lru_cache(maxsize=4096)
def area_of(shift_id: UUID) -> str:
    """Give the area of a shift's activity; the statement looks whether it is still the same."""
    return Shift.objects.filter(pk=shift_id).values_list("activity__area", flat=True).first() or ""


def arrive(*, actor: Actor, shift_id: UUID, at: datetime) -> UUID | None:
    """Write down that the actor came; None where something stands against it, or it stands there already."""
    made, area, person = ordered_id(), area_of(shift_id), actor.person()
    event = columns_of(
        actor=actor, verb=VERB, subject_type=_TYPE, subject_id=str(made), area=area, at=at, change={"way": "code"}
    )
    done = ARRIVE.change({
        "shift": shift_id, "area": area, "at": at, "person": person, "id": made, "verb": VERB, "label": actor.label,
        "type": _TYPE, "request": event["request_id"], "nonce": event["nonce"], "digest": event["digest"],
        "change": canonical(event["change"]).decode(),
    })  # fmt: skip
    return made if done == 1 else None
