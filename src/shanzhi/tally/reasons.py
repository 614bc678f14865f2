"""One plain sentence per project, in Chinese and English: why it won or lost, and what it would have needed.

Every promise ("would have been chosen") comes from fields that the count only fills where they are certain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from shanzhi.tally.outcome import Outcome, Round, Standing
from shanzhi.tally.spec import Spec

Language = Literal["en", "zh"]

_RULES = {
    "score": ("most votes first", "得票从高到低"),
    "score-no-skip": ("most votes first, stopping at the first that does not fit", "得票从高到低，遇到装不下的即止"),
    "per-cost": ("most votes per cost first", "单位金额得票从高到低"),
    "equal-shares": ("Equal Shares", "均等份额法"),
    "phragmen": ("sequential Phragmén", "序贯弗拉格门法"),
    "composite": ("jury and votes together", "评审与投票综合"),
}
_SCORES = {"points": ("points", "分"), "borda": ("Borda points", "波达分")}
_KEYS = {
    "id": ("its number", "编号"),
    "cost": ("the lower cost", "金额较低"),
    "votes": ("more supporters", "支持人数较多"),
    "listed": ("its place on the list", "列表次序"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """The sentence of one project in both languages."""

    project: str
    en: str
    zh: str


def money(value: Fraction, unit: str = "", language: Language = "en") -> str:
    """Write money with two decimals and thousands ("12,345.00"), rounded to the nearest 1/100, and the unit if any."""
    text = f"{round(value * 100) // 100:,}.{round(value * 100) % 100:02d}"
    if not unit:
        return text
    return f"{text}{unit}" if language == "zh" else f"{text} {unit}"


def rule_name(spec: Spec, language: Language) -> str:
    """Name the rule in plain words."""
    return _RULES[spec.rule][language == "zh"]


def reasons(outcome: Outcome, *, unit: str = "") -> tuple[Reason, ...]:
    """Return the reason of every project in the order of the list; `unit` names the currency ("yuan", "元")."""
    return tuple(
        Reason(item.project, sentence(item, outcome, "en", unit), sentence(item, outcome, "zh", unit))
        for item in outcome.standings
    )


def sentence(standing: Standing, outcome: Outcome, language: Language | str, unit: str = "") -> str:
    """Say in one plain sentence why a project won or lost and what it would have needed."""
    words = _Words(outcome, "zh" if str(language).startswith("zh") else "en", unit)
    if standing.status == "won":
        return words.won(standing)
    return words.lost(standing)


class _Words:
    """The words for one outcome in one language."""

    def __init__(self, outcome: Outcome, language: Language, unit: str) -> None:
        self.outcome = outcome
        self.zh = language == "zh"
        self.language: Language = language
        self.unit = unit
        spec = outcome.spec
        scores = spec.rule in ("score", "score-no-skip", "per-cost") and spec.satisfaction in _SCORES
        self.score_word = _SCORES[spec.satisfaction][self.zh] if scores else ("票" if self.zh else "votes")

    def pick(self, en: str, zh: str) -> str:
        return zh if self.zh else en

    def cash(self, value: Fraction | None) -> str:
        return money(value or Fraction(0), self.unit, self.language)

    # -- winners -------------------------------------------------------------------------------------------------------

    def won(self, item: Standing) -> str:
        number = item.turn or 1
        turn = self.outcome.rounds[number - 1]
        if item.why == "free":
            text = self.pick("Chosen because it costs nothing and has support", "不需资金且有人支持，直接入选")
        elif item.why == "filled":
            text = self.pick(
                f"Chosen with {item.votes:,} votes: what the shares left over in the purse still covered it",
                f"得{item.votes:,}票，分摊之后的余额仍够支付，因此补入",
            )
        else:
            text = self._chosen(item, turn)
        return text + self._tie(turn) + self.pick(".", "。")

    def _chosen(self, item: Standing, turn: Round) -> str:
        rule = self.outcome.spec.rule
        if rule == "equal-shares":
            return self._shared(item, turn)
        if rule == "phragmen":
            load = self.cash(turn.rate)
            return self.pick(
                f"Chosen in round {turn.number}: the load on each of its {item.votes:,} supporters came to {load}, "
                "the lowest then",
                f"第{turn.number}轮入选：其{item.votes:,}名支持者每人负担{load}，为当时最低",
            )
        left = self.cash(turn.left)
        what = self._score(item, turn)
        return self.pick(
            f"Chosen in round {turn.number} with {what}; {left} was left after it",
            f"第{turn.number}轮以{what}入选，之后余额{left}",
        )

    def _score(self, item: Standing, turn: Round) -> str:
        if self.outcome.spec.rule == "composite":
            total = f"{float((turn.rate or Fraction(0)) * 100):.2f}"
            return self.pick(f"a combined score of {total} of 100", f"综合得分{total}（满分100）")
        if self.outcome.spec.satisfaction in _SCORES:
            return self.pick(f"{int(item.score):,} {self.score_word}", f"{int(item.score):,}{self.score_word}")
        return self.pick(f"{item.votes:,} votes", f"{item.votes:,}票")

    def _shared(self, item: Standing, turn: Round) -> str:
        price, cost = self.cash(turn.price), self.cash(item.cost)
        if self.outcome.spec.satisfaction in _SCORES:
            return self.pick(
                f"Chosen in round {turn.number}: {turn.payers:,} supporters covered its cost of {cost} from their "
                f"shares, each paying at most {price} per point",
                f"第{turn.number}轮入选：{turn.payers:,}名支持者用各自份额付清{cost}，每分至多付{price}",
            )
        return self.pick(
            f"Chosen in round {turn.number}: {turn.payers:,} supporters covered its cost of {cost} from their shares, "
            f"each paying at most {price}",
            f"第{turn.number}轮入选：{turn.payers:,}名支持者用各自份额付清{cost}，每人至多付{price}",
        )

    def _tie(self, turn: Round) -> str:
        waiting = [name for name in turn.tied if name != turn.project and name not in turn.passed]
        text = ""
        if turn.passed:
            names = self._names(turn.passed)
            text += self.pick(
                f"; {names} stood equal and came before it, but could not win", f"；{names}与它相同且在先，但无法入选"
            )
        if waiting:
            names, key = self._names(waiting), _KEYS.get(turn.by, (turn.by, turn.by))[self.zh]
            text += self.pick(f"; it stood equal with {names} and went first by {key}", f"；与{names}相同，按{key}在先")
        return text

    def _names(self, ids: Sequence[str]) -> str:
        """Join up to three ids."""
        more = self.pick(" and others", "等") if len(ids) > 3 else ""
        return self.pick(", ", "、").join(ids[:3]) + more

    # -- losers --------------------------------------------------------------------------------------------------------

    def lost(self, item: Standing) -> str:
        tell: dict[str, Callable[[Standing], str]] = {
            "too-dear": self._too_dear,
            "stopped": self._stopped,
            "unaffordable": self._unaffordable,
            "unsupported": self._unsupported,
            "rival": self._rival,
            "beyond-purse": self._beyond,
            "threshold": self._threshold,
            "jury-threshold": self._jury,
        }
        text = tell[item.why](item)
        return text + self._needed(item) + self.pick(".", "。")

    def _too_dear(self, item: Standing) -> str:
        return self.pick(
            f"Not chosen: at its turn {self.cash(item.had)} was left in the purse, less than its cost of "
            f"{self.cash(item.cost)}",
            f"未入选：轮到它时余额为{self.cash(item.had)}，不足以支付{self.cash(item.cost)}",
        )

    def _stopped(self, item: Standing) -> str:
        return self.pick(
            f"Not chosen: the count stopped at {item.other}, which did not fit in the {self.cash(item.had)} left, "
            "before its turn",
            f"未入选：{item.other}超出余额{self.cash(item.had)}，计票到此为止，未轮到它",
        )

    def _unaffordable(self, item: Standing) -> str:
        missing = item.cost - (item.had or Fraction(0))
        return self.pick(
            f"Not chosen: its {item.votes:,} supporters together had {self.cash(item.had)} left of its cost of "
            f"{self.cash(item.cost)}, so {self.cash(missing)} was missing",
            f"未入选：其{item.votes:,}名支持者的份额共余{self.cash(item.had)}，所需为{self.cash(item.cost)}，"
            f"尚缺{self.cash(missing)}",
        )

    def _unsupported(self, item: Standing) -> str:
        if item.votes:
            return self.pick("Not chosen: no ballot gave it any worth", "未入选：没有选票给它计分")
        return self.pick("Not chosen: nobody voted for it", "未入选：没有人投票支持")

    def _rival(self, item: Standing) -> str:
        return self.pick(
            f"Not chosen: {item.other} was chosen, and of these projects only one may win",
            f"未入选：与它互斥的{item.other}已入选，两者只能取一",
        )

    def _beyond(self, item: Standing) -> str:
        return self.pick(
            f"Not chosen: its cost of {self.cash(item.cost)} is more than the whole purse of {self.cash(item.had)}",
            f"未入选：所需{self.cash(item.cost)}超过资金总额{self.cash(item.had)}",
        )

    def _threshold(self, item: Standing) -> str:
        least = math.ceil(item.needed or 0)
        return self.pick(
            f"Did not take part: it had {item.votes:,} votes and needed at least {least:,}",
            f"未进入计票：得{item.votes:,}票，至少需要{least:,}票",
        )

    def _jury(self, item: Standing) -> str:
        least = f"{float(item.needed or 0):g}"
        return self.pick(
            f"Did not take part: the jury gave it less than the {least} points needed",
            f"未进入计票：评审得分低于最低要求{least}分",
        )

    def _needed(self, item: Standing) -> str:
        if item.why == "threshold":
            more = item.least_votes or 0
            return self.pick(f"; {more:,} more would have let it take part", f"；再多{more:,}票即可参加计票")
        ways = []
        if item.least_votes is not None:
            ways.append(self._more(item.least_votes))
        if item.most_cost is not None:
            cost = self.cash(item.most_cost)
            ways.append(self.pick(f"at a cost of at most {cost}", f"金额不超过{cost}"))
        if not ways:
            return ""
        return self.pick(
            "; it would have been chosen " + " or ".join(ways),
            "；若" + "，或".join(ways) + "，即可入选",
        )

    def _more(self, more: int) -> str:
        if self.outcome.spec.rule == "equal-shares":
            return self.pick(
                f"with {more:,} more of the voters whose share was still whole",
                f"另有{more:,}名份额未动用的投票人支持",
            )
        return self.pick(f"with {more:,} more {self.score_word}", f"再多{more:,}{self.score_word}")
