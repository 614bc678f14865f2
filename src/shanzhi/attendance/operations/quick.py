"""Coming in by the code in one statement: the good case alone, for a thousand at one gate within a minute.

Signed up, in time, nowhere else at this moment, not here yet: then the row and its event are written. Whatever stands
against it, the statement writes nothing, and the long way finds out what it is and says so.
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
_ARRIVE: Final = Prepared(
    "attendance_arrive",
    """
WITH shift AS MATERIALIZED (
    SELECT s.id FROM activities_shift s JOIN activities_activity a ON a.id = s.activity_id
    WHERE s.id = %(shift)s::uuid AND s.state = 'open' AND a.area = %(area)s
        AND %(at)s::timestamptz >= s.starts_at - interval '1 hour' AND %(at)s::timestamptz < s.ends_at
), who AS MATERIALIZED (
    SELECT v.id FROM volunteering_volunteer v JOIN activities_signup u ON u.volunteer_id = v.id
    WHERE v.person_id = %(person)s::uuid AND u.shift_id = %(shift)s::uuid AND u.state = 'signed'
        AND NOT EXISTS (SELECT FROM attendance_attendance o WHERE o.volunteer_id = v.id AND o.state IN ('here', 'left')
            AND (o.left_at IS NULL OR o.left_at > %(at)s::timestamptz))
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
    done = _ARRIVE.change({
        "shift": shift_id, "area": area, "at": at, "person": person, "id": made, "verb": VERB, "label": actor.label,
        "type": _TYPE, "request": event["request_id"], "nonce": event["nonce"], "digest": event["digest"],
        "change": canonical(event["change"]).decode(),
    })  # fmt: skip
    return made if done == 1 else None
