"""Service is recorded by who organises, noticed, verified by a second person, complained about, reversed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.service import operations, queries
from shanzhi.service.models import Certificate, ServiceRecord, ServiceRules, StarAward
from shanzhi.service.operations import Organiser, Row
from shanzhi.service.operations.stars import settle_stars
from shanzhi.volunteering import operations as teams
from shanzhi.volunteering.models import TaskKind, Team
from tests.people.conftest import COMMUNITY
from tests.service.support import SERVED, a_kind, a_record
from tests.service.test_guards import counted
from tests.support.organizations import an_organization
from tests.support.people import AT, LONG_AGO, a_person, actor, an_actor
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LATER = AT + timedelta(days=8)
WEEK = timedelta(days=7)


def of(volunteer: Any) -> Actor:
    return actor(volunteer.person)


class Ground:
    """A team with leader, deputy and two members, the committee, and a kind of task."""

    def __init__(self) -> None:
        self.leader, self.deputy, self.one, self.two = (a_volunteer() for _ in range(4))
        self.team = a_team(leader=self.leader)
        join(self.team, self.deputy, role="deputy")
        join(self.team, self.one)
        join(self.team, self.two)
        a_kind()
        self.secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)

    def record(self, rows: list[Row], by: Any = None, **more: Any) -> list[ServiceRecord]:
        given: dict[str, Any] = {
            "organiser": Organiser(team_id=self.team.pk), "served_on": SERVED, "task_code": "visit",
            "content": "探访独居老人（示例）", "at": AT, **more,
        }  # fmt: skip
        return operations.record_service(actor=by or of(self.leader), rows=rows, **given)

    def refuses(self, code: str, rows: list[Row], by: Any = None, **more: Any) -> None:
        before = ServiceRecord.objects.count()
        with pytest.raises(Refusal) as said:
            self.record(rows, by, **more)
        assert said.value.code == code
        assert said.value.text
        assert ServiceRecord.objects.count() == before


@pytest.fixture
def ground() -> Ground:
    return Ground()


class TestRecording:
    def test_many_at_once_under_notice_whole_or_not_at_all(self, ground: Ground) -> None:
        one, two = ground.one.pk, ground.two.pk
        made = ground.record([Row(one, 120, 540, 3, "签到表（示例）"), Row(two, 60)])
        assert [row.state for row in made] == ["noticed", "noticed"]
        assert {row.notice_over_at for row in made} == {AT + WEEK}
        assert Event.objects.filter(verb="service.record.add").count() == 2
        refuses = ground.refuses
        refuses("service_times_overlap", [Row(two, 30), Row(one, 10, 600)])
        refuses("bad_service_minutes", [Row(one, 0)])
        refuses("bad_service_minutes", [Row(one, 60, 1400)])
        refuses("bad_people_served", [Row(one, 5, None, 100_001)])
        refuses("no_service_rows", [])
        refuses("twice_in_the_table", [Row(one, 5), Row(one, 6)])
        refuses("own_service", [Row(ground.leader.pk, 60)])
        refuses("bad_service_day", [Row(one, 5)], served_on=date(2026, 11, 25))
        refuses("unknown_task", [Row(one, 5)], task_code="dance")
        refuses("bad_service_content", [Row(one, 5)], content="  ")
        refuses("not_in_the_team_then", [Row(a_volunteer().pk, 5)])
        refuses("not_in_the_team_then", [Row(one, 5)], served_on=date(2019, 1, 1))
        refuses("not_found", [Row(uuid4(), 5)])
        refuses("not_the_team_leader", [Row(two, 5)], by=of(ground.one))
        refuses("bad_organiser", [Row(two, 5)], by=ground.secretary, organiser=Organiser())
        far = an_actor(Role.COMMUNITY_SECRETARY, "370103001001")
        refuses("not_the_team_leader", [Row(two, 5)], by=far)

    def test_by_the_committee_itself_and_once_for_each_origin(self, ground: Ground) -> None:
        here = Organiser(area=COMMUNITY)
        ground.refuses("forbidden", [Row(ground.one.pk, 5)], organiser=here)
        made = ground.record([Row(ground.one.pk, 5)], by=ground.secretary, organiser=here, notice=False)
        assert (made[0].state, made[0].team, made[0].organization) == ("recorded", None, None)
        with pytest.raises(NotFound):
            operations.put_under_notice(actor=of(ground.leader), record_ids=[made[0].pk], at=AT)
        operations.put_under_notice(actor=ground.secretary, record_ids=[made[0].pk], at=AT)
        origin = {"by": ground.secretary, "origin_kind": "attendance.attendance"}
        row = Row(ground.two.pk, 30, origin_id=uuid4())
        assert len(ground.record([row], **origin)) == 1
        assert ground.record([row], **origin) == []

    def test_of_a_team_that_worked_that_day_and_of_who_was_in_it(self, ground: Ground) -> None:
        one = ground.one.pk
        waits = a_team(COMMUNITY, leader=ground.leader, name="待批队（示例）", state="proposed")
        join(waits, ground.one)
        ground.refuses("team_not_working_then", [Row(one, 5)], organiser=Organiser(team_id=waits.pk))
        Team.objects.filter(pk=ground.team.pk).update(decided_at=LONG_AGO)
        teams.dissolve_team(actor=of(ground.leader), team_id=ground.team.pk, reason="解散（示例）", at=AT)
        staff: dict[str, Any] = {"by": ground.secretary, "at": AT + timedelta(days=2)}
        assert len(ground.record([Row(one, 5)], **staff)) == 1
        ground.refuses("team_not_working_then", [Row(one, 5)], **staff, served_on=AT.date() + timedelta(days=1))

    def test_of_an_organisation_by_who_was_in_a_team_of_it_on_the_day(self, ground: Ground) -> None:
        body = an_organization(COMMUNITY)
        leader = actor(a_person(COMMUNITY, Role.TEAM_LEADER, organization=body.pk))
        team = a_team(COMMUNITY, kind="organization", organization=body, name="示例机构队")
        inside, asked, late = a_volunteer(), a_volunteer(), a_volunteer()
        join(team, inside)
        join(team, asked, state="requested")
        join(team, late, joined_at=AT - timedelta(days=1))
        organiser = {"by": leader, "organiser": Organiser(organization_id=body.pk)}
        for who in (asked, late, ground.one):
            ground.refuses("not_found", [Row(who.pk, 5)], **organiser)
        (made,) = ground.record([Row(inside.pk, 5)], **organiser)
        assert (made.team, made.organization) == (None, body)


class TestVerifying:
    def test_is_for_a_second_person_after_the_notice(self, ground: Ground) -> None:
        made = ground.record([Row(ground.one.pk, 1000), Row(ground.two.pk, 60)])
        ids = [row.pk for row in made]

        def refuses(code: str, by: Actor, at: Any = LATER) -> None:
            with pytest.raises(Refusal) as said:
                operations.verify_records(actor=by, record_ids=ids, at=at)
            assert said.value.code == code, said.value

        refuses("second_person_needed", of(ground.leader))
        refuses("service_notice_runs", of(ground.deputy), AT + timedelta(days=6))
        refuses("not_the_team_leader", of(ground.one))
        refuses("not_found", of(a_volunteer()))
        operations.verify_records(actor=of(ground.deputy), record_ids=ids, at=LATER)
        assert counted(ground.one) == (1000, 1)
        refuses("move_refused", of(ground.deputy))
        full = ground.record([Row(ground.one.pk, 441)], by=ground.secretary)
        ids = [full[0].pk]
        refuses("service_day_full", of(ground.deputy))
        operations.refuse_records(actor=of(ground.deputy), record_ids=ids, reason="重复（示例）", at=LATER)
        refuses("move_refused", of(ground.deputy))

    def test_gives_stars_that_a_reversal_takes_back_with_certificates(self, ground: Ground) -> None:
        ServiceRules.objects.create(
            area=COMMUNITY, version=1, valid_from=date(2026, 1, 1), star_minutes=[60, 120], paper="record",
            prefix="示例", source="示例，非官方", created_at=LONG_AGO,
        )  # fmt: skip
        made = ground.record([Row(ground.one.pk, 70), Row(ground.two.pk, 59)])
        operations.verify_records(actor=of(ground.deputy), record_ids=[row.pk for row in made], at=LATER)
        assert [(one.volunteer, one.level, one.given) for one in StarAward.objects.all()] == [(ground.one, 1, True)]
        paper = operations.Paper(date(2026, 1, 1), AT.date(), "示例甲", "示例乙", "0531（示例）", area=COMMUNITY)
        given = operations.issue_certificate(actor=ground.secretary, volunteer_id=ground.one.pk, paper=paper, at=LATER)
        wrong = next(row for row in made if row.volunteer_id == ground.one.pk)
        right = operations.correct_record(
            actor=of(ground.deputy), record_id=wrong.pk, reason="时长多记（示例）", minutes=50, starts=None,
            served_on=SERVED, at=LATER,
        )  # fmt: skip
        assert (right.corrects_id, right.state, counted(ground.one)) == (wrong.pk, "noticed", (0, 0))
        assert [one.given for one in StarAward.objects.filter(volunteer=ground.one).order_by("turn")] == [True, False]
        assert Certificate.objects.get(pk=given.pk).withdrawn_at == LATER
        with pytest.raises(Refusal) as said:
            operations.reverse_record(actor=of(ground.leader), record_id=wrong.pk, reason="又一次", at=LATER)
        assert said.value.code == "service_reversed_already"

    def test_corrects_who_came_without_a_place_and_a_kind_that_is_no_longer_offered(self, ground: Ground) -> None:
        guest, kind = a_volunteer(), a_kind(COMMUNITY, "old_way", name="旧类别（示例）")
        wrong = a_record(guest, ground.team, minutes=90, starts=540, state="verified", task_kind=kind)
        TaskKind.objects.filter(pk=kind.pk).update(retired_at=AT)
        ground.refuses("unknown_task", [Row(ground.one.pk, 5)], task_code="old_way")
        right = operations.correct_record(
            actor=of(ground.deputy), record_id=wrong.pk, reason="多记（示例）", minutes=60, starts=540,
            served_on=SERVED, at=AT,
        )  # fmt: skip
        assert (right.volunteer, right.task_kind, right.minutes, right.starts) == (guest, kind, 60, 540)

    def test_takes_no_star_that_the_rules_of_today_give(self, ground: Ground) -> None:
        made = [a_record(ground.one, minutes=minutes, state="verified") for minutes in (60, 40, 20)]

        def rule(version: int, *stars: int) -> None:
            ServiceRules.objects.create(
                area=COMMUNITY, version=version, valid_from=date(2026, 1, version), star_minutes=list(stars),
                paper="record", prefix="示例", source="示例，非官方", created_at=LONG_AGO,
            )  # fmt: skip

        def stars() -> list[bool]:
            return list(StarAward.objects.filter(volunteer=ground.one).order_by("turn").values_list("given", flat=True))

        rule(1, 120)
        settle_stars(actor=ground.secretary, volunteers=[ground.one], at=AT)
        rule(2, 80)
        operations.reverse_record(actor=ground.secretary, record_id=made[2].pk, reason="有误（示例）", at=AT)
        assert stars() == [True]  # 100 minutes are below the 120 of then, not below the 80 of today
        operations.reverse_record(actor=ground.secretary, record_id=made[1].pk, reason="有误（示例）", at=AT)
        assert stars() == [True, False]


class TestComplaints:
    def test_stop_verifying_until_somebody_else_answers(self, ground: Ground) -> None:
        (made,) = ground.record([Row(ground.one.pk, 60)])
        with pytest.raises(NotFound):
            operations.complain(actor=of(a_volunteer()), record_id=made.pk, words="不实", at=AT)
        row = operations.complain(actor=of(ground.two), record_id=made.pk, words="当天没见到（示例）", at=AT)
        assert row.due_on == date(2026, 12, 1)
        with pytest.raises(Refusal, match="complaint_there"):
            operations.complain(actor=of(ground.two), record_id=made.pk, words="再说一次", at=AT)
        with pytest.raises(Refusal, match="service_complaint_open"):
            operations.verify_records(actor=of(ground.deputy), record_ids=[made.pk], at=LATER)
        answer: dict[str, Any] = {
            "complaint_id": row.pk,
            "upheld": True,
            "answer": "核对签到表，确未参加（示例）",
            "at": LATER,
        }
        for who in (ground.leader, ground.one, ground.two):
            with pytest.raises(Refusal):
                operations.answer_complaint(actor=of(who), **answer)
        operations.answer_complaint(actor=of(ground.deputy), **answer)
        made.refresh_from_db()
        assert (made.state, made.refused_reason) == ("refused", "核对签到表，确未参加（示例）")

    def test_upheld_reverse_what_was_verified_or_are_taken_back(self, ground: Ground) -> None:
        made = a_record(ground.one, ground.team, state="verified")
        row = operations.complain(actor=of(ground.one), record_id=made.pk, words="时长不对（示例）", at=AT)
        operations.withdraw_complaint(actor=of(ground.one), complaint_id=row.pk, at=AT)
        row = operations.complain(actor=of(ground.one), record_id=made.pk, words="时长不对（示例）", at=AT)
        operations.answer_complaint(
            actor=ground.secretary, complaint_id=row.pk, upheld=True, answer="更正（示例）", at=AT
        )
        assert counted(ground.one) == (0, 0)
        with pytest.raises(Refusal, match="service_reversed_already"):
            operations.complain(actor=of(ground.one), record_id=made.pk, words="还是不对（示例）", at=AT)
        found: Any = queries.record(viewer=of(ground.one), record_id=made.pk, at=AT)
        assert found.gone


class TestThanks:
    def test_are_shown_once_somebody_else_read_them(self, ground: Ground) -> None:
        note = operations.write_thanks(
            actor=of(ground.two), number=ground.one.number, words="谢谢您每周来看我妈妈（示例）", at=AT
        )  # fmt: skip
        shown = queries.overview(viewer=of(ground.one), at=AT)
        assert shown is not None
        assert shown.thanks == []
        with pytest.raises(Refusal, match="own_thanks"):
            operations.write_thanks(actor=of(ground.one), number=ground.one.number, words="好", at=AT)
        with pytest.raises(Refusal, match="no_such_volunteer"):
            operations.write_thanks(actor=of(ground.one), number="370102000000000", words="好", at=AT)
        with pytest.raises(NotFound):
            operations.read_thanks(actor=of(ground.two), thanks_id=note.pk, shown=True, reason="", at=AT)
        operations.read_thanks(actor=ground.secretary, thanks_id=note.pk, shown=True, reason="", at=AT)
        shown = queries.overview(viewer=of(ground.one), at=AT)
        assert shown is not None
        assert [one.note for one in shown.thanks] == [note.note]
        operations.read_thanks(actor=ground.secretary, thanks_id=note.pk, shown=False, reason="含姓名（示例）", at=AT)
