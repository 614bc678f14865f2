"""Acts that run at once, each in a thread with a connection of its own; a test of them needs real transactions."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.core.exceptions import ValidationError
from django.db import connection

from shanzhi.kernel.errors import Refusal


def answers(*acts: Callable[[], object]) -> list[object]:
    """Run acts at once; gives what each returned, or the refusal that it met."""
    barrier = Barrier(len(acts))
    found: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            found[number] = act()
        except (Refusal, ValidationError) as refusal:
            found[number] = refusal
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def together(*acts: Callable[[], object]) -> list[bool]:
    """Run acts at once; tell which of them went through."""
    return [not isinstance(one, (Refusal, ValidationError)) for one in answers(*acts)]
