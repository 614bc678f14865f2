"""Bills taken into a book: whole or not at all, each line once, settled by rules, by hand, by an entry or left out."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Invalid, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations
from shanzhi.ledger.models import BillContent, BillFile, BillLine, BillMatch, Entry, Posting
from shanzhi.ledger.operations import bill_settling as settling
from shanzhi.ledger.operations import bills
from shanzhi.ledger.operations.bill_matching import BASICS, MOST_CELLS, Held, Line, Rule, pairs
from shanzhi.ledger.queries import bills as queries
from shanzhi.ledger.queries.bill_rows import left_lines, left_postings
from shanzhi.work.models import Job
from tests.ledger import bill_files as made
from tests.support.bills import AT, an_officer_book, line_of, moved, sent, taken
from tests.support.books import SYSTEM
from tests.support.people import a_person
from tests.support.people import actor as actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
COLUMNS: dict[str, Any] = {
    "day": "日期",
    "income": "贷方",
    "outgo": "借方",
    "text": ["摘要"],
    "serial": "流水",
    "balance": "结余",
}


def left(account: object) -> list[int]:
    return sorted(left_lines(account.pk).values_list("amount", flat=True))  # type: ignore[attr-defined]


def test_a_file_is_kept_sealed_until_confirmed_then_taken_whole_and_only_once() -> None:
    held, bank = an_officer_book()
    found = sent(held, bank, made.icbc())
    assert (found.state, found.count, found.opening, found.closing) == ("read", 2, 1000_00, 1200_00)
    assert BillLine.objects.count() == 0
    assert sent(held, bank, made.icbc()).pk == found.pk  # sent again before the yes, it is the same
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM ledger_billcontent")
        assert "示例".encode("gb18030") not in bytes(cursor.fetchone()[0])
    taken(held, bank, made.icbc())
    lines = list(BillLine.objects.order_by("day"))
    assert [(line.amount, line.balance, line.counterparty.reveal()) for line in lines] == [
        (500_00, 1500_00, "示例基金会"), (-300_00, 1200_00, "示例社区服务中心")]  # fmt: skip
    assert str(lines[0].counterparty) == "示例基金会"  # a body's name stands whole; a person's: kernel/test_values
    assert bills.content_of(found) == made.icbc()
    job = Job.objects.get()
    assert (job.state, job.result["lines"], job.result["matched"]) == ("done", 2, 0)
    with pytest.raises(bills.SameBill):
        sent(held, bank, made.icbc())
    bills.write_bill(actor=SYSTEM, file_id=found.pk, at=AT)  # a worker that runs twice
    assert BillLine.objects.count() == 2


@pytest.mark.parametrize(
    "content",
    [made.icbc()[:-200], made.wechat()[:-60], made.wechat_flow()[:-20], made.alipay_flow()[:-120], b"PK\x03\x04broken"],
)
def test_a_file_cut_in_the_middle_changes_nothing(content: bytes) -> None:
    held, bank = an_officer_book()
    before = Event.objects.count()
    with pytest.raises(Invalid) as met:
        sent(held, bank, content)
    assert met.value.field == "file"
    assert not BillFile.objects.exists()
    assert not BillContent.objects.exists()
    assert not Job.objects.exists()
    assert Event.objects.count() == before


def test_faults_an_empty_bill_and_a_foreign_account_are_refused() -> None:
    held, bank = an_officer_book()
    bills.keep_columns(actor=SYSTEM, book_id=held.book.pk, name="示例行", columns=COLUMNS, at=AT)
    broken = made.plain(4).replace(b"2026-03-02", b"2026-03-99")
    with pytest.raises(bills.BillHasFaults) as met:
        sent(held, bank, broken)
    assert [(one.row, one.field) for one in met.value.faults] == [(3, "日期")]
    with pytest.raises(bills.EmptyBill):
        sent(held, bank, made.alipay(made.ALIPAY_LINES[3:]))
    other, _bank = an_officer_book()
    with pytest.raises(bills.NoStatement):
        bills.prepare_bill(
            actor=SYSTEM, book_id=held.book.pk, account_id=other.one.pk, name="x", content=made.icbc(), at=AT
        )
    for columns in ({}, {"day": "日期"}, {"day": "日期", "income": "贷方"}):
        with pytest.raises(bills.BadColumns):
            bills.keep_columns(actor=SYSTEM, book_id=held.book.pk, name="示例行", columns=columns, at=AT)
    assert not BillFile.objects.exists()


def test_files_that_overlap_bring_no_line_twice() -> None:
    held, bank = an_officer_book()
    bills.keep_columns(actor=SYSTEM, book_id=held.book.pk, name="示例行", columns=COLUMNS, at=AT)
    rows = made.plain(6).decode().splitlines()
    first = "\n".join(rows[:5]) + "\n"
    second = "\n".join([rows[0], *rows[3:]]) + "\n"
    taken(held, bank, first.encode())
    later = taken(held, bank, second.encode())
    assert (later.count, later.doubles) == (4, 2)
    assert sorted(BillLine.objects.values_list("amount", flat=True)) == [1, 2, 3, 4, 5, 6]
    no_serial = "\n".join(row.rsplit(",", 1)[0] for row in rows).replace("结余", "结余")
    bills.keep_columns(
        actor=SYSTEM,
        book_id=held.book.pk,
        name="示例行",
        at=AT,
        columns={k: v for k, v in COLUMNS.items() if k != "serial"},
    )
    taken(held, held.one, (no_serial + "\n").encode())
    again = taken(held, held.one, (no_serial + "\n\n").encode())  # other bytes, the same lines
    assert (again.count, again.doubles) == (6, 6)


def test_rules_match_by_number_then_by_nearest_day_each_posting_once() -> None:
    held, bank = an_officer_book()
    near = moved(held, bank, 20_00, date(2026, 3, 2))
    far = moved(held, bank, 20_00, date(2026, 3, 20), text="订单 4200000920")
    fee = moved(held, bank, -12, date(2026, 3, 2))
    taken(held, bank, made.wechat_flow())
    found = {one.amount: one.entry_id for one in BillMatch.objects.all()}
    assert found == {20_00: far.id, -12: fee.id}
    assert [one.entry_id for one in left_postings(bank.pk)] == [near.id]
    assert Event.objects.filter(verb="ledger.account.match_bills", subject_id=str(bank.pk)).count() == 1
    state = queries.state(bank)
    assert state is not None
    assert (state.opening, state.moved, state.closing, state.broken) == (100_00, 19_88, 119_88, 0)
    assert (state.left_lines, state.left_postings) == (0, 0)  # the other entry lies behind the bill's last day
    moved(held, bank, 100_00, date(2026, 2, 1))
    assert queries.state(bank, date(2026, 3, 1), date(2026, 3, 31)).difference == -20_00  # type: ignore[union-attr]


def test_a_line_is_settled_by_hand_by_the_sum_of_several_and_undone_by_a_later_row() -> None:
    held, bank = an_officer_book()
    parts = [moved(held, bank, amount, date(2026, 2, 1)) for amount in (200_00, 300_00, 1_00)]
    taken(held, bank, made.icbc())
    line = line_of(bank, 500_00)
    legs = [(one.entry_id, one.leg) for part in parts for one in Posting.objects.filter(entry=part.id, account=bank)]
    for wrong in ([], legs, legs[:1], [(uuid4(), 1)]):
        with pytest.raises(settling.NotTheSum):
            settling.match_line(actor=SYSTEM, line_id=line.pk, postings=wrong, at=AT)
    settling.match_line(actor=SYSTEM, line_id=line.pk, postings=legs[:2], at=AT)
    assert left(bank) == [-300_00]
    with pytest.raises(settling.Settled):
        settling.match_line(actor=SYSTEM, line_id=line.pk, postings=legs[:2], at=AT)
    settling.undo_line(actor=SYSTEM, line_id=line.pk, at=AT)
    assert left(bank) == [-300_00, 500_00]
    with pytest.raises(settling.NotSettled):
        settling.undo_line(actor=SYSTEM, line_id=line.pk, at=AT)
    assert [one.how for one in queries.matches(line)] == ["hand", "hand", "undo", "undo"]
    settling.match_line(actor=SYSTEM, line_id=line.pk, postings=legs[:2], at=AT)
    assert left_postings(bank.pk).count() == 1


def test_a_line_is_entered_in_the_book_once_and_again_after_a_reversal() -> None:
    held, bank = an_officer_book()
    taken(held, bank, made.icbc())
    line = line_of(bank, -300_00)
    given: dict[str, Any] = {
        "actor": SYSTEM,
        "line_id": line.pk,
        "other": held.one.pk,
        "on": line.day,
        "text": "活动场地",
        "at": AT,
    }
    settling.enter_line(**given)
    entry = Entry.objects.get(key=f"bill:{line.pk}")
    assert sorted(entry.postings.values_list("account_id", "amount")) == sorted(
        [(bank.pk, -300_00), (held.one.pk, 300_00)])  # fmt: skip
    with pytest.raises(settling.Settled):
        settling.enter_line(**given)
    settling.undo_line(actor=SYSTEM, line_id=line.pk, at=AT)
    operations.reverse(actor=SYSTEM, entry_id=entry.pk, on=line.day, at=AT, reason="科目有误")
    assert list(left_postings(bank.pk)) == []  # the entry and its reversal cancel each other
    settling.enter_line(**given | {"other": held.fund.pk})
    assert Entry.objects.filter(key=f"bill:{line.pk}:2").exists()
    settling.leave_out(actor=SYSTEM, line_id=line_of(bank, 500_00).pk, reason="另一本账", at=AT)
    with pytest.raises(settling.NoReason):
        settling.leave_out(actor=SYSTEM, line_id=line.pk, reason="  ", at=AT)
    assert left(bank) == []
    assert Event.objects.get(verb="ledger.billline.leave_out").reason == "另一本账"


def test_rules_of_the_book_take_the_place_of_the_basic_ones_and_propose_entries() -> None:
    held, bank = an_officer_book()
    entered = moved(held, bank, 500_00, date(2026, 2, 20))
    rule: dict[str, Any] = {
        "actor": SYSTEM,
        "book": held.book,
        "name": "基金会拨款",
        "days": 15,
        "by_serial": False,
        "at": AT,
    }
    made_rule = settling.make_rule(**rule, action="match", words=["示例基金会"], target=None)
    settling.make_rule(**rule | {"name": "服务中心"}, action="enter", words=[" 服务中心 ", ""], target=held.one.pk)
    faulty: tuple[dict[str, Any], ...] = (
        {"action": "enter", "words": [], "target": held.one.pk}, {"action": "enter", "words": ["x"], "target": None},
        {"action": "match", "words": [], "target": held.one.pk}, {"action": "enter", "words": ["x"], "target": uuid4()},
        {"action": "match", "words": [], "target": None, "days": 181},
    )  # fmt: skip
    for wrong in faulty:
        with pytest.raises(settling.BadRule):
            settling.make_rule(**rule | wrong)
    taken(held, bank, made.icbc())
    match = BillMatch.objects.get()
    assert (match.entry_id, match.rule_id, match.how) == (entered.id, made_rule.pk, "rule")
    proposed = queries.proposal(line_of(bank, -300_00), queries.proposing(held.book))
    assert proposed is not None
    assert proposed.target_id == held.one.pk
    settling.end_rule(actor=SYSTEM, book=held.book, rule_id=made_rule.pk, at=AT)
    with pytest.raises(NotFound):
        settling.end_rule(actor=SYSTEM, book=held.book, rule_id=made_rule.pk, at=AT)


def test_the_database_itself_holds_matches_lines_and_files() -> None:
    held, bank = an_officer_book()
    one = moved(held, bank, 500_00, date(2026, 3, 2))
    other = moved(held, held.one, 500_00, date(2026, 3, 2))
    found = taken(held, bank, made.icbc())
    line, match = line_of(bank, 500_00), BillMatch.objects.get()
    loose = line_of(bank, -300_00)
    foreign = Posting.objects.get(entry=other.id, account=held.one)
    values: dict[str, Any] = {"how": "hand", "amount": 500_00, "at": AT}
    wrong = [
        BillMatch(line=loose, entry_id=one.id, leg=match.leg, **values),  # settles another line already
        BillMatch(line=loose, entry_id=other.id, leg=foreign.leg, **values),  # of another account
        BillMatch(line=line, how="left_out", reason="x", at=AT),  # settled already
        BillMatch(line=loose, how="undo", undoes=match, at=AT),  # of another line
        BillMatch(line=loose, how="left_out", reason=" ", at=AT),
    ]
    for row in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)
    for act in (
        lambda: BillMatch.objects.filter(pk=match.pk).update(reason="x"),
        lambda: BillMatch.objects.filter(pk=match.pk).delete(),
        lambda: BillLine.objects.filter(pk=line.pk).update(amount=1),
        lambda: BillLine.objects.filter(pk=loose.pk).delete(),
        lambda: BillFile.objects.filter(pk=found.pk).update(count=9),
        lambda: BillFile.objects.filter(pk=found.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    BillLine.objects.filter(pk=line.pk).update(text="换钥匙时重新加密")  # what is sealed is sealed anew


def test_only_keepers_and_officers_of_the_area_work_on_bills() -> None:
    held, bank = an_officer_book()
    officer = actor_of(a_person("370102001001", Role.SUBDISTRICT_OFFICER))
    keeper_person = a_person("370102001001", Role.VOLUNTEER)
    keeper = actor_of(keeper_person)
    far = actor_of(a_person("110114008001", Role.DISTRICT_OFFICER))
    for actor in (keeper, far):
        with pytest.raises(NotFound):
            sent(held, bank, made.icbc(), actor)
    operations.name_keeper(actor=officer, book_id=held.book.pk, person_id=keeper_person.pk, at=AT)
    taken(held, bank, made.icbc(), keeper)
    line = line_of(bank, 500_00)
    settling.leave_out(actor=officer, line_id=line.pk, reason="示例", at=AT)
    for actor in (far, actor_of(a_person("370102001001", Role.AUDITOR))):
        for act in (settling.undo_line, lambda **g: settling.leave_out(**g, reason="x")):
            with pytest.raises(NotFound):
                act(actor=actor, line_id=line.pk, at=AT)


def a_line(day: int, amount: int = 100, serial: str = "", words: str = "") -> Line:
    return Line(date(2026, 3, day), amount, uuid4(), serial, words)


def a_posting(day: int, amount: int = 100, words: str = "") -> Held:
    return Held(date(2026, 3, day), amount, uuid4(), 1, words)


class TestTheAssignment:
    def test_takes_as_many_as_can_be_and_then_the_nearest(self) -> None:
        lines, held = [a_line(1), a_line(4)], [a_posting(4), a_posting(6)]
        found = pairs(lines, held, [Rule(None, 3, False)])
        assert {(a.day.day, b.day.day) for a, b, _r in found} == {(1, 4), (4, 6)}  # 4 with 4 would leave 1 alone
        lines, held = [a_line(2), a_line(9)], [a_posting(8), a_posting(20)]
        assert [(a.day.day, b.day.day) for a, b, _r in pairs(lines, held, BASICS)] == [(9, 8)]

    def test_gives_no_posting_twice_and_none_of_another_amount(self) -> None:
        lines, held = [a_line(1), a_line(1), a_line(1, 101)], [a_posting(1), a_posting(2, 102)]
        found = pairs(lines, held, BASICS)
        assert len(found) == 1
        assert found[0][1] is held[0]

    def test_takes_a_number_before_a_near_day_and_words_where_a_rule_has_some(self) -> None:
        line = a_line(3, serial="SN000001", words="示例基金会 拨款")
        held = [a_posting(3), a_posting(9, words="bill SN000001"), a_posting(3, 50, words="SN000001")]
        assert [b for _a, b, _r in pairs([line], held, BASICS)] == [held[1]]
        assert pairs([line], held, [Rule(None, 5, False, ("别人",))]) == []
        assert [b for _a, b, _r in pairs([line], held, [Rule(None, 5, False, ("基金会",))])] == [held[0]]

    def test_stays_fast_and_one_to_one_with_thousands_of_one_amount(self) -> None:
        lines = [a_line(1 + number % 28) for number in range(2000)]
        held = [a_posting(1 + number % 28) for number in range(2000)]
        assert len(lines) * len(held) > MOST_CELLS
        found = pairs(lines, held, [Rule(None, 3, False)])
        assert len({b.entry for _a, b, _r in found}) == len({a.id for a, _b, _r in found}) == 2000
        assert all(a.day == b.day for a, b, _r in found)
