"""The tables of assignments."""

from shanzhi.assignments.models.oncall import OnCall
from shanzhi.assignments.models.pairs import OpenShift, Proposal
from shanzhi.assignments.models.runs import MOST_EACH, MOST_WANTED, Run

__all__ = ["MOST_EACH", "MOST_WANTED", "OnCall", "OpenShift", "Proposal", "Run"]
