"""What became of the organisations of the first round: filed in 2019, all living in January 2021; later it is made up.

Of 21, three are dissolved later, four fall silent, and the others show life until now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from shanzhi.organizations import operations as registry
from shanzhi.organizations.demo import BLANK_PDF
from shanzhi.organizations.models import FilingApplication, Organization
from shanzhi.outcomes.demo.content import First
from shanzhi.outcomes.demo.people import Staff, acting
from shanzhi.projects import operations as projects
from shanzhi.projects.models import Project
from shanzhi.ventures.demo.people import SYSTEM

DAY: Final = timedelta(days=1)
MEMBERS: Final = (("王示例", "in_charge"), ("李示例", "contact"), ("赵示例", "finance"))
FIRST_MEETING: Final = date(2020, 3, 2)
SECOND_MEETING: Final = date(2020, 10, 12)
EVERY: Final = 300
"""Days from one sign to the next of an organisation that lives: well within twelve months."""
# By the number of the project: when it was dissolved, or showed its last sign of life.
DISSOLVED: Final = {4: date(2022, 6, 15), 11: date(2023, 9, 20), 18: date(2024, 5, 8)}
SILENT: Final = {2: date(2021, 4, 10), 8: date(2021, 11, 5), 13: date(2022, 10, 22), 16: date(2024, 3, 30)}


def grow(office: Staff, begun: Sequence[Project], given: Sequence[First], *, since: datetime, at: datetime) -> None:
    """File an organisation out of each project, and let it live on."""
    for number, (project, one) in enumerate(zip(begun, given, strict=True)):
        found = _file(office, project, one, since + (number % 7) * DAY)
        _live(found.organization_id, number, at)


def _file(office: Staff, project: Project, given: First, at: datetime) -> FilingApplication:
    contact = project.proposal.contact
    assert contact is not None  # every played proposal has its contact person
    team = acting(contact, at)
    begun = projects.begin_filing(actor=team, project_id=project.pk, at=at)
    written = registry.change_application(
        actor=team, application_id=begun.pk, version=begun.version, name=given.body, purpose=given.purpose,
        area=project.community, members=12, person_in_charge="王示例", premises="社区活动室（示例）",
        words="由首轮微创投项目发展而来。（示例）", at=at,
    )  # fmt: skip
    body: dict[str, Any] = {"actor": SYSTEM, "organization_id": begun.organization_id, "at": at}
    registry.add_document(paper="charter", name="章程（示例）.pdf", content=BLANK_PDF, **body)
    for name, part in MEMBERS:
        registry.add_member(name=name, part=part, starts_on=timezone.localdate(at), **body)
    handed = registry.hand_in(actor=team, application_id=begun.pk, version=written.version, at=at)
    advised = registry.give_opinion(
        actor=office["secretary"], application_id=begun.pk, version=handed.version, opinion="for",
        words="项目完成，队伍稳定。（示例）", at=at + 2 * DAY,
    )  # fmt: skip
    return registry.decide(
        actor=office["subdistrict"], application_id=begun.pk, version=advised.version, decision="grant",
        reason="符合示例条件。", at=at + 4 * DAY,
    )  # fmt: skip


def _live(organization: Any, number: int, at: datetime) -> None:
    """Enter meetings and activities until the organisation is dissolved, falls silent, or until now."""
    today = timezone.localdate(at)
    end = DISSOLVED.get(number) or SILENT.get(number) or today
    days = [FIRST_MEETING + (number % 5) * DAY, SECOND_MEETING + number * DAY]
    while days[-1] + EVERY * DAY < end:
        days.append(days[-1] + EVERY * DAY)
    if number in SILENT:
        days.append(end)
    for place, day in enumerate(days):
        registry.add_sign(
            actor=SYSTEM, organization_id=organization, kind=("members_meeting", "activity")[place % 2], on=day,
            present=9 + (number + place) % 12, about="（示例）", at=_noon(day) + DAY,
        )  # fmt: skip
    if number in DISSOLVED:
        version = Organization.objects.values_list("version", flat=True).get(pk=organization)
        registry.close_organization(
            actor=SYSTEM, organization_id=organization, version=version, reason="骨干搬离，成员商定解散。（示例）",
            at=_noon(end),
        )  # fmt: skip


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))
