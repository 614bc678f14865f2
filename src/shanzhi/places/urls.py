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
    path("<code:code>/figures/add/", views.add_figure, name="add-figure"),
    path("<code:code>/stations/add/", views.add_station, name="add-station"),
]
