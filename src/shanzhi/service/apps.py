"""The service app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage

TABLES = (
    "servicerules", "servicerecord", "reversal", "complaint", "staraward", "thanks", "certificate", "certificatebatch",
)  # fmt: skip


class ServiceConfig(AppConfig):
    """Records of service, stars and certificates."""

    name = "shanzhi.service"
    label = "service"
    verbose_name = _("Volunteer service")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the tables under the audit."""
        for table in TABLES:
            coverage.cover(f"service_{table}")
        coverage.leave_out("service_servicemonth", "sums that triggers keep of records, which are audited")
        coverage.leave_out("service_batchitem", "a list to work through; certificates and their batch are audited")
