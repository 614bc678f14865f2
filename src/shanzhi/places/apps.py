"""The places app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.ui import navigation


class PlacesConfig(AppConfig):
    """Areas, their changes and figures, and social-work stations."""

    name = "shanzhi.places"
    label = "places"
    verbose_name = _("Areas")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the areas into the navigation and their tables under the audit."""
        navigation.register("places", _("Areas"), "places:country", section="footer", order=40)
        navigation.register("stations", _("Social-work stations"), "places:stations", section="footer", order=41)
        coverage.leave_out("places_sentsheet", "a list that waits for a yes; what it becomes is audited")
        coverage.cover("places_area", key="code")
        for table in ("formername", "areachange", "changelink", "areafigure", "station"):
            coverage.cover(f"places_{table}")
        import_module("shanzhi.places.history")
