"""In whose name a job works on a register."""

from __future__ import annotations

from datetime import datetime

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.work.models import Job

COMMAND = "import organizations"


def actor_behind(job: Job, at: datetime) -> Actor:
    """Give the actor of who began a job, with the roles of this moment; behind the command's stands the system."""
    return Actor.system(COMMAND) if job.owner is None else actor_of_person(person_id=job.owner, at=at)
