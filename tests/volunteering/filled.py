"""A row in every table of volunteering, for the tests of the log."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from shanzhi.people.models import Person
from shanzhi.volunteering import operations
from shanzhi.volunteering.models import (
    Qualification,
    QualificationKind,
    Team,
    TeamAgreement,
    TeamMember,
    TeamMove,
    Volunteer,
    VolunteerImport,
    VolunteerRow,
)
from shanzhi.volunteering.operations import imports
from tests.audit.support import SYSTEM
from tests.support.people import a_person
from tests.volunteering.import_support import SHEET, a_list, a_row, sent

WHERE = "370102001002"
_ANOTHER = {"volunteer_id": "(SELECT id FROM volunteering_volunteer ORDER BY joined_at DESC LIMIT 1)"}
SLIPPED = {
    "volunteering_volunteer": {
        "number": "'370102999999998'",
        "person_id": "(SELECT id FROM people_person WHERE id NOT IN (SELECT person_id FROM volunteering_volunteer)"
        " LIMIT 1)",
    },
    "volunteering_team": {"name": "'另一队（示例）'"},
    "volunteering_teammember": {
        "state": "'withdrawn'",
        "role": "'member'",
        "joined_at": "NULL",
        "ended_at": "asked_at",
    },
    "volunteering_qualification": {"starts_on": "starts_on - 1"},
    "volunteering_availability": _ANOTHER,
    "volunteering_volunteerskill": _ANOTHER,
    "volunteering_teammove": {"to_area": "'370102001003'"},
    "volunteering_earlierhours": {"minutes": "minutes + 1"},
    "volunteering_volunteerimport": {"name": "'另一份（示例）'"},
    "volunteering_volunteercolumns": {"headings": "'other'"},
    **{f"volunteering_{table}": {"code": "'another_one'"} for table in ("skill", "qualificationkind", "taskkind")},
}


def fill_volunteering(at: datetime) -> None:
    """Have two volunteers, one with skills, hours and a training, a team that she leads, and a list that was taken."""
    operations.load_examples(actor=SYSTEM, area="", at=at)
    details = operations.Details(area=WHERE, skills=("haircut",), hours=((1, 540, 720),))
    first = operations.register_volunteer(actor=SYSTEM, details=details, person_id=a_person(WHERE).pk, at=at)
    later = at + timedelta(seconds=1)
    bare = operations.Details(area=WHERE)
    operations.register_volunteer(actor=SYSTEM, details=bare, person_id=a_person(WHERE).pk, at=later)
    operations.add_qualification(
        actor=SYSTEM, volunteer_id=first.pk, code="basics", starts_on=timezone.localdate(at), evidence="示例", at=at
    )
    operations.found_team(
        actor=SYSTEM, kind="community", name="示例队", area=WHERE, about="示例", leader_id=first.pk, at=at
    )
    assert TeamMember.objects.exists()
    moving = Team.objects.get(name="示例队")
    TeamMove.objects.create(team=moving, from_area=WHERE, to_area="370102001001", reason="示例", asked_at=at)
    row = a_row(1, "诸葛示例", 手机号="13800139001", 所属社区="", 时长=12.5, 技能="理发")
    found = sent(SYSTEM, a_list(row), area=WHERE, at=at)
    one: dict[str, Any] = {"actor": SYSTEM, "import_id": found.pk, "at": at}
    imports.name_columns(columns=found.columns, sheets=[SHEET], remember=True, **one)
    imports.check_import(import_id=found.pk, at=at)
    imports.take_import(**one)
    imports.write_import(import_id=found.pk, at=at)


def mark_volunteering(person: Person, *, name: str, phone: str, told: str, at: datetime) -> None:
    """Have somebody serve, with words that tell who it is in every field that holds any."""
    kind = QualificationKind.objects.filter(code="basics").first() or QualificationKind.objects.create(
        code="basics", name="示例", name_en="Example", sort="training", area="", created_at=at
    )
    served = Volunteer.objects.create(
        person=person, number="370102900000017", area=WHERE, state="active", wish=told, health=told,
        health_agreed_at=at, emergency_name=name, emergency_phone=phone, joined_at=at, earlier_number=phone[:30],
    )  # fmt: skip
    Qualification.objects.create(
        volunteer=served, kind=kind, starts_on=timezone.localdate(at), evidence=told, verified_at=at,
        revoked_at=at, revoked_by=person, revoked_reason=told,
    )  # fmt: skip
    over = Team.objects.create(
        kind="community", area=WHERE, name="乙队（示例）", about=told, founded_by=person, decided_by=person,
        state="declined", reason=told, created_at=at, ended_at=at,
    )  # fmt: skip
    text = TeamAgreement.objects.create(team=over, version=1, text="x", digest="sha256:x", created_at=at)
    TeamMember.objects.create(
        team=over, volunteer=served, agreement=text, state="refused", message=told, reason=told, signed_at=at,
        asked_at=at, ended_at=at,
    )  # fmt: skip
    TeamMove.objects.create(
        team=over, from_area=WHERE, to_area="370102001001", reason=told, asked_by=person, asked_at=at, state="refused",
        refusal=told, ended_by=person, ended_at=at,
    )  # fmt: skip
    _listed(person, name, phone, at)


def _listed(person: Person, name: str, phone: str, at: datetime) -> None:
    """Name somebody in a list that an office sent: in the file, in its first rows, in a row looked at."""
    file = f"姓名,手机\n{name},{phone[3:]}\n".encode()
    found = VolunteerImport.objects.create(
        owner=person, area=WHERE, name="名单.csv", digest="sha256:list", file=base64.b64encode(file).decode(),
        sample=json.dumps([[[name, phone[3:]]]]), created_at=at,
    )  # fmt: skip
    VolunteerRow.objects.create(
        of_import=found, sheet="名单", number=2, outcome="new", told=json.dumps({"line": [name, phone[3:]]})
    )
