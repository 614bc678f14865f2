"""Write docs/lifecycles.md: a diagram of each life cycle, drawn from its table in the code."""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
django.setup()

from shanzhi.activities.lifecycle import ACTIVITY as EVENT  # noqa: E402 - as below
from shanzhi.activities.lifecycle import SHIFT, SIGNUP  # noqa: E402 - as below
from shanzhi.assignments.lifecycle import PROPOSAL as PAIR  # noqa: E402 - as below
from shanzhi.assignments.lifecycle import RUN  # noqa: E402 - as below
from shanzhi.attendance.lifecycle import ATTENDANCE  # noqa: E402 - as below
from shanzhi.attendance.lifecycle import REVIEW as DOUBTS  # noqa: E402 - as below
from shanzhi.funding.lifecycle import EXPENSE, GRANT, PAYMENT, REQUEST, TRANCHE  # noqa: E402 - as below
from shanzhi.kernel.lifecycle import Lifecycle  # noqa: E402 - rooms can be imported only once Django is set up
from shanzhi.ledger.lifecycle import BILL  # noqa: E402 - as above
from shanzhi.notices.lifecycle import DELIVERY  # noqa: E402 - as above
from shanzhi.organizations.lifecycle import APPLICATION, ORGANIZATION, REGISTER  # noqa: E402 - as above
from shanzhi.people.lifecycle import BATCH, INVITATION, MERGE, REAL_NAME, RECOVERY  # noqa: E402 - as above
from shanzhi.projects.lifecycle import ACTIVITY, CEREMONY, OBJECTION, PROJECT  # noqa: E402 - as above
from shanzhi.service.lifecycle import BATCH as CERTIFICATES  # noqa: E402 - as above
from shanzhi.service.lifecycle import COMPLAINT, RECORD, THANKS  # noqa: E402 - as above
from shanzhi.timebank import lifecycle as bank  # noqa: E402 - as above
from shanzhi.ventures.lifecycle import CALL, COMMENT, DISPUTE, MERGER, PROPOSAL, REVIEW, SHEET, TRAINING  # noqa: E402 - as above
from shanzhi.volunteering.lifecycle import IMPORT, MEMBER, MOVE, TEAM, VOLUNTEER  # noqa: E402 - as above
from shanzhi.voting.lifecycle import BOOTH, MARK, POLL  # noqa: E402 - as above
from shanzhi.work.lifecycle import JOB  # noqa: E402 - as above

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "lifecycles.md"
TABLES = (
    CALL,
    PROPOSAL,
    REVIEW,
    SHEET,
    TRAINING,
    DISPUTE,
    MERGER,
    COMMENT,
    PROJECT,
    ACTIVITY,
    OBJECTION,
    CEREMONY,
    POLL,
    BOOTH,
    MARK,
    ORGANIZATION,
    APPLICATION,
    REGISTER,
    VOLUNTEER,
    TEAM,
    MEMBER,
    EVENT,
    SHIFT,
    SIGNUP,
    MOVE,
    IMPORT,
    ATTENDANCE,
    DOUBTS,
    RECORD,
    COMPLAINT,
    THANKS,
    CERTIFICATES,
    bank.POST,
    bank.DEAL,
    bank.GRANT,
    bank.SIGN,
    bank.GOOD,
    bank.VOUCHER,
    bank.LINK,
    bank.MATCH,
    RUN,
    PAIR,
    REAL_NAME,
    BATCH,
    RECOVERY,
    INVITATION,
    MERGE,
    DELIVERY,
    JOB,
    GRANT,
    TRANCHE,
    PAYMENT,
    EXPENSE,
    REQUEST,
    BILL,
)
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
