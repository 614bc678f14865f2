"""How the winners of votes and jury together stand under other weights: a sentence, a chart, its table."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from shanzhi.ui import pieces
from shanzhi.voting.models import Count, Poll
from shanzhi.voting.views.ballot import localized


def weighing(poll: Poll, count: Count, titles: Mapping[str, str]) -> dict[str, Any] | None:
    """Give what the page shows, or nothing for a rule without a jury (and for counts made before this was kept)."""
    found = count.result.get("sensitivity") or []
    if not found:
        return None
    rows = [_row(one, titles) for one in found]
    changed = [row["name"] for row in rows if row["came"] or row["went"]]
    if changed:
        finding = _("The winners would differ under: %(which)s.") % {"which": _(", ").join(changed)}
    else:
        finding = _("The winners are the same by votes alone, by the jury alone, and with any weights near these.")
    chart = pieces.Chart(
        title=finding,
        kind="bars_across",
        categories=[row["name"] for row in rows],
        series=[pieces.Series(_("Winners that would differ"), [len(row["came"]) + len(row["went"]) for row in rows])],
        x_label=_("Weighing"),
        y_label=_("Projects"),
        unit=_("projects"),
        source=localized(poll),
        at=count.created_at,
        key="weighing",
    )
    return {"finding": finding, "rows": rows, "chart": chart}


def _row(one: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    key = one["key"]
    if key == "votes":
        name = _("Votes alone")
    elif key == "jury":
        name = _("The jury alone")
    else:
        name = _("Votes %(points)s points") % {"points": key}
    return {
        "name": name,
        "weight": round(float(Fraction(one["vote_weight"]) * 100), 1),
        "came": [titles.get(code, code) for code in one["came"]],
        "went": [titles.get(code, code) for code in one["went"]],
    }
