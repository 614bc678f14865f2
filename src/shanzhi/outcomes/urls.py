"""The addresses of outcomes: public pages of rounds and curves, and the desk's list of signs of life."""

from django.urls import path

import shanzhi.places.urls  # noqa: F401 - says what a code in an address is
from shanzhi.outcomes.views import desk, public, survival

app_name = "outcomes"

urlpatterns = [
    path("outcomes/", public.index, name="index"),
    path("outcomes/rounds/<uuid:call_id>/", public.one, name="round"),
    path("outcomes/rounds/<uuid:call_id>/<slug:on>/", public.one, name="round_on"),
    path("outcomes/survival/<code:code>/", survival.survival, name="survival"),
    path("outcomes/survival/<code:code>/<slug:by>/", survival.survival, name="survival_by"),
    path("desk/outcomes/", desk.desk, name="desk"),
    path("desk/outcomes/<slug:on>/", desk.desk, name="desk_on"),
]
