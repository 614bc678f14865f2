"""The time bank app."""

from collections.abc import Iterable
from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.ui import navigation
from shanzhi.work import files

TABLES = (
    "bank", "policyversion", "pool", "member", "earning", "review", "gift", "poolgrant", "grantyes", "post",
    "offerhours", "deal", "rating", "sign", "good", "voucher", "link", "crossing", "clearing", "clearingline",
    "helpproposal", "openrequest", "bankmonth",
)  # fmt: skip


def broken_banks() -> Iterable[tuple[str, str, str]]:
    """Give accounts whose lots are not what the ledger holds, banks that issued credits of nothing, wrong months."""
    found: Iterable[tuple[str, str, str]] = import_module("shanzhi.timebank.checking").broken()
    return found


class TimebankConfig(AppConfig):
    """Credits for service."""

    name = "shanzhi.timebank"
    label = "timebank"
    verbose_name = _("Time banks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the shell and the tables under the audit."""
        policies = import_module("shanzhi.timebank.policies")
        navigation.register("timebank", _("Time banks"), "timebank:banks", order=47)
        navigation.register(
            "desk-timebank", _("Desk of time banks"), "timebank:desk", section="desk", order=65,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        navigation.register(
            "my-timebank", _("My time bank"), "timebank:mine", section="account", order=45,
            visible=navigation.signed_in,
        )  # fmt: skip
        for table in TABLES:
            coverage.cover(f"timebank_{table}")
        coverage.cover("timebank_bank", left_out=("looked_on", "kept_until", "given"))
        why = "what they say stands in the ledger, with which the room's own check compares them"
        for table in ("lot", "reserved"):
            coverage.leave_out(f"timebank_{table}", why)
        coverage.check("credits of time banks", broken_banks)
        words = import_module("shanzhi.timebank.words")
        import_module("shanzhi.ledger.words").register_kinds(words.KINDS)
        files.register("timebank", "timebank.Post", "photo")
        import_module("shanzhi.timebank.history")
        import_module("shanzhi.timebank.matched")
        import_module("shanzhi.timebank.personal")
        import_module("shanzhi.timebank.telling")
        import_module("shanzhi.timebank.telling_between")
