"""The voting app."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.roles import Role
from shanzhi.ui import navigation


def may_be_officer(request: HttpRequest) -> bool:
    """Let those see the desk of polling places who hold a role with which one may be named an officer."""
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(set(Role) - {Role.RESIDENT, Role.JUROR, Role.AUDITOR}))


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
        navigation.register(
            "booths", _("My polling places"), "voting:my_booths", section="desk", order=40, visible=may_be_officer
        )
