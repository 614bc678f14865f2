"""Records of service for tests, made straight in the tables."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any, Final

from shanzhi.people.models import Person
from shanzhi.service.models import Certificate, CertificateBatch, ServiceRecord
from shanzhi.volunteering.models import TaskKind, Team, Volunteer
from tests.support.people import AREA, AT, LONG_AGO, a_person

SERVED: Final = date(2026, 10, 20)


def a_kind(area: str = AREA[:6], code: str = "visit", **fields: Any) -> TaskKind:
    """Give a kind of task, made where there is none."""
    values = {"name": "探访老人", "name_en": "Visiting the old", "created_at": LONG_AGO, **fields}
    return TaskKind.objects.get_or_create(area=area, code=code, defaults=values)[0]


def a_record(
    volunteer: Volunteer, team: Team | None = None, *, minutes: int = 120, state: str = "recorded", **fields: Any
) -> ServiceRecord:
    """Record service, and take it as far as `state`: by two people of whom nobody knows more."""
    by = fields.pop("recorded_by", None) or a_person()
    values: dict[str, Any] = {
        "area": team.area if team else volunteer.area, "organization": team.organization if team else None,
        "task_kind": fields.pop("task_kind", None) or a_kind(), "served_on": SERVED, "content": "陪伴老人（示例）",
        "recorded_at": LONG_AGO, **fields,
    }  # fmt: skip
    made = ServiceRecord.objects.create(volunteer=volunteer, team=team, minutes=minutes, recorded_by=by, **values)
    if state in ("noticed", "verified"):
        put_under_notice(made, LONG_AGO)
    if state == "verified":
        verify(made, a_person(), AT - timedelta(days=1))
    return ServiceRecord.objects.get(pk=made.pk)


def put_under_notice(record: ServiceRecord, at: datetime, days: int = 7) -> None:
    """Put a record under notice."""
    ServiceRecord.objects.filter(pk=record.pk).update(
        state="noticed", noticed_at=at, notice_over_at=at + timedelta(days=days)
    )


def verify(record: ServiceRecord, by: Person, at: datetime) -> None:
    """Verify a record."""
    ServiceRecord.objects.filter(pk=record.pk).update(state="verified", verified_by=by, verified_at=at)


def a_certificate(volunteer: Volunteer, *, serial: int, **fields: Any) -> Certificate:
    """Issue a certificate by a committee."""
    values: dict[str, Any] = {
        "issuer_area": volunteer.area, "issuer_name": "示例社区居委会", "responsible": "示例甲", "handler": "示例乙",
        "contact": "0531-00000000", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 10, 31),
        "area": volunteer.area[:9], "year": 2026, "number": f"示例{volunteer.area[:9]}〔2026〕{serial:06d}号",
        "code": secrets.token_urlsafe(16), "paper": "record", "minutes": 120, "times": 1, "issued_on": AT.date(),
        "issued_at": AT, **fields,
    }  # fmt: skip
    return Certificate.objects.create(volunteer=volunteer, serial=serial, **values)


def a_batch(volunteer: Volunteer, state: str = "written") -> CertificateBatch:
    """Make a batch with one certificate; it is done, or stands still in its first state."""
    made = CertificateBatch.objects.create(
        issuer_area=volunteer.area, issuer_name="示例社区居委会", responsible="示例甲", handler="示例乙",
        contact="0531-00000000", starts_on=date(2026, 1, 1), ends_on=date(2026, 10, 31), wanted=1, ordered_at=AT,
    )  # fmt: skip
    a_certificate(volunteer, serial=1, batch=made)
    done = {"state": state, "finished_at": AT} if state == "written" else {}
    CertificateBatch.objects.filter(pk=made.pk).update(made=1, **done)
    return made
