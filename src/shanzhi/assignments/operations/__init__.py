"""Every write of assignments."""

from shanzhi.assignments.operations.answering import accept_ask, agree_on_call, decline_ask, end_on_call
from shanzhi.assignments.operations.asking import MOST_AT_ONCE, Asked, ask_pairs, drop_pair
from shanzhi.assignments.operations.clock import run_clock
from shanzhi.assignments.operations.runs import MOST_DAYS, begin_run, call_up, close_run, work_out

__all__ = [
    "MOST_AT_ONCE", "MOST_DAYS", "Asked", "accept_ask", "agree_on_call", "ask_pairs", "begin_run", "call_up",
    "close_run", "decline_ask", "drop_pair", "end_on_call", "run_clock", "work_out",
]  # fmt: skip
