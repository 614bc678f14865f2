"""What happens once when the house starts."""

from django.apps import AppConfig
from django.utils.translation import gettext

from shanzhi.config import logs
from shanzhi.kernel import words


class HouseConfig(AppConfig):
    """The house itself: no tables; joins rooms that know no Django to Django's translations and logs."""

    name = "shanzhi.config"
    label = "house"

    def ready(self) -> None:
        """Let the kernel's words be translated and the logs be structured."""
        words.install(gettext)
        logs.configure()
