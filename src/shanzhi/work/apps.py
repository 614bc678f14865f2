"""The work app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import navigation


class WorkConfig(AppConfig):
    """Jobs in the background, idempotent requests, search by parts of texts."""

    name = "shanzhi.work"
    label = "work"
    verbose_name = _("Work")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the lookup `has` on all texts, and show the list of jobs in the shell."""
        import_module("shanzhi.work.search")
        navigation.register(
            "jobs", _("Background work"), "work:jobs", section="account", order=60, visible=navigation.signed_in
        )
