"""The work app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    """Jobs in the background, idempotent requests, search by parts of texts."""

    name = "shanzhi.work"
    label = "work"
    verbose_name = _("Work")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the lookup `has` on all texts."""
        import_module("shanzhi.work.search")
