"""Every write of attendance."""

from shanzhi.attendance.operations.coming import arrive_by_code, arrive_by_place, leave_by_code, leave_by_place
from shanzhi.attendance.operations.common import Came
from shanzhi.attendance.operations.deciding import correct, decide, enter
from shanzhi.attendance.operations.listing import end_shift, mark, set_gate, walk_in
from shanzhi.attendance.operations.syncing import Given, Taken, sync

__all__ = [
    "Came", "Given", "Taken", "arrive_by_code", "arrive_by_place", "correct", "decide", "end_shift", "enter",
    "leave_by_code", "leave_by_place", "mark", "set_gate", "sync", "walk_in",
]  # fmt: skip
