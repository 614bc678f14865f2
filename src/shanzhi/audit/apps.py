"""The audit app."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit import coverage
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.ui import navigation

OWN_VERBS = {
    "audit.table.cover": _("Table put under the audit"),
    "audit.event.forget": _("Reasons emptied, since somebody was erased"),
    "audit.table.restate": _("Table digested anew"),
    "audit.key.rotate": _("New signing key made"),
    "audit.key.lost": _("Lost signing key replaced"),
}


def reads_events(request: HttpRequest) -> bool:
    """Let those see the events who read them in some area."""
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(STAFF_READERS))


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
        """Cover tables after every migrate; put the log into the shell."""
        post_migrate.connect(cover_tables, sender=self, dispatch_uid="shanzhi.audit")
        for table in ("event", "rowchange", "leaf", "treenode", "treehead"):
            coverage.leave_out(f"audit_{table}", "the log itself, which the tree seals")
        coverage.leave_out("audit_sealmark", "how far the sealer has looked; no evidence")
        navigation.register("log", _("Log"), "audit:log", section="footer", order=50)
        navigation.register(
            "desk-events", _("What was done"), "audit:events", section="desk", order=90, visible=reads_events
        )
        subjects = import_module("shanzhi.audit.subjects")
        subjects.register(subjects.Subject(type="audit.treehead", label=_("Keys of the site")))
        subjects.register_verbs(OWN_VERBS)
