"""The assignments app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.ui import navigation

TABLES = ("run", "openshift", "proposal", "oncall")


class AssignmentsConfig(AppConfig):
    """Matching volunteers with shifts."""

    name = "shanzhi.assignments"
    label = "assignments"
    verbose_name = _("Who helps where")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the shell and the tables under the audit."""
        policies = import_module("shanzhi.assignments.policies")
        navigation.register(
            "desk-assignments", _("Who helps where"), "assignments:desk", section="desk", order=65,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        for table in TABLES:
            coverage.cover(f"assignments_{table}")
        import_module("shanzhi.assignments.history")
        import_module("shanzhi.assignments.personal")
        import_module("shanzhi.assignments.telling")
