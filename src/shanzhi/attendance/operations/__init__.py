"""Every write of attendance."""

from shanzhi.attendance.operations.coming import (
    arrive_by_code,
    arrive_by_place,
    leave_by_code,
    leave_by_place,
    ready_by_code,
)
from shanzhi.attendance.operations.common import Came
from shanzhi.attendance.operations.deciding import correct, decide, enter
from shanzhi.attendance.operations.listing import end_shift, mark, set_gate, walk_in
from shanzhi.attendance.operations.quick import arrive_each
from shanzhi.attendance.operations.syncing import Given, Taken, sync

__all__ = [
    "Came", "Given", "Taken", "arrive_by_code", "arrive_by_place", "arrive_each", "correct", "decide", "end_shift",
    "enter", "leave_by_code", "leave_by_place", "mark", "ready_by_code", "set_gate", "sync", "walk_in",
]  # fmt: skip
