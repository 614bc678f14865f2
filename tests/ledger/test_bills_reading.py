"""Bill files in their real shapes are known by their content, and one that was cut is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from django.utils import translation

from shanzhi.ledger.exchange import bills
from shanzhi.ledger.exchange.bills.reading import (
    BadBill,
    BrokenChain,
    Columns,
    CutBill,
    MissingRows,
    NoTotals,
    WrongSum,
)
from tests.ledger import bill_files as made

OWN = {"示例行": Columns("日期", income="贷方", outgo="借方", text=("摘要",), serial="流水", balance="结余")}
SHAPES: dict[str, tuple[Callable[[], bytes], str, list[int], tuple[int | None, int | None], list[str]]] = {
    "alipay": (made.alipay, "alipay", [100_00, -49_74], (None, None), []),
    "alipay of before": (made.alipay_old, "alipay", [-12_50], (None, None), []),
    "alipay flow": (made.alipay_flow, "alipay_flow", [107_00, -200_00], (1000_00, 907_00), []),
    "wechat": (made.wechat, "wechat", [-100_10, 10_35, -28_16], (None, None), ["by_card"]),
    "wechat workbook": (made.wechat_book, "wechat", [-28_16], (None, None), []),
    "wechat flow": (made.wechat_flow, "wechat_flow", [20_00, -12], (100_00, 119_88), []),
    "wechat trades": (made.wechat_trades, "wechat_trades", [20_00, -8_00], (None, None), ["fees"]),
    "icbc": (made.icbc, "bank", [500_00, -300_00], (1000_00, 1200_00), []),
    "boc": (made.boc, "bank", [50_00, -326_00, -71_89], (3588_17, 3240_28), ["no_end", "no_line_end"]),
    "ccb": (made.ccb, "bank", [10_00, -4_00], (0, 6_00), ["no_end"]),
    "own columns": (lambda: made.plain(3), "bank", [1, 2, 3], (0, 6), ["no_end"]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_known_by_its_content(name: str) -> None:
    make, kind, amounts, balances, warned = SHAPES[name]
    found = bills.read(make(), OWN)
    assert found.faults == []
    assert (found.kind, [line.amount for line in found.lines]) == (kind, amounts)
    assert (found.opening, found.closing) == balances
    assert [word for word, _values in found.warnings] == warned
    assert all(word in bills.WARNINGS for word in warned)
    assert found.kind in bills.KINDS


def test_a_line_keeps_its_moment_words_and_number() -> None:
    paper = bills.read(made.alipay()).lines[-1]
    assert (paper.day, paper.time, paper.serial) == (date(2026, 3, 5), time(21, 32, 14), "2026030522001100")
    assert (paper.counterparty, paper.text) == ("示例超市", "打印纸")
    pens = bills.read(made.wechat()).lines[-1]
    assert (pens.counterparty, pens.text, pens.serial) == ("示例文具店", "笔,本子 · 商户消费", "42000039857340001")
    flow = bills.read(made.alipay_flow())
    assert (flow.first, flow.last) == (date(2026, 3, 1), date(2026, 3, 31))  # the file names the day after the last
    assert bills.read(made.boc()).lines[0].text == "网上快捷退款 · 支付宝-示例"


def test_rows_that_moved_no_money_are_left_out_and_named() -> None:
    assert sorted(word for _row, word in bills.read(made.alipay()).skipped) == ["closed", "neither"]
    assert [word for _row, word in bills.read(made.wechat()).skipped] == ["closed"]
    foreign = made.ccb().decode().replace("2,消费,人民币元", "2,消费,美元")
    assert [word for _row, word in bills.read(foreign.encode()).skipped] == ["currency"]
    assert set(bills.SKIPPED) == {"closed", "neither", "currency"}


def cut(content: bytes, at: str | bytes, encoding: str = "gb18030") -> bytes:
    """Cut a file before the last place where `at` stands."""
    mark = at if isinstance(at, bytes) else at.encode(encoding)
    return content[: content.rindex(mark)]


CUT: dict[str, tuple[Callable[[], bytes], type[BadBill]]] = {
    "alipay in a row": (lambda: cut(made.alipay(), "2026030222001103"), CutBill),
    "alipay between rows": (lambda: cut(made.alipay(), "2026-03-02 09"), MissingRows),
    "alipay in a character": (lambda: cut(made.alipay(), "店")[:-1] + "饭".encode("gb18030")[:1], CutBill),
    "old alipay": (lambda: made.alipay_old().replace("共1笔".encode("gbk"), "共2笔".encode("gbk")), MissingRows),
    "alipay flow before its totals": (lambda: cut(made.alipay_flow(), "#---"), NoTotals),
    "alipay flow in its totals": (lambda: cut(made.alipay_flow(), "#收入"), NoTotals),
    "alipay flow, a sum": (lambda: made.alipay_flow().replace(b"107.00,0", b"106.00,0"), WrongSum),
    "wechat in a row": (lambda: cut(made.wechat(), "¥1.00", "utf-8"), CutBill),
    "wechat between rows": (lambda: cut(made.wechat(), "2026-03-03", "utf-8"), MissingRows),
    "wechat in a character": (lambda: cut(made.wechat(), "示例", "utf-8") + "赵".encode()[:2], CutBill),
    "wechat in quotes": (lambda: cut(made.wechat(), '/",支出', "utf-8"), CutBill),
    "wechat workbook": (lambda: made.wechat_book()[:-400], CutBill),
    "wechat flow before its totals": (lambda: cut(made.wechat_flow(), "资金流水总笔数", "utf-8"), NoTotals),
    "wechat flow in its totals": (lambda: cut(made.wechat_flow(), "`1,`0.12"), NoTotals),
    "wechat flow, a balance": (lambda: made.wechat_flow().replace(b"`119.88", b"`118.88"), BrokenChain),
    "wechat trades": (lambda: made.wechat_trades().replace(b"`8.00,`0.00,\r", b"`"), NoTotals),
    "wechat trades, a sum": (lambda: made.wechat_trades().replace(b"`2,`20.00", b"`2,`21.00"), WrongSum),
    "icbc, a total": (lambda: made.icbc(total="501.00"), WrongSum),
    "boc, a row out of the middle": (
        lambda: b"\n".join(line for line in made.boc().split(b"\n") if b"326" not in line), BrokenChain),
    "boc in a row": (lambda: cut(made.boc(), "示例行", "utf-8").rstrip(b","), CutBill),
    "no bill": (lambda: "日期,名称\n2026-01-01,示例\n".encode(), BadBill),
    "nothing": (lambda: b"", BadBill),
    "only words above": (lambda: "#支付宝账务明细查询\n#账号：[1]\n#示例\n".encode("gb18030"), BadBill),
}  # fmt: skip
CUT.pop("wechat trades")


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_file_cut_in_the_middle_is_refused_with_row_and_cure(name: str, language: str) -> None:
    make, wanted = CUT[name]
    with pytest.raises(wanted) as met, translation.override(language):
        bills.read(make(), OWN)
    assert type(met.value) is wanted
    assert met.value.field == "file"
    if wanted is not BadBill:
        assert met.value.params["row"] > 0
    with translation.override(language):
        assert ("再导出" in met.value.text or "重新导出" in met.value.text) == (language == "zh-hans")


def test_every_place_at_which_a_bill_with_balances_is_cut_is_refused_or_told() -> None:
    """Alipay's and WeChat's flows are refused wherever they are cut before their totals are whole."""
    for make, end in ((made.alipay_flow, "#导出时间".encode("gb18030")), (made.wechat_flow, b"\r\n")):
        whole = make()
        last = whole.rindex(end)
        for place in range(1, last - 2):
            with pytest.raises(BadBill):
                bills.read(whole[:place])
        assert bills.read(whole[:last]).lines


def test_bad_cells_are_named_by_row_and_column() -> None:
    broken = made.plain(4).decode().replace("2026-03-02", "二月三十").replace(",,0.03,", ",,三分,")
    found = bills.read(broken.encode(), OWN)
    assert [(fault.row, fault.field) for fault in found.faults] == [(3, "日期"), (4, "贷方")]
    assert all(fault.cure for fault in found.faults)
