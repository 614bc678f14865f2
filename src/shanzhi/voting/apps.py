"""The voting app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VotingConfig(AppConfig):
    """Electorates, sealed ballots, counts."""

    name = "shanzhi.voting"
    label = "voting"
    verbose_name = _("Voting")
    default_auto_field = "django.db.models.BigAutoField"
