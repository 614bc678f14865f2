"""Things that many ask for at the same moment, done together: one statement and one commit for all who wait.

Who comes alone does its own at once. Those who come meanwhile wait, and one of them then does them all; so the busier
it gets, the more go together. Those who went together are answered together, and mostly come back together: so who
leads next waits a moment for as many as there were, though never longer than a few times what the last took. Otherwise
the first to come back would go alone, with all others waiting behind it: and the beginning of each statement, with the
waits about it, costs several times what one more in it does. Each is answered when its own is durable, never before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST: Final = 32
"""Things done at once: few enough that nobody waits long behind them."""
PATIENCE: Final = 4.0
"""How long one waits for company, in times of what the last took."""
LONGEST: Final = 0.01
"""The longest that one waits for company, in seconds, however long the last took."""


class _Waiting(Generic[Item, Result]):
    """One who waits: for its result, or for its turn to do what waits."""

    __slots__ = ("item", "result", "served", "woken")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.served = False
        self.woken = Lock()  # held until somebody wakes this one; an Event costs several times as much
        self.woken.acquire()


class Joint(Generic[Item, Result]):
    """Does things of one kind together.

    `run` takes some items and gives a result for each in the same order, or None for one that could not be done in this
    way. It runs in the thread of one of those who wait.
    """

    def __init__(self, run: Callable[[Sequence[Item]], Sequence[Result | None]], most: int = MOST) -> None:
        """Take what does the work, and how many go at once."""
        self._run = run
        self._most = most
        self._lock = Lock()
        self._queue: list[_Waiting[Item, Result]] = []
        self._busy = False
        self._company = 1  # as many as were there when the last was done
        self._until = 0.0  # when nobody waits for company any longer, by the clock of `perf_counter`
        self._full: Lock | None = None  # released when company has come to the one who waits for it

    def one(self, item: Item) -> Result | None:
        """Give the result of an item, done with those who wait; None where it has to be done alone.

        An error of the whole is raised to the one whose thread did the work; to the others it is None, since theirs
        may be good.
        """
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._lock:
            self._queue.append(mine)
            first, self._busy = not self._busy, True
            if self._full and len(self._queue) >= self._company:
                self._full.release()
                self._full = None
        if not first:
            mine.woken.acquire()
            if mine.served:
                return mine.result
        self._wait_for_company()
        self._serve(mine)
        return mine.result

    def _wait_for_company(self) -> None:
        """Wait a moment for those who went together before; called by the one who leads alone."""
        with self._lock:
            left = self._until - time.perf_counter()
            if left <= 0 or len(self._queue) >= self._company:
                return
            full = self._full = Lock()
            full.acquire()
        full.acquire(timeout=left)
        with self._lock:
            self._full = None

    def _serve(self, mine: _Waiting[Item, Result]) -> None:
        """Do the one that leads and as many as may go with it, in the order of their coming; then let another lead."""
        with self._lock:
            self._queue.remove(mine)
            some = [mine, *self._queue[: self._most - 1]]
            del self._queue[: self._most - 1]
        begun = time.perf_counter()
        try:
            for one, result in zip(some, self._run([one.item for one in some]), strict=True):
                one.result = result
        finally:
            ended = time.perf_counter()
            with self._lock:
                self._company = min(self._most, len(some) + len(self._queue))
                self._until = ended + min(LONGEST, PATIENCE * (ended - begun))
                successor = self._queue[0] if self._queue else None
                self._busy = successor is not None
            for one in some[1:]:
                one.served = True
                one.woken.release()
            if successor:
                successor.woken.release()
