"""Things that many ask for at the same moment, done together: one statement and one commit for all who wait.

The first who comes does its own at once. Those who come meanwhile wait, and one of them then does them all; so nobody
waits for company, and the busier it gets, the more go together. Each is answered when its own is durable, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST: Final = 32
"""Things done at once: few enough that nobody waits long behind them."""


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

    def one(self, item: Item) -> Result | None:
        """Give the result of an item, done with those who wait; None where it has to be done alone.

        An error of the whole is raised to the one whose thread did the work; to the others it is None, since theirs
        may be good.
        """
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._lock:
            self._queue.append(mine)
            first, self._busy = not self._busy, True
        if not first:
            mine.woken.acquire()
            if mine.served:
                return mine.result
        self._serve(mine)
        return mine.result

    def _serve(self, mine: _Waiting[Item, Result]) -> None:
        """Do the one that leads and as many as may go with it, in the order of their coming; then let another lead."""
        with self._lock:
            self._queue.remove(mine)
            some = [mine, *self._queue[: self._most - 1]]
            del self._queue[: self._most - 1]
        try:
            for one, result in zip(some, self._run([one.item for one in some]), strict=True):
                one.result = result
        finally:
            with self._lock:
                successor = self._queue[0] if self._queue else None
                self._busy = successor is not None
            for one in some[1:]:
                one.served = True
                one.woken.release()
            if successor:
                successor.woken.release()
