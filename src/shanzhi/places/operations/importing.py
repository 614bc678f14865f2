"""Taking in the areas of a country: by COPY into the empty table, by a staging table and one merge otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import Error as PostgresError
from psycopg import sql

from shanzhi.audit.coverage import load_in_bulk
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COUNTRY
from shanzhi.kernel.errors import Invalid
from shanzhi.places import policies
from shanzhi.places.exchange import Batch, Sheet, checked, quick
from shanzhi.places.models import Area, AreaChange, ChangeKind, ChangeLink, FormerName

Progress = Callable[[str, int, int], None]
TABLE: Final = Area._meta.db_table
STAGING: Final = "places_staging"


class EmptyImport(Invalid):
    """There is no row in the files."""

    code = "empty_import"
    message = _("The files hold no areas. Check that these are the right files.")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in numbers of areas."""

    read: int
    added: int
    renamed: int

    @property
    def changed(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.added or self.renamed)


# A name that was changed here after the day of the file is newer than the file. One of the same day stands too, unless
# a list gave it (such renames carry no reason): then the later list corrects the earlier.
_RENAMED: Final = f"""
SELECT s.code, s.name FROM {STAGING} s JOIN {TABLE} a USING (code)
WHERE a.name <> s.name AND a.valid_to IS NULL AND (a.valid_from IS NULL OR a.valid_from < %(as_of)s)
AND NOT EXISTS (
    SELECT FROM places_formername f WHERE f.area_id = a.code AND (
        f.valid_to > %(as_of)s OR f.valid_to = %(as_of)s AND NOT EXISTS (
            SELECT FROM places_changelink l JOIN places_areachange c ON c.id = l.change_id
            WHERE l.new_id = a.code AND l.new_name = a.name
            AND c.kind = 'rename' AND c.on = f.valid_to AND c.reason = ''
        )
    )
)
"""  # noqa: S608 - own names


def _silent(step: str, done: int, total: int) -> None:
    """Show no progress."""


def import_areas(
    *, actor: Actor, sheets: Sequence[Sheet], as_of: date, source: str, at: datetime, progress: Progress = _silent
) -> ImportReport:
    """Take in areas: new codes are added, changed names become renames as of the day `as_of`, nothing is removed.

    A second run changes nothing; a list of the same day corrects the names of an earlier one. All or nothing: raises
    BadRows with row, field and cure, EmptyImport, Forbidden.
    """
    policies.require(actor, policies.IMPORT, COUNTRY)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Readers go on while the rows are checked; a second import waits.
            cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
        bare = not Area.objects.exists() and _owns_table()
        take = _fill if bare else _merge
        report = _with_care(lambda batches: take(batches, as_of, source, at, progress), sheets)
        first = Area.objects.order_by("code").first()
        if first is None or not report.read:
            raise EmptyImport
        if report.changed:
            told = {"read": report.read, "added": report.added, "renamed": report.renamed, "source": source}
            record(actor=actor, verb="places.area.import", subject=first, area=COUNTRY, change=told, at=at)
    return report


def _with_care(take: Callable[[Sequence[Batch]], ImportReport], sheets: Sequence[Sheet]) -> ImportReport:
    """Take the quick way; when the database refuses a row, read all rows with care, tell the faults or try again."""
    try:
        with transaction.atomic():
            return take([quick(one) for one in sheets])
    except (DatabaseError, PostgresError):  # COPY raises past Django
        return take([checked(sheets, _known)])


def _known(codes: set[str]) -> set[str]:
    return set(Area.objects.filter(pk__in=codes).values_list("pk", flat=True))


def _owns_table() -> bool:
    """Whether this role may take indexes off and put them on again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass", [TABLE])
        found = cursor.fetchone()
    return bool(found and found[0])


def _fill(batches: Sequence[Batch], as_of: date, source: str, at: datetime, progress: Progress) -> ImportReport:
    """Load the empty table with its checks on, then build keys and indexes: several times quicker than row by row."""
    with connection.cursor() as cursor, load_in_bulk(cursor, TABLE), _bared(cursor, progress):
        # Truncated in this transaction, so that rows can be written frozen: nothing is marked or logged again later.
        cursor.execute(f"TRUNCATE {TABLE}")
        read = _copy(cursor, TABLE, batches, progress, frozen=True)
    return ImportReport(read=read, added=read, renamed=0)


@contextmanager
def _bared(cursor: Any, progress: Progress) -> Iterator[None]:
    """Take keys and indexes off the table, and put exactly those on again."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE %s::regclass IN (conrelid, confrelid) AND contype IN ('f', 'p', 'u') ORDER BY contype",
        [TABLE],
    )
    constraints = cursor.fetchall()  # foreign keys first: they lean on the primary key
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))",
        [TABLE],
    )
    indexes = cursor.fetchall()
    for table, name, _kind, _text in constraints:
        cursor.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(_name(table), sql.Identifier(name)))
    for name, _text in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(_name(name)))
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    yield
    makings = [
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(_name(table), sql.Identifier(name), sql.SQL(text))
        for table, name, _kind, text in reversed(constraints)
    ] + [sql.SQL(text) for _name_of, text in indexes]
    for done, making in enumerate(makings):
        progress(str(_("Keys and indexes")), done, len(makings))
        cursor.execute(making)
    progress(str(_("Keys and indexes")), len(makings), len(makings))


def _name(text: str) -> sql.SQL:
    """A name as PostgreSQL wrote it (regclass), quoted already where it needs to be."""
    return sql.SQL(text)  # from the catalogue, never from outside


def _copy(cursor: Any, table: str, batches: Sequence[Batch], progress: Progress, *, frozen: bool = False) -> int:
    """Send the rows by COPY; give how many the server took."""
    total, sent, rows = sum(batch.size for batch in batches), 0, 0
    for batch in batches:
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in batch.columns)
        command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FORCE_NULL (parent_code), FREEZE {})")
        freeze = sql.SQL("true" if frozen else "false")
        with cursor.copy(command.format(sql.Identifier(table), columns, freeze)) as copy:
            for piece in batch.pieces():
                copy.write(piece)
                sent += len(piece)
                progress(str(_("Rows")), min(sent, total), total)
        rows += cursor.rowcount
    return rows


def _merge(batches: Sequence[Batch], as_of: date, source: str, at: datetime, progress: Progress) -> ImportReport:
    """Load a staging table that has the same checks, then add what is new and rename what changed."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
        cursor.execute(f"CREATE TEMPORARY TABLE {STAGING} (LIKE {TABLE} INCLUDING CONSTRAINTS) ON COMMIT DROP")
        read = _copy(cursor, STAGING, batches, progress)
        cursor.execute(f"ALTER TABLE {STAGING} ADD PRIMARY KEY (code)")
        cursor.execute(f"ANALYZE {STAGING}")
        cursor.execute(
            f"INSERT INTO {TABLE} (code, name, level, parent_code) SELECT s.code, s.name, s.level, s.parent_code "  # noqa: S608 - own names
            f"FROM {STAGING} s WHERE NOT EXISTS (SELECT FROM {TABLE} a WHERE a.code = s.code)"
        )
        added = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(_RENAMED, {"as_of": as_of})
        renamed = dict(cursor.fetchall())
        cursor.execute(f"DROP TABLE {STAGING}")
    _rename_many(renamed, as_of, source, at)
    return ImportReport(read=read, added=added, renamed=len(renamed))


def _rename_many(renamed: dict[str, str], on: date, source: str, at: datetime) -> None:
    if not renamed:
        return
    change = AreaChange.objects.create(kind=ChangeKind.RENAME, on=on, reason="", source=source[:200], created_at=at)
    found = list(Area.objects.select_for_update(of=("self",)).filter(pk__in=renamed).order_by("code"))
    since: dict[str, date] = {}
    corrected: dict[str, FormerName] = {}
    for former in FormerName.objects.filter(area__in=renamed).order_by("valid_to"):
        since[former.area_id] = former.valid_to
        if former.valid_to == on:
            corrected[former.area_id] = former
    FormerName.objects.bulk_create(
        FormerName(area=area, name=area.name, valid_from=since.get(area.code, area.valid_from), valid_to=on)
        for area in found
        if area.code not in corrected  # the wrong name never held
    )
    FormerName.objects.filter(
        pk__in=[former.pk for code, former in corrected.items() if former.name == renamed[code]]
    ).delete()
    ChangeLink.objects.bulk_create(
        ChangeLink(change=change, old=area, new=area, old_name=area.name, new_name=renamed[area.code]) for area in found
    )
    for area in found:
        area.name = renamed[area.code]
    Area.objects.bulk_update(found, ["name"], batch_size=1000)
