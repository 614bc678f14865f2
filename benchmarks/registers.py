"""A register of 100,000 organisations in Excel: read and checked beside a bare fastexcel read of the same file.

    python -m benchmarks.registers

The first figure is what the look at a register does up to the search for twins: the file read, every row mapped and
checked into typed values. The bound holds for it: at least 0.25 of the rows a second of a bare read by fastexcel. The
second is the whole of it, honestly: read, checked, twins found among as many organisations on record, rows kept
sealed, then taken with people, history and audit; no bound is set for that. The third is taking it back.
"""

import os
import tempfile
from importlib import import_module
from pathlib import Path

from shanzhi.config.cli import house


def main() -> None:
    """Run in a database of its own."""
    with tempfile.TemporaryDirectory(prefix="shanzhi-bench-") as data:
        Path(data).chmod(0o755)  # the database may run as another user
        os.environ["SHANZHI_DATA"] = data
        with house():
            import_module("benchmarks._registers_way").measure()  # needs Django set up on the folder just made


if __name__ == "__main__":
    main()
