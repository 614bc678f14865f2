"""The notices app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage

# What is told follows from events, which are audited where they happen.
NOT_AUDITED = {
    "notice": "a word about an event, which is audited itself",
    "delivery": "states of sending, which change by the minute and concern single persons",
    "preference": "a person's own choice of channels, which decides nothing",
    "manner": "a person's own quiet hours and digests, which decide nothing",
    "emailaddress": "an own address, sealed; changing it is an event",
    "wechatlink": "an own link, sealed; changing it is an event",
    "outboxentry": "what the local driver of demos stores",
}


class NoticesConfig(AppConfig):
    """Telling people what concerns them."""

    name = "shanzhi.notices"
    label = "notices"
    verbose_name = _("Notices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every room declare what it tells (its module `telling`), and put the pages into the shell."""
        import_module("shanzhi.notices.history")
        import_module("shanzhi.notices.personal")
        for table, why in NOT_AUDITED.items():
            coverage.leave_out(f"notices_{table}", why)
        autodiscover_modules("telling")
