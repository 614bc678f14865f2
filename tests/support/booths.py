"""Polling places for the demo's open vote: one prepared, one open, one closed with a difference to settle."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_for
from shanzhi.voting import operations
from shanzhi.voting.models import Booth, Poll, RollEntry, Sheet
from shanzhi.voting.operations import BoothPlan, SheetCount, SheetReading
from tests.support.site import Site

NAME = "示例活动室（"  # the demo has a polling place of its own
STATES = ("prepared", "open", "closed")


def set_up(site: Site) -> dict[str, Booth]:
    """Set up the booths with the district officer and others as their officers; gives them by state."""
    poll = Poll.objects.get(pk=site.poll())
    at = max(site.at, poll.opens_at)
    runner = actor_for(account=site.account("district"), at=at)
    helpers = [actor_for(account=site.account(login), at=at) for login in ("worker", "secretary")]
    return {state: _booth(poll, state, runner, helpers) for state in STATES}


def booth_of(state: str) -> Booth:
    """Give the booth in a state."""
    return Booth.objects.get(state=state, name__startswith=NAME)


def _booth(poll: Poll, state: str, runner: Actor, helpers: list[Actor]) -> Booth:
    now = timezone.now()
    plan = BoothPlan(
        name=f"{NAME}{STATES.index(state) + 1}）",
        place="示例路 1 号",
        area=poll.areas[0],
        planned_from=poll.opens_at,
        planned_to=poll.opens_at + timedelta(hours=8),
    )
    booth = operations.create_booth(actor=runner, poll_id=poll.pk, plan=plan, at=now)
    for one in (runner, *helpers):
        operations.give_officer(actor=runner, booth_id=booth.pk, person_id=one.person(), at=now)
    operations.print_sheets(actor=runner, booth_id=booth.pk, number=3, at=now)
    if state == "prepared":
        return booth
    operations.open_booth(actor=runner, booth_id=booth.pk, received=3, at=now)
    _mark_somebody(booth, runner, now)
    if state == "closed":
        count = SheetCount(unissued=2, spoiled=0, returned=0, cast=1)
        operations.close_booth(actor=runner, booth_id=booth.pk, count=count, at=now)
        serial = Sheet.objects.filter(booth=booth).earliest("serial").serial
        for by, kind in zip(helpers, ("blank", "invalid"), strict=True):
            reading = SheetReading(kind, reason="unclear" if kind == "invalid" else "")  # type: ignore[arg-type]
            operations.enter_sheet(actor=by, booth_id=booth.pk, serial=serial, reading=reading, at=now)
    booth.refresh_from_db()
    return booth


def _mark_somebody(booth: Booth, runner: Actor, now: datetime) -> None:
    """Mark the first on the roll who has voted nowhere yet; many of the demo have voted online."""
    for voter in RollEntry.objects.filter(poll=booth.poll, area__startswith=booth.area).order_by("-pk"):
        try:
            operations.mark_voter(
                actor=runner, booth_id=booth.pk, voter=voter.pk, document_seen=True, key=secrets.token_hex(8), at=now
            )
        except (operations.VotedOnline, operations.MarkedAlready):
            continue
        return
    raise AssertionError("everybody has voted")
