"""The page of life cycles says what the tables say."""

from pathlib import Path

from scripts import lifecycles
from shanzhi.activities import lifecycle as activities
from shanzhi.assignments import lifecycle as assignments
from shanzhi.attendance import lifecycle as attendance
from shanzhi.funding import lifecycle as funding
from shanzhi.kernel.lifecycle import Lifecycle
from shanzhi.ledger import lifecycle as ledger
from shanzhi.notices import lifecycle as notices
from shanzhi.organizations import lifecycle as organizations
from shanzhi.people import lifecycle as people
from shanzhi.projects import lifecycle as projects
from shanzhi.service import lifecycle as service
from shanzhi.timebank import lifecycle as timebank
from shanzhi.ventures import lifecycle as ventures
from shanzhi.volunteering import lifecycle as volunteering
from shanzhi.voting import lifecycle as voting
from shanzhi.work import lifecycle as work


class TestThePageOfLifeCycles:
    def test_is_current(self) -> None:
        assert lifecycles.DOCUMENT.read_text() == lifecycles.text(), "run .venv/bin/python scripts/lifecycles.py"

    def test_leaves_no_table_out(self) -> None:
        tables = {
            value.name
            for room in (
                activities,
                attendance,
                assignments,
                funding,
                ledger,
                notices,
                organizations,
                people,
                projects,
                service,
                timebank,
                ventures,
                volunteering,
                voting,
                work,
            )
            for value in vars(room).values()
            if isinstance(value, Lifecycle)
        }
        assert tables == {table.name for table in lifecycles.TABLES}

    def test_lists_every_room_with_a_table(self) -> None:
        rooms = {path.parent.name for path in Path(people.__file__).parents[1].glob("*/lifecycle.py")}
        assert rooms == {
            "activities",
            "attendance",
            "assignments",
            "funding",
            "kernel",
            "ledger",
            "notices",
            "organizations",
            "people",
            "projects",
            "service",
            "timebank",
            "ventures",
            "volunteering",
            "voting",
            "work",
        }
