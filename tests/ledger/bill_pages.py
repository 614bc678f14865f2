"""The pages of bills for tests of every page: a file that waits, one that was taken, what is left over."""

from datetime import date

from django.urls import reverse

from shanzhi.ledger.operations import bill_settling, bills
from tests.ledger import bill_files as made
from tests.support.bills import AT, an_officer_book, line_of, moved, sent, taken
from tests.support.books import SYSTEM

COMMUNITY = "370102001002"


def pages() -> dict[str, str]:
    """Give the desk's pages, with as much on each as can be."""
    held, bank = an_officer_book(COMMUNITY)
    moved(held, bank, 500_00, date(2026, 3, 2))
    moved(held, bank, -77_00, date(2026, 3, 3), text="办公用品")
    waiting, found = sent(held, bank, made.boc()), taken(held, bank, made.icbc())
    rule = bill_settling.make_rule(
        actor=SYSTEM, book=held.book, name="服务中心", action="enter", days=3, by_serial=False, words=["服务中心"],
        target=held.one.pk, at=AT,
    )  # fmt: skip
    columns = {"day": "日期", "amount": "金额"}
    bills.keep_columns(actor=SYSTEM, book_id=held.book.pk, name="示例银行", columns=columns, at=AT)
    own, line, done = {"book_id": held.book.pk}, line_of(bank, -300_00), line_of(bank, 500_00)
    found_pages = {
        f"ledger:{name}": reverse(f"ledger:{name}", kwargs=own)
        for name in ("bills", "bill_new", "bill_rules", "bill_rule_new", "bill_columns")
    }
    for name in ("bill_desk", "bill_lines", "bill_match"):
        found_pages[f"ledger:{name}"] = reverse(f"ledger:{name}", kwargs={**own, "account_id": bank.pk})
    for name in ("bill_line", "bill_line_match", "bill_line_enter", "bill_line_leave"):
        found_pages[f"ledger:{name}"] = reverse(f"ledger:{name}", kwargs={**own, "line_id": line.pk})
    return {
        **found_pages,
        "ledger:bill_file": reverse("ledger:bill_file", kwargs={**own, "file_id": waiting.pk}),
        "ledger:bill_file taken": reverse("ledger:bill_file", kwargs={**own, "file_id": found.pk}),
        "ledger:bill_line settled": reverse("ledger:bill_line", kwargs={**own, "line_id": done.pk}),
        "ledger:bill_line_undo": reverse("ledger:bill_line_undo", kwargs={**own, "line_id": done.pk}),
        "ledger:bill_rule_end": reverse("ledger:bill_rule_end", kwargs={**own, "rule_id": rule.pk}),
        "ledger:bill_desk none": reverse("ledger:bill_desk", kwargs={**own, "account_id": held.one.pk}),
    }
