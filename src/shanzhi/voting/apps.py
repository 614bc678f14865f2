"""The voting app."""

from collections.abc import Iterable
from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.roles import Role
from shanzhi.ui import navigation


def broken_seals() -> Iterable[tuple[str, str, str]]:
    """Give the counts whose ballots are no longer those that were counted."""
    found: Iterable[tuple[str, str, str]] = import_module("shanzhi.voting.operations.counting").broken_seals()
    return found


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
        """Show the pages of voting in the shell, and put the tables under the audit."""
        navigation.register(
            "receipts", _("My receipts"), "voting:receipts", section="account", order=40, visible=navigation.signed_in
        )
        navigation.register(
            "booths", _("My polling places"), "voting:my_booths", section="desk", order=40, visible=may_be_officer
        )
        for table in ("poll", "option", "leftoption", "count", "foundneed"):
            coverage.cover(f"voting_{table}")
        coverage.cover("voting_rollentry", key="poll_id", mode="later", order="person_id")
        # One digest for all ballots of a poll: single ones would be lines of a list that somebody could order.
        coverage.cover("voting_ballot", key="poll_id", mode="group", order="receipt")
        coverage.leave_out("voting_envelope", "a record of it would tell when a voter voted")
        for table in ("booth", "boothofficer", "boothlist"):
            coverage.cover(f"voting_{table}")
        coverage.cover("voting_invalidsheet", key="poll_id", mode="group", order="receipt")
        for table in ("papermark", "sheet", "paperentry"):
            coverage.leave_out(
                f"voting_{table}", "a record of it would tell when a voter voted, or in what order sheets were read"
            )
        coverage.leave_out("voting_upload", "a file that waits for a yes; what becomes of it is a poll")
        coverage.check("seals of counts", broken_seals)
        import_module("shanzhi.voting.history")
        import_module("shanzhi.voting.personal")
