"""From what was awarded to a project to a grant of it: the funds at hand, and what is filled in."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import pgettext

from shanzhi.funding import policies as funding
from shanzhi.funding.models import Custody, Fund, Grant
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COUNTRY, ancestors_of
from shanzhi.kernel.money import fen_to_yuan
from shanzhi.projects import policies
from shanzhi.projects.lifecycle import OVER
from shanzhi.projects.models import Project

MOST_FUNDS: Final = 200
# 示例，非官方: how an awarded sum is divided until the officer writes what the round said; in percent of whole yuan.
EXAMPLE_FIRST: Final = 70


def seen_grant_of(*, viewer: Actor, proposal: UUID) -> Grant | None:
    """Give the grant of a project, drafts too, where it is at the viewer's desk or the viewer is of its team."""
    return Grant.objects.filter(funding.seen_grants(viewer), proposal=proposal).first()


def may_grant(viewer: Actor, found: Project) -> bool:
    """Tell whether the viewer may grant money to a project: who runs it and manages funds, while it is carried out."""
    return (
        found.state not in OVER
        and found.proposal.call.currency == "CNY"
        and policies.runs(viewer, found)
        and funding.may_begin(actor=viewer) is None
    )


def funds_for(*, viewer: Actor, found: Project) -> list[tuple[str, str]]:
    """List the funds from which the viewer may grant money to a project: number and name, newest first."""
    above = (COUNTRY, *ancestors_of(found.community), found.community)
    rows = Fund.objects.filter(funding.readable_funds(viewer), book__area__in=above).select_related("book")
    rows = rows.order_by("-created_at", "id")[:MOST_FUNDS]
    return [(str(one.pk), one.name) for one in rows if funding.may_manage(actor=viewer, area=one.book.area) is None]


def known_of(found: Project) -> dict[str, Any]:
    """Give what the form of a grant starts with: the rows of the budget that were asked for, and two tranches."""
    rows = [(one.item, one.amount_fen) for one in found.proposal.budget.all() if one.source == "asked"]
    rows = [(item, amount) for item, amount in rows if amount > 0]
    total = sum(amount for _item, amount in rows)
    first = total * EXAMPLE_FIRST // 100 // 100 * 100
    later = pgettext("tranche", "midterm") if found.midterm_due else pgettext("tranche", "completion")
    tranches = [(pgettext("tranche", "signed"), first), (later, total - first)]
    return {
        "lines": "\n".join(f"{item} {fen_to_yuan(amount)}" for item, amount in rows),
        "tranches": "\n".join(f"{word} {fen_to_yuan(amount)}" for word, amount in tranches if amount),
        "custody": Custody.COMMUNITY.value,
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
    }
