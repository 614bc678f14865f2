"""Areas for tests: the two districts that come with the program."""

from datetime import UTC, date, datetime
from functools import cache

from shanzhi.kernel.actor import Actor
from shanzhi.places import exchange, operations
from shanzhi.places.exchange import Sheet
from tests.support.database import as_owner

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CODES_OF = date(2023, 6, 30)
SYSTEM = Actor.system("test")


@cache
def _sheets() -> list[Sheet]:
    return exchange.shipped()


def load_districts() -> operations.ImportReport:
    """Load 历下区 and 昌平区 with all below and above them, 751 areas, in some 50 ms."""
    with as_owner():  # as `shanzhi areas` and the demo do
        return operations.import_areas(actor=SYSTEM, sheets=_sheets(), as_of=CODES_OF, source="shipped", at=AT)
