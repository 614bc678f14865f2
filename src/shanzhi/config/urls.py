"""The addresses of the house: each room's own, mounted here."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from shanzhi.config import health
from shanzhi.config.api import api
from shanzhi.config.settings import ROOMS
from shanzhi.ui.methods import acts

MOUNTS = {
    "portal": "",
    "outcomes": "",
    "timebank": "",
    "service": "",
    "attendance": "",
    "assignments": "",
    "activities": "",
    "projects": "",
    "ventures": "",
    "funding": "",
    "volunteering": "",
    "voting": "",
    "ledger": "desk/ledger/",
    "organizations": "",
    "notices": "",
    "people": "",
    "places": "places/",
    "audit": "audit/",
    "work": "work/",
    "ui": "ui/",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("-/health", health.alive, name="health"),
    path("-/ready", health.ready, name="ready"),
    path("-/metrics", health.figures, name="metrics"),
    path("i18n/setlang/", acts(set_language), name="set_language"),
    path("api/v1/", api.urls),
    *(
        path(MOUNTS.get(room, f"{room}/"), include(f"shanzhi.{room}.urls"))
        for room in ROOMS
        if find_spec(f"shanzhi.{room}.urls")
    ),
]

handler400 = "shanzhi.config.problems.bad_request"
handler403 = "shanzhi.config.problems.permission_denied"
handler404 = "shanzhi.config.problems.not_found"
handler500 = "shanzhi.config.problems.server_error"
