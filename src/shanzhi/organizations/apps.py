"""The organizations app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.people import holders
from shanzhi.ui import navigation
from shanzhi.work import files

TABLES = (
    "organization", "pastname", "membership", "link", "document", "filingrules", "filingapplication", "filing",
    "finding", "communitytarget", "sign", "registermapping",
)  # fmt: skip


class OrganizationsConfig(AppConfig):
    """Organisations on record, and roles held in them."""

    name = "shanzhi.organizations"
    label = "organizations"
    verbose_name = _("Organisations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the desk into the shell, the table under the audit, and the organisations behind roles."""
        policies = import_module("shanzhi.organizations.policies")
        navigation.register(
            "organizations", _("Organisations"), "organizations:desk", section="desk", order=65,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        navigation.register(
            "filing", _("Filing"), "organizations:applications", section="desk", order=66,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        navigation.register("filed", _("Community organisations"), "organizations:filed", order=50)
        for table in TABLES:
            coverage.cover(f"organizations_{table}")
        coverage.cover("organizations_registerentry", key="organization_id")
        moving = ("file", "sample", "sheets", "columns", "counts", "job")
        coverage.cover("organizations_registerimport", left_out=moving)
        coverage.leave_out("organizations_registerrow", "a sheet looked at; what it did stands in the audited tables")
        uses = import_module("shanzhi.organizations.uses")
        for table in ("people_rolegrant", "people_invitation"):
            uses.register(table, "organization")
        import_module("shanzhi.organizations.personal")
        holders.register(import_module("shanzhi.organizations.holding").Registry())
        files.register("organizations", "organizations.Document", "digest")
        import_module("shanzhi.organizations.history")
