"""Lines and postings of an account that nothing settles yet; who may ask is for the caller to decide."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanzhi.ledger.models import BillLine, BillMatch, Entry, How, Posting


def live() -> QuerySet[BillMatch]:
    """Give the rows that settle something and were not undone."""
    return BillMatch.objects.exclude(how=How.UNDO).filter(undone__isnull=True)


def settled() -> Exists:
    """Give the condition that a line is settled."""
    return Exists(live().filter(line=OuterRef("pk")))


def left_lines(account_id: UUID) -> QuerySet[BillLine]:
    """Give the lines of an account that nothing settles."""
    return BillLine.objects.filter(~settled(), account=account_id)


def left_postings(account_id: UUID) -> QuerySet[Posting]:
    """Give the postings of an account that settle no line, with their entries.

    An entry and its reversal cancel each other; where neither settled a line, no bill will ever show them.
    """
    own = live().filter(entry=OuterRef("entry_id"), leg=OuterRef("leg"))
    mirror = Entry.objects.filter(Q(reverses=OuterRef("entry_id")) | Q(reversals=OuterRef("entry_id")))
    free = mirror.filter(~Exists(live().filter(entry=OuterRef("pk"))))
    return Posting.objects.filter(~Exists(own), ~Exists(free), account=account_id).select_related("entry")
