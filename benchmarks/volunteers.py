"""A list of 100,000 volunteers in Excel: read and checked beside a bare fastexcel read of the same file, then taken.

    python -m benchmarks.volunteers [ROWS]

The first figure is what the look at a list does up to the search for twins: the file read, every row mapped and checked
into typed values, identity numbers and hours among them. The second is the whole of it: read, checked, twins looked
for, rows kept sealed, then taken with people, volunteers, skills, hours, history and audit. The third is taking back.
No bound is set: each is told as a ratio to the bare read, which does none of that.
"""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from shanzhi.config.cli import house

ROWS = 100_000


def main() -> None:
    """Run in a database of its own, with so many rows as the command line says."""
    asked = [one for one in sys.argv[1:] if one.isdecimal()]
    with tempfile.TemporaryDirectory(prefix="shanzhi-bench-") as data:
        Path(data).chmod(0o755)  # the database may run as another user
        os.environ["SHANZHI_DATA"] = data
        with house():
            way = import_module("benchmarks._volunteers_way")  # needs Django set up on the folder just made
            way.measure(int(asked[0]) if asked else ROWS)


if __name__ == "__main__":
    main()
