"""What the clock does for activities: reminders, lines of shifts that begin, activities that are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from shanzhi.activities import telling
from shanzhi.activities.lifecycle import ACTIVITY, LIVING, PLANNED, SERVES_NO_MORE
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.activities.operations.frames import follow_leader, note
from shanzhi.activities.operations.line import end_line, release
from shanzhi.kernel.actor import Actor
from shanzhi.people import minors
from shanzhi.volunteering import queries as volunteering

REMIND_BEFORE: Final = timedelta(hours=24)


def run_clock(*, at: datetime) -> dict[str, int]:
    """Do what is due now; gives how many of each. Done again, it finds nothing more."""
    actor = Actor.system("clock")
    return {
        "released": release_unfit(actor=actor, at=at),
        "reminded": remind(actor=actor, at=at),
        "lines": end_lines(actor=actor, at=at),
        "finished": finish_activities(actor=actor, at=at),
        "led": follow_leaders(actor=actor, at=at),
    }


def remind(*, actor: Actor, at: datetime) -> int:
    """Remind who is signed up of a shift that begins within a day; once for each time that it was given."""
    due = Q(state="open", starts_at__gt=at, starts_at__lte=at + REMIND_BEFORE)
    fresh = SignUp.objects.filter(state="signed").exclude(reminded_of=F("shift__starts_at"))
    shifts = Shift.objects.filter(due, pk__in=fresh.values("shift")).select_related("activity").order_by("pk")
    return sum([_remind(actor, one.pk, at) for one in shifts])


def _remind(actor: Actor, shift_id: UUID, at: datetime) -> int:
    with transaction.atomic():
        shift = _locked(shift_id)
        rows = SignUp.objects.filter(shift=shift, state="signed").exclude(reminded_of=shift.starts_at)
        people = list(rows.values_list("volunteer__person", flat=True))
        if not people or shift.state != "open" or shift.starts_at <= at:
            return 0
        rows.update(reminded_of=shift.starts_at)
        telling.tell_soon(actor=actor, activity=shift.activity, shift=shift, people=people, at=at)
    return len(people)


def end_lines(*, actor: Actor, at: datetime) -> int:
    """End the lines of shifts that have begun, and who waited reads so."""
    begun = SignUp.objects.filter(state="waiting", shift__starts_at__lte=at)
    done = 0
    for key in list(begun.order_by("shift").values_list("shift", flat=True).distinct()):
        with transaction.atomic():
            shift = _locked(key)
            done += end_line(actor, shift, at) if shift.starts_at <= at else 0  # it may have been moved meanwhile
    return done


def finish_activities(*, actor: Actor, at: datetime) -> int:
    """Let published activities be over whose last shift has ended; called-off ones count where there are no others."""
    last = Coalesce(Max("shifts__ends_at", filter=Q(shifts__state="open")), Max("shifts__ends_at"))
    rows = Activity.objects.filter(state="published").annotate(last=last)
    done = 0
    for key in list(rows.filter(last__lte=at).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            found = Activity.objects.select_for_update(no_key=True).get(pk=key)
            open_still = Shift.objects.filter(activity=found, state="open", ends_at__gt=at).exists()
            if found.state != "published" or open_still:
                continue
            found.state, found.ended_at = ACTIVITY.move(found.state, "finish"), at
            found.version += 1
            found.save()
            note(actor, "activity.finish", found, at, {"state": found.state})
            done += 1
    return done


def follow_leaders(*, actor: Actor, at: datetime) -> int:
    """Let who leads a team today lead its activities on the day: a team may change its leader after it planned them."""
    leader = volunteering.leader_of(OuterRef("team")).values("volunteer")[:1]
    rows = Activity.objects.filter(state__in=PLANNED).annotate(leader=Subquery(leader))
    keys = rows.filter(leader__isnull=False).exclude(contact=F("leader")).order_by("pk").values_list("pk", flat=True)
    done = 0
    for key in list(keys):
        with transaction.atomic():
            found = Activity.objects.select_for_update(of=("self",), no_key=True).select_related("team").get(pk=key)
            if found.living and follow_leader(actor, found, at):
                found.save(update_fields=["contact"])
                done += 1
    return done


def release_unfit(*, actor: Actor, at: datetime) -> int:
    """End the sign-ups to come of who left, pauses, or lacks a consent now, so that the places are free for others."""
    young = minors.born_by(timezone.localdate(at), minors.ADULT)
    doubtful = (
        Q(volunteer__state__in=("paused", "left"))
        | Q(volunteer__person__born_on__gt=young)
        | Q(volunteer__person__merged_into__born_on__gt=young)
    )
    rows = SignUp.objects.filter(doubtful, state__in=LIVING, shift__state="open", shift__starts_at__gt=at)
    unfit: dict[UUID, list[UUID]] = {}
    for row in rows.select_related("volunteer__person__merged_into").order_by("shift", "turn"):
        if not volunteering.serves(row.volunteer, at):
            unfit.setdefault(row.shift_id, []).append(row.pk)
    for shift_id, keys in sorted(unfit.items()):
        with transaction.atomic():
            shift = _locked(shift_id)
            found = SignUp.objects.select_for_update(of=("self",)).select_related("volunteer")
            release(actor, list(found.filter(pk__in=keys, state__in=LIVING)), shift, SERVES_NO_MORE, at)
    return sum(len(keys) for keys in unfit.values())


def _locked(shift_id: UUID) -> Shift:
    rows = Shift.objects.select_for_update(of=("self",), no_key=True).select_related("activity__task_kind")
    return rows.get(pk=shift_id)
