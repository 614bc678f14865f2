"""The portal app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import navigation


class PortalConfig(AppConfig):
    """Public site over all rooms; no tables."""

    name = "shanzhi.portal"
    label = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        """Put the portal's pages into the shell."""
        navigation.register("today", _("Today"), "portal:today", order=10, visible=navigation.signed_in)
        navigation.register("search", _("Search"), "portal:search", order=60)
        navigation.register("open-data", _("Open data"), "portal:open_data", section="footer", order=10)
        navigation.register("accessibility", _("Accessibility"), "portal:accessibility", section="footer", order=20)
        navigation.register("sources", _("Sources"), "portal:sources", section="footer", order=30)
