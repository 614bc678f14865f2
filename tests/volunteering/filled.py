"""A row in every table of volunteering, for the tests of the log."""

from datetime import datetime, timedelta

from django.utils import timezone

from shanzhi.people.models import Person
from shanzhi.volunteering import operations
from shanzhi.volunteering.models import Qualification, QualificationKind, Team, TeamAgreement, TeamMember, Volunteer
from tests.audit.support import SYSTEM
from tests.support.people import a_person

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
    **{f"volunteering_{table}": {"code": "'another_one'"} for table in ("skill", "qualificationkind", "taskkind")},
}


def fill_volunteering(at: datetime) -> None:
    """Have two volunteers, one with skills, hours and a training, and a team that she leads."""
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


def mark_volunteering(person: Person, *, name: str, phone: str, told: str, at: datetime) -> None:
    """Have somebody serve, with words that tell who it is in every field that holds any."""
    kind = QualificationKind.objects.filter(code="basics").first() or QualificationKind.objects.create(
        code="basics", name="示例", name_en="Example", sort="training", area="", created_at=at
    )
    served = Volunteer.objects.create(
        person=person, number="370102900000017", area=WHERE, state="active", wish=told, health=told,
        health_agreed_at=at, emergency_name=name, emergency_phone=phone, joined_at=at,
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
