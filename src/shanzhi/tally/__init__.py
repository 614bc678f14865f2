"""Counting of votes: rules, exact comparisons, reasons. Knows no Django; numpy in, results out."""

from shanzhi.tally.counting import count
from shanzhi.tally.election import Election, Project, from_lists
from shanzhi.tally.faults import CountingError, Remark
from shanzhi.tally.outcome import Outcome, Round, Standing
from shanzhi.tally.spec import Composite, Spec, Threshold
from shanzhi.tally.ties import Tie

__all__ = [
    "Composite",
    "CountingError",
    "Election",
    "Outcome",
    "Project",
    "Remark",
    "Round",
    "Spec",
    "Standing",
    "Threshold",
    "Tie",
    "count",
    "from_lists",
]
