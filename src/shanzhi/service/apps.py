"""The service app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.ui import navigation
from shanzhi.work import files

TABLES = (
    "servicerules", "servicerecord", "reversal", "complaint", "staraward", "thanks", "certificate", "certificatebatch",
    "evidence",
)  # fmt: skip


class ServiceConfig(AppConfig):
    """Records of service, stars and certificates."""

    name = "shanzhi.service"
    label = "service"
    verbose_name = _("Volunteer service")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the shell and the tables under the audit."""
        queries = import_module("shanzhi.service.queries")
        navigation.register(
            "service", _("Service records"), "service:desk", section="desk", order=64,
            visible=lambda request: queries.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        for table in TABLES:
            coverage.cover(f"service_{table}")
        coverage.leave_out("service_servicemonth", "sums that triggers keep of records, which are audited")
        coverage.leave_out("service_batchitem", "a list to work through; certificates and their batch are audited")
        files.register("service", "service.Evidence", "digest")
        import_module("shanzhi.service.history")
        import_module("shanzhi.service.personal")
