"""The door to a malware scanner: every file that is kept to be opened by others passes it first.

SHANZHI_FILE_SCANNER names a command that reads the file from its standard input and ends with 0 for a clean file and
with 1 for a bad one, as `clamdscan -` and `clamscan -` do. Anything else, or silence, is no answer: then the file is
not taken.
"""

from __future__ import annotations

import shlex
import subprocess
from typing import Final

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid, Refusal

log = structlog.get_logger(__name__)
WAIT_SECONDS: Final = 60
CLEAN, BAD = 0, 1


class FileInfected(Invalid):
    """The scanner found something."""

    code = "file_infected"
    message = _(
        "The virus scanner found something in this file, so it was not taken. Check your device and send a clean one."
    )


class ScannerAway(Refusal):
    """The scanner gave no answer."""

    code = "scanner_away"
    status = 503
    message = _("Files cannot be checked for viruses right now, so this one was not taken. Try again in a few minutes.")


def scan(content: bytes, *, field: str = "file") -> None:
    """Have the scanner look at bytes; without one, nothing happens. Raises FileInfected, ScannerAway."""
    command = shlex.split(settings.FILE_SCANNER)
    if not command:
        return
    try:
        done = subprocess.run(command, input=content, capture_output=True, check=False, timeout=WAIT_SECONDS)  # noqa: S603 - the operator's own command, no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("scanner_away", kind=type(error).__name__)
        raise ScannerAway(field=field) from error
    if done.returncode == BAD:
        raise FileInfected(field=field)
    if done.returncode != CLEAN:
        log.error("scanner_away", status=done.returncode)
        raise ScannerAway(field=field)
