"""`shanzhi audit verify` finds whatever was changed behind the triggers' back."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.audit import coverage
from shanzhi.audit.coverage import Cover, quoted
from shanzhi.audit.models import Event, Leaf, RowChange, TreeHead, TreeNode
from shanzhi.audit.operations import leaf_digest
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.queries.tree import note_of
from shanzhi.audit.verification.rows import columns, differences
from shanzhi.audit.verification.whole import Report, against, verify
from shanzhi.kernel.checkpoint import BadNote
from shanzhi.voting.models import Ballot, Count
from tests.audit.filled import SLIPPED, fill_the_rest
from tests.audit.support import an_event, as_superuser
from tests.support.database import as_owner
from tests.support.site import Site, build

COVERED = coverage.covers()
# A value that is another one, by the type of the column.
OTHER = {
    "boolean": "NOT coalesce({c}, false)",
    "text": "coalesce({c}, '') || 'x'",
    "character varying": "overlay(coalesce({c}, '') placing CASE WHEN left({c}, 1) = 'z' THEN 'y' ELSE 'z' END from 1)",
    "uuid": "gen_random_uuid()",
    "date": "coalesce({c}, '2020-01-01') + 1",
    "timestamp with time zone": "coalesce({c}, '2020-01-01') + interval '1 second'",
    "jsonb": "jsonb_build_array({c}, 1)",
    "bytea": "set_byte(coalesce({c}, '\\x000000000000'), 5, get_byte(coalesce({c}, '\\x000000000000'), 5) # 1)",
    "numeric": "coalesce({c}, 0) + 1",
    "integer": "coalesce({c}, 0) + 1",
    "smallint": "coalesce({c}, 0) + 1",
    "bigint": "coalesce({c}, 0) + 1",
}


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The demo's site with something in every audited table, sealed; undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build()
        fill_the_rest(made)
        seal(at=timezone.now())
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def undone(site: Site) -> Iterator[Site]:
    """Undo what a test did to the site."""
    with transaction.atomic():
        yield site
        transaction.set_rollback(True)


def types(table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
        return dict(cursor.fetchall())


def one_row(table: str) -> str:
    """A condition that holds for one row alone."""
    return f"ctid = (SELECT max(ctid) FROM {quoted(table)})"


def flip(table: str, column: str, kind: str, where: str) -> bool:
    """Change a column of one row, as far as the constraints let even a superuser; tell whether that went."""
    other = OTHER.get(kind, "array_append({c}, {c}[1])").format(c=quoted(column))
    try:
        with transaction.atomic():
            return as_superuser(f"UPDATE {quoted(table)} SET {quoted(column)} = {other} WHERE {where}") == 1
    except DatabaseError:
        return False


def tables_of(report: Report) -> set[str]:
    return {found.table for found in report.mismatches}


class TestASiteThatNobodyTouched:
    def test_has_no_mismatch(self, undone: Site) -> None:
        report = verify()
        assert report.mismatches == []
        assert report.checked["events"] == Event.objects.count() > 1000
        assert report.checked["row changes"] == RowChange.objects.count() > 1000
        assert report.checked["leaves"] == report.checked["events"] + report.checked["row changes"]
        assert report.checked["heads"] == 1
        assert report.checked["audited tables"] == len(COVERED) == len(report.rows)

    def test_has_a_row_in_every_audited_table(self, undone: Site) -> None:
        assert [table for table, number in verify().rows.items() if not number] == []


def flip_one(one: Cover) -> str:
    """Change one column of one row of a table; give the row's key."""
    kinds = types(one.table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted(one.key)}::text FROM {quoted(one.table)} WHERE {one_row(one.table)}")
        (key,) = cursor.fetchone() or ("",)
    names = (name for name in columns(one) if name not in (one.key, *one.left_out))
    assert any(flip(one.table, name, kinds[name], one_row(one.table)) for name in names), one.table
    return str(key)


def links_behind() -> set[tuple[str, str]]:
    """Give the agreements of time banks of what passed and of what was cleared, in the rows that are to be changed."""
    tables = "timebank_crossing", "timebank_clearingline"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(f"SELECT link_id::text FROM {one} WHERE {one_row(one)}" for one in tables))
        return {("timebank_link", key) for (key,) in cursor.fetchall()}


class TestTheReport:
    def test_names_table_and_row_of_each_change_and_nothing_else(self, undone: Site) -> None:
        behind = links_behind()  # what these agreements hold follows from what passed
        changed = {(one.table, flip_one(one)) for one in COVERED}
        found = {(found.table, found.key) for found in verify().mismatches}
        assert changed <= found
        assert {table for table, _key in found - changed - behind} <= {"voting_ballot"}  # whose digest stands in others


@pytest.mark.parametrize("one", COVERED, ids=lambda one: one.table)
class TestEveryAuditedTable:
    def test_shows_a_change_of_any_column(self, undone: Site, one: Cover) -> None:
        kinds = types(one.table)
        flipped, unseen = [], []
        for column in columns(one):
            if column in one.left_out:
                continue
            with transaction.atomic():
                if flip(one.table, column, kinds[column], one_row(one.table)):
                    flipped.append(column)
                    if not differences(one):
                        unseen.append(column)
                transaction.set_rollback(True)
        assert unseen == []
        assert flipped, "no column of this table can be changed for the test"

    @pytest.mark.thorough
    def test_shows_a_row_that_was_taken_away(self, undone: Site, one: Cover) -> None:
        assert as_superuser(f"DELETE FROM {quoted(one.table)} WHERE {one_row(one.table)}") == 1
        assert differences(one)

    @pytest.mark.thorough
    def test_shows_a_row_that_was_slipped_in(self, undone: Site, one: Cover) -> None:
        drop_uniqueness(one.table)
        kinds, table = types(one.table), quoted(one.table)
        values = {name: quoted(name) for name in columns(one)}
        if "id" in kinds:
            values["id"] = "gen_random_uuid()" if kinds["id"] == "uuid" else "id + 1000000"
        values |= SLIPPED.get(one.table, {})
        names = ", ".join(map(quoted, values))
        copy = (
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())} FROM {table} WHERE {one_row(one.table)}"
        )
        assert as_superuser(copy) == 1
        assert differences(one)


def drop_uniqueness(table: str) -> None:
    """Take away what forbids a second such row: in nobody's way who holds the database."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)} CASCADE")
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass AND indisunique"
            " AND NOT indisprimary",
            [table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")


LOG = [
    (model, field.column)
    for model in (Event, RowChange, Leaf, TreeNode, TreeHead)
    for field in model._meta.concrete_fields
    # A salt only lets a digest be taken again; one that is wrong shows in its row.
    if not (model is RowChange and field.name == "salt")
]


NUMBERS = ("event", "rowchange", "position", "size", "index", "id", "level", "follows")


@pytest.mark.parametrize(("model", "column"), LOG, ids=lambda value: getattr(value, "__name__", value))
class TestEveryColumnOfTheLog:
    def test_shows_a_change(self, undone: Site, model: type[models.Model], column: str) -> None:
        name = model._meta.db_table
        table, this = quoted(name), quoted(column)
        kind = types(name)[column]
        if column in ("next_key", "next_signature"):
            set_to, where = "next_key = key, next_signature = signature", "true"
        else:
            other = f"coalesce({this}, 0) + 1000" if column in NUMBERS else OTHER.get(kind, "array_append({c}, {c}[1])")
            set_to = f"{this} = {other.format(c=this)}"
            where = (
                f"cardinality({this}) > 0"
                if kind == "ARRAY"
                else "true"
                if column == "follows"
                else f"{this} IS NOT NULL"
            )
        statement = f"UPDATE {table} SET {set_to} WHERE ctid = (SELECT max(ctid) FROM {table} WHERE {where})"
        assert as_superuser(statement) == 1
        assert verify().mismatches != []


class TestTheLog:
    @pytest.mark.parametrize("table", ["audit_event", "audit_rowchange", "audit_leaf", "audit_treenode"])
    def test_shows_what_was_taken_out_of_it(self, undone: Site, table: str) -> None:
        middle = f"ctid = (SELECT ctid FROM {table} ORDER BY ctid OFFSET 700 LIMIT 1)"
        assert as_superuser(f"DELETE FROM {table} WHERE {middle}") == 1
        assert not verify().good

    def test_shows_that_its_end_was_cut_off_below_a_head(self, undone: Site) -> None:
        last = Leaf.objects.order_by("-position")[0]
        as_superuser("DELETE FROM audit_leaf WHERE position = %s", [last.position])
        assert "audit_treehead" in tables_of(verify())

    def test_shows_an_event_that_was_rewritten_with_a_fitting_digest(self, undone: Site) -> None:
        event = Event.objects.order_by("pk")[500]
        event.verb = "another.verb"
        values = [event.verb, leaf_digest(event), event.pk]
        as_superuser("UPDATE audit_event SET verb = %s, digest = %s WHERE id = %s", values)
        assert ("audit_event", str(event.pk)) in {(found.table, found.key) for found in verify().mismatches}

    def test_shows_an_event_not_yet_sealed_that_was_changed(self, undone: Site) -> None:
        event = an_event()
        assert verify().good
        as_superuser("UPDATE audit_event SET area = '37' WHERE id = %s", [event.pk])
        assert tables_of(verify()) == {"audit_event"}

    def test_shows_a_table_whose_triggers_were_switched_off(self, undone: Site) -> None:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ventures_award DISABLE TRIGGER audit_told_update")
        assert ("ventures_award", "") in {(found.table, found.key) for found in verify().mismatches}

    def test_shows_ballots_moved_between_receipts_by_digest_and_by_seal(self, undone: Site) -> None:
        poll = undone.finished.poll_id
        one, *others = Ballot.objects.filter(poll=poll).order_by("receipt").values_list("receipt", "choices")
        other = next(ballot for ballot in others if ballot[1] != one[1])  # receipts are random, so neighbours may agree
        for receipt, choices in ((one[0], other[1]), (other[0], one[1])):
            as_superuser("UPDATE voting_ballot SET choices = %s WHERE receipt = %s", [choices, receipt])
        found = [(one.table, one.key, one.words) for one in verify().mismatches]
        seals = Count.objects.filter(poll=poll).count()
        assert [(table, key) for table, key, _words in found] == [("voting_ballot", str(poll))] * (1 + seals)
        assert "seal of its count" in found[1][2]


@pytest.mark.thorough
class TestAHeadKeptElsewhere:
    def test_holds_while_the_log_only_grows(self, undone: Site) -> None:
        kept = note_of(TreeHead.objects.latest("size"))
        an_event()
        seal(at=timezone.now())
        report = verify()
        against(kept, report)
        assert report.good

    def test_shows_a_log_that_was_written_anew_with_the_signing_key(self, undone: Site) -> None:
        kept = note_of(TreeHead.objects.latest("size"))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in ("leaf", "treenode", "treehead", "sealmark"):
                cursor.execute(f"DELETE FROM audit_{table}")
            event = Event.objects.order_by("pk")[0]
            event.verb = "another.verb"
            cursor.execute(
                "UPDATE audit_event SET verb = %s, digest = %s WHERE id = %s",
                [event.verb, leaf_digest(event), event.pk],
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
        seal(at=timezone.now())
        report = verify()
        assert report.good, "who holds database and key can write a log anew"
        against(kept, report)
        assert [found.table for found in report.mismatches] == ["audit_treehead"], "but not what others have kept"

    def test_that_is_none_is_refused(self, undone: Site) -> None:
        with pytest.raises(BadNote):
            against("no head", verify())
