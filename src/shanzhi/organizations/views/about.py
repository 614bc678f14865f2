"""What the desk's page of an organisation shows above its roles: life, filing, people, links, documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.models import Organization, Part, Tie
from shanzhi.organizations.views.words import state
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.pieces import Answer


def about(request: Any, found: Organization) -> dict[str, Any]:
    """Gather it, in a fixed number of queries."""
    viewer = request.actor
    manages = found.open and policies.may_manage(actor=viewer, seat=found.area) is None
    guides = policies.may_guide(actor=viewer, seat=found.area, organization=found.pk) is None
    return {
        "organization": found,
        "heading": found.name,
        "state": state(found),
        "pairs": _pairs(found, request.now),
        "may": manages,
        "may_move": manages and bool(operations.steps_from(found)),
        "may_guide": guides and found.open,
        "may_apply": found.open and policies.speaks_for(viewer, found.pk),
        "members": _members(viewer, found) if guides else None,
        "links": [(Tie(one.tie).label, one) for one in queries.links(found)],
        "documents": queries.documents(viewer=viewer, organization_id=found.pk) if guides else None,
    }


def _members(viewer: Any, found: Organization) -> list[tuple[str, str, str, str]]:
    """Give key, words, part and period of each; a key only where it still runs."""
    now = _("until now")
    return [
        (
            "" if one.ends_on else str(one.pk),
            f"{one.name}{f' {one.phone}' if one.phone else ''}",
            str(Part(one.part).label),
            f"{formatting.day(one.starts_on)} – {formatting.day(one.ends_on) if one.ends_on else now}",
        )
        for one in queries.members(viewer=viewer, found=found)
    ]


def _pairs(found: Organization, at: Any) -> list[Answer]:
    filing, today = queries.filing_of(found.pk), timezone.localdate(at)
    pairs = [
        Answer(_("Sort"), found.get_kind_display()),
        Answer(_("Purpose"), found.get_purpose_display() or formatting.NONE),
        Answer(_("Seat"), places.full_names({found.area}).get(found.area, found.area)),
        Answer(_("Members"), _members_words(found, queries.counted(found.pk, today))),
        Answer(_("Unified social credit code"), found.credit_code or formatting.NONE),
        Answer(_("Put on record on"), formatting.day(timezone.localdate(found.created_at))),
    ]
    past = [f"{one.name} ({formatting.day(timezone.localdate(one.until))})" for one in found.past_names.all()]
    if past:
        pairs.append(Answer(_("Former names, until"), _(", ").join(past)))
    pairs += _stated(found)
    if filing is not None:
        address = reverse("organizations:certificate", args=[filing.code])
        pairs.append(Answer(_("Filing number"), filing.number))
        pairs.append(Answer(_("Date of filing"), formatting.day(filing.filed_on)))
        pairs.append(Answer(_("Valid until"), formatting.day(filing.valid_to)))
        pairs.append(Answer(_("Certificate, for anyone to check"), address))
        if filing.cancelled_on:
            pairs.append(Answer(_("Cancelled on"), formatting.day(filing.cancelled_on)))
    if found.closed_at:
        pairs += [
            Answer(_("Closed on"), formatting.day(timezone.localdate(found.closed_at))),
            Answer(_("Why it was closed"), found.closed_reason),
        ]
    return pairs


def _stated(found: Organization) -> list[Answer]:
    """Give what an office's own register says, which is no filing of this site."""
    entry = queries.entry_of(found.pk)
    if entry is None:
        return []
    pairs = [
        Answer(_("Filing number, in the office's register"), entry.number),
        Answer(_("Date of filing, in the office's register"), _stated_day(entry.filed_on, entry.filed_exact)),
        Answer(_("Founded on, in the office's register"), _stated_day(entry.founded_on, entry.founded_exact)),
        Answer(_("Sort, in the office's register"), entry.sort),
        Answer(_("Former names, in the office's register"), _(", ").join(entry.former)),
    ]
    return [one for one in pairs if one.value]


def _stated_day(day: date | None, exact: str) -> str:
    """Write a day as far as the register states it."""
    if day is None:
        return ""
    return formatting.day(day) if exact == "day" else f"{day:%Y}" if exact == "year" else f"{day:%Y-%m}"


def _members_words(found: Organization, counted: int) -> str:
    stated = formatting.count(found.size_stated) if found.size_stated else formatting.NONE
    return _("%(stated)s stated, %(counted)s listed") % {"stated": stated, "counted": formatting.count(counted)}
