"""The places app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """Areas, their changes and figures, and social-work stations."""

    name = "shanzhi.places"
    label = "places"
    verbose_name = _("Areas")
    default_auto_field = "django.db.models.BigAutoField"
