"""Acts that run at once, each in a thread with a connection of its own; a test of them needs real transactions."""

from threading import Barrier, Thread
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from shanzhi.kernel.errors import Refusal


def together(*acts: Any) -> list[bool]:
    """Run acts at once, each in a thread with a connection of its own; tell which of them went through."""
    barrier, passed = Barrier(len(acts)), [False] * len(acts)

    def run(number: int, act: Any) -> None:
        barrier.wait()
        try:
            act()
            passed[number] = True
        except (Refusal, ValidationError):
            pass
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return passed
