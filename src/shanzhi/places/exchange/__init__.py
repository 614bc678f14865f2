"""Areas in and out: CSV files of codes, the npm package, lists of changes, outlines."""

from shanzhi.places.exchange.differences import Difference, Mapping, read_difference, read_mapping
from shanzhi.places.exchange.files import MOST_BYTES, BadFile
from shanzhi.places.exchange.npm import PACKAGE, VERSION, VERSION_DAY, fetched, read_any
from shanzhi.places.exchange.outlines import outline
from shanzhi.places.exchange.sheets import BadRows, Batch, Fault, Sheet, checked, quick, read_sheets, shipped

__all__ = [
    "MOST_BYTES",
    "PACKAGE",
    "VERSION",
    "VERSION_DAY",
    "BadFile",
    "BadRows",
    "Batch",
    "Difference",
    "Fault",
    "Mapping",
    "Sheet",
    "checked",
    "fetched",
    "outline",
    "quick",
    "read_any",
    "read_difference",
    "read_mapping",
    "read_sheets",
    "shipped",
]
