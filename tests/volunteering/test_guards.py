"""What the database itself holds of volunteers and teams, whoever writes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from shanzhi.volunteering.models import (
    Availability,
    EarlierHours,
    Qualification,
    QualificationKind,
    Team,
    TeamAgreement,
    TeamMember,
    TeamMove,
    Volunteer,
    VolunteerImport,
)
from tests.support.people import AT, a_person
from tests.volunteering.support import a_team, a_volunteer

pytestmark = pytest.mark.django_db


def _run_to_the_end(run: Any) -> None:
    """Have the database look at what it otherwise looks at on commit."""
    with transaction.atomic():
        run()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(run: Any, words: str) -> None:
    with pytest.raises((IntegrityError, DataError), match=words):
        _run_to_the_end(run)


class TestAVolunteersRow:
    def test_keeps_number_person_and_moves(self) -> None:
        one = a_volunteer()
        rows = Volunteer.objects.filter(pk=one.pk)
        refused(rows.delete, "stays on record")
        refused(lambda: rows.update(number="370102123456789"), "one number")
        refused(lambda: rows.update(person=a_person()), "one number")
        refused(lambda: rows.update(state="unknown"), "volunteering_")
        rows.update(state="paused")
        refused(lambda: rows.update(state="active"), "volunteering_move")
        refused(lambda: rows.update(languages=["klingon"]), "volunteering_languages")
        refused(lambda: rows.update(tasks=["clean_up"] * 21), "volunteering_tasks")
        refused(lambda: rows.update(health="腰"), "volunteering_health_agreed")
        refused(lambda: rows.update(emergency_name="示例"), "volunteering_emergency_whole")
        refused(lambda: Volunteer.objects.create(
            person=a_person(), number="37010212345678X", area=one.area, joined_at=AT
        ), "volunteering_number")  # fmt: skip

    def test_has_free_hours_that_do_not_overlap(self) -> None:
        one = a_volunteer()
        Availability.objects.create(volunteer=one, weekday=3, starts=480, ends=720)
        Availability.objects.create(volunteer=one, weekday=3, starts=720, ends=780)
        Availability.objects.create(volunteer=one, weekday=4, starts=480, ends=720)

        def also(starts: int, ends: int) -> None:
            Availability.objects.create(volunteer=one, weekday=3, starts=starts, ends=ends)

        refused(lambda: also(700, 730), "volunteering_hours_overlap")
        refused(lambda: also(400, 800), "volunteering_hours_overlap")
        refused(lambda: also(800, 800), "volunteering_hours_span")
        refused(lambda: also(1400, 1441), "volunteering_hours_span")


class TestATeamsRow:
    def test_has_one_leader_as_long_as_it_lives(self) -> None:
        team = a_team()
        leader = TeamMember.objects.get(team=team)
        refused(lambda: TeamMember.objects.filter(pk=leader.pk).update(role="member"), "volunteering_team_led")
        refused(lambda: TeamMember.objects.filter(pk=leader.pk).update(state="left", ended_at=AT), "team_led")
        refused(lambda: Team.objects.filter(pk=team.pk).update(state="dissolved", ended_at=AT, reason="无"),
                "volunteering_team_empty")  # fmt: skip
        other = TeamMember.objects.create(
            team=team, volunteer=a_volunteer(), state="member", agreement=leader.agreement, signed_at=AT, asked_at=AT,
            joined_at=AT,
        )  # fmt: skip
        refused(lambda: TeamMember.objects.filter(pk=other.pk).update(role="leader"), "volunteering_one_leader")
        with transaction.atomic():
            TeamMember.objects.filter(pk=leader.pk).update(role="member")
            TeamMember.objects.filter(pk=other.pk).update(role="leader")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_keeps_places_and_agreements_as_they_were(self) -> None:
        team, elsewhere = a_team(), a_team(name="示例乙队")
        held = TeamMember.objects.get(team=team)
        foreign = TeamAgreement.objects.get(team=elsewhere)
        refused(TeamMember.objects.filter(team=team).delete, "stays on record")
        refused(lambda: TeamAgreement.objects.filter(team=team).update(text="另"), "append-only")
        refused(lambda: TeamMember.objects.filter(pk=held.pk).update(agreement=foreign), "member_agreement")
        refused(lambda: TeamMember.objects.create(
            team=team, volunteer=held.volunteer, agreement=held.agreement, signed_at=AT, asked_at=AT
        ), "volunteering_member_once")  # fmt: skip
        gone = TeamMember.objects.create(
            team=team, volunteer=a_volunteer(), state="left", agreement=held.agreement, signed_at=AT, asked_at=AT,
            joined_at=AT, ended_at=AT,
        )  # fmt: skip
        refused(lambda: TeamMember.objects.filter(pk=gone.pk).update(ended_at=AT + timedelta(1)), "stays as it was")
        refused(lambda: Team.objects.filter(pk=team.pk).update(state="declined", ended_at=AT, reason="无"), "team_move")

    def test_names_the_moment_of_what_is_over(self) -> None:
        team, one = a_team(), a_volunteer()
        held = TeamMember.objects.get(team=team)
        place: dict[str, Any] = {
            "team": team, "volunteer": one, "agreement": held.agreement, "signed_at": AT, "asked_at": AT,
        }  # fmt: skip
        for wrong in (
            {"state": "member"}, {"state": "left", "joined_at": AT}, {"state": "left", "ended_at": AT},
            {"state": "withdrawn"}, {"state": "refused", "reason": "无"},
        ):  # fmt: skip
            refused(lambda more=wrong: TeamMember.objects.create(**place, **more), "volunteering_member_dates")
        over = {"kind": "community", "area": team.area, "name": "散了", "about": "无", "created_at": AT, "reason": "无"}
        refused(lambda: Team.objects.create(**over, state="declined"), "volunteering_team_ended")
        kind = QualificationKind.objects.create(
            code="basics", name="示例", name_en="Example", sort="training", area="", created_at=AT
        )
        refused(lambda: Qualification.objects.create(
            volunteer=one, kind=kind, starts_on=AT.date(), evidence="证", verified_at=AT, revoked_reason="无"
        ), "volunteering_qualification_revoked")  # fmt: skip
        for state in ("done", "withdrawn"):
            refused(lambda said=state: TeamMove.objects.create(
                team=team, from_area=team.area, to_area="370102001002", reason="无", asked_at=AT, state=said,
                left_at=AT, taken_at=AT,
            ), "volunteering_move_ended")  # fmt: skip

    def test_states_hours_of_before_once(self) -> None:
        one, values = a_volunteer(), {"area": "370102001001", "name": "名单.csv", "created_at": AT}
        first, second = (
            VolunteerImport.objects.create(**values, digest=f"sha256:{n}", file="x") for n in ("one", "two")
        )
        stated: dict[str, Any] = {"volunteer": one, "minutes": 60, "as_of": AT.date(), "created_at": AT}
        EarlierHours.objects.create(**stated, of_import=first)
        refused(lambda: EarlierHours.objects.create(**stated, of_import=second), "volunteering_earlier_once")
