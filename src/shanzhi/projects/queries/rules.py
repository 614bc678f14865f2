"""The rules of an area: days, criteria, marks. What an area has not written is the program's example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from shanzhi.kernel.areas import ancestors_of
from shanzhi.projects.models import Rules

# 示例，非官方: what districts publish of mid-term and closing differs, and no closing score was found (forms.md).
# Points are 0 to 10 for each criterion, weights sum to 100, so that a sheet's mark is in hundredths of a point of 100.
EXAMPLE: Final[dict[str, Any]] = {
    "announce_days": 7,
    "report_days": 3,
    "remind_days": 3,
    "midterm": True,
    "midterm_percent": 50,
    "completion_days": 14,
    "review_days": 10,
    "reviewers": 2,
    "pass_mark": 60,
    "notice_days": 5,
    "ruling_days": 10,
    "appeal_days": 5,
    "visit_days": 60,
    "settle_days": 30,
    "feedback_days": 14,
    "midterm_criteria": [
        {
            "key": "progress",
            "name": "进度：按计划开展活动",
            "weight": 30,
            "anchors": "10 全部按期；6 大半按期；0 基本未开展",
        },
        {
            "key": "residents",
            "name": "居民参与",
            "weight": 30,
            "anchors": "10 居民自己组织；6 有稳定参与者；0 几乎无人参加",
        },
        {
            "key": "money",
            "name": "经费使用规范",
            "weight": 20,
            "anchors": "10 票据齐全、符合预算；6 有小处待补；0 账目不清",
        },
        {"key": "papers", "name": "过程资料", "weight": 20, "anchors": "10 通知、签到、小结齐全；6 有缺；0 没有"},
    ],
    "completion_criteria": [
        {"key": "aims", "name": "目标达成", "weight": 30, "anchors": "10 全部达成；6 主要目标达成；0 未达成"},
        {"key": "benefit", "name": "受益与满意", "weight": 25, "anchors": "10 受益人多且评价好；6 一般；0 看不到受益"},
        {"key": "team", "name": "团队成长", "weight": 20, "anchors": "10 能独立运作；6 需要陪伴；0 已散"},
        {
            "key": "money",
            "name": "经费使用规范",
            "weight": 15,
            "anchors": "10 票据齐全、余额清楚；6 有小处待补；0 账目不清",
        },
        {"key": "lasting", "name": "可持续", "weight": 10, "anchors": "10 已有后续安排；6 有想法；0 没有"},
    ],
}
DAYS: Final = tuple(name for name, value in EXAMPLE.items() if type(value) is int)


@dataclass(frozen=True, slots=True)
class Standing:
    """Rules that hold for an area: their content, whose they are, and which version; 0 is the program's example."""

    content: dict[str, Any]
    area: str
    version: int


def in_force(*, area: str) -> Standing:
    """Give the latest rules of the area itself, or of the nearest one above it that wrote some."""
    codes = (*ancestors_of(area), area, "")
    found = Rules.objects.filter(area__in=codes).order_by("area", "-version")
    nearest = max(found, key=lambda one: (len(one.area), one.version), default=None)
    if nearest is None:
        return Standing(EXAMPLE, "", 0)
    return Standing({**EXAMPLE, **nearest.content}, nearest.area, nearest.version)


def versions(*, area: str) -> QuerySet[Rules]:
    """Give what an area wrote, the newest first."""
    return Rules.objects.filter(area=area).order_by("-version")


def criteria(rules: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Give the criteria by which a report of this kind is marked."""
    found: list[dict[str, Any]] = rules[f"{kind}_criteria"]
    return found


def mark_of(rules: dict[str, Any], kind: str, points: dict[str, int]) -> int:
    """Weigh points from 0 to 10 into a mark in hundredths of a point of 100."""
    return sum(int(one["weight"]) * points[one["key"]] * 10 for one in criteria(rules, kind))


def mean(marks: list[int]) -> int:
    """Give the mean of marks, half a hundredth rounded up."""
    return (2 * sum(marks) + len(marks)) // (2 * len(marks))
