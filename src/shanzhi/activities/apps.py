"""The activities app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage

TABLES = ("activity", "shift", "signup", "queuedecision", "calendarfeed")


class ActivitiesConfig(AppConfig):
    """Volunteers' activities."""

    name = "shanzhi.activities"
    label = "activities"
    verbose_name = _("Activities")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the tables under the audit."""
        for table in TABLES:
            coverage.cover(f"activities_{table}")
