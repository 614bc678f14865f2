"""What anybody reads: filed organisations, the check of a certificate, communities against their targets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.organizations import policies, queries
from shanzhi.organizations.lifecycle import ORGANIZATION
from shanzhi.organizations.models import Purpose
from shanzhi.organizations.views.words import shown_name, state
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    Empty,
    Listing,
    Rows,
    listing_response,
    page_of,
)
from shanzhi.ui.pieces import Answer, Shape

COLUMNS, WIDE, HIGH, GAP = 4, 16.0, 6.0, 0.6
PUBLIC_STATES = [(name, ORGANIZATION.states[name]) for name in ("filed", "registered", "hub", "dormant", "suspended")]


def everywhere(request: Any) -> Any:
    """Give all areas, for the filter."""
    return queries.all_areas(at=request.now)


def purpose_words(row: Any) -> str:
    """Give the purpose in words."""
    return row.get_purpose_display() or formatting.NONE


FILED = Listing(
    key="filed_organizations",
    columns=(
        Column("name", gettext_lazy("Name of the organisation"), value=shown_name, sort="name",
               url=page_of("organizations:public_one")),
        Column("purpose", gettext_lazy("Purpose"), value=purpose_words, sort="purpose"),
        Column("area", gettext_lazy("Seat"), value="area_name", sort="area"),
        Column("state", gettext_lazy("State"), "tag", value=state),
        Column("filed_on", gettext_lazy("Date of filing"), "date", sort="filed_on"),
        Column("number", gettext_lazy("Filing number"), priority=2),
    ),
    default_sort="name",
    filters=(
        ChoiceFilter("purpose", gettext_lazy("Purpose"), choices=Purpose.choices),
        AreaFilter("area", gettext_lazy("Area"), source=everywhere),
        ChoiceFilter("state", gettext_lazy("State"), choices=PUBLIC_STATES),
    ),
    search=lambda rows, words: rows.filter(name__has=words.strip()),
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("No organisation is filed yet"),
        gettext_lazy("Filed organisations stand here with what they do and since when."),
    ),
)  # fmt: skip
TARGETS = Listing(
    key="community_targets",
    columns=(
        Column("name", gettext_lazy("Community"), sort="name", scale="words"),
        Column("above", gettext_lazy("Subdistrict"), sort="above", scale="words"),
        Column("kind", gettext_lazy("Urban or rural"), value=lambda row: _("Rural") if row.rural else _("Urban")),
        Column("have", gettext_lazy("Filed and living"), "number", sort="have"),
        Column("target", gettext_lazy("Target"), "number", sort="target"),
        Column("missing", gettext_lazy("Missing"), "number", sort="missing"),
        Column("code", gettext_lazy("Code of the community"), on_page=False),
    ),
    default_sort="-missing",
    filters=(
        BooleanFilter("rural", gettext_lazy("Urban or rural"), yes=gettext_lazy("Rural"), no=gettext_lazy("Urban")),
        BooleanFilter("reached", gettext_lazy("Target"), yes=gettext_lazy("Reached"), no=gettext_lazy("Not reached")),
    ),
    search=lambda rows, words: rows.having(lambda row: words.strip() in row.name or words.strip() in row.above),
    search_label=gettext_lazy("Part of the name of a community or subdistrict"),
    tie="code",
    empty=Empty(gettext_lazy("There is no community here"), gettext_lazy("Choose a district or a subdistrict.")),
)  # fmt: skip


def filed(request: Any) -> HttpResponse:
    """List the filed organisations."""
    context = {
        "heading": _("Community organisations"),
        "lead": _("Organisations filed with a subdistrict. Made-up ones are marked."),
        "crumbs": [(_("Home"), "/"), (_("Community organisations"), "")],
    }
    answer: HttpResponse = listing_response(request, FILED, queries.public(at=request.now), context)
    return answer


def public_one(request: Any, organization_id: UUID) -> HttpResponse:
    """Show a filed organisation to anybody: nothing of its people."""
    found = queries.public_one(organization_id=organization_id, at=request.now)
    where = places.full_names({found.area}).get(found.area, found.area)
    pairs = [
        Answer(_("Purpose"), purpose_words(found)),
        Answer(_("Seat"), where),
        Answer(_("Date of filing"), formatting.day(found.filed_on)),
        Answer(_("Filing number"), found.number),
        Answer(_("Valid until"), formatting.day(found.valid_to)),
    ]
    context = {
        "organization": found, "heading": found.name, "state": state(found), "pairs": pairs,
        "crumbs": [(_("Home"), "/"), (_("Community organisations"), reverse("organizations:filed")), (found.name, "")],
    }  # fmt: skip
    return render(request, "organizations/public_one.html", context)


WORDS = {
    "valid": ("success", gettext_lazy("This certificate is valid.")),
    "expired": ("warning", gettext_lazy("This certificate has expired and was not renewed.")),
    "suspended": ("warning", gettext_lazy("The organisation is suspended; its filing is not cancelled.")),
    "cancelled": ("error", gettext_lazy("This filing is cancelled.")),
    "unknown": ("error", gettext_lazy("There is no certificate with this code. Compare the address with the paper.")),
}


def certificate(request: Any, code: str) -> HttpResponse:
    """Check a certificate by its code, without signing in; nothing personal is shown."""
    found = queries.certificate(code=code, at=request.now)
    tone, words = WORDS[found.state]
    pairs: list[Answer] = []
    if found.filing and found.organization:
        where = places.full_names({found.organization.area, found.filing.area})
        pairs = [
            Answer(_("Filing number"), found.filing.number),
            Answer(_("Name of the organisation"), shown_name(found.organization)),
            Answer(_("Seat"), where.get(found.organization.area, found.organization.area)),
            Answer(_("Filed with"), where.get(found.filing.area, found.filing.area)),
            Answer(_("Date of filing"), formatting.day(found.filing.filed_on)),
            Answer(_("Valid until"), formatting.day(found.filing.valid_to)),
        ]
        if found.filing.cancelled_on:
            pairs.append(Answer(_("Cancelled on"), formatting.day(found.filing.cancelled_on)))
    context = {
        "heading": _("Check of a filing certificate"), "tone": tone, "words": words, "pairs": pairs,
        "synthetic": bool(found.organization and found.organization.synthetic),
        "crumbs": [(_("Home"), "/"), (_("Check of a filing certificate"), "")],
    }  # fmt: skip
    answer = render(request, "organizations/certificate.html", context, status=404 if found.state == "unknown" else 200)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def targets(request: Any, code: str) -> HttpResponse:
    """Show the communities of an area against their targets, on a map of tiles and as a list."""
    area = places.area(code=code, at=request.now)
    counted = queries.communities(code=code, at=request.now)
    names = places.names({one.area.code[:9] for one in counted})
    rows = [queries.TargetRow.of(one, names) for one in counted]
    reached = sum(one.reached for one in rows)
    context = {
        "heading": _("Community targets: %(area)s") % {"area": area.name},
        "lead": _("%(reached)s of %(all)s communities have as many filed organisations as they shall have.")
        % {"reached": formatting.count(reached), "all": formatting.count(len(rows))},
        "shapes": tiles(counted) if len(counted) <= 400 else [],
        "may_set": bool(request.actor.areas(policies.MANAGERS)),
        "crumbs": [(_("Home"), "/"), (_("Community organisations"), reverse("organizations:filed")),
                   (_("Community targets"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(
        request, TARGETS, Rows(rows), context, template="organizations/targets.html"
    )
    return answer


ENDINGS = ("居民委员会", "村民委员会", "居委会", "村委会")


def short(name: str) -> str:
    """Leave the committee out of a community's name, so that it fits its tile."""
    return next((name[: -len(end)] for end in ENDINGS if name.endswith(end) and len(name) > len(end) + 1), name)


def tiles(counted: list[Any]) -> list[Shape]:
    """Draw each community as a tile, in the order of the codes, so that subdistricts lie together; not to scale."""
    shapes = []
    for place, one in enumerate(counted):
        west, north = (place % COLUMNS) * WIDE / 1000, -(place // COLUMNS) * HIGH / 1000
        east, south = west + (WIDE - GAP) / 1000, north - (HIGH - GAP) / 1000
        ring = [[west, north], [east, north], [east, south], [west, south], [west, north]]
        words = _("%(have)s of %(target)s") % {"have": one.have, "target": one.target}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        shapes.append(
            Shape(short(one.area.name), geometry, reverse("places:area", args=[one.area.code]), words, one.level)
        )
    return shapes
