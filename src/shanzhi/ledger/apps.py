"""The ledger app."""

from collections.abc import Iterable
from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.ui import navigation


def broken_entries() -> Iterable[tuple[str, str, str]]:
    """Give the entries that are no longer what their events say, and balances that their postings do not give."""
    found: Iterable[tuple[str, str, str]] = import_module("shanzhi.ledger.checking").broken()
    return found


class LedgerConfig(AppConfig):
    """Double entry in any commodity."""

    name = "shanzhi.ledger"
    label = "ledger"
    verbose_name = _("Books")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the desk into the shell and the tables under the audit."""
        policies = import_module("shanzhi.ledger.policies")
        navigation.register(
            "ledger", _("Books"), "ledger:desk", section="desk", order=60,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
        for table in ("book", "keeper", "account"):
            coverage.cover(f"ledger_{table}")
        coverage.cover("ledger_commodity", key="code")
        why = "the digest of an entry with its postings stands in its event, and the room's own check compares them"
        for table in ("entry", "posting", "balance", "closing", "closingbalance"):
            coverage.leave_out(f"ledger_{table}", why)
        coverage.check("entries of books", broken_entries)
        import_module("shanzhi.ledger.history.books")
        for table in ("billfile", "billmatch", "billrule", "billcolumns"):
            coverage.cover(f"ledger_{table}")
        coverage.cover("ledger_billline", key="file_id", mode="group", order="place")
        coverage.leave_out("ledger_billcontent", "the digest of the file stands in the audited row of its bill")
        import_module("shanzhi.ledger.history.bills")
        import_module("shanzhi.ledger.personal")
