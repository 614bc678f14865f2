"""The poster of an activity as a PDF: A4, what, when, where, what one should know, and the code of its page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from shanzhi.activities.models import Activity, Shift
from shanzhi.ui import formatting
from shanzhi.ui.pdf import qr_svg, typeset

LAYOUT: Final = Path(__file__).resolve().parents[1] / "templates" / "activities" / "poster.typ"
MOST_TIMES: Final = 8


def title_of(row: Activity) -> str:
    """Give the title, marked where it is made up."""
    told = not row.synthetic or "示例" in row.title
    return row.title if told else f"{row.title} · {_('Synthetic')}"


def times_of(one: Shift) -> str:
    """Say when a shift is: day, and hours of the place."""
    return f"{formatting.day(formatting.local(one.starts_at).date())} {formatting.hours(one.starts_at, one.ends_at)}"


def poster_pdf(
    *, activity: Activity, shifts: Sequence[Shift], asks: Sequence[str], where: str, address: str, at: datetime
) -> bytes:
    """Set the poster. `asks` is what one should bring along, `where` the area, `address` that of the public page."""
    open_ones = [one for one in shifts if one.state == "open" and one.starts_at > at]
    more = len(open_ones) - MOST_TIMES
    times = [times_of(one) + (f" · {one.place}" if one.place else "") for one in open_ones[:MOST_TIMES]]
    data = {
        "lang": "zh" if formatting.chinese() else "en",
        "head": _("Volunteers wanted"),
        "title": activity.title,
        "made_up": _("Synthetic: made up, an example") if activity.synthetic else "",
        "team": activity.team.name,
        "what": activity.what,
        "rows": [
            [_("Where"), f"{activity.place}\n{where}"],
            [_("When"), "\n".join(times) or _("See the page of the activity")],
            *([["", _("and %(more)s more") % {"more": more}]] if more > 0 else []),
            [_("Who can help"), "\n".join(asks)],
            *([[_("Risks"), activity.risks]] if activity.risks else []),
            *([[_("Ask here"), activity.reach]] if activity.reach else []),
        ],
        "qr": qr_svg(address),
        "scan": _("Scan and sign up"),
        "address": address,
    }
    return typeset(LAYOUT, data, at=at)
