"""The portal app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Public site over all rooms; no tables."""

    name = "shanzhi.portal"
    label = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        """Put the portal's pages into the shell."""
        import_module("shanzhi.portal.shell").install()
