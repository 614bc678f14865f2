"""The work app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.ui import navigation


class WorkConfig(AppConfig):
    """Jobs in the background, idempotent requests, search by parts of texts."""

    name = "shanzhi.work"
    label = "work"
    verbose_name = _("Work")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the lookup `has` on all texts, show the list of jobs, say that these tables are not audited."""
        import_module("shanzhi.work.search")
        navigation.register(
            "jobs", _("Background work"), "work:jobs", section="account", order=60, visible=navigation.signed_in
        )
        coverage.leave_out("work_job", "how far a piece of work has come; what it did is told by its own events")
        coverage.leave_out("work_answeredrequest", "answers kept for requests that come again")
