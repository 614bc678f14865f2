"""Writes that nobody is told of leave an event all the same; else verifying the log would call them tampering."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from shanzhi.audit.models import Event, RowChange
from shanzhi.audit.operations import request_id
from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.people.fields import cipher
from shanzhi.people.operations import keys
from shanzhi.ventures import operations as ventures
from shanzhi.ventures.models import Marks
from tests.support.people import AT, a_person, a_phone, actor, an_account, an_actor
from tests.support.places import load_districts
from tests.ventures.jury_support import make_panel
from tests.ventures.merger_support import pair
from tests.ventures.support import World, day, make_world

pytestmark = pytest.mark.django_db(transaction=True)
UNTOLD = """
SELECT DISTINCT r."table" FROM audit_rowchange r
WHERE r.id > %s AND NOT EXISTS (SELECT FROM audit_event e WHERE e.xid = r.xid)
"""


@pytest.fixture
def world() -> World:
    return make_world()


@contextmanager
def told(verb: str) -> Iterator[None]:
    """Whatever changes rows meanwhile records this event in its transaction."""
    begun = RowChange.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    events = Event.objects.filter(verb=verb).count()
    yield
    assert RowChange.objects.filter(pk__gt=begun).exists(), "nothing was changed"
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD, [begun])
        assert cursor.fetchall() == []
    assert Event.objects.filter(verb=verb).count() > events


def test_a_sheet_saved_while_a_juror_types_names_neither_juror_nor_sheet(world: World) -> None:
    panel = make_panel(world)
    panel.declare(1)
    served = request_id.set("a-request-of-a-juror")
    with told("ventures.sheet.save"):
        sheet = panel.score(1, 0, (80, 40), hand_in=False)
        panel.score(1, 0, (80, 50), hand_in=False, version=1)
    event = Event.objects.filter(verb="ventures.sheet.save").latest("pk")
    assert (event.actor_person, event.actor_label, event.change) == (None, "system:juror", {})
    assert event.subject_id != str(sheet.pk)
    assert event.request_id == "", "the log of the web server knows a number of a request beside a device"
    panel.score(1, 0, (80, 50), version=2)
    with told("ventures.sheet.reopen"):
        panel.score(1, 0, (80, 60), hand_in=False, version=3)
    event = Event.objects.get(verb="ventures.sheet.reopen")
    assert (event.actor_person, event.subject_id) == (panel.actors[1].person(), str(sheet.pk))
    assert event.request_id == "a-request-of-a-juror", "what names its juror can be found by it"
    request_id.reset(served)


def test_a_wrong_code_for_an_invitation() -> None:
    load_districts()
    made = people.invite(
        actor=an_actor(Role.SUBDISTRICT_OFFICER, "370102001"), phone=a_phone(), role=Role.VOLUNTEER,
        area="370102001001", reason="请来帮忙", at=AT,
    )  # fmt: skip
    guest = a_person("370102001001")
    an_account(guest)
    with told("people.invitation.miss"), pytest.raises(people.InvitationUnusable):
        people.take_invitation(actor=actor(guest), secret=made.secret, code="00000000", at=AT)


@pytest.mark.parametrize("kind", ["fields", "index"])
def test_a_change_of_keys(kind: keys.Kind, tmp_path: Path, settings: Any) -> None:
    settings.KEYS_FOLDER = tmp_path / "keys"
    cipher()
    a_person("370102001001", phone=a_phone())
    with told("people.keys.reseal"):
        keys.rotate(kind=kind, reason="每年更换", now=timezone.now, grace=0.05, say=lambda _words: None)


def test_marks_that_the_clock_works_out(world: World) -> None:
    pair(world)
    Marks.objects.all().delete()
    with told("ventures.marks.write"):
        assert ventures.mark_missing(at=day("submission", 9)) == 2
