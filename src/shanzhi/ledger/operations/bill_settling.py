"""Settling lines of bills: with postings by rule or by hand, by a new entry, or left out; and undoing that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.ledger import policies
from shanzhi.ledger.models import Account, Action, BillLine, BillMatch, BillRule, Book, Entry, How, Posting
from shanzhi.ledger.operations.bill_matching import BASICS, Held, Line, Pair, Rule, pairs
from shanzhi.ledger.operations.entering import transfer
from shanzhi.ledger.queries.bill_rows import left_lines, left_postings

MOST_WORDS: Final = 20


class Settled(Conflict):
    """The line or a posting is settled already."""

    code = "bill_settled"
    message = _("This is settled already. Reload the page; undo the other match first if it is wrong.")


class NotTheSum(Invalid):
    """The postings do not add up to the line."""

    code = "bill_not_the_sum"
    message = _("The entries that you chose do not add up to the line. Choose others, or enter what is missing first.")


class NotSettled(Conflict):
    """There is nothing to undo."""

    code = "bill_not_settled"
    message = _("This line is not settled. Reload the page.")


class NoReason(Invalid):
    """A line is left out for a reason."""

    code = "bill_no_reason"
    message = _("Write why the line is left out; the reason is kept on record.")


class BadRule(Invalid):
    """A rule lacks what it needs."""

    code = "bill_rule"
    message = _(
        "Give the rule a name and at most 180 days. One that proposes an entry needs words and an account of this book."
    )


_REFUSED: Final = {"ledger_match_taken": Settled, "ledger_match_sum": NotTheSum, "ledger_match_other": NotTheSum}


@contextmanager
def _held() -> Any:
    """Turn what the trigger of matches refuses into words."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        word = str(getattr(diagnosis, "message_primary", "") or "").split(":")[0]
        if word not in _REFUSED:
            raise
        raise _REFUSED[word] from error


def lock_bills(key: UUID) -> None:
    """Let those who work on bills of one account, or send files to one book, come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ledger.bills {key}"])


def _to_settle(actor: Actor, line_id: UUID) -> BillLine:
    found = BillLine.objects.select_related("file__book", "account").filter(pk=line_id).first()
    if found is None:
        raise NotFound
    if policies.may_enter_in(actor=actor, book=found.file.book) is not None and not actor.is_system:
        raise NotFound
    lock_bills(found.account_id)
    return found


def _open(actor: Actor, line_id: UUID) -> BillLine:
    found = _to_settle(actor, line_id)
    if not left_lines(found.account_id).filter(pk=line_id).exists():
        raise Settled
    return found


def _note(actor: Actor, line: BillLine, verb: str, change: dict[str, Any], at: datetime, reason: str = "") -> None:
    record(
        actor=actor, verb=f"ledger.billline.{verb}", subject=line, area=line.file.book.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip


def settle_by_rules(*, actor: Actor, book: Book, account: Account, at: datetime) -> int:
    """Match what is left over by the rules of the book; give how many lines. The caller holds lock and right."""
    found = _pairs(book, account)
    BillMatch.objects.bulk_create(
        [
            BillMatch(line_id=line.id, how=How.RULE, entry_id=held.entry, leg=held.leg, amount=held.amount,
                      rule_id=rule.id, by=actor.person_id, at=at)
            for line, held, rule in found
        ],
    )  # fmt: skip
    if found:
        change = {"lines": len(found), "account": str(account.pk)}
        record(actor=actor, verb="ledger.account.match_bills", subject=account, area=book.area, change=change, at=at)
    return len(found)


def _pairs(book: Book, account: Account) -> list[Pair]:
    kept = BillRule.objects.filter(book=book, action=Action.MATCH, ended_at__isnull=True)
    rules = [Rule(one.pk, one.days, one.by_serial, tuple(one.words)) for one in kept] or list(BASICS)
    wordy = any(rule.words for rule in rules)
    lines = [
        Line(one.day, one.amount, one.pk, one.serial, words_of(one) if wordy else "")
        for one in left_lines(account.pk).order_by("day", "id")
    ]
    postings = [
        Held(one.on, one.amount, one.entry_id, one.leg, f"{one.entry.text} {one.entry.key}")
        for one in left_postings(account.pk).order_by("on", "number")
    ]
    return pairs(lines, postings, rules)


def words_of(line: BillLine) -> str:
    """Give counterparty and text of a line as one, for rules; the caller may read them."""
    return f"{line.counterparty.reveal()} {line.text.reveal()}"


def run_rules(*, actor: Actor, book: Book, account_id: UUID, at: datetime) -> int:
    """Match again by the rules, after something was entered. Raises NotFound."""
    account = Account.objects.filter(pk=account_id, book=book).first()
    if account is None:
        raise NotFound
    policies.require(policies.may_enter_in(actor=actor, book=book))
    with _held():
        lock_bills(account.pk)
        return settle_by_rules(actor=actor, book=book, account=account, at=at)


def match_line(*, actor: Actor, line_id: UUID, postings: Sequence[tuple[UUID, int]], at: datetime) -> BillLine:
    """Say that a line is one posting, or the sum of several, each as entry and leg.

    Raises NotFound, Settled, NotTheSum.
    """
    with _held():
        line = _open(actor, line_id)
        wanted = set(postings)
        found = list(Posting.objects.filter(account=line.account_id, entry__in=[entry for entry, _leg in wanted]))
        chosen = [one for one in found if (one.entry_id, one.leg) in wanted]
        if not wanted or len(chosen) != len(wanted) or sum(one.amount for one in chosen) != line.amount:
            raise NotTheSum(field="postings")
        _settle(actor, line, chosen, How.HAND, at)
        _note(actor, line, "match", {"entries": sorted(str(one.entry_id) for one in chosen)}, at)
    return line


def _settle(actor: Actor, line: BillLine, chosen: Sequence[Posting], how: How, at: datetime) -> None:
    BillMatch.objects.bulk_create([
        BillMatch(line=line, how=how, entry_id=one.entry_id, leg=one.leg, amount=one.amount, by=actor.person_id, at=at)
        for one in chosen
    ])  # fmt: skip


def enter_line(*, actor: Actor, line_id: UUID, other: UUID, on: date, text: str, at: datetime) -> BillLine:
    """Enter a line in the book against another account of it, and settle the line with that.

    Raises NotFound, Settled, and as `transfer` does.
    """
    with _held():
        line = _open(actor, line_id)
        came = line.amount > 0
        before = Entry.objects.filter(key__startswith=f"bill:{line.pk}", reversals__isnull=False).count()
        made = transfer(
            actor=actor, book_id=line.file.book_id, source=other if came else line.account_id,
            target=line.account_id if came else other, amount=abs(line.amount), on=on, at=at, kind="bill",
            key=f"bill:{line.pk}" + (f":{before + 1}" if before else ""), text=text,
        )  # fmt: skip
        posting = Posting.objects.get(entry=made.id, account=line.account_id)
        _settle(actor, line, [posting], How.ENTERED, at)
        _note(actor, line, "enter", {"entry": str(made.id)}, at)
    return line


def leave_out(*, actor: Actor, line_id: UUID, reason: str, at: datetime) -> BillLine:
    """Leave a line out for a reason. Raises NotFound, Settled, NoReason."""
    words = " ".join(reason.split())[:300]
    if not words:
        raise NoReason(field="reason")
    with _held():
        line = _open(actor, line_id)
        BillMatch.objects.bulk_create([BillMatch(line=line, how=How.LEFT_OUT, reason=words, by=actor.person_id, at=at)])
        _note(actor, line, "leave_out", {}, at, words)
    return line


def undo_line(*, actor: Actor, line_id: UUID, at: datetime) -> BillLine:
    """Undo what settled a line, by later rows; an entry made for it stays in the book. Raises NotFound, NotSettled."""
    with _held():
        line = _to_settle(actor, line_id)
        live = list(BillMatch.objects.filter(line=line, undone__isnull=True).exclude(how=How.UNDO))
        if not live:
            raise NotSettled
        BillMatch.objects.bulk_create(
            [BillMatch(line=line, how=How.UNDO, undoes=one, by=actor.person_id, at=at) for one in live]
        )
        _note(actor, line, "undo", {"undone": len(live)}, at)
    return line


def make_rule(
    *, actor: Actor, book: Book, name: str, action: str, days: int, by_serial: bool, words: Sequence[str],
    target: UUID | None, at: datetime,
) -> BillRule:  # fmt: skip
    """Add a rule to a book, behind those that are there. The first rule of a book takes the place of the basic ones.

    Raises BadRule.
    """
    policies.require(policies.may_enter_in(actor=actor, book=book))
    kept = [word for word in (" ".join(one.split()) for one in words) if word][:MOST_WORDS]
    proposes = action == Action.ENTER
    known = target is None or Account.objects.filter(pk=target, book=book, closed_at__isnull=True).exists()
    if not name.strip() or not 0 <= days <= 180 or action not in Action.values or not known:
        raise BadRule(field="name")
    if proposes != (target is not None) or (proposes and not kept):
        raise BadRule(field="target" if target is None else "words")
    with transaction.atomic():
        last = BillRule.objects.filter(book=book).aggregate(last=Max("position"))["last"] or 0
        made = BillRule.objects.create(
            book=book, position=last + 1, name=name.strip()[:60], action=action, days=days, by_serial=by_serial,
            words=kept, target_id=target, created_at=at,
        )  # fmt: skip
        change = {"fields": {"name": [None, made.name], "action": [None, action], "days": [None, days]}}
        record(actor=actor, verb="ledger.billrule.make", subject=made, area=book.area, change=change, at=at)
    return made


def end_rule(*, actor: Actor, book: Book, rule_id: UUID, at: datetime) -> BillRule:
    """End a rule; what it matched stays. Raises NotFound."""
    policies.require(policies.may_enter_in(actor=actor, book=book))
    with transaction.atomic():
        found = BillRule.objects.select_for_update().filter(pk=rule_id, book=book, ended_at__isnull=True).first()
        if found is None:
            raise NotFound
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        record(actor=actor, verb="ledger.billrule.end", subject=found, area=book.area, change={}, at=at)
    return found
