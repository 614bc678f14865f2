"""Setting up booths: the terms of paper voting, the booths themselves, who works there, the printed sheets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shanzhi.people.actors import grants_of
from shanzhi.people.models import Person
from shanzhi.places.queries import kin, reach, within_any
from shanzhi.voting.lifecycle import BOOTH, DRAFT, FINISHED_STATES, OPEN, PREPARED, ROLL_FIXED
from shanzhi.voting.models import Booth, BoothOfficer, Poll, RollEntry, Sheet
from shanzhi.voting.operations.polls import BadPoll, event_area, locked
from shanzhi.voting.operations.serials import new_code, new_serials
from shanzhi.voting.policies import booth_seen, manages, require_manager, serves, works_at

LEAST_OFFICERS: Final = 2
MOST_SHEETS: Final = 500


class BadBooth(Invalid):
    """What a booth is said to be makes no sense."""

    code = "bad_booth"


class NoPaperInThisState(Conflict):
    """Booths are set up before or while the vote runs."""

    code = "no_booth_now"
    message = _("This vote is over, so no polling place can be set up any more.")


class PollNotOpen(Conflict):
    """The act needs a vote that runs."""

    code = "vote_not_running"
    message = _("This can be done while the vote is open. Check its dates.")


class StaleBooth(Conflict):
    """The booth was changed since the page was opened."""

    code = "stale_booth"


class BoothNotPrepared(Conflict):
    """Only a booth that has not opened yet is changed or cancelled."""

    code = "booth_not_prepared"
    message = _("This polling place has opened already, so this no longer changes. Close and reconcile it instead.")


class NotAnOfficer(Forbidden):
    """The actor does not work at this booth."""

    code = "not_an_officer"
    message = _("Only the officers of this polling place do this. Ask whoever runs the vote to name you.")


class OfficerNeedsRole(Invalid):
    """Officers are people with a role in the area."""

    code = "officer_needs_role"
    message = _("An officer must hold a role in this area, for example as a volunteer. Give the role first.")


class OfficerAlready(Conflict):
    """The person works at this booth already."""

    code = "officer_already"
    message = _("This person is an officer of this polling place already.")


class TooFewOfficers(Conflict):
    """An open booth keeps two officers."""

    code = "too_few_officers"
    message = _("A polling place needs two officers at least. Name another one first.")


@dataclass(frozen=True, slots=True)
class BoothPlan:
    """What is planned for a booth: name, place, area, kind (`booth` or `home_visit`) and hours."""

    name: str
    place: str
    area: str
    planned_from: datetime
    planned_to: datetime
    kind: str = "booth"


def set_paper_terms(
    *, actor: Actor, poll_id: UUID, booth_registration: bool, paper_replaces_online: bool, at: datetime
) -> Poll:
    """Say how far paper goes in a poll; frozen with all other terms when it opens. Raises BadPoll after that."""
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        if poll.state not in (DRAFT, ROLL_FIXED):
            raise BadPoll(_("The vote is open, so its terms can no longer change."), field="booth_registration")
        poll.booth_registration, poll.paper_replaces_online = booth_registration, paper_replaces_online
        poll.save(update_fields=["booth_registration", "paper_replaces_online"])
        change = {"booth_registration": booth_registration, "paper_replaces_online": paper_replaces_online}
        record(
            actor=actor, verb="voting.poll.set_paper_terms", subject=poll, area=event_area(poll), change=change, at=at
        )
    return poll


def create_booth(*, actor: Actor, poll_id: UUID, plan: BoothPlan, at: datetime) -> Booth:
    """Set up a polling place or a round of home visits, as prepared. Raises BadBooth, NoPaperInThisState."""
    with transaction.atomic():
        poll = locked(poll_id, actor=actor)
        if poll.state in FINISHED_STATES:
            raise NoPaperInThisState
        _check(poll, plan)
        codes = Booth.objects.filter(poll=poll).values_list("code", flat=True)
        booth = Booth(poll=poll, code=new_code(codes), created_at=at, **_columns(plan))
        with _named_once():
            booth.save(force_insert=True)
        record(actor=actor, verb="voting.booth.create", subject=booth, area=booth.area, change=_told(booth), at=at)
    return booth


def change_booth(*, actor: Actor, booth_id: UUID, plan: BoothPlan, version: int | None = None, at: datetime) -> Booth:
    """Change what is planned for a booth that has not opened. Raises BadBooth, BoothNotPrepared, StaleBooth."""
    with transaction.atomic():
        booth = managed_booth(actor=actor, booth_id=booth_id, version=version)
        if booth.state != PREPARED:
            raise BoothNotPrepared
        _check(booth.poll, plan)
        before = _told(booth)
        for column, value in _columns(plan).items():
            setattr(booth, column, value)
        booth.version += 1
        with _named_once():
            booth.save()
        after = _told(booth)
        change = {"fields": {name: [before[name], after[name]] for name in after if before[name] != after[name]}}
        record(actor=actor, verb="voting.booth.change", subject=booth, area=booth.area, change=change, at=at)
    return booth


def _columns(plan: BoothPlan) -> dict[str, Any]:
    return {
        "name": plan.name.strip(),
        "place": plan.place.strip(),
        "area": plan.area,
        "kind": plan.kind,
        "planned_from": plan.planned_from,
        "planned_to": plan.planned_to,
    }


def _told(booth: Booth) -> dict[str, Any]:
    return {
        "name": booth.name,
        "place": booth.place,
        "area": booth.area,
        "kind": booth.kind,
        "planned_from": booth.planned_from.isoformat(),
        "planned_to": booth.planned_to.isoformat(),
    }


def _check(poll: Poll, plan: BoothPlan) -> None:
    if not plan.name.strip():
        raise BadBooth(_("Give the polling place a name."), field="name")
    if len(plan.name) > 80 or len(plan.place) > 200:
        raise BadBooth(_("Name or place is too long: 80 and 200 characters at most."), field="name")
    if plan.kind not in ("booth", "home_visit"):
        raise BadBooth(_("This is either a polling place or a round of home visits."), field="kind")
    if not any(covers(code, plan.area) for code in reach(poll.areas, poll.closes_at)):
        raise BadBooth(_("The polling place must lie in an area that votes here."), field="area")
    if plan.planned_to <= plan.planned_from:
        raise BadBooth(_("A polling place closes after it opens."), field="planned_to")
    if plan.planned_from < poll.opens_at or plan.planned_to > poll.closes_at:
        raise BadBooth(_("The hours must lie within the time of the vote."), field="planned_from")


@contextmanager
def _named_once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "voting_booth_name" in str(error):
            raise BadBooth(_("Another polling place of this vote has this name."), field="name") from None
        raise


def managed_booth(*, actor: Actor, booth_id: UUID, version: int | None = None) -> Booth:
    """Lock a booth for whoever runs its poll, poll first; a stranger learns nothing of it."""
    booth = locked_booth(booth_id)
    if not manages(actor, booth.poll.areas) and not booth_seen(actor, booth):
        raise NotFound
    require_manager(actor, booth.poll)
    require_version(booth, version)
    return booth


def working_booth(*, actor: Actor, booth_id: UUID, version: int | None = None) -> Booth:
    """Lock a booth for one of its officers, poll first; raise NotAnOfficer, or NotFound to strangers."""
    booth = locked_booth(booth_id)
    require_officer(actor, booth)
    require_version(booth, version)
    return booth


def require_version(booth: Booth, version: int | None) -> None:
    """Refuse who looked at an earlier state of the booth: its plan, officers, opening or counts changed since.

    Pages and API always send what they showed; None is for work that saw no page, as when a demo is loaded.
    """
    if version is not None and version != booth.version:
        raise StaleBooth


def next_version(booth: Booth) -> None:
    """Count a change that is kept beside the booth's own row."""
    booth.version += 1
    booth.save(update_fields=["version"])


def require_officer(actor: Actor, booth: Booth) -> None:
    """Refuse who does not work at the booth."""
    if works_at(actor, booth):
        return
    if not booth_seen(actor, booth):
        raise NotFound
    raise NotAnOfficer


def locked_booth(booth_id: UUID) -> Booth:
    """Lock a booth, having first taken a share of its poll, so that the close waits for us and we for it."""
    poll_id = Booth.objects.filter(pk=booth_id).values_list("poll_id", flat=True).first()
    if poll_id is None:
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM voting_poll WHERE id = %s FOR KEY SHARE", [poll_id])
    return Booth.objects.select_for_update(of=("self",)).select_related("poll").get(pk=booth_id)


def give_officer(
    *, actor: Actor, booth_id: UUID, person_id: UUID, version: int | None = None, at: datetime
) -> BoothOfficer:
    """Name an officer of a booth: a person who holds a role in its area.

    Raises OfficerNeedsRole, OfficerAlready, StaleBooth.
    """
    with transaction.atomic():
        booth = managed_booth(actor=actor, booth_id=booth_id, version=version)
        person = Person.objects.filter(pk=person_id).first()
        if person is None or person.merged_into_id is not None or not has_role_there(person, booth.area, at):
            raise OfficerNeedsRole(field="person")
        if booth.officers.filter(person__merged_into=person, ended_at=None).exists():
            raise OfficerAlready(field="person")
        if booth.state not in (PREPARED, OPEN, "closed"):
            raise NoPaperInThisState
        try:
            with transaction.atomic():
                given = BoothOfficer.objects.create(
                    booth=booth, person=person, given_by_id=actor.person_id, given_at=at
                )
        except IntegrityError:
            raise OfficerAlready(field="person") from None
        next_version(booth)
        change = {"officer": str(person_id)}
        record(actor=actor, verb="voting.booth.give_officer", subject=booth, area=booth.area, change=change, at=at)
    return given


def voters_of(booth: Booth) -> QuerySet[RollEntry]:
    """Give the part of the roll that a booth takes: whose records know a place of its area, by whichever code."""
    return RollEntry.objects.filter(within_any("area", kin(booth.area)), poll_id=booth.poll_id)


def takes(booth: Booth, home: str) -> bool:
    """Tell whether a home lies in a booth's area, known by a code of today or from before."""
    return any(covers(code, home) for code in kin(booth.area))


def has_role_there(person: Person, area: str, at: datetime) -> bool:
    """Tell whether a person holds a role at, above or inside an area; to live there is none."""
    codes = kin(area)
    return any(serves(grant, codes) for grant in grants_of(person=person, at=at))


def end_officer(*, actor: Actor, booth_id: UUID, person_id: UUID, version: int | None = None, at: datetime) -> None:
    """End an officer's work at a booth; two stay while it is open. Raises TooFewOfficers, StaleBooth, NotFound."""
    with transaction.atomic():
        booth = managed_booth(actor=actor, booth_id=booth_id, version=version)
        rows = BoothOfficer.objects.filter(booth=booth, ended_at=None)
        if booth.state == OPEN and rows.count() <= LEAST_OFFICERS:
            raise TooFewOfficers
        if not rows.filter(person_id=person_id).update(ended_at=at):
            raise NotFound
        next_version(booth)
        change = {"officer": str(person_id)}
        record(actor=actor, verb="voting.booth.end_officer", subject=booth, area=booth.area, change=change, at=at)


def cancel_booth(*, actor: Actor, booth_id: UUID, reason: str, version: int | None = None, at: datetime) -> Booth:
    """Give up a booth that never opened, for a reason. Raises BoothNotPrepared, BadBooth, StaleBooth."""
    with transaction.atomic():
        booth = managed_booth(actor=actor, booth_id=booth_id, version=version)
        if booth.state not in BOOTH.moves["cancel"].sources:
            raise BoothNotPrepared
        if not reason.strip():
            raise BadBooth(_("Write the reason; it is kept in the record of events."), field="reason")
        booth.state, booth.reason = BOOTH.move(booth.state, "cancel"), reason.strip()
        booth.version += 1
        booth.save(update_fields=["state", "reason", "version"])
        record(actor=actor, verb="voting.booth.cancel", subject=booth, area=booth.area, at=at, reason=booth.reason)
    return booth


def print_sheets(*, actor: Actor, booth_id: UUID, number: int, at: datetime) -> int:
    """Draw the serials of a run of sheets; gives the run's number. The poll must be open: only then is it frozen.

    Raises BadBooth, PollNotOpen, BoothNotPrepared.
    """
    if not 1 <= number <= MOST_SHEETS:
        raise BadBooth(_("A run has 1 to 500 sheets. Print several runs for more."), field="number")
    with transaction.atomic():
        booth = managed_booth(actor=actor, booth_id=booth_id)
        if booth.poll.state != OPEN:
            raise PollNotOpen(
                _("Sheets are printed once the vote is open: from then on its projects stay as they are.")
            )
        if booth.state not in (PREPARED, OPEN):
            raise BoothNotPrepared(_("This polling place has closed; no more sheets are printed for it."))
        known = Sheet.objects.filter(booth=booth)
        run = (known.aggregate(last=Max("run"))["last"] or 0) + 1
        serials = new_serials(booth.code, number, known.values_list("serial", flat=True))
        Sheet.objects.bulk_create([Sheet(booth=booth, serial=serial, run=run) for serial in serials])
        change = {"run": run, "sheets": number}
        record(actor=actor, verb="voting.booth.print", subject=booth, area=booth.area, change=change, at=at)
    return run


def note_download(*, actor: Actor, booth_id: UUID, run: int, at: datetime) -> None:
    """Note that the printable sheets of a run were fetched; they hold serials and receipts together."""
    with transaction.atomic():
        booth = managed_booth(actor=actor, booth_id=booth_id)
        record(
            actor=actor, verb="voting.booth.fetch_sheets", subject=booth, area=booth.area, change={"run": run}, at=at
        )
