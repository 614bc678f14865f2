"""Processes started beside others, and such as must not outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any, Final

PR_SET_PDEATHSIG: Final = 1
starting: Final = threading.Lock()
"""Held while a program is being started, and by whoever forks: see `started`."""
os.register_at_fork(before=starting.acquire, after_in_parent=starting.release, after_in_child=starting.release)


def started(words: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
    """Start a program while no other thread forks this process, as the web server does for its workers.

    Popen waits until the other end of a pipe is closed, which exec does in the new program. A process forked meanwhile
    would hold that end open as long as it lives, and Popen would wait as long.
    """
    with starting:
        return subprocess.Popen(words, **options)  # noqa: S603 - the callers' own words


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent dies, however it dies (Linux; elsewhere nothing)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it died between the two lines
        os.kill(os.getpid(), number)
