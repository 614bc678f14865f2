"""The addresses of the areas' pages, below /places/."""

from django.urls import path, register_converter

from shanzhi.kernel.areas import LEVELS
from shanzhi.places import views

app_name = "places"


class AreaCode:
    """A code in an address: digits, as long as one of the levels says."""

    regex = "(?:" + "|".join(f"[0-9]{{{length}}}" for length in sorted(LEVELS, reverse=True)) + ")"

    def to_python(self, value: str) -> str:
        """Keep the code as text."""
        return value

    def to_url(self, value: str) -> str:
        """Write the code as it is."""
        return value


register_converter(AreaCode, "code")

urlpatterns = [
    path("", views.country, name="country"),
    path("search/", views.find, name="search"),
    path("stations/", views.stations, name="stations"),
    path("stations/import/", views.import_stations, name="import-stations"),
    path("stations/import/empty.xlsx", views.empty_stations, name="empty-stations"),
    path("figures/import/", views.import_figures, name="import-figures"),
    path("figures/import/empty.xlsx", views.empty_figures, name="empty-figures"),
    path("figures/<uuid:figure_id>/correct/", views.correct_figure, name="correct-figure"),
    path("sheets/<uuid:sheet_id>/", views.sheet, name="sheet"),
    path("stations/<uuid:station_id>/", views.station, name="station"),
    path("stations/<uuid:station_id>/edit/", views.edit_station, name="edit-station"),
    path("stations/<uuid:station_id>/close/", views.close_station, name="close-station"),
    path("<code:code>/", views.area, name="area"),
    path("<code:code>/below/", views.below, name="below"),
    path("<code:code>/outline.geojson", views.outline, name="outline"),
    path("<code:code>/add/", views.add, name="add"),
    path("<code:code>/rename/", views.rename, name="rename"),
    path("<code:code>/split/", views.split, name="split"),
    path("<code:code>/merge/", views.merge, name="merge"),
    path("<code:code>/succeed/", views.succeed, name="succeed"),
    path("<code:code>/close/", views.close, name="close"),
    path("<code:code>/history/", views.history, name="history"),
    path("<code:code>/figures/", views.figures, name="figures"),
    path("<code:code>/figures/corrections/", views.corrections, name="corrections"),
    path("<code:code>/figures/add/", views.add_figure, name="add-figure"),
    path("<code:code>/stations/add/", views.add_station, name="add-station"),
]
