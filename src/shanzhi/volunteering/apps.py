"""The volunteering app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.people import signals
from shanzhi.ui import navigation

TABLES = (
    "skill", "qualificationkind", "taskkind", "volunteer", "qualification", "team", "teamagreement", "teammember",
    "earlierhours", "volunteercolumns", "teammove",
)  # fmt: skip


class VolunteeringConfig(AppConfig):
    """Volunteers and teams."""

    name = "shanzhi.volunteering"
    label = "volunteering"
    verbose_name = _("Volunteering")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the shell, the tables under the audit, and follow the consents of guardians."""
        policies = import_module("shanzhi.volunteering.policies")
        operations = import_module("shanzhi.volunteering.operations")
        navigation.register("teams", _("Volunteer teams"), "volunteering:teams", order=45)
        navigation.register(
            "volunteering", _("Volunteers"), "volunteering:volunteers", section="desk", order=63,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        navigation.register(
            "my-volunteering", _("My volunteering"), "volunteering:mine", section="account", order=44,
            visible=navigation.signed_in,
        )  # fmt: skip
        for table in TABLES:
            coverage.cover(f"volunteering_{table}")
        for table in ("volunteerskill", "availability"):
            coverage.cover(f"volunteering_{table}", key="volunteer_id")
        moving = ("file", "sample", "sheets", "columns", "counts", "job")
        coverage.cover("volunteering_volunteerimport", left_out=moving)
        coverage.leave_out("volunteering_volunteerrow", "a list looked at; what it did stands in the audited tables")
        for told in (signals.guardian_consent, signals.guardian_ended, signals.guardian_linked):
            told.connect(operations.follow_consents, dispatch_uid=f"volunteering.{id(told)}", weak=False)
        for told in (signals.people_merged, signals.merge_undone):
            told.connect(operations.follow_records, dispatch_uid=f"volunteering.{id(told)}", weak=False)
        import_module("shanzhi.volunteering.history")
        import_module("shanzhi.volunteering.personal")
