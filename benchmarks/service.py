"""A batch of 1,000 certificates beside a bare setting of as many pages, and the page of who has 10,000 records.

    python -m benchmarks.service [CERTIFICATES [RECORDS]]

The first figure is the whole of a batch: ordered, counted from the verified records, numbered, written with its events
by the job that tells how far it is, then set as PDF in sheets of a hundred for the printer. Its floor is Typst setting
the same words on as many plain pages: no layout, no QR code, no database. The second is the own page of a volunteer
with 10,000 records beside that of one with 10, by turns; sums are kept, so it may cost half as much again at most.
"""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from shanzhi.config.cli import house

CERTIFICATES, RECORDS = 1_000, 10_000


def main() -> int:
    """Run in a database of its own, with so many certificates and records as the command line says."""
    asked = [int(one) for one in sys.argv[1:] if one.isdecimal()]
    certificates, records = (*asked, *(CERTIFICATES, RECORDS)[len(asked) :])
    with tempfile.TemporaryDirectory(prefix="shanzhi-bench-") as data:
        Path(data).chmod(0o755)  # the database may run as another user
        os.environ["SHANZHI_DATA"] = data
        with house():
            way = import_module("benchmarks._service_way")  # needs Django set up on the folder just made
            return 0 if way.measure(certificates, records) else 1


if __name__ == "__main__":
    sys.exit(main())
