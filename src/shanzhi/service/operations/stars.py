"""Stars follow verified minutes: given when a threshold is reached, taken back when a reversal goes below it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.service.models import ServiceMonth, StarAward
from shanzhi.service.queries.rules import Ruling, ruling
from shanzhi.volunteering.models import Volunteer


def settle_stars(*, actor: Actor, volunteers: Iterable[Volunteer], at: datetime) -> list[StarAward]:
    """Give or take back the stars of volunteers whose records just changed, and who are locked.

    A star is given under the rules of the volunteer's area on that day. It is taken back, with a new row, when what
    stands falls below the threshold under which it was given and below that of today's rules: a stricter rule of later
    takes none away, and a milder one lets it be kept.
    """
    rows = {one.pk: one for one in volunteers}
    sums = ServiceMonth.objects.filter(volunteer__in=rows).values("volunteer").order_by()
    minutes = {one["volunteer"]: one["sum"] for one in sums.annotate(sum=Sum("minutes"))}
    newest: dict[UUID, dict[int, StarAward]] = {}
    for award in StarAward.objects.filter(volunteer__in=rows).order_by("turn"):
        newest.setdefault(award.volunteer_id, {})[award.level] = award
    day = timezone.localdate(at)
    rulings = {area: ruling(area, day) for area in {one.area for one in rows.values()}}
    made = []
    for pk, one in rows.items():
        made += _due(one, minutes.get(pk, 0), newest.get(pk, {}), rulings[one.area], at)
    StarAward.objects.bulk_create(made)
    for award in made:
        one, verb = rows[award.volunteer_id], "give" if award.given else "take"
        told = {"level": award.level, "minutes": award.minutes, "number": one.number}
        record(actor=actor, verb=f"service.star.{verb}", subject=award, area=one.area, change=told, at=at)
    return made


def _due(one: Volunteer, minutes: int, newest: dict[int, StarAward], rules: Ruling, at: datetime) -> list[StarAward]:
    """Give the rows that are to be written of one volunteer."""
    made = []
    common = {"volunteer": one, "minutes": minutes, "awarded_on": timezone.localdate(at), "awarded_at": at}
    today = dict(enumerate(rules.star_minutes, 1))
    for award in newest.values():
        if award.given and minutes < min(award.threshold, today.get(award.level, award.threshold)):
            made.append(StarAward(
                level=award.level, turn=award.turn + 1, given=False, threshold=award.threshold, rules_id=award.rules_id,
                **common,
            ))  # fmt: skip
    for level, threshold in enumerate(rules.star_minutes, 1):
        last = newest.get(level)
        if minutes >= threshold and (last is None or not last.given):
            turn = last.turn + 1 if last else 1
            made.append(StarAward(
                level=level, turn=turn, given=True, threshold=threshold, rules_id=rules.rules_id, **common
            ))  # fmt: skip
    return made
