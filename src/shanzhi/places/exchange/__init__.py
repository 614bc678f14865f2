"""Areas in and out: lists of codes, of changes and of outlines; sheets of figures and stations."""

from shanzhi.places.exchange.differences import Difference, Mapping, read_difference, read_mapping
from shanzhi.places.exchange.files import MOST_BYTES, BadFile, read_bytes
from shanzhi.places.exchange.npm import PACKAGE, VERSION, VERSION_DAY, fetched, read_any
from shanzhi.places.exchange.offices import (
    FIELDS,
    FIGURE_HEADINGS,
    MOST_ROWS,
    MOST_ROWS_OF_COMMAND,
    STATION_HEADINGS,
    Row,
    Rows,
    blank_sheet,
    figure_lines,
    figures_of,
    read_figures,
    read_stations,
    station_lines,
    stations_of,
)
from shanzhi.places.exchange.outlines import outline
from shanzhi.places.exchange.sheets import BadRows, Batch, Fault, Sheet, checked, quick, read_sheets, shipped
from shanzhi.places.exchange.tables import MOST_BYTES as MOST_SHEET_BYTES
from shanzhi.places.exchange.tables import Line, NoHeadings, NotASheet, TableTooLarge
from shanzhi.places.exchange.words import listed

__all__ = [
    "FIELDS",
    "FIGURE_HEADINGS",
    "MOST_BYTES",
    "MOST_ROWS",
    "MOST_ROWS_OF_COMMAND",
    "MOST_SHEET_BYTES",
    "PACKAGE",
    "STATION_HEADINGS",
    "VERSION",
    "VERSION_DAY",
    "BadFile",
    "BadRows",
    "Batch",
    "Difference",
    "Fault",
    "Line",
    "Mapping",
    "NoHeadings",
    "NotASheet",
    "Row",
    "Rows",
    "Sheet",
    "TableTooLarge",
    "blank_sheet",
    "checked",
    "fetched",
    "figure_lines",
    "figures_of",
    "listed",
    "outline",
    "quick",
    "read_any",
    "read_bytes",
    "read_difference",
    "read_figures",
    "read_mapping",
    "read_sheets",
    "read_stations",
    "shipped",
    "station_lines",
    "stations_of",
]
