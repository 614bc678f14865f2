"""What the audit costs a write: operations with it beside the same without: `python -m benchmarks.audit`.

The floor is the same operation on the same database, without event and without the triggers that leave digests of
rows. Blocks of operations with and without take turns, each pair in the other order than the one before; the ratio is
the median over the pairs. Every operation is a durable transaction, as in production. At the end the log must verify.
"""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from shanzhi.config.cli import house
from shanzhi.config.commands.setup import prepare
from shanzhi.config.environment import Environment


def main() -> int:
    """Make a site in a folder of its own and measure there."""
    with tempfile.TemporaryDirectory(prefix="ba-") as name:
        Path(name).chmod(0o755)
        os.environ["SHANZHI_DATA"] = name
        os.environ.pop("DATABASE_URL", None)
        prepare(Environment())
        with house():
            held = import_module("benchmarks._audit_costs").measure()  # needs Django set up on the folder just made
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
