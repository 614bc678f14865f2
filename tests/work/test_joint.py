"""Things done together: all are done once, in order, and an error stays with the one who led."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from shanzhi.work.joint import LONGEST, PATIENCE, Joint

CLIENTS = 12


class Counter:
    """Work that can be held up, and remembers what went together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int | None]:
        """Give each item's square; nothing for one below zero."""
        self.batches.append(list(items))
        self.begun.set()
        assert self.go.wait(10)
        return [None if one < 0 else one * one for one in items]


def _all(joint: Joint[int, int], items: Sequence[int], work: Counter, answers: dict[int, int | None]) -> None:
    """Send the first, wait until it is being done, then all others; let the work go on once they wait."""

    def ask(item: int) -> None:
        answers[item] = joint.one(item)

    threads = [threading.Thread(target=ask, args=(item,)) for item in items]
    threads[0].start()
    assert work.begun.wait(10)
    for number, thread in enumerate(threads[1:], start=1):
        thread.start()
        while len(joint._queue) < number:
            thread.join(0.001)
    work.go.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_one_that_comes_alone_goes_at_once() -> None:
    work = Counter()
    work.go.set()
    joint = Joint(work)
    assert [joint.one(3), joint.one(-1), joint.one(4)] == [9, None, 16]
    assert work.batches == [[3], [-1], [4]]


def test_those_who_wait_go_together_in_the_order_of_their_coming_and_at_most_so_many() -> None:
    work, answers = Counter(), dict[int, int | None]()
    _all(Joint(work, most=5), range(CLIENTS), work, answers)
    assert answers == {item: item * item for item in range(CLIENTS)}
    assert work.batches == [[0], [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11]]


def test_those_who_went_together_wait_for_each_other_a_moment_but_not_for_one_who_stays_away() -> None:
    work, answers = Counter(), dict[int, int | None]()
    joint = Joint(work)
    _all(joint, range(4), work, answers)
    assert work.batches == [[0], [1, 2, 3]]
    joint._until = time.perf_counter() + 10  # as if those were slow to come back
    with ThreadPoolExecutor(3) as pool:
        done = pool.map(joint.one, range(4, 7))
        assert list(done) == [16, 25, 36]
    assert sorted(work.batches[-1]) == [4, 5, 6], "three went together before, so the first waits for two others"
    joint._until = until = time.perf_counter() + 0.2
    assert joint.one(9) == 81
    assert time.perf_counter() >= until, "two stayed away"
    assert joint.one(10) == 100
    assert work.batches[-2:] == [[9], [10]]
    assert joint._company == 1, "who comes alone waits for nobody any more"


def test_an_error_is_raised_to_the_one_who_led_and_the_others_are_told_to_go_alone() -> None:
    work, answers, errors = Counter(), dict[int, int | None](), list[int]()

    def broken(items: Sequence[int]) -> list[int | None]:
        done = work(items)
        if 1 in items:
            raise ConnectionError
        return done

    class Asking(Joint[int, int]):
        def one(self, item: int) -> int | None:
            try:
                return super().one(item)
            except ConnectionError:
                errors.append(item)
                return None

    joint = Asking(broken, most=3)
    _all(joint, range(6), work, answers)
    assert errors == [1]
    assert answers == {0: 0, 1: None, 2: None, 3: None, 4: 16, 5: 25}
    assert joint.one(7) == 49, "the next one is not held up by the error"


@pytest.mark.parametrize("rounds", [400])
def test_nobody_is_lost_or_done_twice_when_many_come_and_go(rounds: int) -> None:
    seen: list[int] = []

    def run(items: Sequence[int]) -> list[int]:
        seen.extend(items)
        return [one + 1 for one in items]

    joint = Joint(run)

    def ask(start: int) -> None:
        for item in range(start, start + rounds):
            assert joint.one(item) == item + 1

    threads = [threading.Thread(target=ask, args=(number * rounds,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(seen) == list(range(CLIENTS * rounds))


@pytest.mark.parametrize("broken", [False, True])
def test_the_last_of_a_company_leads_and_an_error_of_it_is_its_own(broken: bool) -> None:
    work, led = Counter(), list[str]()

    def run(items: Sequence[int]) -> list[int | None]:
        led.append(threading.current_thread().name)
        if broken and 12 in items:
            raise ConnectionError
        return work(items)

    joint, found = Joint(run), dict[int, object]()
    _all(joint, range(4), work, dict[int, int | None]())
    joint._until = time.perf_counter() + 10  # three went together, and wait for each other

    def ask(item: int) -> None:
        try:
            found[item] = joint.one(item)
        except ConnectionError:
            found[item] = ConnectionError

    threads = [threading.Thread(target=ask, args=(item,), name=str(item)) for item in (10, 11, 12)]
    for number, thread in enumerate(threads[:2], start=1):
        thread.start()
        while len(joint._queue) < number:
            thread.join(0.001)
    threads[2].start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert led[-1] == "12"
    assert found == ({10: None, 11: None, 12: ConnectionError} if broken else {10: 100, 11: 121, 12: 144})
    assert joint.one(7) == 49


def test_nobody_waits_for_company_longer_than_a_hundredth_of_a_second() -> None:
    def slow(items: Sequence[int]) -> Sequence[int]:
        time.sleep(0.05)
        return items

    joint = Joint(slow)
    joint.one(1)
    assert joint._until - time.perf_counter() <= LONGEST < 0.05 * PATIENCE
