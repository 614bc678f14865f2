"""What tests of the log share."""

import re
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test import Client

from shanzhi.audit import operations
from shanzhi.audit.models import Event, TreeHead
from shanzhi.audit.operations.sealing import seal
from shanzhi.kernel.actor import Actor
from shanzhi.work.models import Job

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")


def an_event(area: str = "370102001", **fields: object) -> Event:
    """Record one event about a job."""
    subject = Job(kind="test", created_at=AT)
    return operations.record(
        **{"actor": SYSTEM, "verb": "work.job.start", "subject": subject, "area": area, "at": AT, **fields}  # type: ignore[arg-type]
    )


def sealed(*, at: datetime = AT) -> TreeHead:
    """Seal what waits and give the newest head."""
    head = seal(at=at)
    assert head is not None
    return head


def as_superuser(statement: str, values: object = None) -> int:
    """Run a statement that no trigger sees, as one may who holds the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        touched: int = cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
    return touched


def english(client: Client) -> Client:
    """Have a browser ask for English."""
    client.cookies["language"] = "en"
    return client


def words(answer: Any) -> str:
    """Give the words of a page that must be there, without its marks."""
    assert answer.status_code == 200, answer.content
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
