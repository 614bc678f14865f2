"""Bill files: read and shown first, then taken with all their lines or not at all."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.kernel.ordered import ordered_id
from shanzhi.ledger import policies
from shanzhi.ledger.exchange import bills as exchange
from shanzhi.ledger.exchange.bills.reading import BillRow, Columns, RowFault, Statement
from shanzhi.ledger.lifecycle import BILL
from shanzhi.ledger.models import Account, BillColumns, BillContent, BillFile, BillLine, Book
from shanzhi.ledger.operations.bill_settling import lock_bills, settle_by_rules
from shanzhi.ledger.words import CNY
from shanzhi.work.operations import advance_job, begin_job, fail_job, finish_job, start_job
from shanzhi.work.scanner import scan

CHUNK: Final = 1000
MOST_SKIPPED: Final = 200
JOB: Final = "ledger.bill"


class SameBill(Conflict):
    """The file was taken before."""

    code = "bill_same"
    message = _("This very file was taken before. Send a file of another period.")


class EmptyBill(Invalid):
    """No row of the file moved money."""

    code = "bill_empty"
    message = _("No row of this file moved money. Check the period that you exported.")


class BillHasFaults(Invalid):
    """Some rows cannot be read; nothing was taken."""

    code = "bill_faults"
    message = _("%(count)s rows of the file cannot be read, so nothing was changed. See below, and export it again.")

    def __init__(self, faults: Sequence[RowFault]) -> None:
        """Take the rows at fault."""
        self.faults = tuple(faults)
        super().__init__(field="file", count=len(self.faults))


class NoStatement(Invalid):
    """A bill is of an account in yuan that is open."""

    code = "bill_account"
    message = _("Choose an open account of this book that is kept in yuan.")


class BadColumns(Invalid):
    """A mapping lacks a day or an amount."""

    code = "bill_columns"
    message = _("Name the column of the day, and either one column of the amount or those of money in and money out.")


def book_to_settle(*, actor: Actor, book_id: UUID) -> Book:
    """Give a book whose bills the actor works on; for all others there is none. Raises NotFound, SignInNeeded."""
    if not actor.signed_in and not actor.is_system:
        policies.require(policies.may_manage(actor=actor, area=""))
    found = Book.objects.filter(pk=book_id).first()
    if found is None or (not actor.is_system and policies.may_enter_in(actor=actor, book=found) is not None):
        raise NotFound
    return found


def own_columns(book: Book) -> dict[str, Columns]:
    """Give the mappings that a book keeps for its banks."""
    kept = BillColumns.objects.filter(book=book, ended_at__isnull=True).order_by("name")
    return {one.name: _columns(one.columns) for one in kept}


def _columns(kept: dict[str, Any]) -> Columns:
    return Columns(**{**kept, "text": tuple(kept.get("text", ()))})


def prepare_bill(*, actor: Actor, book_id: UUID, account_id: UUID, name: str, content: bytes, at: datetime) -> BillFile:
    """Read a file and keep it until it is confirmed; its lines are not taken yet. `name` is only shown.

    Raises BadBill and its kinds (a file that was cut names the row), BillHasFaults, EmptyBill, SameBill, NoStatement.
    """
    book = book_to_settle(actor=actor, book_id=book_id)
    account = Account.objects.filter(pk=account_id, book=book, commodity=CNY, closed_at__isnull=True).first()
    if account is None:
        raise NoStatement(field="account")
    statement = exchange.read(content, own_columns(book))
    if statement.faults:
        raise BillHasFaults(statement.faults)
    if not statement.lines:
        raise EmptyBill(field="file")
    scan(content)
    return _kept(actor, book, account, name, content, statement, at)


def _kept(
    actor: Actor, book: Book, account: Account, name: str, content: bytes, statement: Statement, at: datetime
) -> BillFile:
    digest = f"sha256:{sha256(content).hexdigest()}"
    values = {
        "account": account, "kind": statement.kind, "name": PurePosixPath(name.replace("\\", "/")).name[-120:] or "-",
        "size": len(content), "first": statement.first, "last": statement.last, "opening": statement.opening,
        "closing": statement.closing, "count": len(statement.lines), "warnings": statement.warnings,
        "skipped": statement.skipped[:MOST_SKIPPED], "added_by": actor.person_id,
    }  # fmt: skip
    with transaction.atomic():
        lock_bills(book.pk)
        found = BillFile.objects.filter(book=book, digest=digest).first()
        if found is not None and found.state != "read":
            raise SameBill(field="file")
        if found is not None:
            for field, value in values.items():
                setattr(found, field, value)
            found.save()
            return found
        made = BillFile.objects.create(book=book, digest=digest, created_at=at, **values)
        BillContent.objects.create(file=made, content=base64.b64encode(content).decode())
        told = {"digest": digest, "kind": made.kind, "account": str(account.pk)}
        record(actor=actor, verb="ledger.bill.read", subject=made, area=book.area, change=told, at=at)
    return made


def confirm_bill(*, actor: Actor, book_id: UUID, file_id: UUID, at: datetime) -> BillFile:
    """Say yes to a file: a job is made that takes it. A second yes gives the same job."""
    book = book_to_settle(actor=actor, book_id=book_id)
    with transaction.atomic():
        found = BillFile.objects.select_for_update().filter(pk=file_id, book=book).first()
        if found is None:
            raise NotFound
        if found.state != "read":
            return found
        found.state = BILL.move(found.state, "confirm")
        job = start_job(actor=actor, kind=JOB, area=book.area, total=found.count, unit="lines", at=at)
        found.job, found.added_by = job.pk, actor.person_id
        found.save(update_fields=["state", "job", "added_by"])
    return found


def content_of(found: BillFile) -> bytes:
    """Give the bytes of a file as they came."""
    return base64.b64decode(found.content.content.reveal())


def write_bill(*, actor: Actor, file_id: UUID, at: datetime) -> None:
    """Take a confirmed file, in one transaction; run by the worker. Running it again finds nothing left to do."""
    found = BillFile.objects.select_related("book", "account").get(pk=file_id)
    if found.state != "writing" or found.job is None:
        return
    begin_job(job_id=found.job, total=found.count)
    try:
        statement = exchange.read(content_of(found), own_columns(found.book))
        # Their order is that of the bill, so that day and id put lines in the order of their balances.
        ids, lines = sorted(ordered_id() for _row in statement.lines), []
        for start in range(0, len(ids), CHUNK):
            here = slice(start, start + CHUNK)
            lines += _lines(found, ids[here], statement.lines[here])
            advance_job(job_id=found.job, done=len(lines))
        told = _store(actor, found, _marked(lines), at)
    except (Conflict, Invalid) as refusal:
        BillFile.objects.filter(pk=file_id, state="writing").update(state=BILL.move("writing", "fail"), job=None)
        fail_job(job_id=found.job, error=refusal.text, at=at)
    else:
        finish_job(job_id=found.job, result=told, at=at)


def _lines(found: BillFile, ids: Sequence[UUID], rows: Sequence[BillRow]) -> list[BillLine]:
    return [
        BillLine(
            id=number, file=found, place=row.row, account=found.account, day=row.day, time=row.time, amount=row.amount,
            counterparty=row.counterparty, text=row.text, serial=row.serial, balance=row.balance,
        )
        for number, row in zip(ids, rows, strict=True)
    ]  # fmt: skip


def _marked(lines: list[BillLine]) -> list[BillLine]:
    """Give each line the mark by which a file that overlaps this one knows it; like ones of a file are counted."""
    seen: Counter[str] = Counter()
    for line in lines:
        own = line.serial or f"{line.day} {line.time} {line.balance}"
        like = f"{own} {line.amount}"
        seen[like] += 1
        line.mark = sha256(f"{like} {seen[like]}".encode()).hexdigest()
    return lines


def _store(actor: Actor, found: BillFile, lines: list[BillLine], at: datetime) -> dict[str, Any]:
    with transaction.atomic():
        lock_bills(found.account_id)
        known = set(
            BillLine.objects.filter(account=found.account, mark__in=[line.mark for line in lines])
            .values_list("mark", flat=True)
        )  # fmt: skip
        fresh = [line for line in lines if line.mark not in known]
        BillLine.objects.bulk_create(fresh, batch_size=CHUNK)
        found.state, found.taken_at, found.doubles = BILL.move(found.state, "finish"), at, len(lines) - len(fresh)
        found.save(update_fields=["state", "taken_at", "doubles"])
        told = {"lines": len(fresh), "doubles": found.doubles, "digest": found.digest}
        record(actor=actor, verb="ledger.bill.take", subject=found, area=found.book.area, change=told, at=at)
        matched = settle_by_rules(actor=actor, book=found.book, account=found.account, at=at)
    address = reverse("ledger:bill_desk", args=[found.book_id, found.account_id])
    return {"lines": len(fresh), "doubles": found.doubles, "matched": matched, "url": address,
            "label": gettext_noop("To what is left over")}  # fmt: skip


def keep_columns(*, actor: Actor, book_id: UUID, name: str, columns: dict[str, Any], at: datetime) -> BillColumns:
    """Keep under which headings a bank's file says what; a mapping of the same name ends.

    `columns`: the fields of Columns, `text` as a list of headings. Raises BadColumns.
    """
    book = book_to_settle(actor=actor, book_id=book_id)
    kept = {field: value for field, value in columns.items() if value}
    if not name.strip() or "day" not in kept or not ({"amount"} & set(kept) or {"income", "outgo"} <= set(kept)):
        raise BadColumns(field="day")
    with transaction.atomic():
        lock_bills(book.pk)
        BillColumns.objects.filter(book=book, name=name.strip(), ended_at__isnull=True).update(ended_at=at)
        made = BillColumns.objects.create(book=book, name=name.strip()[:60], columns=kept, created_at=at)
        record(
            actor=actor, verb="ledger.billcolumns.keep", subject=made, area=book.area, at=at,
            change={"fields": {"name": [None, made.name]}, "columns": kept},
        )  # fmt: skip
    return made
