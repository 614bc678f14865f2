"""The organizations app."""

from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.roles import IN_ORGANIZATION, STAFF_READERS
from shanzhi.people import holders
from shanzhi.ui import navigation


def at_the_desk(request: HttpRequest) -> bool:
    """Let those see the desk of organisations who read some: staff of areas, and who holds a role in one."""
    actor = getattr(request, "actor", None)
    return actor is not None and bool(actor.areas(STAFF_READERS) or actor.organizations(IN_ORGANIZATION))


class OrganizationsConfig(AppConfig):
    """Organisations on record, and roles held in them."""

    name = "shanzhi.organizations"
    label = "organizations"
    verbose_name = _("Organisations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the desk into the shell, the table under the audit, and the organisations behind roles."""
        navigation.register(
            "organizations", _("Organisations"), "organizations:desk", section="desk", order=65, visible=at_the_desk
        )
        coverage.cover("organizations_organization")
        holders.register(import_module("shanzhi.organizations.holding").Registry())
        import_module("shanzhi.organizations.history")
