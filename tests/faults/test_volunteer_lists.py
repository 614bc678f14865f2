"""A worker killed in the middle of taking a list of volunteers: whole batches are there, and another goes on."""

from __future__ import annotations

import signal

import psycopg
import pytest

from shanzhi.config.roles import DATABASE
from tests.faults.support import House

SEND = """
import django
django.setup()
from django.utils import timezone
from shanzhi.kernel.actor import Actor
from shanzhi.volunteering.operations import imports
from tests.people.conftest import make_areas
from tests.volunteering.import_support import SHEET, a_list, a_row
make_areas()
actor, at = Actor.system("test"), timezone.now()
rows = [a_row(n, "示例甲", 手机号=f"138001{n:05}", 所属社区="历山路社区", 时长=2.5) for n in range(1, 10)]
found = imports.receive_import(actor=actor, area="370102001", name="x.xlsx", content=a_list(*rows), at=at)
imports.name_columns(actor=actor, import_id=found.pk, columns=found.columns, sheets=[SHEET], at=at)
imports.check_import(import_id=found.pk, at=at)
imports.take_import(actor=actor, import_id=found.pk, at=at)
print(found.pk)
"""
TAKE = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from shanzhi.volunteering.operations import imports
from shanzhi.volunteering.operations.imports import batches, writing
writing.BATCH = 4
if sys.argv[2] == "dies":
    marked, seen = batches.mark_rows, []
    def mark(rows):
        marked(rows)
        seen.append(rows)
        if len(seen) == 2:
            os.kill(os.getpid(), signal.SIGKILL)  # the second batch is written, not committed
    batches.mark_rows = mark
imports.write_import(import_id=sys.argv[1], at=timezone.now())
"""


@pytest.mark.slow
class TestAListTakenByAWorkerThatIsKilled:
    def test_is_there_in_whole_batches_and_another_goes_on(self, house: House) -> None:
        (found,) = house.run(SEND)
        assert house.start(TAKE, found, "dies").wait(timeout=120) == -signal.SIGKILL
        assert self.there(house) == ("writing", 4, 4, 4, 5)
        assert house.start(TAKE, found, "lives").wait(timeout=120) == 0
        assert self.there(house) == ("written", 9, 9, 9, 0)

    def there(self, house: House) -> tuple[str, int, int, int, int]:
        """State of the import, numbers of volunteers, of hours of before, of their events, of rows that wait."""
        with psycopg.connect(house.cluster.url(DATABASE)) as connection:
            row = connection.execute(
                "SELECT (SELECT state FROM volunteering_volunteerimport),"
                " (SELECT count(*) FROM volunteering_volunteer),"
                " (SELECT count(*) FROM volunteering_earlierhours),"
                " (SELECT count(*) FROM audit_event WHERE verb = 'volunteering.volunteer.import'),"
                " (SELECT count(*) FROM volunteering_volunteerrow WHERE step = 'waiting')"
            ).fetchone()
        assert row is not None
        return row
