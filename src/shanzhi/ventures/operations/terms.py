"""All that decides a call: gathered, frozen, published, changed in public."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shanzhi.kernel.canonical import digest
from shanzhi.ventures.models import Call, CallTerms, Notice

# The call's own deciding columns; migration 0016 holds the same list, and the optional ones, in a trigger.
DECIDING: Final = (
    "title",
    "purse_fen",
    "limit_fen",
    "currency",
    "themes",
    "proposers",
    "propose_where",
    "minimum_age",
    "roll_date",
    "ballot",
    "rule",
    "exclusive_groups",
    "checklist",
    "reviews_needed",
    "notice_days",
)


# These are left out of the terms where there are none, so that terms published before them keep their digest.
OPTIONAL: Final = ("jury", "training", "budget_rules")


def terms_of(call: Call) -> dict[str, Any]:
    """Write all that decides a call as plain values; money in fen, moments in ISO 8601 with their zone (UTC)."""
    terms: dict[str, Any] = {name: getattr(call, name) for name in DECIDING}
    terms |= {name: getattr(call, name) for name in OPTIONAL if getattr(call, name)}
    terms["roll_date"] = call.roll_date.isoformat() if call.roll_date else None
    terms["areas"] = sorted(call.areas.values_list("code", flat=True))
    terms["phases"] = [
        {"kind": phase.kind, "starts_at": phase.starts_at.isoformat(), "ends_at": phase.ends_at.isoformat()}
        for phase in call.phases.order_by("position")
    ]
    return terms


def write_terms(call: Call, terms: dict[str, Any], *, reason: str, at: datetime) -> CallTerms:
    """Write the next version of the terms and a public notice of it; the caller takes it over into the call's row."""
    version = call.terms_version + 1
    row = CallTerms.objects.create(
        call=call, version=version, terms=terms, digest=digest(terms), reason=reason, published_at=at
    )
    Notice.objects.create(
        call=call,
        kind="terms" if version == 1 else "change",
        title=call.title,
        body=reason,
        content={"version": version, "digest": row.digest},
        starts_at=at,
        published_at=at,
    )
    return row
