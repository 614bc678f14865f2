"""The volunteering app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage

TABLES = (
    "skill", "qualificationkind", "taskkind", "volunteer", "qualification", "team", "teamagreement", "teammember",
)  # fmt: skip


class VolunteeringConfig(AppConfig):
    """Volunteers and teams."""

    name = "shanzhi.volunteering"
    label = "volunteering"
    verbose_name = _("Volunteering")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the tables under the audit."""
        for table in TABLES:
            coverage.cover(f"volunteering_{table}")
        for table in ("volunteerskill", "availability"):
            coverage.cover(f"volunteering_{table}", key="volunteer_id")
