"""Leaving keeps what was earned: hours, star, certificate and credits stand when one goes, and when a team ends."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pypdfium2 import PdfDocument

from shanzhi.kernel.roles import Role
from shanzhi.service import operations as service
from shanzhi.service import queries as served
from shanzhi.service.models import Certificate, ServiceRules, StarAward
from shanzhi.timebank import operations, queries
from shanzhi.timebank.models import Bank, Member
from shanzhi.ui import formatting
from shanzhi.volunteering import operations as teams
from shanzhi.volunteering.models import Team, TeamMember, Volunteer
from tests.people.conftest import COMMUNITY
from tests.service.support import a_kind
from tests.support.people import AT, LONG_AGO, a_person, actor, an_actor, sign_in
from tests.timebank.support import DAY, SERVED, SYSTEM, a_bank, a_member
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
MINUTES = (150, 75)
WHOLE = sum(MINUTES)
SERVICE, BANK, VOLUNTEERING = "/account/volunteering/service/", "/account/timebank/", "/account/volunteering/"


@dataclass
class Ground:
    """A team of which one member earned all there is to earn: hours, a star, a certificate, credits."""

    team: Team
    leader: Volunteer
    one: Volunteer
    bank: Bank
    member: Member
    paper: Certificate

    @property
    def browser(self) -> Client:
        return sign_in(Client(), self.one.person)

    @property
    def own(self) -> Any:
        return actor(self.one.person)


@pytest.fixture
def ground() -> Ground:
    leader, one = (a_volunteer(a_person(COMMUNITY), COMMUNITY) for _ in range(2))
    team = a_team(COMMUNITY, leader=leader, name="示例邻里队")
    join(team, one)
    a_kind()
    ServiceRules.objects.create(
        area=COMMUNITY, version=1, valid_from=date(2026, 1, 1), star_minutes=[120, 600], paper="record", prefix="示例",
        source="示例，非官方", created_at=LONG_AGO,
    )  # fmt: skip
    bank = a_bank()
    member = a_member(bank, person=one.person)
    secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
    for place, minutes in enumerate(MINUTES):
        records = recorded(team, leader, one, minutes, SERVED - place * DAY)
        service.verify_records(actor=secretary, record_ids=[row.pk for row in records], at=AT - 10 * DAY)
    paper = service.issue_certificate(
        actor=secretary, volunteer_id=one.pk, at=AT - 9 * DAY,
        paper=service.Paper(SERVED - 30 * DAY, SERVED, "示例甲", "示例乙", "0531（示例）", area=COMMUNITY),
    )  # fmt: skip
    assert operations.credit_records(actor=SYSTEM, at=AT - 8 * DAY) == len(MINUTES)
    return Ground(team, leader, one, bank, member, paper)


def recorded(team: Team, by: Volunteer, one: Volunteer, minutes: int, on: date) -> list[Any]:
    return service.record_service(
        actor=actor(by.person), organiser=service.Organiser(team_id=team.pk), served_on=on, task_code="visit",
        content="探访独居老人（示例）", rows=[service.Row(one.pk, minutes, 540, 3)], at=AT - 20 * DAY,
    )  # fmt: skip


def earned(ground: Ground) -> dict[str, Any]:
    """Read all that was earned, as its owner reads it by the queries."""
    found = served.overview(viewer=ground.own, at=AT + 2 * DAY)
    assert found is not None
    (stand,) = queries.stands(queries.members_of(viewer=ground.own), AT + 2 * DAY)
    return {
        "number": found.volunteer.number, "minutes": found.minutes, "times": found.times,
        "served": found.people_served, "months": found.months, "kinds": found.kinds, "organisers": found.organisers,
        "star": found.star, "awards": [(one.level, one.given, one.awarded_at) for one in found.awards],
        "papers": [(one.number, one.minutes, one.withdrawn_at) for one in found.certificates],
        "checked": served.by_code(code=ground.paper.code).state,
        "records": list(served.own_records(viewer=ground.own).order_by("served_on").values_list("pk", "state")),
        "credits": (stand.free, stand.bound, stand.held, stand.ending),
        "statement": list(queries.statement(stand.member).values_list("number", "amount", "stood")),
        "earnings": [(one.record, one.minutes) for one in queries.earnings_of([stand.member])],
    }  # fmt: skip


def reads(ground: Ground) -> None:
    """Read the same from the pages: one's own, the paper, its public check, the account and its statement."""
    client, hours = ground.browser, formatting.minutes(WHOLE)
    for path, told in {
        SERVICE: (hours, "1 星", "示例邻里队", ground.paper.number, "有效"),
        f"/service/certificates/{ground.paper.pk}/": (hours, ground.paper.number, "有效"),
        BANK: ("示例公益银行", hours),
        f"/timebank/{ground.bank.pk}/statement/": [f"+{formatting.minutes(one)}" for one in MINUTES],
    }.items():  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        shown = answer.content.decode()
        for words in told:
            assert words in shown, (path, words)
    checked = Client().get(f"/service/check/{ground.paper.code}/").content.decode()
    assert "本单有效" in checked
    assert hours in checked
    own = client.post(f"{SERVICE}certificates/{ground.paper.pk}/own.pdf")
    (sheet,) = PdfDocument(io.BytesIO(own.content))
    assert ground.paper.number in "".join(sheet.get_textpage().get_text_range().split())


def by_leaving_the_team(ground: Ground) -> None:
    assert ground.browser.post(f"/teams/{ground.team.pk}/leave/", {"sure": "on"}).status_code == 302
    assert TeamMember.objects.get(team=ground.team, volunteer=ground.one).state == "left"


def by_being_sent_away(ground: Ground) -> None:
    place = TeamMember.objects.get(team=ground.team, volunteer=ground.one)
    teams.end_place(actor=actor(ground.leader.person), member_id=place.pk, reason="久未参加（示例）", at=AT)
    place.refresh_from_db()
    assert (place.state, place.ended_at) == ("left", AT)


def by_leaving_volunteering(ground: Ground) -> None:
    assert ground.browser.post(f"{VOLUNTEERING}leave/", {"sure": "on"}).status_code == 302
    ground.one.refresh_from_db()
    assert ground.one.state == "left"
    assert TeamMember.objects.get(team=ground.team, volunteer=ground.one).state == "left"


def by_the_end_of_the_team(ground: Ground) -> None:
    teams.dissolve_team(actor=actor(ground.leader.person), team_id=ground.team.pk, reason="完成使命（示例）", at=AT)
    ground.team.refresh_from_db()
    assert ground.team.state == "dissolved"
    assert TeamMember.objects.get(team=ground.team, volunteer=ground.one).state == "left"


WAYS = (by_leaving_the_team, by_being_sent_away, by_leaving_volunteering, by_the_end_of_the_team)


class TestWhatWasEarned:
    @pytest.mark.parametrize("go", WAYS)
    def test_stands_as_before_however_one_goes(self, ground: Ground, go: Callable[[Ground], None]) -> None:
        before = earned(ground)
        assert (before["minutes"], before["times"], before["star"]) == (WHOLE, 2, 1)
        assert (before["credits"][:3], before["checked"]) == ((WHOLE, 0, 0), "valid")
        assert before["papers"] == [(ground.paper.number, WHOLE, None)]
        reads(ground)
        go(ground)
        assert earned(ground) == before
        reads(ground)
        assert operations.credit_records(actor=SYSTEM, at=AT + DAY) == 0  # nothing is credited twice, nothing taken
        assert earned(ground) == before

    def test_is_there_under_the_same_number_when_one_comes_back(self, ground: Ground) -> None:
        before = earned(ground)
        for step, state in (("leave", "left"), ("return", "active")):
            made = teams.move_volunteer(actor=ground.own, step=step, at=AT)
            assert (made.state, made.number) == (state, before["number"])
            assert earned(ground) == before
            reads(ground)
        teams.ask_to_join(actor=ground.own, team_id=ground.team.pk, signed=1, message="", at=AT + DAY)
        place = TeamMember.objects.get(team=ground.team, volunteer=ground.one, state="requested")
        by = actor(ground.leader.person)
        teams.decide_request(actor=by, member_id=place.pk, accepted=True, reason="", at=AT + DAY)
        assert earned(ground) == before

    def test_goes_on_where_it_stood_with_what_is_done_after_coming_back(self, ground: Ground) -> None:
        for step in ("leave", "return"):
            teams.move_volunteer(actor=ground.own, step=step, at=AT)
        join(ground.team, ground.one)
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        made = recorded(ground.team, ground.leader, ground.one, 400, SERVED - 5 * DAY)
        service.verify_records(actor=secretary, record_ids=[row.pk for row in made], at=AT + DAY)
        assert operations.credit_records(actor=SYSTEM, at=AT + DAY) == 1
        after = earned(ground)
        assert (after["minutes"], after["star"], after["credits"][0]) == (WHOLE + 400, 2, WHOLE + 400)

    @pytest.mark.parametrize("go", WAYS)
    def test_counts_what_was_done_before_and_is_verified_after(
        self, ground: Ground, go: Callable[[Ground], None]
    ) -> None:
        made = recorded(ground.team, ground.leader, ground.one, 30, SERVED - 3 * DAY)
        go(ground)
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        service.verify_records(actor=secretary, record_ids=[row.pk for row in made], at=AT + timedelta(hours=1))
        assert operations.credit_records(actor=SYSTEM, at=AT + DAY) == 1
        after = earned(ground)
        assert (after["minutes"], after["times"], after["credits"][0]) == (WHOLE + 30, 3, WHOLE + 30)
        assert StarAward.objects.filter(volunteer=ground.one, given=False).count() == 0
