"""What the benchmark of the areas measures; loaded once Django is set up on a folder of its own."""

import csv
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

from shanzhi.config.owner import as_owner, migrate
from shanzhi.kernel.actor import Actor
from shanzhi.places import exchange, operations, queries
from shanzhi.places.exchange import BadFile, fetched
from shanzhi.places.models import Area

SIZES = (31, 11, 9, 14, 15)  # children at each level, about as many as the country has: 31 … 620,000
ROUNDS = 5
PROBES = 400


def say(name: str, value: float, floor: float, bound: float) -> None:
    """Print one figure as a line of JSON."""
    ratio = value / floor
    line = {"name": name, "value": round(value, 6), "floor": round(floor, 6), "ratio": round(ratio, 2), "bound": bound,
            "holds": ratio <= bound}  # fmt: skip
    print(json.dumps(line), flush=True)


def made_up() -> bytes:
    """Write a country of the same size and shape as one file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("code", "name", "level", "parent_code"))
    widths, levels = (2, 2, 2, 3, 3), ("province", "city", "district", "street", "community")
    above = [""]
    for size, width, level in zip(SIZES, widths, levels, strict=True):
        below = [f"{code}{n:0{width}d}" for code in above for n in range(1, size + 1)]
        writer.writerows((code, f"示例{code[-3:]}社区居委会", level, code[:-width]) for code in below)
        above = below
    return out.getvalue().encode()


def seconds(act: Callable[[], Any]) -> float:
    """Time one run."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def bare_copy(contents: list[tuple[tuple[str, ...], bytes]]) -> float:
    """Time a COPY of the same bytes into tables without keys, checks or indexes."""
    total = 0.0
    for header, body in contents:
        columns = ", ".join(f'"{name}" text' for name in header)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS bench_bare; CREATE TABLE bench_bare ({columns})")

            def run(cursor: Any = cursor, body: bytes = body) -> None:
                with cursor.copy("COPY bench_bare FROM STDIN (FORMAT csv)") as copy:
                    for start in range(0, len(body), 1 << 20):
                        copy.write(body[start : start + (1 << 20)])

            total += seconds(run)
    return total


def empty() -> None:
    """Take every area away, with what hangs on it; the guards of tables that only grow look away meanwhile."""
    tables = [model._meta.db_table for model in apps.get_app_config("places").get_models()]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE places_area CASCADE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def imports(path: Path) -> None:
    """Compare the import, from reading the files to the commit, with a bare COPY; both at their best of five."""

    def run() -> operations.ImportReport:
        return operations.import_areas(
            actor=Actor.system("bench"), sheets=exchange.read_any(path), as_of=date(2023, 6, 30), source="bench",
            at=datetime.now(UTC),
        )  # fmt: skip

    contents = [(one.header, one.body) for one in exchange.read_any(path)]
    values, floors = [], []
    for _round in range(ROUNDS):
        floors.append(bare_copy(contents))
        empty()
        values.append(seconds(run))
    say("areas.import", min(values), min(floors), 4.0)
    again = run()
    assert not again.changed, "a second import changes nothing"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_bare")
        cursor.execute("VACUUM ANALYZE places_area")


def pages() -> None:
    """Compare pages of 25 rows of a subtree, and of children, with a look-up of 25 primary keys."""
    for name, codes in probes():
        floors, trees, children = [], [], []
        for index in range(PROBES):
            code = codes[index % len(codes)]
            keys = list(queries.subtree(code).values_list("pk", flat=True)[:25])
            rows = Area.objects.filter(pk__in=keys).order_by("code")
            floors.append(seconds(partial(list, rows)))
            trees.append(seconds(partial(list, queries.subtree(code)[:25])))
            children.append(seconds(partial(list, queries.children(code)[:25])))
        floor = statistics.median(floors)
        say(f"areas.subtree_page.{name}", statistics.median(trees), floor, 1.5)
        say(f"areas.children_page.{name}", statistics.median(children), floor, 1.5)


def probes() -> Iterator[tuple[str, list[str]]]:
    """Give codes of each level that have 25 rows or more below them."""
    yield "country", [""]
    for level in ("province", "city", "district"):
        codes = list(Area.objects.filter(level=level).order_by("?").values_list("pk", flat=True)[:50])
        yield level, [code for code in codes if Area.objects.filter(code__startswith=code).count() >= 25]


@contextmanager
def source() -> Iterator[Path]:
    """Give the files: those named, the package's, or a made-up country."""
    if len(sys.argv) > 1:
        yield Path(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            for one in fetched():
                content = ",".join(one.header).encode() + b"\n" + one.body
                (Path(folder) / one.name).write_bytes(content)
            yield Path(folder)
        except BadFile:
            (Path(folder) / "country.csv").write_bytes(made_up())
            yield Path(folder) / "country.csv"


def measure() -> None:
    """Measure against the database that the environment names."""
    migrate(skip_checks=True)
    with as_owner(), source() as path:  # as `shanzhi areas import` does
        imports(path)
        pages()
