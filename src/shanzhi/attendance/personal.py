"""What this room holds about people: who was where and when, who wrote it down, who decided."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.attendance.models import Attendance, Tap
from shanzhi.kernel import merging
from shanzhi.kernel.personal import Activity, Erase, Ground, Kind, describe, name_field, register_activity

K, E = Kind, Erase
PRESENCE: Final = register_activity(
    Activity(
        "attendance",
        _("Presence at volunteers' activities"),
        _("Hours of service are to be true, and it is to be known who is there."),
        Ground.CONSENT,
        _("Personal Information Protection Law, article 13 (1); Regulations on Voluntary Service, article 19"),
        _("As long as the records of service that rest on it; without the person once the person is erased."),
        _("Oneself; who leads the activity and staff of the area, by number and masked name."),
        _("Somebody learns where another person was at some hour."),
        _("A phone's position is compared and forgotten, only whole kilometres of one too far away are kept; lists on "
          "a leader's phone hold masked names, are not shown there after 48 hours, and go at sign-out or when a list "
          "is next opened."),
        order=48,
    )
)  # fmt: skip
describe("attendance.Attendance", _("Your presence at activities"), "volunteer__person_id", PRESENCE,
         shift=(K.LINK, E.KEEP), state=(K.RECORD, E.KEEP), review=(K.RECORD, E.KEEP), arrived_at=(K.RECORD, E.KEEP),
         left_at=(K.RECORD, E.KEEP), way_in=(K.RECORD, E.KEEP), way_out=(K.RECORD, E.KEEP),
         walk_in=(K.RECORD, E.KEEP), reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("attendance.Attendance", _("Presence of others that you wrote down"), "entered_by_id", PRESENCE,
         entered_by=(K.LINK, E.KEEP), entered_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("attendance.Attendance", _("Leaving of others that you wrote down"), "ended_by_id", PRESENCE,
         ended_by=(K.LINK, E.KEEP), ended_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("attendance.Flag", _("Doubts about your presence"), "attendance__volunteer__person_id", PRESENCE,
         doubt=(K.RECORD, E.KEEP), figure=(K.RECORD, E.KEEP), raised_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("attendance.Ruling", _("Decisions about your presence"), "attendance__volunteer__person_id", PRESENCE,
         kept=(K.RECORD, E.KEEP), reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("attendance.Ruling", _("Decisions you made about presence"), "decided_by_id", PRESENCE,
         decided_by=(K.LINK, E.KEEP), decided_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("attendance.Tap", _("Your presence on a leader's list without network"), "volunteer__person_id", PRESENCE,
         act=(K.RECORD, E.KEEP), tapped_at=(K.RECORD, E.KEEP), answer=(K.RECORD, E.KEEP))  # fmt: skip
describe("attendance.Tap", _("What you tapped on a list without network"), "sent_by_id", PRESENCE,
         sent_by=(K.LINK, E.KEEP), taken_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("attendance.Gate", _("Gates of shifts that you set"), "changed_by_id", PRESENCE,
         changed_by=(K.LINK, E.KEEP), changed_at=(K.RECORD, E.KEEP))  # fmt: skip
NAMES: Final[dict[str, dict[str, Any]]] = {
    "Attendance": {
        "shift": _("Shift"), "review": _("Doubts"), "arrived_at": _("Came"), "left_at": _("Went"),
        "way_in": _("How they came in"), "way_out": _("How they went"), "walk_in": _("Came without having signed up"),
        "entered_by": _("Came in, written down by"), "entered_at": _("Came in, written down on"),
        "ended_by": _("Left, written down by"), "ended_at": _("Left, written down on"),
        "reason": _("Why it was corrected"),
    },
    "Flag": {"doubt": _("What speaks against it"), "figure": _("By how much"), "raised_at": _("Found on")},
    "Ruling": {"kept": _("Kept")},
    "Tap": {
        "act": _("Tap"), "tapped_at": _("Tapped at"), "answer": _("What became of it"), "sent_by": _("Sent by"),
        "taken_at": _("Taken over on"),
    },
    "Gate": {"changed_by": _("Changed by")},
}  # fmt: skip
for _model, _names in NAMES.items():
    for _name, _words in _names.items():
        name_field(f"attendance.{_model}", _name, _words)


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    return [
        (_("Records of presence"), Attendance.objects.filter(volunteer__person_id=person_id).count()),
        (_("Taps on lists without network"), Tap.objects.filter(sent_by_id=person_id).count()),
    ]


merging.register("attendance", merging.MergeRoom(_counts))
