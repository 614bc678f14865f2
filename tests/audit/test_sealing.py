"""The sealer: every event and row change gets one place, whenever it commits."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from shanzhi.audit.models import Event, Leaf, RowChange, SealMark, TreeHead, TreeNode
from shanzhi.audit.operations.sealing import LOCK, _tellers, seal
from shanzhi.audit.queries.leaves import event_leaf
from shanzhi.audit.queries.tree import read_nodes
from shanzhi.kernel import merkle
from shanzhi.kernel.merkle import Edge
from shanzhi.places.models import Station
from tests.audit.support import AT, an_event, sealed
from tests.support.places import load_districts


def naive_root() -> bytes:
    """The root over all leaves in their order."""
    edge = Edge()
    for found in Leaf.objects.order_by("position").values_list("hash", flat=True):
        for _node in edge.push(bytes(found)):
            pass
    return edge.root()


def places() -> list[int]:
    return list(Leaf.objects.order_by("position").values_list("position", flat=True))


@pytest.mark.django_db
class TestTheSealer:
    def test_seals_nothing_where_nothing_is(self) -> None:
        assert seal(at=AT) is None
        assert not TreeHead.objects.exists()

    def test_gives_every_event_one_place_and_signs_the_root(self) -> None:
        events = [an_event() for _ in range(5)]
        head = sealed(at=AT)
        assert head.size == 5
        assert head.root == naive_root().hex()
        leaves = Leaf.objects.order_by("position")
        assert [leaf.event for leaf in leaves] == [event.pk for event in events]
        assert [bytes(leaf.hash) for leaf in leaves] == [event_leaf(event.digest) for event in events]

    def test_adds_nothing_when_it_looks_again(self) -> None:
        an_event()
        first = sealed(at=AT)
        again = sealed(at=AT + timedelta(minutes=1))
        assert again == first
        assert (Leaf.objects.count(), TreeHead.objects.count()) == (1, 1)

    def test_goes_on_from_the_tree_that_is_there(self) -> None:
        sizes = []
        for step in range(1, 8):
            for _ in range(step):
                an_event()
            head = sealed(at=AT + timedelta(minutes=step))
            assert bytes.fromhex(head.root) == naive_root() == merkle.root(head.size, read_nodes)
            sizes.append(head.size)
        assert sizes == [1, 3, 6, 10, 15, 21, 28]
        assert places() == list(range(28))
        assert TreeNode.objects.count() == 14 + 7 + 3 + 1
        old, new = (TreeHead.objects.get(size=size) for size in (3, 28))
        path = merkle.consistency_path(3, 28, read_nodes)
        assert merkle.verify_consistency(3, 28, path, bytes.fromhex(old.root), bytes.fromhex(new.root))

    def test_looks_through_everything_when_its_mark_is_lost(self) -> None:
        an_event()
        seal(at=AT)
        SealMark.objects.all().delete()
        an_event()
        head = sealed(at=AT)
        assert head.size == 2

    def test_seals_on_in_a_cluster_whose_transactions_begin_anew(self) -> None:
        an_event()
        seal(at=AT)
        ahead = 2**40
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE audit_event SET xid = %s::xid8", [str(ahead)])
            cursor.execute("SET LOCAL session_replication_role = origin")
        SealMark.objects.update(xid=ahead)
        for size in (2, 3):
            an_event()
            head = sealed(at=AT)
            assert head.size == size

    def test_has_no_old_event_tell_of_a_new_row_though_their_transactions_have_the_same_number(self) -> None:
        load_districts()
        same = an_event()  # has, like all else here, the number of the one transaction that holds this test
        old = RowChange.objects.latest("pk").pk
        Station.objects.create(area_id="370102001", name="示例站", opened_on=AT.date(), created_at=AT)
        new = an_event()
        rows = RowChange.objects.in_bulk([RowChange.objects.get(table="places_station").pk])
        assert set(_tellers(rows, {"event": 0, "rowchange": 0}).values()) <= set(range(same.pk + 1))
        # After a restore into a cluster that counts anew, what lies up to the mark was written by the other one.
        assert set(_tellers(rows, {"event": same.pk, "rowchange": old}).values()) == {new.pk}

    def test_never_goes_back_in_time(self) -> None:
        an_event()
        first = sealed(at=AT)
        an_event()
        second = sealed(at=AT - timedelta(days=1))
        assert second.at >= first.at

    def test_ties_row_changes_to_the_event_of_their_transaction(self) -> None:
        load_districts()
        event = an_event()
        Station.objects.create(area_id="370102001", name="示例站", opened_on=AT.date(), created_at=AT)
        seal(at=AT)
        change = RowChange.objects.get(table="places_station")
        told = Leaf.objects.get(rowchange=change.pk).event
        assert told is not None
        # One transaction holds the whole test, so that any of its events may be the one that tells.
        assert Event.objects.filter(pk=told, pk__lte=event.pk).exists()


@pytest.mark.django_db(transaction=True)
class TestTwoThatWriteAtOnce:
    def test_an_event_that_commits_late_gets_a_later_place(self) -> None:
        begun, go_on = threading.Event(), threading.Event()
        made: dict[str, int] = {}

        def slow() -> None:
            try:
                with transaction.atomic():
                    made["slow"] = an_event().pk
                    begun.set()
                    assert go_on.wait(20)
            finally:
                connection.close()

        thread = threading.Thread(target=slow)
        thread.start()
        assert begun.wait(20)
        made["quick"] = an_event().pk
        assert made["slow"] < made["quick"]
        first = sealed(at=AT)
        assert first.size == 1
        made["third"] = an_event().pk
        assert sealed(at=AT).size == 2
        go_on.set()
        thread.join()
        last = sealed(at=AT)
        assert last.size == 3
        order = list(Leaf.objects.order_by("position").values_list("event", flat=True))
        assert order == [made["quick"], made["third"], made["slow"]]
        assert last.root == naive_root().hex()

    def test_an_event_that_is_rolled_back_leaves_a_gap_and_no_place(self) -> None:
        an_event()
        with transaction.atomic():
            an_event()
            transaction.set_rollback(True)
        an_event()
        head = sealed(at=AT)
        assert head.size == 2

    def test_a_second_sealer_stands_back(self) -> None:
        an_event()
        held, done = threading.Event(), threading.Event()

        def other() -> None:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                    held.set()
                    assert done.wait(20)
            finally:
                connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        assert held.wait(20)
        assert seal(at=AT) is None
        done.set()
        thread.join()
        head = sealed(at=AT)
        assert head.size == 1

    def test_many_writers_and_sealers_leave_every_event_in_one_place(self) -> None:
        problems: list[BaseException] = []

        def run(act: Any) -> None:
            try:
                for _ in range(25):
                    act()
            except BaseException as problem:  # noqa: BLE001 - told by the test
                problems.append(problem)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(act,)) for act in [an_event] * 4 + [lambda: seal(at=AT)] * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        head = sealed(at=AT)
        assert head.size == 100 == Event.objects.count()
        assert places() == list(range(100))
        assert sorted(Leaf.objects.values_list("event", flat=True)) == sorted(
            Event.objects.values_list("pk", flat=True)
        )
        assert head.root == naive_root().hex()
