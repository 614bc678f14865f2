"""What the clock does here: asks whose shift begins lapse, runs whose days are over are closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from shanzhi.assignments.lifecycle import BEGUN, OVER, PROPOSAL, RUN
from shanzhi.assignments.models import Proposal, Run
from shanzhi.assignments.operations.frames import end, locked_shift, note
from shanzhi.assignments.operations.runs import FAILED, close
from shanzhi.kernel.actor import Actor
from shanzhi.work.models import Job
from shanzhi.work.operations import fail_job

# A run takes minutes; one that a worker never ended does not hang for ever.
PATIENCE: Final = timedelta(days=1)


def run_clock(*, at: datetime) -> dict[str, int]:
    """Do what is due now; gives how many of each. Done again, it finds nothing more."""
    actor = Actor.system("clock")
    return {"lapsed": lapse(actor=actor, at=at), "closed": close_over(actor=actor, at=at),
            "failed": fail_hanging(actor=actor, at=at)}  # fmt: skip


def lapse(*, actor: Actor, at: datetime) -> int:
    """Let asks lapse whose shift has begun or does not take place."""
    over = ~Q(shift__state="open") | ~Q(shift__activity__state="published")
    due = Proposal.objects.filter(over | Q(shift__starts_at__lte=at), state="asked")
    done = 0
    for shift_id in list(due.order_by("shift").values_list("shift", flat=True).distinct()):
        with transaction.atomic():
            shift = locked_shift(shift_id)
            reason = BEGUN if shift.state == "open" and shift.activity.state == "published" else OVER
            rows = Proposal.objects.select_for_update(of=("self",)).select_related("run", "volunteer")
            for row in rows.filter(shift=shift, state="asked").order_by("pk"):
                if reason == BEGUN and shift.starts_at > at:
                    continue
                end(row, PROPOSAL.move(row.state, "lapse"), at, reason=reason)
                note(actor, "pair.lapse", row.run, at, {"number": row.volunteer.number, "shift": shift.starts_at})
                done += 1
    return done


def close_over(*, actor: Actor, at: datetime) -> int:
    """Close the runs whose days are over."""
    keys = list(Run.objects.filter(state="proposed", last_at__lte=at).order_by("pk").values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            run = Run.objects.select_for_update(no_key=True).get(pk=key)
            if run.state == "proposed":
                close(actor, run, at)
    return len(keys)


def fail_hanging(*, actor: Actor, at: datetime) -> int:
    """Give up the runs that no worker ended within a day, and their work, so that its page says so too."""
    rows = Run.objects.filter(state="working", made_at__lte=at - PATIENCE)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            run = Run.objects.select_for_update(no_key=True).get(pk=key)
            if run.state == "working":
                run.state, run.finished_at = RUN.move(run.state, "fail"), at
                run.save(update_fields=["state", "finished_at"])
                note(actor, "run.fail", run, at, {})
                if run.job is not None and Job.objects.filter(pk=run.job, state__in=("waiting", "running")).exists():
                    fail_job(job_id=run.job, error=str(FAILED), at=at)
    return len(keys)
