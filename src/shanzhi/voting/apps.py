"""The voting app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import navigation


class VotingConfig(AppConfig):
    """Electorates, sealed ballots, counts."""

    name = "shanzhi.voting"
    label = "voting"
    verbose_name = _("Voting")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Show the pages of voting in the shell."""
        navigation.register(
            "receipts", _("My receipts"), "voting:receipts", section="account", order=40, visible=navigation.signed_in
        )
