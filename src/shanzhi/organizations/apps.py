"""The organizations app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.people import holders
from shanzhi.ui import navigation


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
        coverage.cover("organizations_organization")
        holders.register(import_module("shanzhi.organizations.holding").Registry())
        import_module("shanzhi.organizations.history")
