"""The META section: what the file says about the election as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from shanzhi.tally.election import BallotKind
from shanzhi.tally.pabulib.amounts import format_amount, parse_amount
from shanzhi.tally.pabulib.errors import Notices, refusal
from shanzhi.tally.pabulib.rows import Table
from shanzhi.tally.pabulib.treatment import Treatment

KINDS: dict[str, BallotKind] = {
    "approval": "approval",
    "choose-1": "approval",
    "cumulative": "points",
    "scoring": "points",
    "ordinal": "ranked",
}
_SPELLINGS = {"choose1": "choose-1", "choose_1": "choose-1", "choose-one": "choose-1", "choose 1": "choose-1"}
_DECIDING = frozenset({"budget", "vote_type", "rule_spec", "digest", "default_score"})
_PARTIAL = (
    "budget_per_category",
    "budget_per_neighborhood",
    "min_length_per_category",
    "max_length_per_category",
    "min_sum_cost_per_category",
    "max_sum_cost_per_category",
)
_WHOLE = re.compile(r"\d{1,12}(?:\.0+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Meta:
    """Keys in lower case with their values, and the line of each."""

    values: dict[str, str]
    lines: dict[str, int]
    last_line: int

    def get(self, key: str) -> str:
        """Give the value of a key, or nothing."""
        return self.values.get(key, "")

    def line(self, key: str) -> int:
        """Give the line of a key, or the last line of META."""
        return self.lines.get(key, self.last_line)

    def whole(self, key: str, notices: Notices) -> int | None:
        """A whole number, or None with a warning when it is none."""
        text = self.get(key)
        if not text:
            return None
        if _WHOLE.match(text):
            return int(text.partition(".")[0])
        notices.add("bad_number", self.line(key), what=key, text=text)
        return None


def read_meta(table: Table, notices: Notices) -> Meta:
    """Collect the keys; one stated twice must agree if it decides anything."""
    keys, values = table.column("key"), table.column("value")
    if keys is None or values is None:
        raise refusal("missing_column", table.header_line, section="META", column="value" if keys else "key")
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    for key, value, line in zip(keys, values, table.lines, strict=True):
        name, text = key.strip().lower(), value.strip()
        if not name:
            continue
        if name not in found:
            found[name], lines[name] = text, line
        elif found[name] != text and name in _DECIDING:
            raise refusal("conflicting_key", line, key=name, first=found[name], second=text)
        else:
            notices.add("repeated_key", line, key=name)
    return Meta(found, lines, table.lines[-1] if len(table.lines) else table.header_line)


def read_amount(text: str, *, what: str, line: int, notices: Notices) -> Fraction:
    """An amount of zero or more, exact; what is not clear is refused."""
    parsed = parse_amount(text)
    if parsed is None:
        raise refusal("bad_amount", line, what=what, text=text)
    value, mended = parsed
    if value < 0:
        raise refusal("negative_amount", line, what=what, text=text)
    if mended:
        notices.add(mended, line, what=what, text=text, value=format_amount(value))
    return value


def budget(meta: Meta, notices: Notices) -> Fraction:
    """The purse, in the currency unit of the file."""
    text = meta.get("budget")
    if not text:
        raise refusal("missing_key", meta.last_line, key="budget")
    return read_amount(text, what="budget", line=meta.line("budget"), notices=notices)


def check_parts(meta: Meta, treat: Treatment, notices: Notices) -> None:
    """Purses and limits by category or neighbourhood change who wins, and no rule here follows them."""
    for key in _PARTIAL:
        if meta.get(key):
            notices.doubt("partial_budgets", meta.line(key), refuse=treat.partial_budgets != "ignore", key=key)
            notices.add("partial_budgets_ignored", meta.line(key), key=key)


def check_threshold(meta: Meta, kind: BallotKind, notices: Notices) -> None:
    """Tell of a least score that the city asked for: it belongs to the rule, and only the one who counts sets it."""
    threshold = meta.get("min_project_score_threshold")
    if threshold and "rule_spec" not in meta.values:
        option = "--min-voters" if kind == "approval" else "--min-score"
        what, what_zh = {
            "approval": ("votes", "票"),
            "points": ("points", "分"),
            "ranked": ("points by rank", "波达分"),
        }[kind]
        line = meta.line("min_project_score_threshold")
        notices.add("score_threshold", line, text=threshold, what=what, what_zh=what_zh, option=option)


def vote_type(meta: Meta, votes: Table, treat: Treatment, notices: Notices) -> str:
    """The kind of ballots, as stated, as told, or inferred where only one kind is possible."""
    stated = meta.get("vote_type").lower()
    stated = _SPELLINGS.get(stated, stated)
    if stated in KINDS and treat.vote_type in ("", stated):
        return stated
    line = meta.line("vote_type")
    if treat.vote_type in KINDS:
        notices.add("told_vote_type", line, kind=treat.vote_type)
        return treat.vote_type
    if stated:
        raise refusal("unknown_vote_type", line, text=meta.get("vote_type"))
    choices = votes.column("vote") or []
    if votes.column("points") is not None or (choices and _all_with_points(choices)):
        kind, reason, reason_zh = "scoring", "they give points", "选票带有分数"
    elif not any("," in choice for choice in choices):
        kind, reason, reason_zh = "approval", "each names one project at most", "每张选票至多一个项目"
    else:
        raise refusal("no_vote_type", line)
    notices.add("inferred_vote_type", line, kind=kind, reason=reason, reason_zh=reason_zh)
    return kind


def _all_with_points(choices: list[str]) -> bool:
    """Whether every project of every vote is written as `id:points`."""
    tokens = [token for choice in choices for token in choice.split(",") if token.strip()]
    return bool(tokens) and all(_WHOLE.match(token.rpartition(":")[2].strip()) and ":" in token for token in tokens)
