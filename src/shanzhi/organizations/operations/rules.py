"""What an area asks of filings, and how many organisations its communities shall have: data in versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COUNTRY
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.organizations import policies
from shanzhi.organizations.models import CommunityTarget, FilingRules
from shanzhi.places import queries as places


class BadArea(Invalid):
    """Rules are set for the country, a province, city, district, subdistrict or community."""

    code = "bad_area"
    message = _("Choose the area for which this holds.")


class BadFigure(Invalid):
    """A figure lies outside what makes sense."""

    code = "bad_figure"
    message = _("Write a whole number from %(least)s to %(most)s.")


class SourceMissing(Invalid):
    """A rule says where it comes from."""

    code = "source_missing"
    message = _("Write where these values come from; for made-up ones write “示例，非官方”.")


class OtherVersion(Conflict):
    """Somebody wrote a newer version meanwhile."""

    code = "other_version"
    message = _("Somebody set newer values for this area meanwhile. Look at those first, then send again.")


RANGES = {
    "least_members": (1, 1000),
    "opinion_days": (1, 365),
    "decision_days": (1, 365),
    "validity_years": (1, 50),
    "urban": (0, 1000),
    "rural": (0, 1000),
}


def _ranged(values: dict[str, int]) -> None:
    for field, value in values.items():
        least, most = RANGES[field]
        if not least <= value <= most:
            raise BadFigure(field=field, least=least, most=most)


def _next_version(model: type[FilingRules] | type[CommunityTarget], actor: Actor, area: str, at: datetime) -> int:
    """Give the number of the next version for an area that the actor is in charge of."""
    policies.require(policies.may_set_rules(actor=actor, area=area))
    if area != COUNTRY:
        try:
            places.area(code=area, at=at)
        except NotFound as missing:
            raise BadArea(field="area") from missing
        if len(area) > 12:
            raise BadArea(field="area")
    last = model.objects.filter(area=area).aggregate(last=Max("version"))["last"]
    return int(last or 0) + 1


def set_filing_rules(
    *,
    actor: Actor,
    area: str,
    least_members: int,
    charter: bool,
    premises: bool,
    in_charge: bool,
    opinion: bool,
    opinion_days: int,
    decision_days: int,
    validity_years: int,
    prefix: str,
    source: str,
    example: bool,
    at: datetime,
) -> FilingRules:
    """Set the filing rules of an area anew; applications handed in keep those of before. Days are calendar days.

    Raises Forbidden, BadArea, BadFigure, SourceMissing, OtherVersion.
    """
    figures = {
        "least_members": least_members, "opinion_days": opinion_days, "decision_days": decision_days,
        "validity_years": validity_years,
    }  # fmt: skip
    values: dict[str, Any] = {
        **figures, "charter": charter, "premises": premises, "in_charge": in_charge, "opinion": opinion,
        "prefix": prefix.strip(), "source": source.strip(), "example": example,
    }  # fmt: skip
    with transaction.atomic():
        number = _next_version(FilingRules, actor, area, at)
        _ranged(figures)
        _named(values)
        made = FilingRules(area=area, version=number, **values, created_by_id=_person(actor), created_at=at)
        if FilingRules.objects.bulk_create([made], ignore_conflicts=True) and not _written(FilingRules, made.pk):
            raise OtherVersion
        change = {"version": number, **values}
        record(actor=actor, verb="organizations.rules.set", subject=made, area=area, change=change, at=at)
    return made


def _named(values: dict[str, Any]) -> None:
    for field, most in (("prefix", 20), ("source", 200)):
        if not 1 <= len(values[field]) <= most:
            raise SourceMissing(field=field)


def set_targets(*, actor: Actor, area: str, urban: int, rural: int, source: str, at: datetime) -> CommunityTarget:
    """Set how many living filed organisations each community of an area shall have, by urban and rural ones.

    Raises Forbidden, BadArea, BadFigure, SourceMissing, OtherVersion.
    """
    with transaction.atomic():
        number = _next_version(CommunityTarget, actor, area, at)
        _ranged({"urban": urban, "rural": rural})
        if not 1 <= len(source.strip()) <= 200:
            raise SourceMissing(field="source")
        values = {"urban": urban, "rural": rural, "source": source.strip()}
        made = CommunityTarget(area=area, version=number, **values, created_by_id=_person(actor), created_at=at)
        if CommunityTarget.objects.bulk_create([made], ignore_conflicts=True) and not _written(
            CommunityTarget, made.pk
        ):
            raise OtherVersion
        told = {"version": number, **values}
        record(actor=actor, verb="organizations.target.set", subject=made, area=area, change=told, at=at)
    return made


def _written(model: type[FilingRules] | type[CommunityTarget], key: UUID) -> bool:
    return model.objects.filter(pk=key).exists()


def _person(actor: Actor) -> UUID | None:
    return actor.person_id
