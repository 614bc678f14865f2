"""The attendance app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage

TABLES = ("attendance", "flag", "ruling", "tap")


class AttendanceConfig(AppConfig):
    """Check-in and check-out."""

    name = "shanzhi.attendance"
    label = "attendance"
    verbose_name = _("Check-in and check-out")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the tables under the audit."""
        for table in TABLES:
            coverage.cover(f"attendance_{table}")
        coverage.cover("attendance_gate", key="shift_id")
        for module in ("history", "personal", "telling"):
            import_module(f"shanzhi.attendance.{module}")
