"""Reading runs, pairs and asks: each query takes the viewer and gives only what exists for that viewer."""

from shanzhi.assignments.queries.asks import answered, asked, may_be_called, on_call
from shanzhi.assignments.queries.runs import (
    coming,
    counts,
    many_on_call,
    match_areas,
    open_shifts,
    pair,
    pairs,
    run,
    runs,
    search_pairs,
    search_runs,
    shifts_in,
    team_of,
    team_runs,
    to_ask,
    to_call_up,
)

__all__ = [
    "answered", "asked", "coming", "counts", "many_on_call", "match_areas", "may_be_called", "on_call", "open_shifts",
    "pair", "pairs", "run", "runs", "search_pairs", "search_runs", "shifts_in", "team_of", "team_runs", "to_ask",
    "to_call_up",
]  # fmt: skip
