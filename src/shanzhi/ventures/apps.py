"""The ventures app."""

from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.roles import STAFF, STAFF_READERS, Role
from shanzhi.ui import navigation
from shanzhi.work import files

AUDITED = (
    *("call", "callarea", "phase", "callterms", "notice", "award"),
    *("proposal", "teammember", "activity", "budgetline", "attachment", "review", "reviewitem", "dispute"),
    *("juror", "conflict", "pitch", "scoresheet"),
    *("proposalversion", "comment", "trainingsession", "attendance", "template"),
    *("merger", "teamseat", "teaminvitation"),
)


def staff(request: HttpRequest) -> bool:
    """Let staff see the desk of rounds."""
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(STAFF_READERS))


def reviewer(request: HttpRequest) -> bool:
    """Let those see the reviews who may review somewhere."""
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(STAFF))


def juror(request: HttpRequest) -> bool:
    """Let jurors see their juries."""
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(Role.JUROR))


def _menu() -> None:
    """Put the pages into the shell."""
    navigation.register("calls", _("Rounds"), "ventures:calls", order=20)
    navigation.register("proposals", _("Projects"), "ventures:proposals", order=30)
    navigation.register(
        "my-proposals",
        _("My proposals"),
        "ventures:my_proposals",
        section="account",
        order=20,
        visible=navigation.signed_in,
    )
    navigation.register("desk-calls", _("Rounds"), "ventures:desk_calls", section="desk", order=10, visible=staff)
    navigation.register(
        "desk-reviews", _("Reviews"), "ventures:desk_reviews", section="desk", order=20, visible=reviewer
    )
    navigation.register(
        "desk-disputes",
        _("Objections and appeals"),
        "ventures:desk_disputes",
        section="desk",
        order=25,
        visible=staff,
    )
    navigation.register(
        "desk-twins", _("Similar projects"), "ventures:desk_twins", section="desk", order=24, visible=staff
    )
    navigation.register("juries", _("My juries"), "ventures:juries", section="account", order=25, visible=juror)


def _audit() -> None:
    """Put the tables under the audit, or say why not."""
    for table in AUDITED:
        coverage.cover(f"ventures_{table}")
    for table in ("pitchorder", "juryclosing"):
        coverage.cover(f"ventures_{table}", key="call_id")
    coverage.cover("ventures_endorsementcount", key="proposal_id")
    coverage.cover("ventures_marks", key="proposal_id", left_out=("title", "need", "activities", "place", "keys"))
    coverage.leave_out("ventures_twin", "worked out from what was handed in, and worked out anew at each hand-in")
    coverage.leave_out(
        "ventures_endorsement", "a record of it would tell when somebody backed a project; the number is recorded"
    )
    coverage.leave_out(
        "ventures_section", "who has a form open for minutes; each save, and each taking over, is recorded"
    )


class VenturesConfig(AppConfig):
    """Rounds of small projects that neighbours propose, staff check and residents vote on."""

    name = "shanzhi.ventures"
    label = "ventures"
    verbose_name = _("Micro-ventures")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages of the rounds into the shell, and the tables under the audit."""
        _menu()
        _audit()
        uses = import_module("shanzhi.organizations.uses")
        for table, column in (
            ("ventures_proposal", "organization"), ("ventures_call", "sponsor_organization"),
            ("ventures_call", "operator_organization"),
        ):  # fmt: skip
            uses.register(table, column)
        files.register("ventures", "ventures.Attachment", "digest")
        import_module("shanzhi.ventures.history")
        import_module("shanzhi.ventures.personal")
