"""Reading presence: each query takes the viewer and gives only what exists for that viewer."""

from shanzhi.attendance.queries.gates import (
    EARLY,
    Manner,
    code_of,
    gate_of,
    let_in_at,
    position_of,
    scanned,
    seen_at,
    seen_mark,
)
from shanzhi.attendance.queries.records import (
    Ended,
    Finished,
    Line,
    Numbers,
    correction_of,
    doubted,
    ended,
    finished,
    led_record,
    led_shift,
    led_shifts,
    lines,
    mine,
    numbers,
    own_shifts,
    own_state,
    record,
    search_doubted,
    search_mine,
    shift,
    undecided,
)
from shanzhi.kernel.gate import next_step

__all__ = [
    "EARLY", "Ended", "Finished", "Line", "Manner", "Numbers", "code_of", "correction_of", "doubted", "ended",
    "finished", "gate_of", "led_record", "led_shift", "led_shifts", "let_in_at", "lines", "mine", "next_step",
    "numbers", "own_shifts", "own_state", "position_of", "record", "scanned", "search_doubted", "search_mine",
    "seen_at", "seen_mark", "shift", "undecided",
]  # fmt: skip
