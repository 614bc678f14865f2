"""The activities app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.ui import navigation

TABLES = ("activity", "shift", "signup", "queuedecision", "calendarfeed")


class ActivitiesConfig(AppConfig):
    """Volunteers' activities."""

    name = "shanzhi.activities"
    label = "activities"
    verbose_name = _("Volunteer activities")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the shell and the tables under the audit."""
        policies = import_module("shanzhi.activities.policies")
        navigation.register("activities", _("Volunteer activities"), "activities:activities", order=44)
        navigation.register(
            "desk-activities", _("Activities of the area"), "activities:desk", section="desk", order=64,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        for table in TABLES:
            coverage.cover(f"activities_{table}")
        import_module("shanzhi.activities.history")
        import_module("shanzhi.activities.personal")
