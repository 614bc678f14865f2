"""The projects app."""

from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.ui import navigation
from shanzhi.work import files

AUDITED = (
    "rules", "project", "activity", "photo", "report", "sheet", "decision", "objection", "visit", "step", "ceremony",
)  # fmt: skip


def staff(request: HttpRequest) -> bool:
    """Let staff see the desk of projects."""
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(STAFF_READERS))


class ProjectsConfig(AppConfig):
    """Projects that won, carried out until they graduate or end."""

    name = "shanzhi.projects"
    label = "projects"
    verbose_name = _("Projects being carried out")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the shell, and the tables under the audit."""
        navigation.register("executed", _("Being carried out"), "projects:projects", order=32)
        navigation.register(
            "my-projects", _("My projects"), "projects:mine", section="account", order=21,
            visible=navigation.signed_in,
        )  # fmt: skip
        navigation.register("desk-projects", _("Projects in hand"), "projects:desk", section="desk", order=30,
                            visible=staff)  # fmt: skip
        navigation.register("desk-due", _("Due in projects"), "projects:desk_due", section="desk", order=29,
                            visible=staff)  # fmt: skip
        navigation.register("desk-graduations", _("Graduations"), "projects:desk_ceremonies", section="desk",
                            order=31, visible=staff)  # fmt: skip
        for table in AUDITED:
            coverage.cover(f"projects_{table}")
        coverage.leave_out("projects_feedback", "a record of it would tell when somebody said it")
        files.register("projects", "projects.Photo", "digest")
        import_module("shanzhi.projects.history")
        import_module("shanzhi.projects.personal")
