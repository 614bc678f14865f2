"""The tables of organisations."""

from shanzhi.organizations.models.filing import Ask, Filing, FilingApplication, FilingRules, Opinion
from shanzhi.organizations.models.organizations import (
    CODE_SHAPE,
    PREFIXES,
    SEAT_SHAPE,
    Kind,
    Organization,
    Purpose,
)
from shanzhi.organizations.models.parts import Document, Link, Membership, Paper, Part, PastName, Tie
from shanzhi.organizations.models.registers import (
    Decision,
    Exact,
    Mark,
    Outcome,
    RegisterEntry,
    RegisterImport,
    RegisterMapping,
    RegisterRow,
    Step,
)
from shanzhi.organizations.models.signs import MEETINGS, Sign, SignKind
from shanzhi.organizations.models.standing import RESULTS, CommunityTarget, Finding, Matter

__all__ = [
    "CODE_SHAPE",
    "MEETINGS",
    "PREFIXES",
    "RESULTS",
    "SEAT_SHAPE",
    "Ask",
    "CommunityTarget",
    "Decision",
    "Document",
    "Exact",
    "Filing",
    "FilingApplication",
    "FilingRules",
    "Finding",
    "Kind",
    "Link",
    "Mark",
    "Matter",
    "Membership",
    "Opinion",
    "Organization",
    "Outcome",
    "Paper",
    "Part",
    "PastName",
    "Purpose",
    "RegisterEntry",
    "RegisterImport",
    "RegisterMapping",
    "RegisterRow",
    "Sign",
    "SignKind",
    "Step",
    "Tie",
]
