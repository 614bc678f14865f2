"""Which tables are audited, and what their triggers leave behind."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from shanzhi.audit import coverage
from shanzhi.audit.models import Event, Leaf, RowChange
from shanzhi.audit.operations import record
from shanzhi.audit.operations.rows import RowsDiffer, cover_all, forget, restate
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.verification.rows import differences
from shanzhi.audit.verification.whole import verify
from shanzhi.people.models import Person
from shanzhi.people.operations import account_for_phone, set_account_phone
from shanzhi.places.models import Area, Station
from tests.audit.support import AT, SYSTEM, as_superuser
from tests.support.database import as_owner
from tests.support.people import a_person, a_phone, sign_in
from tests.support.places import load_districts
from tests.support.site import build
from tests.voting import support as polls

CURES = (
    "say coverage.cover(…) or coverage.leave_out(…, why) in its room's apps.py, and see coverage.py for what each means"
)


def tables() -> set[str]:
    """Every table of the database, and every table of a model."""
    return set(connection.introspection.table_names()) | {
        model._meta.db_table for model in apps.get_models(include_auto_created=True)
    }


@pytest.mark.django_db
class TestEveryTable:
    def test_is_audited_or_left_out_for_a_reason(self) -> None:
        said = {one.table for one in coverage.covers()} | set(coverage.left_out())
        assert tables() - said == set(), CURES
        assert said - tables() == set(), "no such table"

    def test_is_not_both(self) -> None:
        assert {one.table for one in coverage.covers()} & set(coverage.left_out()) == set()

    def test_that_only_grows_is_audited(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                " JOIN pg_class c ON c.oid = t.tgrelid WHERE p.proname = 'audit_refuse_change' AND t.tgname LIKE %s",
                ["%append_only"],
            )
            growing = {name for (name,) in cursor.fetchall()}
        audited = {one.table for one in coverage.covers()}
        # Their digests stand in their events, and the ledger's own check compares them: tests/ledger/test_guards.py.
        audited |= {f"ledger_{one}" for one in ("entry", "posting", "closing", "closingbalance")}
        audited.add("projects_feedback")  # left out: a record of it would tell when somebody said it
        assert growing >= {"ventures_award", "voting_ballot"}
        assert {name for name in growing if not name.startswith("audit_")} - audited == set()

    def test_that_is_audited_has_its_triggers(self) -> None:
        assert coverage.uncovered() == []
        assert cover_all(at=AT) == []


@pytest.mark.django_db
class TestARow:
    def test_leaves_a_digest_for_each_statement(self) -> None:
        load_districts()
        station = Station.objects.create(area_id="370102001", name="示例站", opened_on=AT.date(), created_at=AT)
        station.name = "示例二站"
        station.save()
        station.delete()
        found = RowChange.objects.filter(table="places_station").order_by("id")
        assert [(change.op, len(change.digests)) for change in found] == [("I", 1), ("U", 1), ("D", 0)]
        assert all(change.keys == found[0].keys for change in found)
        assert len({bytes(change.salt or b"") for change in found}) == 3

    def test_of_many_written_at_once_leaves_one_record(self) -> None:
        load_districts()
        before = RowChange.objects.count()
        Station.objects.bulk_create(
            Station(area_id="370102001", name=f"示例{n}", opened_on=AT.date(), created_at=AT) for n in range(40)
        )
        (made,) = RowChange.objects.order_by("id")[before:]
        assert len(made.keys) == len(made.digests) == 40

    def test_that_a_statement_did_not_touch_leaves_none(self) -> None:
        before = RowChange.objects.count()
        Station.objects.filter(name="none").update(name="x")
        assert RowChange.objects.count() == before

    def test_of_an_audited_table_is_never_emptied_away(self) -> None:
        load_districts()
        with pytest.raises(IntegrityError, match="never emptied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE places_area CASCADE")

    def test_of_columns_that_came_later_counts_without_them(self) -> None:
        load_districts()
        Station.objects.create(area_id="370102001", name="示例站", opened_on=AT.date(), created_at=AT)
        one = coverage.cover_of("places_station")
        assert one is not None
        do_as_owner("SET CONSTRAINTS ALL IMMEDIATE")
        do_as_owner("ALTER TABLE places_station ADD COLUMN beds integer NOT NULL DEFAULT 3")
        assert differences(one) == []
        Station.objects.update(name="示例二站")
        assert differences(one) == []
        as_superuser("UPDATE places_station SET beds = 4")
        assert [found.kind for found in differences(one)] == ["changed"]

    def test_of_a_column_that_went_is_digested_anew_by_an_act_that_the_log_tells(self) -> None:
        load_districts()
        Station.objects.create(area_id="370102001", name="示例站", opened_on=AT.date(), created_at=AT)
        one = coverage.cover_of("places_station")
        assert one is not None
        do_as_owner("SET CONSTRAINTS ALL IMMEDIATE")
        do_as_owner("ALTER TABLE places_station DROP COLUMN phone")
        assert [found.kind for found in differences(one)] == ["changed"]
        restate(table="places_station", reason="示例：去掉电话一栏", at=AT)
        assert differences(one) == []
        assert Event.objects.filter(verb="audit.table.restate", subject_id="places_station").exists()

    def test_that_was_there_before_its_table_was_covered_is_taken_up(self) -> None:
        load_districts()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER audit_told_insert ON places_station")
        Station.objects.create(area_id="370102001", name="示例站", opened_on=AT.date(), created_at=AT)
        one = coverage.cover_of("places_station")
        assert one is not None
        assert [found.kind for found in differences(one)] == ["unrecorded"]
        with as_owner():
            covered = cover_all(at=AT)
        assert covered == ["places_station"]
        assert differences(one) == []
        assert Event.objects.filter(verb="audit.table.cover", subject_id="places_station").exists()


@pytest.mark.django_db(transaction=True)
class TestAChangeWithoutAnEvent:
    def test_is_found_waiting_and_sealed(self) -> None:
        load_districts()
        with transaction.atomic():
            made = Station.objects.create(area_id="370102001", name="示例站", opened_on=AT.date(), created_at=AT)
            record(actor=SYSTEM, verb="places.station.create", subject=made, area="370102001", at=AT)
        seal(at=AT)
        assert verify().good
        Station.objects.update(name="改")
        for _look in ("waiting", "sealed"):
            (found,) = verify().mismatches
            assert (found.table, found.key) == ("places_station", str(made.pk))
            assert "recorded no event" in found.words
            seal(at=AT)

    def test_is_found_nowhere_in_asking_for_a_code_and_proving_a_phone(self) -> None:
        phone = a_phone()
        account = account_for_phone(phone=phone, at=AT)
        account_for_phone(phone=phone, at=AT)
        set_account_phone(account=account, phone=phone, verified=True, at=AT)
        set_account_phone(account=account, phone=phone, verified=True, at=AT)
        seal(at=AT)
        assert verify().good
        told = Event.objects.filter(subject_id=str(account.pk)).order_by("pk").values_list("verb", flat=True)
        assert list(told) == ["people.account.make", "people.account.phone"]

    def test_is_found_nowhere_in_what_the_operations_of_all_rooms_do(self) -> None:
        site = build()
        seal(at=site.at)
        assert verify().mismatches == []


@pytest.mark.django_db
class TestALoadOfTheWholeCountry:
    def test_is_digested_by_the_sealer(self) -> None:
        load_districts()
        one = coverage.cover_of("places_area")
        assert one is not None
        assert [(change.op, change.keys) for change in RowChange.objects.filter(table="places_area")] == [("L", [])]
        assert len(differences(one)) == Area.objects.count()
        seal(at=AT)
        assert differences(one) == []
        first = RowChange.objects.filter(table="places_area", op="B").order_by("id")[0]
        teller = Leaf.objects.get(rowchange=first.pk).event
        assert Event.objects.get(pk=teller).verb == "places.area.import"

    def test_leaves_the_triggers_on(self) -> None:
        load_districts()
        assert coverage.uncovered() == []


@pytest.mark.django_db
class TestAnErasure:
    def person(self) -> Person:
        return a_person()

    def test_makes_the_digests_of_what_was_there_worthless(self) -> None:
        person, other = self.person(), self.person()
        Person.objects.filter(pk__in=[person.pk, other.pk]).update(version=2)  # one salt for both
        Person.objects.filter(pk=person.pk).update(born_on=None, version=3)
        forget(table="people_person", keys=[str(person.pk)])
        record(actor=SYSTEM, verb="people.person.erase", subject=person, area="", at=AT)
        told = RowChange.objects.filter(table="people_person", keys__contains=[str(person.pk)])
        assert [change.op for change in told.filter(salt__isnull=False)] == ["R"]
        one = coverage.cover_of("people_person")
        assert one is not None
        assert differences(one) == []
        as_superuser("UPDATE people_person SET born_on = '1999-01-01' WHERE id = %s", [other.pk])
        assert [found.key for found in differences(one)] == [str(other.pk)]

    def test_leaves_the_tree_whole(self) -> None:
        person = self.person()
        record(actor=SYSTEM, verb="people.person.declare", subject=person, area="", at=AT)
        seal(at=AT)
        Person.objects.filter(pk=person.pk).update(born_on=None)
        forget(table="people_person", keys=[str(person.pk)])
        record(actor=SYSTEM, verb="people.person.erase", subject=person, area="", at=AT)
        seal(at=AT)
        assert verify().mismatches == []

    def test_covers_no_tampering_with_others(self) -> None:
        person, other = self.person(), self.person()
        Person.objects.filter(pk__in=[person.pk, other.pk]).update(version=2)
        as_superuser("UPDATE people_person SET born_on = '1999-01-01' WHERE id = %s", [other.pk])
        with pytest.raises(RowsDiffer):
            forget(table="people_person", keys=[str(person.pk)])

    def test_changes_nothing_but_the_salt(self) -> None:
        self.person()
        for words in ("op = 'D'", "keys = '{}'", "salt = '\\x00'", "digests = '{}'"):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"UPDATE audit_rowchange SET {words}")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            RowChange.objects.all().delete()


def do_as_owner(statement: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)


def text_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(r::text, ' ') FROM {table} r")
        (text,) = cursor.fetchone() or ("",)
    return str(text)


def told() -> tuple[int, int]:
    """Count events and row changes; that somebody is warned of a new device is an event of its own."""
    return Event.objects.exclude(verb="notices.notice.give").count(), RowChange.objects.count()


@pytest.mark.django_db
class TestSecrecy:
    def test_a_cast_leaves_neither_event_nor_row_change(self) -> None:
        voters = [polls.a_person() for _ in range(3)]
        poll = polls.an_open_poll(voters)
        before = told()
        for voter in voters:
            for choices in (["1"], ["2", "3"], []):
                polls.vote(voter, poll.pk, choices)
        assert told() == before

    def test_signing_in_leaves_neither(self) -> None:
        person = a_person()
        client = sign_in(Client(), person)
        before = told()
        sign_in(client, person)
        person.account.last_login = timezone.now()
        person.account.save(update_fields=["last_login"])
        assert told() == before

    def test_ballots_leave_one_digest_a_poll_and_no_receipt(self) -> None:
        voters = [polls.a_person() for _ in range(5)]
        poll = polls.an_open_poll(voters)
        receipts = [polls.vote(voter, poll.pk, ["1"]) for voter in voters]
        polls.close(poll)
        (made,) = RowChange.objects.filter(table="voting_ballot")
        assert (made.op, made.keys, len(made.digests)) == ("I", [str(poll.pk)], 1)
        assert not any(receipt in text_of("audit_rowchange") + text_of("audit_event") for receipt in receipts)

    def test_a_row_change_holds_no_value_of_the_row(self) -> None:
        a_person(name="示例某某", born_on=date(1971, 2, 3))
        text = text_of("audit_rowchange")
        assert "1971" not in text
        assert "示例某某" not in text
