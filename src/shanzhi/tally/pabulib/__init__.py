"""Pabulib exchange: read every dialect of `.pb` or refuse it with line and cure; write one canonical form."""

from shanzhi.tally.pabulib.amounts import format_amount
from shanzhi.tally.pabulib.canonical import digest
from shanzhi.tally.pabulib.errors import CannotWrite, Notice, PabulibError
from shanzhi.tally.pabulib.reader import Reading, read, read_all
from shanzhi.tally.pabulib.rule import BadSpec, spec_as_json, spec_from_json
from shanzhi.tally.pabulib.source import MAX_BYTES
from shanzhi.tally.pabulib.treatment import STRICT, Treatment, UnknownTreatment, parse_treatment
from shanzhi.tally.pabulib.writer import write

__all__ = [
    "MAX_BYTES",
    "STRICT",
    "BadSpec",
    "CannotWrite",
    "Notice",
    "PabulibError",
    "Reading",
    "Treatment",
    "UnknownTreatment",
    "digest",
    "format_amount",
    "parse_treatment",
    "read",
    "read_all",
    "spec_as_json",
    "spec_from_json",
    "write",
]
