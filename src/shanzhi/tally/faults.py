"""What a count refuses and what it warns of: a code with its words in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

MESSAGES = MappingProxyType(
    {
        "no-points": (
            "These ballots carry no points: choose cost or cardinality instead.",
            "这些选票没有分数：请改用 cost 或 cardinality。",
        ),
        "no-ranks": (
            "These ballots are not ranked: choose cost or cardinality instead.",
            "这些选票没有排序：请改用 cost 或 cardinality。",
        ),
        "points-missing": (
            "The election says points but its ballots have none.",
            "选举声明按分数投票，但选票中没有分数。",
        ),
        "negative-points": (
            "A ballot gives negative points; Shanzhi counts points of 0 and more.",
            "有选票给出负分；只能计 0 分及以上。",
        ),
        "repeated-project": ("Two projects have the same id; give each its own.", "两个项目编号相同；请各用一个编号。"),
        "negative-money": ("A cost or the budget is below zero.", "某项金额或资金总额小于零。"),
        "unknown-project": ("A ballot names a project that is not on the list.", "有选票选了不在名单中的项目。"),
        "repeated-choice": ("A ballot names a project twice.", "有选票重复选了同一项目。"),
        "too-many-points": (
            "The points add up to more than can be counted (2 to the power 53).",
            "分数总和超出可计范围（2 的 53 次方）。",
        ),
        "unknown-word": (
            "Unknown {what} {value!r}; known are: {known}.",
            "{what_zh} {value!r} 不存在；可用的有：{known}。",
        ),
        "no-completion": (
            "Only equal-shares has completions; use completion none.",
            "只有 equal-shares 有补齐方式；请用 none。",
        ),
        "bad-threshold": ("A threshold is below zero.", "某项门槛小于零。"),
        "no-composite": (
            "The composite rule needs its weights and the scores of the jury.",
            "综合规则需要权重和评审打分。",
        ),
        "bad-weights": (
            "The weights of votes and jury must not be negative and must add up to 1.",
            "投票与评审的权重不得为负，且相加须为 1。",
        ),
        "bad-jury-score": ("A jury score lies outside 0 to 100.", "有评审打分不在 0 到 100 之间。"),
        "unknown-jury-project": (
            "The jury scored a project that is not on the list.",
            "评审给不在名单中的项目打了分。",
        ),
        "no-ballots": ("No ballots were cast.", "没有选票。"),
        "no-jury-score": (
            "Without a jury score, counted as 0: {projects}.",
            "没有评审打分、按 0 分计的项目：{projects}。",
        ),
    }
)


def words(code: str, **params: object) -> tuple[str, str]:
    """Return the words of a code in English and Chinese, with their places filled in."""
    english, chinese = MESSAGES[code]
    return english.format(**params), chinese.format(**params)


class CountingError(ValueError):
    """The election or the rule cannot be counted; `code` names the fault, the messages say it in plain words."""

    def __init__(self, code: str, **params: object) -> None:
        """Look up the words of the code."""
        self.code = code
        self.message, self.message_zh = words(code, **params)
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Remark:
    """What the reader of a count should know, with its words in both languages."""

    code: str
    message: str
    message_zh: str


def remark(code: str, **params: object) -> Remark:
    """Make a remark of a code."""
    return Remark(code, *words(code, **params))
