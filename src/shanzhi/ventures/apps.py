"""The ventures app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import navigation


class VenturesConfig(AppConfig):
    """Rounds of small projects that neighbours propose, staff check and residents vote on."""

    name = "shanzhi.ventures"
    label = "ventures"
    verbose_name = _("Micro-ventures")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages of the rounds into the shell."""
        navigation.register("calls", _("Rounds"), "ventures:calls", order=20)
        navigation.register("proposals", _("Projects"), "ventures:proposals", order=30)
        navigation.register(
            "my-proposals",
            _("My proposals"),
            "ventures:my_proposals",
            section="account",
            order=20,
            visible=navigation.signed_in,
        )
