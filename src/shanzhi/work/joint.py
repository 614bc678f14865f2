"""Things that many ask for at the same moment, done together: one statement and one commit for all who wait.

Who comes alone does its own at once. Those who come meanwhile wait, and one of them then does them all; so the busier
it gets, the more go together. Those who went together are answered together, and mostly come back together: so who
leads next waits a moment for as many as there were, though never longer than a few times what the last took. Otherwise
the first to come back would go alone, with all others waiting behind it: and the beginning of each statement, with the
waits about it, costs several times what one more in it does. The last of them to come leads, since it is awake. Each is
answered when its own is durable, never before.
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
        self._patient: _Waiting[Item, Result] | None = None  # who would lead and waits for company

    def one(self, item: Item) -> Result | None:
        """Give the result of an item, done with those who wait; None where it has to be done alone.

        An error of the whole is raised to the one whose thread did the work; to the others it is None, since theirs
        may be good.
        """
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._lock:
            self._queue.append(mine)
            free, self._busy = not self._busy, True
            # Who makes the company whole leads it: to wake the one who waits for that would be one wait more for all.
            whole = self._patient is not None and len(self._queue) >= self._company
            if whole:
                self._patient = None
        if not free and not whole:
            mine.woken.acquire()
            if mine.served:
                return mine.result
        if not whole and self._another_leads(mine):
            return mine.result
        self._serve(mine)
        return mine.result

    def _another_leads(self, mine: _Waiting[Item, Result]) -> bool:
        """Wait a moment for those who went together before; tell whether the last of them led, and this one is done."""
        with self._lock:
            left = self._until - time.perf_counter()
            if left <= 0 or len(self._queue) >= self._company:
                return False
            self._patient = mine
        if not mine.woken.acquire(timeout=left):
            with self._lock:
                if self._patient is mine:  # not all of them came
                    self._patient = None
                    return False
            mine.woken.acquire()
        return True

    def _serve(self, mine: _Waiting[Item, Result]) -> None:
        """Do as many as may go together, in the order of their coming; then let another lead.

        The one that leads is among them: the first that waits, or the one that made a company of at most so many whole.
        """
        with self._lock:
            some = self._queue[: self._most]
            del self._queue[: self._most]
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
            for one in some:
                if one is not mine:
                    one.served = True
                    one.woken.release()
            if successor:
                successor.woken.release()
