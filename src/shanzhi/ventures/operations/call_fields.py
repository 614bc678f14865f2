"""What a call is made of, as typed into its builder: a reader for each field, and where a new call starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.areas import outermost
from shanzhi.kernel.canonical import canonical
from shanzhi.ventures.lifecycle import PHASES
from shanzhi.ventures.models.calls import PROPOSE_WHERE, PROPOSERS
from shanzhi.ventures.models.training import GATES
from shanzhi.ventures.operations import fields
from shanzhi.ventures.operations.fields import BadValue

BALLOT: Final[dict[str, Any]] = {
    "kind": "approval",
    "minimum": 0,
    "maximum": None,
    "purse_limit": False,
    "points": None,
    "blank": True,
}


def usual_ballot() -> dict[str, Any]:
    """Give the ballot that a new call starts from, with the smallest electorate and group of the settings."""
    return {
        **BALLOT,
        "smallest_electorate": settings.SMALLEST_ELECTORATE,
        "smallest_group": settings.SMALLEST_GROUP,
    }


RULE: Final[dict[str, Any]] = {
    "rule": "equal-shares",
    "satisfaction": "cost",
    "completion": "add1u",
    "ties": ["votes", "cost", "id"],
    "threshold": {"voters": 0, "share": "0", "by_cost": 0},
    "composite": None,
}
CHECKLIST: Final = [
    {"key": "need", "text": "项目回应本社区居民的真实需求", "required": True},
    {"key": "public", "text": "面向居民、非营利，不含商业推销", "required": True},
    {"key": "feasible", "text": "活动安排可行，时间与人手落实", "required": True},
    {"key": "budget", "text": "预算合理，单价有依据，不含禁止支出", "required": True},
    {"key": "safe", "text": "风险已说明，有应对办法", "required": True},
    {"key": "twin", "text": "与已有项目不重复", "required": False},
]
LONGEST_CHECKLIST: Final = 30
LONGEST_CRITERIA: Final = 12
MOST_AREAS: Final = 500
MOST_CATEGORIES: Final = 20
NORMALISE: Final = {
    "none": _("As given"),
    "shift": _("Strict and mild jurors moved to one mean"),
    "stretch": _("Moved to one mean and one spread"),
}


def _ballot(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise BadValue
    readers: dict[str, fields.Reader] = {
        "kind": fields.choice({"approval": "", "points": "", "ranked": ""}),
        "minimum": fields.whole(0, 5000),
        "maximum": fields.optional(fields.whole(1, 5000)),
        "purse_limit": fields.flag,
        "points": fields.optional(fields.whole(1, 1_000_000)),
        "blank": fields.flag,
        "smallest_electorate": fields.whole(0, 100_000),
        "smallest_group": fields.whole(3, 1000),
    }
    found, problems = fields.read(readers, value)
    if problems:
        raise BadValue(problems[0].words)
    return {**usual_ballot(), **found}


def _rule(value: Any) -> dict[str, Any]:
    """Read the rule of counting; that it makes sense is checked by `queries.checks`, which names the cure."""
    if not isinstance(value, Mapping) or set(value) - {*RULE, "exact"}:
        raise BadValue
    found = {**RULE, **value}
    try:
        written = canonical(found)
        if len(written) > 10_000 or rb"\u0000" in written:
            raise BadValue
    except (TypeError, ValueError):
        raise BadValue(_("Shares are written as fractions such as 1/20, not as decimals.")) from None
    return found


def _checklist(value: Any) -> list[dict[str, Any]]:
    readers = {"key": fields.text(40), "text": fields.text(300), "required": fields.flag}
    found, problems = fields.rows(
        readers, {"key": "", "text": "", "required": True}, value, name="checklist", most=LONGEST_CHECKLIST
    )
    if problems:
        raise BadValue(problems[0].words)
    rows = [{**row, "key": row["key"] or f"item{number}"} for number, row in enumerate(found, 1)]
    if len({row["key"] for row in rows}) != len(rows) or not all(row["text"] for row in rows):
        raise BadValue(_("Each item of the check list needs words and a name of its own."))
    return rows


def _jury(value: Any) -> dict[str, Any]:
    """Read criteria and options of a jury; nothing, or no criterion, is no jury. Weights are whole percents."""
    if not isinstance(value, Mapping):
        raise BadValue
    criterion: dict[str, fields.Reader] = {
        "key": fields.text(40), "name": fields.text(60), "weight": fields.whole(0, 100),
        "low": fields.text(200), "middle": fields.text(200), "high": fields.text(200),
    }  # fmt: skip
    empty = {"key": "", "name": "", "weight": 0, "low": "", "middle": "", "high": ""}
    found, problems = fields.rows(criterion, empty, value.get("criteria", []), name="jury", most=LONGEST_CRITERIA)
    if problems:
        raise BadValue(problems[0].words)
    rows = [{**row, "key": row["key"] or f"c{number}"} for number, row in enumerate(found, 1)]
    if not rows:
        return {}
    if len({row["key"] for row in rows}) != len(rows) or not all(row["name"] for row in rows):
        raise BadValue(_("Each criterion needs a name of its own."))
    readers: dict[str, fields.Reader] = {
        "drop_extremes": fields.flag,
        "normalise": fields.choice(NORMALISE),
        "pitch_minutes": fields.whole(1, 60),
        "answer_minutes": fields.whole(0, 60),
    }
    options, problems = fields.read(readers, {name: value[name] for name in readers if name in value})
    if problems:
        raise BadValue(problems[0].words)
    return {"drop_extremes": False, "normalise": "none", "pitch_minutes": 5, "answer_minutes": 5, **options,
            "criteria": rows}  # fmt: skip


def _training(value: Any) -> dict[str, Any]:
    """Read before which phase training is asked for, and how many of the sessions that are not required ones."""
    if not isinstance(value, Mapping):
        raise BadValue
    readers: dict[str, fields.Reader] = {"gate": fields.choice({"": "", **GATES}), "others": fields.whole(0, 20)}
    found, problems = fields.read(readers, value)
    if problems:
        raise BadValue(problems[0].words)
    return {"gate": found["gate"], "others": found.get("others", 0)} if found.get("gate") else {}


def _budget_rules(value: Any) -> dict[str, Any]:
    """Read categories, each with its largest share or forbidden, and the limits of a line and of what is asked."""
    if not isinstance(value, Mapping):
        raise BadValue
    category: dict[str, fields.Reader] = {
        "key": fields.text(40), "name": fields.text(40), "share": fields.optional(fields.whole(1, 100)),
        "forbidden": fields.flag,
    }  # fmt: skip
    empty = {"key": "", "name": "", "share": None, "forbidden": False}
    found, problems = fields.rows(category, empty, value.get("categories", []), name="categories", most=MOST_CATEGORIES)
    readers: dict[str, fields.Reader] = {
        "line_fen": fields.optional(fields.fen),
        "asked_share": fields.optional(fields.whole(1, 100)),
    }
    limits, wrong = fields.read(readers, {name: value[name] for name in readers if name in value})
    if problems or wrong:
        raise BadValue([*problems, *wrong][0].words)
    names, keys = {row["name"] for row in found}, [row["key"] for row in found if row["key"]]
    if "" in names or len(names) < len(found) or len(set(keys)) < len(keys):
        raise BadValue(_("Each category needs a name of its own."))
    if any(row["forbidden"] and row["share"] for row in found):
        raise BadValue(_("A category is forbidden or has a largest share, not both."))
    line, share = limits.get("line_fen") or None, limits.get("asked_share")
    return {"categories": found, "line_fen": line, "asked_share": share} if found or line or share else {}


def _areas(value: Any) -> tuple[str, ...]:
    codes = value.split() if isinstance(value, str) else value
    if not isinstance(codes, (list, tuple)) or len(codes) > MOST_AREAS:
        raise BadValue
    return outermost({code for code in map(fields.code, codes) if code})


def _phases(value: Any) -> dict[str, tuple[datetime, datetime]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise BadValue
    found: dict[str, tuple[datetime, datetime]] = {}
    for row in value:
        if not isinstance(row, Mapping) or row.get("kind") not in PHASES or row["kind"] in found:
            raise BadValue
        starts, ends = fields.moment(row.get("starts_at")), fields.moment(row.get("ends_at"))
        if ends <= starts:
            raise BadValue(_("A phase ends after it starts: correct %(phase)s."), phase=PHASES[row["kind"]])
        found[row["kind"]] = (starts, ends)
    return {kind: found[kind] for kind in PHASES if kind in found}


READERS: Final[dict[str, fields.Reader]] = {
    "title": fields.text(120),
    "title_en": fields.text(200),
    "about": fields.text(fields.LONGEST_TEXT),
    "sponsor": fields.text(120),
    "sponsor_organization": fields.optional(fields.organization),
    "operator": fields.text(120),
    "operator_organization": fields.optional(fields.organization),
    "purse_fen": fields.fen,
    "limit_fen": fields.fen,
    "themes": fields.texts(20, 60),
    "proposers": fields.choices_of(PROPOSERS),
    "propose_where": fields.choice(PROPOSE_WHERE),
    "minimum_age": fields.whole(0, 120),
    "roll_date": fields.optional(fields.day),
    "ballot": _ballot,
    "rule": _rule,
    "exclusive_groups": fields.texts(20, 40),
    "checklist": _checklist,
    "jury": _jury,
    "training": _training,
    "budget_rules": _budget_rules,
    "reviews_needed": fields.whole(1, 9),
    "notice_days": fields.whole(0, 60),
    "moves_by_clock": fields.flag,
    "areas": _areas,
    "phases": _phases,
}
