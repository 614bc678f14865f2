"""The ventures app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VenturesConfig(AppConfig):
    """Rounds of small projects that neighbours propose, staff check and residents vote on."""

    name = "shanzhi.ventures"
    label = "ventures"
    verbose_name = _("Micro-ventures")
    default_auto_field = "django.db.models.BigAutoField"
