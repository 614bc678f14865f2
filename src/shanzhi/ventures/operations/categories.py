"""Keys of the categories in a call's budget rules: a new one gets a key that no category of the call ever had.

Budget lines, templates and versions name a category by its key; a key used again would quietly change what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shanzhi.ventures.models import BudgetLine, Call, CallTerms, ProposalVersion, Template

OWN_KEY: Final = re.compile(r"c([0-9]{1,9})")


def keyed(values: dict[str, Any], call: Call | None = None) -> dict[str, Any]:
    """Give the categories that were read without a key one of their own, where budget rules are among the values.

    One whose name the call has keeps that key, so that the same sent again changes nothing.
    """
    rows = values.get("budget_rules", {}).get("categories", [])
    if any(not row["key"] for row in rows):
        given = {row["key"] for row in rows}
        now = {row["name"]: row["key"] for row in _categories(call.budget_rules)} if call is not None else {}
        number = max((_number(key) for key in (*given, *_used(call))), default=0)
        for row in rows:
            if row["key"]:
                continue
            kept = now.get(row["name"], "")
            if not kept or kept in given:
                number += 1
                kept = f"c{number}"
            row["key"] = kept
            given.add(kept)
    return values


def _number(key: str) -> int:
    found = OWN_KEY.fullmatch(key)
    return int(found[1]) if found else 0


def _categories(rules: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    found: Iterable[Mapping[str, Any]] = rules.get("categories", ())
    return found


def _used(call: Call | None) -> set[str]:
    """Give every key that something of the call names, or ever named."""
    if call is None:
        return set()
    terms = CallTerms.objects.filter(call=call).values_list("terms__budget_rules", flat=True)
    used = {row["key"] for rules in (call.budget_rules, *terms) for row in _categories(rules or {})}
    used |= set(BudgetLine.objects.filter(proposal__call=call).values_list("category", flat=True).distinct())
    kept = ProposalVersion.objects.filter(proposal__call=call).values_list("content__budget", flat=True)
    templates = Template.objects.filter(call=call).values_list("content__budget", flat=True)
    return used | {row.get("category", "") for rows in (*kept, *templates) for row in rows or ()}
