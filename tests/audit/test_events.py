"""The log of events."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from shanzhi.audit import operations, queries
from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.work.models import Job

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def an_event(area: str = "370102001") -> Event:
    """Record one event about a job."""
    subject = Job(kind="test", created_at=AT)
    return operations.record(
        actor=Actor.system("test"), verb="work.job.start", subject=subject, area=area, change={"n": 1}, at=AT
    )


class TestAnEvent:
    @pytest.mark.parametrize(
        "statement", ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
    )
    def test_refuses_to_be_changed(self, statement: str) -> None:
        an_event()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert Event.objects.count() == 1

    def test_carries_a_digest_of_itself(self) -> None:
        event = Event.objects.get(pk=an_event().pk)
        assert operations.leaf_digest(event) == event.digest
        event.reason = "another"
        assert operations.leaf_digest(event) != event.digest

    def test_is_seen_by_staff_of_its_area_alone(self) -> None:
        event = an_event("370102001")
        inside = Actor(grants=(Grant(Role.SUBDISTRICT_OFFICER, "370102001"),))
        outside = Actor(grants=(Grant(Role.SUBDISTRICT_OFFICER, "370102002"),))
        resident = Actor(grants=(Grant(Role.RESIDENT, "370102001001"),))
        assert list(queries.events(viewer=inside)) == [event]
        assert not queries.events(viewer=outside).exists()
        assert not queries.events(viewer=resident).exists()
        assert not queries.events(viewer=Actor.anonymous()).exists()
