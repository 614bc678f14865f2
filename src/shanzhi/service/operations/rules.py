"""What an area lays down for records, stars and certificates: data in versions, valid from a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, COUNTRY, LENGTHS
from shanzhi.places import queries as places
from shanzhi.service import policies
from shanzhi.service.models import MOST_STARS, PaperTitle, ServiceRules
from shanzhi.service.operations import refusals
from shanzhi.volunteering.operations.refusals import BadPlace

RANGES: Final = {
    "notice_days": (0, 90), "answer_days": (1, 90), "core_minutes": (1, 600_000), "core_times": (1, 1000),
    "core_months": (1, 60),
}  # fmt: skip
LONGEST: Final = {"prefix": 20, "source": 200}
MOST_MINUTES: Final = 6_000_000


def set_rules(*, actor: Actor, area: str, valid_from: date, values: Mapping[str, Any], at: datetime) -> ServiceRules:
    """Set the rules of an area anew, from a day on that is not past; what was given before stays.

    `values` are the figures of `RANGES` (days, minutes, counts, months), `star_minutes`, `paper`, `prefix`, `source`
    and `example`. Raises Forbidden, BadPlace, RulesTooEarly, BadRules, BadStars, BadRulesWords, OtherRules.
    """
    policies.require(policies.may_set_rules(actor=actor, area=area))
    if area != COUNTRY and (len(area) > LENGTHS[COMMUNITY] or not places.exists(area, at)):
        raise BadPlace(field="area")
    if valid_from < timezone.localdate(at):
        raise refusals.RulesTooEarly(field="valid_from")
    clean = _checked(values)
    version = (ServiceRules.objects.filter(area=area).aggregate(last=Max("version"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            made = ServiceRules.objects.create(
                area=area, version=version, valid_from=valid_from, created_by_id=actor.person_id, created_at=at, **clean
            )
            change = {**clean, "version": version, "valid_from": valid_from.isoformat()}
            record(actor=actor, verb="service.rules.set", subject=made, area=area, change=change, at=at)
    except IntegrityError as fault:
        if "service_rules_version" in str(fault):
            raise refusals.OtherRules from fault
        raise
    return made


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {"example": bool(values.get("example"))}
    for field, (least, most) in RANGES.items():
        if not least <= values[field] <= most:
            raise refusals.BadRules(field=field, least=least, most=most)
        clean[field] = values[field]
    stars = list(values["star_minutes"])
    rising = all(one < other for one, other in zip([0, *stars], stars, strict=False))
    if not 1 <= len(stars) <= MOST_STARS or not rising or stars[-1] > MOST_MINUTES:
        raise refusals.BadStars(field="star_minutes")
    if values["paper"] not in PaperTitle.values:
        raise refusals.BadRulesWords(field="paper")
    for field, most in LONGEST.items():
        words = " ".join(str(values[field]).split())
        if not 1 <= len(words) <= most:
            raise refusals.BadRulesWords(field=field)
        clean[field] = words
    return {**clean, "star_minutes": stars, "paper": str(values["paper"])}
