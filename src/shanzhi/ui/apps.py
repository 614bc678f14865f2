"""Configuration of the `ui` app."""

from django.apps import AppConfig
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import words


class UiConfig(AppConfig):
    """Shell, pieces, lists and forms; no tables."""

    name = "shanzhi.ui"
    label = "ui"
    verbose_name = _("Pages")

    def ready(self) -> None:
        """Lend the kernel, which knows no Django, the translation of its words."""
        words.install(gettext)
