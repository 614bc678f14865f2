"""One plain sentence per project, in Chinese and English: why it won or lost, and what it would have needed.

Every promise ("would have been chosen") comes from `Standing.need`, which holds only what a recount confirmed; an
outcome without needs (straight from `count`) gets sentences without promises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from shanzhi.tally.outcome import More, Need, Outcome, Round, Standing, Verdict, Way
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
    """Write money with two decimals and thousands ("12,345.00"), rounded to the nearest 1/100, and the unit if any.

    The sign ¥ goes before the figure, names of currencies after it.
    """
    text = f"{round(value * 100) // 100:,}.{round(value * 100) % 100:02d}"
    if not unit or unit == "¥":
        return unit + text
    return f"{text}{unit}" if language == "zh" else f"{text} {unit}"


def many(number: int, one: str, several: str) -> str:
    """Write a number with its noun: "1 vote", "1,200 votes"."""
    return f"{number:,} {one if number == 1 else several}"


def rule_name(spec: Spec, language: Language) -> str:
    """Name the rule in plain words."""
    return _RULES[spec.rule][language == "zh"]


def rule_title(spec: Spec, language: Language) -> str:
    """Name the rule in plain words, and the completion of Equal Shares by its own name."""
    name = rule_name(spec, language)
    if spec.completion == "none":
        return name
    return f"{name}（{spec.completion}）" if language == "zh" else f"{name} ({spec.completion})"


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
                f"Chosen with {many(item.votes, 'vote', 'votes')}: what the shares left over in the purse still "
                "covered it",
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
            whom = "its only supporter" if item.votes == 1 else f"each of its {item.votes:,} supporters"
            return self.pick(
                f"Chosen in round {turn.number}: the load on {whom} came to {load}, the lowest then",
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
            return self.pick(self._scores(item.score), f"{_number(item.score)}{self.score_word}")
        return self.pick(many(item.votes, "vote", "votes"), f"{item.votes:,}票")

    def _scores(self, score: Fraction) -> str:
        return f"{_number(score)} {self.score_word.removesuffix('s') if score == 1 else self.score_word}"

    def _shared(self, item: Standing, turn: Round) -> str:
        price, cost = self.cash(turn.price), self.cash(item.cost)
        weighed = self.outcome.spec.satisfaction in _SCORES
        one = turn.payers == 1
        paying = "paying" if one else "each paying"
        return self.pick(
            f"Chosen in round {turn.number}: {many(turn.payers, 'supporter', 'supporters')} covered its cost of {cost} "
            f"from {'a share' if one else 'their shares'}, {paying} at most {price}{' per point' if weighed else ''}",
            f"第{turn.number}轮入选：{turn.payers:,}名支持者用各自份额付清{cost}，"
            f"每{'分' if weighed else '人'}至多付{price}",
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
            "score-threshold": self._score_threshold,
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
        who = "its only supporter" if item.votes == 1 else f"its {item.votes:,} supporters together"
        return self.pick(
            f"Not chosen: {who} had {self.cash(item.had)} left of its cost of {self.cash(item.cost)}, so "
            f"{self.cash(missing)} was missing",
            f"未入选：其{item.votes:,}名支持者的份额共余{self.cash(item.had)}，所需为{self.cash(item.cost)}，"
            f"尚缺{self.cash(missing)}",
        ) + self._raising(item)

    def _raising(self, item: Standing) -> str:
        """Say why raising the shares, or what they left, did not help."""
        text = ""
        if self.outcome.ended == "overspent":
            text += self.pick(
                ", while one more unit of money for each voter would have overspent the purse",
                "，而每人份额再加1个货币单位就会超出资金总额",
            )
        if item.left is not None:
            left = self.cash(item.left)
            text += self.pick(
                f", and the {left} then left in the purse did not cover it", f"，当时资金余下{left}，也不够支付"
            )
        return text

    def _unsupported(self, item: Standing) -> str:
        if item.votes:
            text = self.pick("Not chosen: no ballot gave it any worth", "未入选：没有选票给它计分")
        else:
            text = self.pick("Not chosen: nobody voted for it", "未入选：没有人投票支持")
        return text + (self._raising(item) if item.left is not None else "")

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
            f"Did not take part: it had {many(item.votes, 'vote', 'votes')} and needed at least {least:,}",
            f"未进入计票：得{item.votes:,}票，至少需要{least:,}票",
        )

    def _score_threshold(self, item: Standing) -> str:
        had, least = _number(item.had or Fraction(0)), _number(item.needed or Fraction(0))
        return self.pick(
            f"Did not take part: it had a score of {had} and needed at least {least}",
            f"未进入计票：得分{had}，至少需要{least}",
        )

    def _jury(self, item: Standing) -> str:
        least = f"{float(item.needed or 0):g}"
        return self.pick(
            f"Did not take part: the jury gave it less than the {least} points needed",
            f"未进入计票：评审得分低于最低要求{least}分",
        )

    def _needed(self, item: Standing) -> str:
        need = item.need
        if need is None:
            return ""
        support, cost = need.support, need.cost
        if item.status == "excluded":
            return self._to_take_part(need)
        if support.verdict == cost.verdict == "unsearched":
            return self.pick(
                "; what it would have needed was not searched, to keep the count short",
                "；为控制计算量，未试算入选所需的条件",
            )
        ways, misses = [], []
        if support.verdict == "enough":
            ways.append(self._more(need.more, int(support.amount or 0)))
        elif item.why != "beyond-purse":
            misses.append(self._no_support(need.more, support.verdict))
        if cost.verdict == "enough":
            ways.append(self._at_cost(cost))
        else:
            misses.append(self._no_cost(cost.verdict))
        text = self.pick("; it would have been chosen " + " or ".join(ways), "；若" + "，或".join(ways) + "，即可入选")
        return (text if ways else "") + "".join(self.pick("; ", "；") + miss for miss in misses)

    def _to_take_part(self, need: Need) -> str:
        support, cost, ways = need.support, need.cost, []
        if support.verdict == "enough" and need.more == "votes":
            more = int(support.amount or 0)
            ways.append(self.pick(many(more, "more vote", "more votes"), f"再多{more:,}票"))
        elif support.verdict == "enough":
            more_score = _number(support.amount or Fraction(0))
            ways.append(self.pick(f"{more_score} more", f"得分再多{more_score}"))
        if cost.verdict == "enough":
            most = self.cash(cost.amount)
            ways.append(self.pick(f"a cost of at most {most}", f"金额不超过{most}"))
        if not ways:
            ballots = self.outcome.ballots
            only = "only 1 ballot was cast" if ballots == 1 else f"only {ballots:,} ballots were cast"
            return self.pick(
                f"; {only}, so no number of votes would have let it", f"；而选票只有{ballots:,}张，无法达到"
            )
        return self.pick(
            "; " + " or ".join(ways) + " would have let it take part", "；" + "，或".join(ways) + "，即可参加计票"
        )

    def _more(self, more: More, number: int) -> str:
        if more == "votes":
            return self.pick(f"with {many(number, 'more vote', 'more votes')}", f"再多{number:,}票")
        if more == "points":
            return self.pick(f"with {many(number, 'more point', 'more points')}", f"再多{number:,}分")
        if more == "firsts":
            voters = many(number, "more voter", "more voters")
            return self.pick(f"with {voters} placing it first", f"另有{number:,}名投票人将其排在首位")
        which = {
            "richest": ("with most of their share left", "取份额余额最多者"),
            "lightest": ("with the lowest load", "取负担最轻者"),
        }[more]
        how = {
            "points": (", giving it as many points as their favourite", "，给分与其最高分相同"),
            "borda": (", placing it first", "，并将其排在首位"),
        }.get(self.outcome.spec.satisfaction if more == "richest" else "", ("", ""))
        supporters = many(number, "more supporter", "more supporters")
        return self.pick(
            f"with {supporters} ({'the voter' if number == 1 else 'the voters'} {which[0]}{how[0]})",
            f"另有{number:,}名投票人支持（{which[1]}{how[1]}）",
        )

    def _at_cost(self, cost: Way) -> str:
        amount = self.cash(cost.amount)
        if self.outcome.spec.completion != "none":
            return self.pick(f"at a cost of {amount}", f"金额为{amount}")
        return self.pick(f"at a cost of at most {amount}", f"金额不超过{amount}")

    def _no_support(self, more: More, verdict: Verdict) -> str:
        if verdict == "unsearched":
            return self.pick("more support was not tried, to keep the count short", "为控制计算量，未试算更多支持")
        if verdict == "not-found":
            return self.pick(
                "no number of further supporters that was tried would have been enough alone",
                "试算过的新增支持人数都不足以使其入选",
            )
        if more == "points":
            return self.pick("no number of further points alone would have been enough", "仅增加得分不足以使其入选")
        ballots = self.outcome.ballots
        return self.pick(
            f"not even the support of {'the only ballot' if ballots == 1 else f'all {ballots:,} ballots'} would have "
            "been enough alone",
            f"即使{ballots:,}张选票全部支持也不足以使其入选",
        )

    def _no_cost(self, verdict: Verdict) -> str:
        return {
            "unsearched": self.pick(
                "a lower cost was not tried, to keep the count short", "为控制计算量，未试算更低的金额"
            ),
            "not-found": self.pick(
                "no lower cost that was tried would have been enough alone", "试算过的更低金额都不足以使其入选"
            ),
        }.get(verdict, self.pick("no lower cost alone would have been enough", "仅降低金额不足以使其入选"))


def _number(value: Fraction) -> str:
    """Write a score: whole, or with the decimals that it has."""
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.2f}".rstrip("0").rstrip(".")
