"""Budgets and rules on which the server's check and the page's must say the same."""

from __future__ import annotations

from typing import Any, Final

from shanzhi.ventures.queries.budget import Fault, Line, Verdict, judge

RULES: Final[dict[str, Any]] = {
    "categories": [
        {"key": "labour", "name": "劳务", "share": 20, "forbidden": False},
        {"key": "office", "name": "管理费", "share": 10, "forbidden": False},
        {"key": "things", "name": "物资", "share": None, "forbidden": False},
        {"key": "kit", "name": "设备", "share": None, "forbidden": True},
    ],
    "line_fen": 300_000,
    "asked_share": 60,
}
NONE: Final[dict[str, Any]] = {}
LIMIT: Final = 500_000

# Each: rules, lines as (category, fen, asked).
CASES: Final[dict[str, tuple[dict[str, Any], list[tuple[str, int, bool]]]]] = {
    "nothing": (RULES, []),
    "no rules": (NONE, [("", 100_000, True)]),
    "above the limit without rules": (NONE, [("", 500_001, True)]),
    "all kept": (RULES, [("labour", 20_000, True), ("things", 80_000, True), ("things", 70_000, False)]),
    "labour by one fen too much": (RULES, [("labour", 20_001, True), ("things", 80_000, True), ("", 90_000, False)]),
    "labour from own money": (RULES, [("things", 80_000, True), ("labour", 90_000, False)]),
    "two shares at once": (
        RULES,
        [("labour", 50_000, True), ("office", 30_000, True), ("things", 20_000, True), ("labour", 5, True)],
    ),
    "a forbidden thing": (RULES, [("kit", 100, True), ("things", 100_000, True), ("kit", 99_000, False)]),
    "no category": (RULES, [("", 100, True), ("gone", 100, True), ("", 900, False)]),
    "a line too dear": (RULES, [("things", 300_001, True), ("things", 300_000, False)]),
    "too much of the cost": (RULES, [("things", 60_001, True), ("", 40_000, False)]),
    "thirds": ({"categories": RULES["categories"]}, [("labour", 1, True), ("things", 2, True)]),
    "more than a float holds": (
        {"categories": RULES["categories"]},
        [("labour", 2_000_000_000_000_001, True), ("things", 8_000_000_000_000_000, True)],
    ),
}


def verdict(name: str) -> Verdict:
    """Judge a case."""
    rules, lines = CASES[name]
    return judge(rules, LIMIT, [Line(place, *line) for place, line in enumerate(lines)])


def plain(found: Verdict) -> dict[str, Any]:
    """Write a verdict as the page's script does; sums as texts, since they outgrow a browser's numbers."""
    return {
        "asked": str(found.asked_fen),
        "total": str(found.total_fen),
        "left": str(found.left_fen),
        "shares": [[one.key, str(one.fen), one.tenths, one.over] for one in found.shares],
        "faults": [_plain(one) for one in found.faults],
    }


def _plain(fault: Fault) -> list[Any]:
    numbers = [str(number) for number in (fault.amount_fen, fault.limit, fault.over_fen)]
    return [fault.code, list(fault.places), fault.name, fault.tenths, *numbers]
