"""What losers of a count would have needed, as far as the count or the search after it has found it."""

from __future__ import annotations

from datetime import datetime

from shanzhi.voting.models import Count
from shanzhi.voting.operations.needs import SEARCHED_FOR, lacks


def with_found_needs(made: Count) -> Count:
    """Put into the result of a count, for whoever reads it now, what was found after it."""
    later = {one.project: one for one in made.found_needs.all()}
    for row in made.result["outcome"]["projects"] if later else ():
        if one := later.get(row["project"]):
            row["need"] = one.need
            made.result["reasons"][one.project] = one.sentences
    return made


def searched_on(made: Count, *, at: datetime) -> int:
    """Say of how many losers of a count, read with what was found, the search still goes on at that moment."""
    if made.created_at <= at - SEARCHED_FOR or made.publication.get("kind", "whole") != "whole":
        return 0
    return sum(lacks(row.get("need")) for row in made.result["outcome"]["projects"])
