"""The audit app."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage


def cover_tables(**_signal: Any) -> None:
    """Put the triggers of the audit on tables that lack them, after every migrate."""
    import_module("shanzhi.audit.operations.rows").cover_all(at=timezone.now())


class AuditConfig(AppConfig):
    """Append-only log of events, the tree that seals it, what anyone can check."""

    name = "shanzhi.audit"
    label = "audit"
    verbose_name = _("Audit")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Cover tables after every migrate."""
        post_migrate.connect(cover_tables, sender=self, dispatch_uid="shanzhi.audit")
        for table in ("event", "rowchange", "leaf", "treenode", "treehead"):
            coverage.leave_out(f"audit_{table}", "the log itself, which the tree seals")
        coverage.leave_out("audit_sealmark", "how far the sealer has looked; no evidence")
