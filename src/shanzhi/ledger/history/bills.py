"""How the histories of bills read: files, lines, rules and columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger import policies
from shanzhi.ledger.models import Action, BillColumns, BillFile, BillLine, BillRule, Book
from shanzhi.ui import formatting


def _require(viewer: Actor, book: Book) -> None:
    if policies.may_enter_in(actor=viewer, book=book) is not None:
        raise NotFound


def _file(viewer: Actor, file_id: str, at: datetime) -> Shown | None:
    found = BillFile.objects.select_related("book").filter(pk=uuid_of(file_id)).first()
    if found is None:
        return None
    _require(viewer, found.book)
    return Shown(found.name, reverse("ledger:bill_file", args=[found.book_id, found.pk]), whole=True, names=True)


def _line(viewer: Actor, line_id: str, at: datetime) -> Shown | None:
    found = BillLine.objects.select_related("file__book").filter(pk=uuid_of(line_id)).first()
    if found is None:
        return None
    _require(viewer, found.file.book)
    title = _now("Line of %(day)s: %(amount)s") % {
        "day": formatting.day(found.day), "amount": formatting.yuan(found.amount),
    }  # fmt: skip
    return Shown(title, reverse("ledger:bill_line", args=[found.file.book_id, found.pk]), whole=True, names=True)


def _rule(viewer: Actor, rule_id: str, at: datetime) -> Shown | None:
    found = BillRule.objects.select_related("book").filter(pk=uuid_of(rule_id)).first()
    if found is None:
        return None
    _require(viewer, found.book)
    return Shown(found.name, reverse("ledger:bill_rules", args=[found.book_id]), whole=True, names=True)


def _columns(viewer: Actor, columns_id: str, at: datetime) -> Shown | None:
    found = BillColumns.objects.select_related("book").filter(pk=uuid_of(columns_id)).first()
    if found is None:
        return None
    _require(viewer, found.book)
    return Shown(found.name, reverse("ledger:bill_columns", args=[found.book_id]), whole=True, names=True)


def _titles(model: Any) -> Any:
    def titles(viewer: Actor) -> tuple[QuerySet[Any], str]:
        return model.objects.filter(book__in=Book.objects.filter(policies.readable(viewer))), "name"

    return titles


register(
    Subject(
        type="ledger.billfile", label=_("Bill file"), find=_file, titles=_titles(BillFile), readers=policies.MANAGERS,
        fields={"lines": _("Lines"), "doubles": _("Known before"), "digest": _("Digest of the file")},
    )
)  # fmt: skip
register(Subject(
    type="ledger.billline", label=_("Line of a bill"), find=_line, readers=policies.MANAGERS,
    fields={"entries": _("Entries"), "entry": _("Entry"), "undone": _("Matches undone")},
))  # fmt: skip
register(
    Subject(
        type="ledger.billrule", label=_("Rule for bills"), find=_rule,
        readers=policies.MANAGERS,
        fields={"name": _("Name of the rule"), "action": _("What it does"), "days": _("Days between line and entry")},
        values={"action": lambda value: dict(Action.choices).get(value, value)},
    )
)  # fmt: skip
register(
    Subject(
        type="ledger.billcolumns", label=_("Columns of a bank"), find=_columns, titles=_titles(BillColumns),
        readers=policies.MANAGERS, fields={"name": _("Name of the bank"), "columns": _("Headings")},
    )
)  # fmt: skip
register_verbs(
    {
        "ledger.bill.read": _("Bill file read"),
        "ledger.bill.take": _("Bill taken into the book"),
        "ledger.account.match_bills": _("Lines of bills matched by rules"),
        "ledger.billline.match": _("Line matched with entries"),
        "ledger.billline.enter": _("Line entered in the book"),
        "ledger.billline.leave_out": _("Line left out"),
        "ledger.billline.undo": _("Settling of a line undone"),
        "ledger.billrule.make": _("Rule for bills added"),
        "ledger.billrule.end": _("Rule for bills ended"),
        "ledger.billcolumns.keep": _("Columns of a bank kept"),
    },
    tones={"ledger.billline.undo": "warn", "ledger.billrule.end": "warn"},
)
