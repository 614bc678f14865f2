"""The notices app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Telling people what concerns them."""

    name = "shanzhi.notices"
    label = "notices"
    verbose_name = _("Notices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every room declare what it tells (its module `telling`), and put the pages into the shell."""
        autodiscover_modules("telling")
