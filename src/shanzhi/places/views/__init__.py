"""The pages of areas: the tree, one area, its stations, and the staff's forms."""

from shanzhi.places.views.changing import add, add_figure, close, merge, rename, split, succeed
from shanzhi.places.views.reading import area, below, country, find, outline
from shanzhi.places.views.stations import add_station, close_station, edit_station, station, stations

__all__ = [
    "add",
    "add_figure",
    "add_station",
    "area",
    "below",
    "close",
    "close_station",
    "country",
    "edit_station",
    "find",
    "merge",
    "outline",
    "rename",
    "split",
    "station",
    "stations",
    "succeed",
]
