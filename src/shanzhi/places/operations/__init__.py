"""Every write to areas, their figures and stations."""

from shanzhi.places.operations.changes import (
    AreaEnded,
    AreaHasChildren,
    CodeTaken,
    Part,
    WrongDay,
    WrongPart,
    close_area,
    merge,
    rename,
    split,
    succeed,
)
from shanzhi.places.operations.differences import DifferenceReport, apply_difference
from shanzhi.places.operations.figures import FigureTaken, record_figure
from shanzhi.places.operations.importing import ImportReport, import_areas
from shanzhi.places.operations.local import NoFreeNumber, NotBelow, add_local
from shanzhi.places.operations.stations import (
    StaleStation,
    StationNameTaken,
    close_station,
    create_station,
    edit_station,
)

__all__ = [
    "AreaEnded",
    "AreaHasChildren",
    "CodeTaken",
    "DifferenceReport",
    "FigureTaken",
    "ImportReport",
    "NoFreeNumber",
    "NotBelow",
    "Part",
    "StaleStation",
    "StationNameTaken",
    "WrongDay",
    "WrongPart",
    "add_local",
    "apply_difference",
    "close_area",
    "close_station",
    "create_station",
    "edit_station",
    "import_areas",
    "merge",
    "record_figure",
    "rename",
    "split",
    "succeed",
]
