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
from shanzhi.places.operations.figures import (
    FigureCorrected,
    FigureOutOfRange,
    FigureTaken,
    FigureTooEarly,
    NothingCorrected,
    ReasonMissing,
    correct_figure,
    record_figure,
)
from shanzhi.places.operations.importing import ImportReport, import_areas
from shanzhi.places.operations.local import NoFreeNumber, NotBelow, add_local
from shanzhi.places.operations.planning import Plan, Step, plan_figures, plan_stations
from shanzhi.places.operations.sheets import EmptySheet, SheetOvertaken, Taken, keep_sheet, planned, take, write_sheet
from shanzhi.places.operations.stations import LEVELS as STATION_LEVELS
from shanzhi.places.operations.stations import (
    StaleStation,
    StationNameTaken,
    close_station,
    create_station,
    edit_station,
)

__all__ = [
    "STATION_LEVELS",
    "AreaEnded",
    "AreaHasChildren",
    "CodeTaken",
    "DifferenceReport",
    "EmptySheet",
    "FigureCorrected",
    "FigureOutOfRange",
    "FigureTaken",
    "FigureTooEarly",
    "ImportReport",
    "NoFreeNumber",
    "NotBelow",
    "NothingCorrected",
    "Part",
    "Plan",
    "ReasonMissing",
    "SheetOvertaken",
    "StaleStation",
    "StationNameTaken",
    "Step",
    "Taken",
    "WrongDay",
    "WrongPart",
    "add_local",
    "apply_difference",
    "close_area",
    "close_station",
    "correct_figure",
    "create_station",
    "edit_station",
    "import_areas",
    "keep_sheet",
    "merge",
    "plan_figures",
    "plan_stations",
    "planned",
    "record_figure",
    "rename",
    "split",
    "succeed",
    "take",
    "write_sheet",
]
