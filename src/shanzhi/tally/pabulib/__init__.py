"""Pabulib exchange: read every dialect of `.pb` or refuse it with line and cure; write one canonical form."""

from shanzhi.tally.pabulib.amounts import format_amount
from shanzhi.tally.pabulib.canonical import digest
from shanzhi.tally.pabulib.errors import CannotWrite, Doubt, Notice, PabulibError
from shanzhi.tally.pabulib.languages import language_tag
from shanzhi.tally.pabulib.reader import Reading, read, read_all
from shanzhi.tally.pabulib.rule import BadSpec, spec_as_json, spec_from_json
from shanzhi.tally.pabulib.source import MAX_BYTES
from shanzhi.tally.pabulib.survey import Heading, Survey, headings, survey
from shanzhi.tally.pabulib.treatment import (
    SETTLED_BY,
    STRICT,
    Treatment,
    UnknownTreatment,
    chosen,
    is_open,
    parse_treatment,
    values,
)
from shanzhi.tally.pabulib.usual import SATISFACTION, Usual, usual, usual_spec
from shanzhi.tally.pabulib.writer import write

__all__ = [
    "MAX_BYTES",
    "SATISFACTION",
    "SETTLED_BY",
    "STRICT",
    "BadSpec",
    "CannotWrite",
    "Doubt",
    "Heading",
    "Notice",
    "PabulibError",
    "Reading",
    "Survey",
    "Treatment",
    "UnknownTreatment",
    "Usual",
    "chosen",
    "digest",
    "format_amount",
    "headings",
    "is_open",
    "language_tag",
    "parse_treatment",
    "read",
    "read_all",
    "spec_as_json",
    "spec_from_json",
    "survey",
    "usual",
    "usual_spec",
    "values",
    "write",
]
