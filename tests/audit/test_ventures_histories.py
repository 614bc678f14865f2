"""The histories of what a round is made of: comments, backing, attendance, mergers, roles, and all of a jury.

Each says who opens it, who does not, and what stays sealed or unnamed also for those who do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from shanzhi.audit.models import Event
from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.models import Conflict, Endorsement, Merger, Pitch, Proposal, ScoreSheet, TeamSeat
from tests.audit.support import as_superuser, english, words
from tests.support.people import give_role, sign_in
from tests.ventures.jury_support import Panel, make_panel, pitching
from tests.ventures.merger_support import invited, merged, pair
from tests.ventures.support import AT, SUBDISTRICT, World, bring, day, make_call, make_world, resident
from tests.ventures.training_support import after, asking, give_phone

pytestmark = pytest.mark.django_db
NOBODY = Actor.anonymous()
SHEET_READ = "Sheet of attendance brought in"


@pytest.fixture
def world() -> World:
    return make_world()


def of(actor: Actor) -> Client:
    return english(Client() if actor is NOBODY else sign_in(Client(), Person.objects.get(pk=actor.person())))


def history(kind: str, key: Any) -> str:
    return reverse("audit:history", args=[f"ventures.{kind}", key])


def told(actor: Actor, kind: str, key: Any) -> str:
    """Give what somebody reads of the history of a thing."""
    answer = of(actor).get(history(kind, key))
    assert answer.status_code == 200, (kind, answer.status_code)
    return words(answer)


def shut(kind: str, key: Any, *actors: Actor) -> None:
    """None of these finds a history of the thing; a visitor is asked to sign in."""
    for actor in actors:
        assert of(actor).get(history(kind, key)).status_code == (302 if actor is NOBODY else 404), (kind, actor)


def listed(actor: Actor, verb: str) -> int:
    """Count the events of a verb that somebody finds in the list of the own areas."""
    answer = of(actor).get(reverse("audit:events"), {"verb": verb})
    return int(answer.context["page"].total)


@contextmanager
def pitches() -> Iterator[None]:
    with time_machine.travel(pitching(2), tick=True):
        yield


class TestAJury:
    """Juror 0 chairs; juror 1 has an interest in project 0 and is an officer besides; juror 2 is neither."""

    @pytest.fixture
    def panel(self, world: World) -> Iterator[Panel]:
        panel = make_panel(world)
        give_role(
            Person.objects.get(pk=panel.actors[1].person()), Role.SUBDISTRICT_OFFICER, area=SUBDISTRICT, starts_at=AT
        )
        for place, interests in enumerate(({}, {0: "relative"}, {})):
            panel.declare(place, interests)
        panel.score(0, 0, (81, 37), comment="只给自己看的意见", hand_in=False)
        panel.score(0, 0, (81, 37), comment="只给自己看的意见", version=1)
        with pitches():
            yield panel

    def test_a_sheet_is_its_juror_s_alone_until_the_jury_closes(self, panel: Panel) -> None:
        chair, conflicted, other = panel.actors
        officer, team = panel.world.officer, resident(panel.world.people[0])
        sheet = ScoreSheet.objects.get()
        own = told(chair, "scoresheet", sheet.pk)
        assert "Score sheet handed in" in own
        assert "You" in own
        for hidden in (r"\b81\b", r"\b37\b", "只给自己看的意见", "Score sheet written on"):
            assert not re.search(hidden, own), "neither what it says nor when it was typed"
        page = of(chair).get(reverse("ventures:jury_sheet", args=[panel.call.pk, panel.projects[0].pk]))
        assert history("scoresheet", sheet.pk) in page.content.decode()
        shut("scoresheet", sheet.pk, conflicted, other, officer, panel.world.worker, team, NOBODY)
        event = Event.objects.get(verb="ventures.sheet.hand_in")
        for actor in (conflicted, other, officer, team):
            assert of(actor).get(reverse("audit:event", args=[event.pk])).status_code == 404
            assert of(actor).get(f"/api/v1/audit/events/{event.pk}").status_code == 404
        assert (listed(officer, "ventures.sheet.hand_in"), listed(officer, "ventures.sheet.save")) == (0, 1)
        saved = Event.objects.get(verb="ventures.sheet.save")
        row = of(officer).get(reverse("audit:events"), {"verb": saved.verb})
        assert reverse("audit:event", args=[saved.pk]) in row.content.decode(), "that one names nobody"
        assert history("scoresheet", saved.subject_id) not in row.content.decode()
        assert "Score sheet" not in told(officer, "call", panel.call.pk)

    def test_a_sheet_opens_with_the_closing_but_not_to_who_has_an_interest(self, panel: Panel) -> None:
        _chair, conflicted, other = panel.actors
        officer = panel.world.officer
        for place in range(3):
            for project in range(3):
                if (place, project) not in ((0, 0), (1, 0)):
                    panel.score(place, project, (70, 60))
        panel.close()
        first = ScoreSheet.objects.get(juror=panel.jurors[0], proposal=panel.projects[0])
        second = ScoreSheet.objects.get(juror=panel.jurors[0], proposal=panel.projects[1])
        page = told(officer, "scoresheet", first.pk)
        for shown in ("Score sheet handed in", "Juror 1", panel.projects[0].title, "*"):
            assert shown in page
        assert "只给自己看的意见" not in page
        shut("scoresheet", first.pk, conflicted, other, resident(panel.world.people[0]), NOBODY)
        assert "Score sheet handed in" in told(conflicted, "scoresheet", second.pk), "staff, without an interest there"
        assert (listed(officer, "ventures.sheet.hand_in"), listed(conflicted, "ventures.sheet.hand_in")) == (8, 6)
        result = reverse("ventures:jury_result", args=[panel.call.pk])
        links = {actor: of(actor).get(result).content.decode() for actor in (officer, conflicted, other, NOBODY)}
        assert history("scoresheet", first.pk) in links[officer]
        assert history("scoresheet", first.pk) not in links[conflicted]
        assert history("scoresheet", second.pk) in links[conflicted]
        assert "/audit/history/" not in links[other] + links[NOBODY]

    def test_an_own_interest_is_told_to_its_juror_and_to_those_who_read_of_the_jury(self, panel: Panel) -> None:
        conflict, juror = Conflict.objects.get(), panel.jurors[1]
        officer, conflicted = panel.world.officer, panel.actors[1]
        Person.objects.get(pk=conflicted.person()).role_grants.exclude(role=Role.JUROR).delete()
        for actor, by in ((conflicted, "You"), (officer, "*")):
            page = told(actor, "conflict", conflict.pk)
            for shown in ("Own interest declared", "Relative or close friend of the team", "Juror 2", by):
                assert shown in page
        shut("conflict", conflict.pk, panel.actors[2], resident(panel.world.people[0]), panel.world.outsider, NOBODY)
        assert "Relative or close friend of the team" in told(officer, "juror", juror.pk), "the juror's tells it too"
        desk = of(officer).get(reverse("ventures:desk_jury", args=[panel.call.pk])).content.decode()
        assert history("juror", juror.pk) in desk
        own = of(conflicted).get(reverse("ventures:jury", args=[panel.call.pk])).content.decode()
        assert history("conflict", conflict.pk) in own
        assert (
            "/audit/history/"
            not in of(panel.actors[2]).get(reverse("ventures:jury", args=[panel.call.pk])).content.decode()
        )

    def test_a_pitch_is_told_from_the_lot_to_its_end(self, panel: Panel) -> None:
        officer = panel.world.officer
        operations.draw_pitches(actor=officer, call_id=panel.call.pk, at=pitching())
        for move in ("start", "end"):
            operations.time_pitch(actor=panel.actors[0], call_id=panel.call.pk, position=2, move=move, at=pitching(1.5))
        second, third = Pitch.objects.get(position=2), Pitch.objects.get(position=3)
        page = told(officer, "pitch", second.pk)
        assert all(shown in page for shown in ("Order of pitches drawn by lot", "Pitch begun", "Pitch ended"))
        assert "Pitch begun" not in told(officer, "pitch", third.pk)
        shut("pitch", second.pk, panel.actors[2], resident(panel.world.people[0]), panel.world.outsider, NOBODY)
        for wrong in ("x", "9" * 30, "0", "-1"):
            shut("pitch", wrong, officer)
            shut("conflict", wrong, officer)
        desk = of(officer).get(reverse("ventures:desk_jury", args=[panel.call.pk])).content.decode()
        assert history("pitch", second.pk) in desk


class TestVoices:
    AT = day("notice", 5)

    @pytest.fixture
    def found(self, world: World) -> Iterator[Proposal]:
        call = bring(world, make_call(world), "notice", proposals=1)
        with time_machine.travel(self.AT, tick=True):
            yield call.proposals.select_related("call").get()

    def test_a_comment_is_told_to_its_author_the_team_and_staff_without_words_or_names(
        self, world: World, found: Proposal
    ) -> None:
        author, other = resident(world.people[3]), resident(world.people[4])
        said = "这句话会被隐藏"
        made = operations.write_comment(actor=author, proposal_id=found.pk, words=said, at=self.AT)
        answer = operations.answer_comment(actor=world.team, comment_id=made.pk, words="会的。", at=self.AT)
        operations.hide_comment(actor=world.officer, comment_id=made.pk, reason="点名了邻居", at=self.AT)
        names = (str(world.people[3].name), world.people[3].name.reveal(), str(world.people[3].pk))
        for actor in (author, world.team, world.officer, world.worker):
            page = told(actor, "comment", made.pk)
            for shown in ("Comment written", "A resident, not named", "Comment hidden", "点名了邻居"):
                assert shown in page
            assert not [one for one in (said, *names) if one in page]
        assert "*" in told(world.officer, "comment", answer.pk), "staff read who of the team answered"
        assert "*" not in told(world.team, "comment", made.pk), "a team does not read who hid"
        shut("comment", made.pk, other, world.outsider, NOBODY)
        shut("comment", answer.pk, author, other, NOBODY)
        project = reverse("ventures:proposal", args=[found.pk])
        for actor, seen in ((author, [made]), (world.team, [made, answer]), (other, []), (NOBODY, [])):
            page = of(actor).get(project).content.decode()
            assert [one for one in (made, answer) if history("comment", one.pk) in page] == seen
        desk = of(world.officer).get(reverse("ventures:desk_comments", args=[found.call_id])).content.decode()
        assert history("comment", made.pk) in desk
        Proposal.objects.filter(pk=found.pk).update(state="submitted")  # not public any more: nobody but those inside
        shut("comment", made.pk, author)

    def test_a_backing_is_told_to_whoever_backs_and_its_project_to_nobody_else(
        self, world: World, found: Proposal
    ) -> None:
        backer, other = resident(world.people[3]), resident(world.people[4])
        operations.endorse(actor=backer, proposal_id=found.pk, at=self.AT)
        row = Endorsement.objects.get()
        page = told(backer, "endorsement", row.pk)
        assert "Project backed" in page
        assert found.title in page
        shut("endorsement", row.pk, other, world.team, world.officer, world.worker, NOBODY)
        project = reverse("ventures:proposal", args=[found.pk])
        assert history("endorsement", row.pk) in of(backer).get(project).content.decode()
        assert str(row.pk) not in of(other).get(project).content.decode()
        event = Event.objects.get(verb="ventures.endorsement.give")
        listed_row = of(world.officer).get(reverse("audit:events"), {"verb": event.verb}).content.decode()
        assert reverse("audit:event", args=[event.pk]) in listed_row
        assert history("endorsement", row.pk) not in listed_row
        whole = of(world.officer).get(reverse("audit:event", args=[event.pk])).content.decode()
        assert not [one for one in (found.title, str(found.pk), str(backer.person_id)) if one in whole]
        assert "Project backed" not in told(world.team, "proposal", found.pk)
        operations.take_back_endorsement(actor=backer, proposal_id=found.pk, at=self.AT)
        shut("endorsement", row.pk, backer, world.officer)

    def test_an_attendance_is_told_to_those_who_read_of_the_session_also_once_removed(self, world: World) -> None:
        session = asking(world).training_sessions.all()[0]
        give_phone(world.people[0], "13800000000")
        person = give_phone(world.people[1], "13800000001")
        by_hand = operations.record_person(
            actor=world.officer, session_id=session.pk, words="13800000000", at=after(session)
        )
        phone = identifiers.phone("13800000001")
        row = {"row": 2, "name": person.name.reveal(), "phone": phone, "id_number": ""}
        outcome = operations.record_sheet(actor=world.officer, session_id=session.pk, rows=[row], at=after(session))
        assert (outcome.added, outcome.faults) == (1, ())
        by_sheet = session.attendance.exclude(pk=by_hand.pk).get()
        with time_machine.travel(after(session), tick=True):
            page = told(world.officer, "attendance", by_hand.pk)
            assert "Attendance recorded" in page
            assert (str(world.people[0].name) in page, world.people[0].name.reveal() in page) == (True, False)
            page = told(world.officer, "attendance", by_sheet.pk)
            assert SHEET_READ in page
            assert "Attendance recorded" not in page
            desk = of(world.officer).get(reverse("ventures:desk_training", args=[session.pk])).content.decode()
            assert history("attendance", by_hand.pk) in desk
            operations.remove_attendance(
                actor=world.officer, session_id=session.pk, attendance_id=by_hand.pk, at=after(session)
            )
            page = told(world.officer, "attendance", by_hand.pk)
            assert all(shown in page for shown in ("Attendance recorded", "Attendance removed", session.title))
            assert str(world.people[0].name) not in page
            assert "Attendance removed" in told(world.officer, "trainingsession", session.pk)
            for one in (by_hand, by_sheet):
                shut("attendance", one.pk, resident(world.people[0]), world.outsider, NOBODY)


class TestTeams:
    @pytest.fixture(autouse=True)
    def _then(self) -> Iterator[None]:
        with time_machine.travel(day("submission", 30), tick=True):
            yield

    def test_a_merger_is_told_once_to_both_teams_and_to_staff(self, world: World) -> None:
        found, _stays, _goes = merged(world)
        leaders = [resident(world.people[place]) for place in (0, 2)]
        steps = (
            "One team asked the other to merge", "A team showed its proposal to the other",
            "A leader consented to the merger", "Another was merged into it",
        )  # fmt: skip
        for actor in (*leaders, world.officer):
            rows = of(actor).get(history("merger", found.pk)).context["page"].rows
            verbs = [row.verb for row in rows]
            assert (verbs.count("ventures.merger.invite"), verbs.count("ventures.merger.consent")) == (1, 2)
            assert all(step in told(actor, "merger", found.pk) for step in steps)
        assert "*" in told(world.officer, "merger", found.pk)
        assert "*" not in told(leaders[0], "merger", found.pk)
        shut("merger", found.pk, resident(world.people[4]), world.outsider, NOBODY)
        page = of(leaders[1]).get(reverse("ventures:merger", args=[found.pk])).content.decode()
        assert history("merger", found.pk) in page
        count = len(of(leaders[0]).get(history("merger", found.pk)).context["page"].rows)
        as_superuser("UPDATE audit_event SET change = change - 'merger' WHERE subject_type = 'ventures.proposal'")
        before = of(leaders[0]).get(history("merger", found.pk)).context["page"].rows
        assert len(before) == count, "events of before a merger was named are found by their time"

    def test_a_second_merger_of_a_proposal_is_told_apart(self, world: World) -> None:
        first, second = pair(world)
        refused = invited(world, first, second)
        operations.refuse(
            actor=resident(world.people[2]), merger_id=refused.pk, reason="先各做各的", at=day("submission", 6)
        )
        again = invited(world, first, second, hours=7)
        leader = resident(world.people[0])
        for bare in (False, True):
            if bare:
                as_superuser(
                    "UPDATE audit_event SET change = change - 'merger' WHERE subject_type = 'ventures.proposal'"
                )
            assert "先各做各的" in told(leader, "merger", refused.pk)
            rows = of(leader).get(history("merger", again.pk)).context["page"].rows
            assert [row.verb for row in rows] == ["ventures.merger.invite"]
        assert Merger.objects.count() == 2

    def test_a_role_an_invitation_and_marks_are_told_to_the_team(self, world: World) -> None:
        found, _other = pair(world)
        team, joiner, at = resident(world.people[0]), resident(world.people[5]), day("submission", 8)
        made = operations.invite_to_team(actor=team, proposal_id=found.pk, role="reader", at=at)
        operations.take_seat(actor=joiner, secret=made.secret, at=at)
        operations.set_role(actor=team, proposal_id=found.pk, person_id=joiner.person(), role="editor", at=at)
        running = TeamSeat.objects.get(proposal=found, person=joiner.person(), ended_at=None)
        taken_back = operations.invite_to_team(actor=team, proposal_id=found.pk, role="editor", at=at)
        page = of(team).get(reverse("ventures:team_roles", args=[found.pk])).content.decode()
        assert history("teamseat", running.pk) in page
        assert history("teaminvitation", taken_back.invitation.pk) in page
        operations.end_team_invitation(actor=team, proposal_id=found.pk, invitation_id=taken_back.invitation.pk, at=at)
        expected = (
            ("teamseat", running.pk, ("Joined the team", "Role in the team changed")),
            ("teaminvitation", made.invitation.pk, ("Invited to the team", "Joined the team")),
            ("teaminvitation", taken_back.invitation.pk, ("Invited to the team", "Invitation to the team taken back")),
        )
        parents = told(team, "proposal", found.pk)
        for kind, key, steps in expected:
            for actor in (team, joiner):
                shown = told(actor, kind, key)
                assert all(step in shown for step in steps), kind
            assert all(step in parents for step in steps), "the proposal's own history tells it too"
            shut(kind, key, world.officer, world.worker, resident(world.people[4]), NOBODY)
        assert "taken back" not in told(team, "teaminvitation", made.invitation.pk)

        operations.set_findable(actor=team, proposal_id=found.pk, findable=True, at=at)
        for actor in (team, world.officer):
            assert "Made findable for like projects" in told(actor, "marks", found.pk)
        shut("marks", found.pk, resident(world.people[4]), world.outsider, NOBODY)
        twins = of(team).get(reverse("ventures:twins", args=[found.pk])).content.decode()
        assert history("marks", found.pk) in twins
