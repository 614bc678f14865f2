"""Write docs/lifecycles.md: a diagram of each life cycle, drawn from its table in the code."""

import os
from importlib import import_module
from pathlib import Path

import django

from shanzhi.kernel.lifecycle import Lifecycle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
django.setup()

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "lifecycles.md"
# In the order of the document. Some rooms can be imported only once Django is set up.
ROOMS = (
    ("ventures", "CALL PROPOSAL REVIEW SHEET TRAINING DISPUTE MERGER COMMENT"),
    ("projects", "PROJECT ACTIVITY OBJECTION CEREMONY"),
    ("voting", "POLL BOOTH MARK"),
    ("organizations", "ORGANIZATION APPLICATION REGISTER"),
    ("volunteering", "VOLUNTEER TEAM MEMBER"),
    ("activities", "ACTIVITY SHIFT SIGNUP"),
    ("volunteering", "MOVE IMPORT"),
    ("attendance", "ATTENDANCE REVIEW"),
    ("service", "RECORD COMPLAINT THANKS BATCH"),
    ("timebank", "POST DEAL GRANT SIGN GOOD VOUCHER LINK MATCH"),
    ("assignments", "RUN PROPOSAL"),
    ("people", "REAL_NAME BATCH RECOVERY INVITATION MERGE"),
    ("notices", "DELIVERY"),
    ("work", "JOB"),
    ("funding", "GRANT TRANCHE PAYMENT EXPENSE REQUEST"),
    ("ledger", "BILL"),
)
TABLES = [getattr(import_module(f"shanzhi.{room}.lifecycle"), name) for room, names in ROOMS for name in names.split()]
HEAD = """# Life cycles

Drawn from the tables in each room's `lifecycle.py` by `scripts/lifecycles.py`; a test keeps them equal.
Below each diagram stands what must hold before a move; operations check it.
"""


def section(table: Lifecycle) -> str:
    """One table as a heading, a diagram and what its moves ask for."""
    asks = [
        f"| {name} | {', '.join(move.holds).replace('_', ' ')} |\n" for name, move in table.moves.items() if move.holds
    ]
    conditions = "\n| move | needs |\n|---|---|\n" + "".join(asks) if asks else ""
    return f"\n## {table.name}\n\n```mermaid\n{table.diagram()}```\n{conditions}"


def text() -> str:
    """The whole document."""
    return HEAD + "".join(section(table) for table in TABLES)


if __name__ == "__main__":
    DOCUMENT.write_text(text())
