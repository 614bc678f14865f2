"""The funding app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.ui import navigation
from shanzhi.work import files

TABLES = (
    "fund", "donor", "income", "incomereversal", "approvallimit", "grant", "teamplace", "budgetline", "tranche",
    "agreement", "signature", "payment", "expense", "request", "disclosure",
)  # fmt: skip


class FundingConfig(AppConfig):
    """Funds and grants whose money anybody can follow."""

    name = "shanzhi.funding"
    label = "funding"
    verbose_name = _("Funds and grants")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the shell and the tables under the audit."""
        policies = import_module("shanzhi.funding.policies")
        navigation.register("money", _("Where the money goes"), "funding:money", order=35)
        navigation.register(
            "funding", _("Funds and grants"), "funding:desk", section="desk", order=67,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        navigation.register(
            "our-money", _("Our money"), "funding:own", section="account", order=42, visible=navigation.signed_in
        )
        navigation.register(
            "my-gifts", _("My gifts"), "funding:given", section="account", order=43, visible=navigation.signed_in
        )
        for table in TABLES:
            coverage.cover(f"funding_{table}")
        import_module("shanzhi.organizations.uses").register("funding_donor", "organization")
        files.register("funding", "funding.Expense", "picture", "small", "public_picture")
        import_module("shanzhi.funding.history")
        import_module("shanzhi.funding.personal")
