"""The pages of areas: the tree, one area, its figures, history and stations, the staff's forms and sheets."""

from shanzhi.places.views.changing import add, close, merge, rename, split, succeed
from shanzhi.places.views.figures import add_figure, correct_figure, corrections, figures
from shanzhi.places.views.history import history
from shanzhi.places.views.reading import area, below, country, find, outline
from shanzhi.places.views.sheets import empty_figures, empty_stations, import_figures, import_stations, sheet
from shanzhi.places.views.stations import add_station, close_station, edit_station, station, stations

__all__ = [
    "add",
    "add_figure",
    "add_station",
    "area",
    "below",
    "close",
    "close_station",
    "correct_figure",
    "corrections",
    "country",
    "edit_station",
    "empty_figures",
    "empty_stations",
    "figures",
    "find",
    "history",
    "import_figures",
    "import_stations",
    "merge",
    "outline",
    "rename",
    "sheet",
    "split",
    "station",
    "stations",
    "succeed",
]
