"""What the benchmark of service measures: a batch of certificates set as PDF, and the page of many records."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks._ballots_voters import AREA, _people, _sessions
from shanzhi.config.owner import as_owner, migrate
from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.places.models import Area
from shanzhi.service import operations
from shanzhi.service.exchange.certificate import _sheet, service_pdf
from shanzhi.service.models import CertificateBatch, ServiceRecord
from shanzhi.service.operations import batches
from shanzhi.service.operations.printing import SHEETS, issuer_sheets, masked_copy
from shanzhi.service.queries import of_batch
from shanzhi.ui.pdf import typeset
from shanzhi.volunteering.models import TaskKind, Volunteer
from shanzhi.work.models import Job

EACH, FEW, ROUNDS, BOUND = 3, 10, 15, 1.5
SYSTEM = Actor.system("benchmark")
STAFF = Actor(account_id=uuid4(), grants=(Grant(Role.COMMUNITY_SECRETARY, AREA),))
LEVELS = {2: "province", 4: "city", 6: "district", 9: "subdistrict", 12: "community"}
BARE = "#for one in data.sheets {\n  for line in one [#line \\ ]\n  pagebreak()\n}\n"
PAGE = "/account/volunteering/service/"


def measure(certificates: int, records: int) -> bool:
    """Fill, issue, set, open pages, tell; whether the bound of the page holds."""
    migrate(skip_checks=True)
    at = timezone.now()
    with as_owner():
        for length, level in LEVELS.items():
            parent = {2: None, 4: 2, 6: 4, 9: 6, 12: 9}[length]
            values = {"name": "示例", "level": level, "parent_id": AREA[:parent] if parent else None}
            Area.objects.get_or_create(code=AREA[:length], defaults=values)
    people = _people(certificates + 2, at)
    kind = TaskKind.objects.create(area="", code="bench", name="示例", name_en="Example", created_at=at)
    rows = Volunteer.objects.bulk_create(
        Volunteer(person=one, number=f"370102{n:09d}", area=AREA, state="active", joined_at=at)
        for n, one in enumerate(people)
    )  # fmt: skip
    *served, few, many = rows
    _serve(((one, place) for one in served for place in range(EACH)), kind, at)
    _batch(certificates, at)
    _serve(((few, place) for place in range(FEW)), kind, at)
    _serve(((many, place) for place in range(records)), kind, at)
    return _pages(people[-2:], records, at)


def _serve(wanted: Iterable[tuple[Volunteer, int]], kind: TaskKind, at: datetime) -> None:
    """Put verified records into the table: of each volunteer and place one of another day, or another quarter hour."""
    old = at - timedelta(days=1000)
    made = ServiceRecord.objects.bulk_create(
        (
            ServiceRecord(
                volunteer=one, area=AREA, task_kind=kind, minutes=15, content="示例", recorded_at=old, state="noticed",
                served_on=timezone.localdate(at) - timedelta(days=place % 365), starts=place // 365 * 15,
                noticed_at=old, notice_over_at=old,
            )
            for one, place in wanted
        ),
        batch_size=2000,
    )  # fmt: skip
    for first in range(0, len(made), 2000):
        some = [one.pk for one in made[first : first + 2000]]
        ServiceRecord.objects.filter(pk__in=some).update(state="verified", verified_at=at)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _batch(many: int, at: datetime) -> None:
    """Order a batch, have the job make it, and set its sheets; beside plain pages with the same words."""
    day = timezone.localdate(at)
    paper = operations.Paper(day - timedelta(days=30), day, "示例甲", "示例乙", "0531（示例）", area=AREA)
    start = time.perf_counter()
    found = operations.order_batch(actor=SYSTEM, paper=paper, at=at)
    steps: list[int] = []
    advance = batches.advance_job
    batches.advance_job = lambda *, job_id, done: (steps.append(done), advance(job_id=job_id, done=done))[-1]
    operations.write_batch(batch_id=found.pk, at=at)
    issued = time.perf_counter() - start
    for first in range(1, many + 1, SHEETS):
        copies = issuer_sheets(actor=STAFF, batch_id=found.pk, first=first)
        service_pdf(copies, address=_address, at=at)
    whole = time.perf_counter() - start
    made = CertificateBatch.objects.get(pk=found.pk)
    job = Job.objects.get(pk=found.job or found.pk)
    if (made.state, made.made, job.state, job.done, steps[-1]) != ("written", many, "done", many, many):
        raise SystemExit(f"the batch is not whole: {made.state} {made.made} {job.state} {job.done}")
    floor = _bare(found, at)
    _print(
        name=f"a batch of {many:,} certificates, issued and set as PDF, beside as many plain pages", value=whole,
        floor=floor, ratio=whole / floor, seconds_to_issue=issued, steps_told=len(steps),
        most_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )  # fmt: skip


def _address(found: Any) -> str:
    return f"https://example.org/service/check/{found.code}/"


def _bare(found: CertificateBatch, at: datetime) -> float:
    """Set the words of the same certificates on plain pages; in seconds."""
    words = [
        [f"{name} {value}" for name, value in _sheet(masked_copy(one), "").rows] for one in of_batch(found)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        layout = Path(folder) / "bare.typ"
        layout.write_text(BARE)
        typeset(layout, {"sheets": words[:1]}, at=at)
        start = time.perf_counter()
        for first in range(0, len(words), SHEETS):
            typeset(layout, {"sheets": words[first : first + SHEETS]}, at=at)
        return time.perf_counter() - start


def _pages(people: list[Person], records: int, at: datetime) -> bool:
    """Open the own page of who has few records and of who has many, by turns."""
    few, many = (_reader(session) for session in _sessions(people, at))
    few(), many()
    values, floors = [], []
    for _ in range(ROUNDS):
        values.append(many())
        floors.append(few())
    ratio = median(values) / median(floors)
    _print(
        name=f"the own page of who has {records:,} records beside that of who has {FEW}", value=median(values),
        floor=median(floors), ratio=ratio, bound=BOUND, holds=ratio <= BOUND, bound_is="at most", rounds=ROUNDS,
    )  # fmt: skip
    return ratio <= BOUND


def _reader(session: str) -> Callable[[], float]:
    client = Client(SERVER_NAME="localhost")
    client.cookies["sessionid"] = session

    def read() -> float:
        start = time.perf_counter()
        answer = client.get(PAGE)
        spent = time.perf_counter() - start
        if answer.status_code != 200:
            raise SystemExit(f"the page answered {answer.status_code}")
        return spent

    return read


def _print(**line: Any) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
