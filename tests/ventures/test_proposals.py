"""Proposals: drafting, handing in, mending, withdrawing, files."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.ventures import operations, queries
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.policies import MayNotPropose, NotYourProposal
from tests.ventures.support import ELSEWHERE, FIRST_DAY, World, bring, day, make_call, make_person, propose, resident

SOON = day("submission", 3)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def call(world: World) -> Call:
    """A call that takes proposals."""
    return bring(world, make_call(world), "submission", proposals=0)


def draft(world: World, call: Call, **given: object) -> Proposal:
    """Begin a draft by the first resident."""
    return operations.create_proposal(actor=world.team, call_id=call.pk, given=given, at=SOON).proposal


def save(world: World, one: Proposal, version: int, **given: object) -> operations.SavedProposal:
    """Save a part of a draft."""
    return operations.save_proposal(actor=world.team, proposal_id=one.pk, version=version, given=given, at=SOON)


class TestADraft:
    def test_begins_with_the_own_community_filled_in(self, world: World, call: Call) -> None:
        one = draft(world, call)
        assert (one.community, one.state, one.number) == (world.people[0].area, "draft", None)

    def test_saves_what_is_right_and_names_what_is_wrong(self, world: World, call: Call) -> None:
        one = draft(world, call)
        done = save(
            world,
            one,
            1,
            title="好",
            people_reached="许多",
            starts_on="2026-13-01",
            budget=[{"item": "灯", "quantity": "x"}],
        )
        assert done.proposal.title == "好"
        assert {problem.field for problem in done.problems} == {"people_reached", "starts_on", "budget.0.quantity"}
        assert one.budget.get().item == "灯"

    def test_reads_amounts_as_people_write_them_and_adds_them_up(self, world: World, call: Call) -> None:
        rows = [
            {"item": "灯", "quantity": "2.5", "unit_price_fen": "￥1,000.01"},
            {"item": "自带", "quantity": 1, "unit_price_fen": 700, "source": "own"},
            {"item": "", "unit": ""},
        ]
        one = save(world, draft(world, call), 1, budget=rows).proposal
        assert (one.amount_fen, one.other_fen, one.budget.count()) == (250_003, 700, 2)

    def test_saved_twice_with_the_same_words_changes_once(self, world: World, call: Call) -> None:
        one = draft(world, call)
        first = save(world, one, 1, title="三单元", need="楼道黑")
        again = save(world, one, 1, title="三单元", need="楼道黑")
        assert first.proposal.version == again.proposal.version == 2

    def test_saved_over_someone_elses_words_is_refused(self, world: World, call: Call) -> None:
        one = draft(world, call)
        save(world, one, 1, title="甲写的")
        with pytest.raises(operations.StaleProposal):
            save(world, one, 1, title="乙写的")
        one.refresh_from_db()
        assert one.title == "甲写的"

    def test_is_the_teams_alone(self, world: World, call: Call) -> None:
        one = draft(world, call)
        for viewer in (world.officer, world.worker, world.outsider, resident(world.people[2]), Actor.anonymous()):
            with pytest.raises(NotFound):
                queries.proposal(viewer=viewer, proposal_id=one.pk)
            with pytest.raises(NotFound):
                operations.save_proposal(actor=viewer, proposal_id=one.pk, version=1, given={"title": "x"}, at=SOON)

    def test_is_also_the_members(self, world: World, call: Call) -> None:
        one = draft(world, call)
        save(world, one, 1, members=[{"name": "乙", "person": world.people[2].pk}])
        member = resident(world.people[2])
        done = operations.save_proposal(actor=member, proposal_id=one.pk, version=2, given={"title": "乙"}, at=SOON)
        assert done.proposal.title == "乙"

    def test_keeps_members_names_sealed_and_masked_for_others(self, world: World, call: Call) -> None:
        one = draft(world, call)
        save(world, one, 1, members=[{"name": "欧阳明月", "part": "队长"}])
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM ventures_teammember")
            assert "欧阳".encode() not in bytes(cursor.fetchone()[0])
        found = queries.proposal(viewer=world.team, proposal_id=one.pk)
        assert queries.people_of(viewer=world.team, found=found)["members"][0]["name"] == "欧阳明月"
        assert "明" not in queries.people_of(viewer=world.officer, found=found)["members"][0]["name"]

    @pytest.mark.parametrize("given", [{"title": "字" * 61}, {"summary": "字" * 501}, {"nonsense": 1}, {"budget": "x"}])
    def test_leaves_out_what_does_not_fit(self, world: World, call: Call, given: dict[str, object]) -> None:
        done = save(world, draft(world, call), 1, **given)
        assert [problem.field for problem in done.problems] == list(given)
        assert done.proposal.version == (2 if "budget" in given and done.proposal.budget.exists() else 1)


class TestWhoMayPropose:
    def test_are_verified_residents_of_the_areas(self, world: World, call: Call) -> None:
        stranger = resident(make_person(50, area=ELSEWHERE))
        unverified = Actor(person_id=world.people[0].pk)
        for actor in (stranger, unverified, world.officer):
            with pytest.raises(MayNotPropose):
                operations.create_proposal(actor=actor, call_id=call.pk, at=SOON)
        with pytest.raises(SignInNeeded):
            operations.create_proposal(actor=Actor.anonymous(), call_id=call.pk, at=SOON)

    def test_depends_on_the_kinds_that_the_call_takes(self, world: World) -> None:
        call = bring(world, make_call(world, proposers=["organizations"]), "submission", proposals=0)
        with pytest.raises(MayNotPropose) as refused:
            draft(world, call)
        assert refused.value.field == "team_kind"

    def test_may_be_only_those_of_the_very_community(self, world: World) -> None:
        call = bring(world, make_call(world, propose_where="own_community"), "submission", proposals=0)
        one = draft(world, call, **rounds.content_of(PROJECTS[0], FIRST_DAY), community=world.people[1].area)
        with pytest.raises(MayNotPropose) as refused:
            operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=one.version, at=SOON)
        assert refused.value.field == "community"

    def test_is_nobody_outside_the_phase(self, world: World, call: Call) -> None:
        with pytest.raises(operations.NotTakingProposals):
            operations.create_proposal(actor=world.team, call_id=call.pk, at=day("review", 1))
        early = bring(world, make_call(world), "publicity")
        with pytest.raises(operations.NotTakingProposals):
            operations.create_proposal(actor=world.team, call_id=early.pk, at=SOON)


class TestHandingIn:
    def test_lists_all_that_is_missing_by_name(self, world: World, call: Call) -> None:
        one = draft(world, call, title="只有名字")
        with pytest.raises(operations.Incomplete) as refused:
            operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=1, at=SOON)
        lacking = {missing.field for missing in refused.value.missing}
        assert lacking >= {"summary", "need", "aims", "risks", "theme", "activities", "budget", "truthful", "starts_on"}
        assert "title" not in lacking
        assert str(refused.value.missing[0].label) in refused.value.text

    def test_over_the_limit_is_refused_and_held_by_the_database(self, world: World, call: Call) -> None:
        content = rounds.content_of(PROJECTS[0], FIRST_DAY)
        content["budget"] = [{"item": "大屏", "quantity": 1, "unit_price_fen": call.limit_fen + 1}]
        one = draft(world, call, **content)
        with pytest.raises(operations.OverLimit) as refused:
            operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=1, at=SOON)
        assert refused.value.field == "budget"
        with pytest.raises(IntegrityError, match="limit"), transaction.atomic():
            Proposal.objects.filter(pk=one.pk).update(state="submitted", number=1)

    def test_in_another_community_than_the_calls_is_refused(self, world: World, call: Call) -> None:
        one = draft(world, call, **rounds.content_of(PROJECTS[0], FIRST_DAY), community=ELSEWHERE)
        with pytest.raises(operations.Incomplete) as refused:
            operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=1, at=SOON)
        assert refused.value.field == "community"

    def test_gives_the_next_number_and_closes_the_draft(self, world: World, call: Call) -> None:
        first, second = propose(world, call, 0), propose(world, call, 1)
        assert (first.number, second.number) == (1, 2)
        with pytest.raises(operations.NotEditable):
            save(world, first, first.version, title="改一改")

    def test_with_a_stale_version_is_refused(self, world: World, call: Call) -> None:
        one = draft(world, call, **rounds.content_of(PROJECTS[0], FIRST_DAY))
        save(world, one, 1, title="新名字")
        with pytest.raises(operations.StaleProposal):
            operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=1, at=SOON)

    def test_twice_is_refused(self, world: World, call: Call) -> None:
        one = propose(world, call, 0)
        with pytest.raises(MoveRefused):
            operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=one.version, at=SOON)


class TestWithdrawing:
    def test_what_was_handed_in_needs_a_reason(self, world: World, call: Call) -> None:
        one = propose(world, call, 0)
        with pytest.raises(operations.ReasonMissing):
            operations.withdraw_proposal(actor=world.team, proposal_id=one.pk, at=SOON)
        gone = operations.withdraw_proposal(actor=world.team, proposal_id=one.pk, reason="不做了", at=SOON)
        assert gone.state == "withdrawn"

    def test_is_for_the_team_alone(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        one = call.proposals.get(number=1)
        for actor in (world.officer, resident(world.people[5])):
            with pytest.raises(NotYourProposal):
                operations.withdraw_proposal(actor=actor, proposal_id=one.pk, reason="x", at=day("notice"))


class TestAFile:
    def attach(self, world: World, one: Proposal, content: bytes, name: str = "图.png") -> object:
        return operations.attach(actor=world.team, proposal_id=one.pk, name=name, content=content, at=SOON)

    def test_is_known_by_its_content_and_kept_by_its_digest(self, world: World, call: Call) -> None:
        one = draft(world, call)
        made = operations.attach(actor=world.team, proposal_id=one.pk, name="../../etc/x.pdf", content=PNG, at=SOON)
        assert (made.kind, made.name) == ("png", "x.pdf")
        again = operations.attach(actor=world.team, proposal_id=one.pk, name="b.png", content=PNG, at=SOON)
        assert again.pk == made.pk
        _file, path = queries.attachment(viewer=world.team, proposal_id=one.pk, attachment_id=made.pk)
        assert path.read_bytes() == PNG
        assert str(path).startswith(str(settings.MEDIA_ROOT))

    def test_of_another_kind_is_refused_whatever_its_name(self, world: World, call: Call) -> None:
        one = draft(world, call)
        macro = BytesIO()
        with ZipFile(macro, "w") as packed:
            packed.writestr("[Content_Types].xml", "")
            packed.writestr("word/document.xml", "")
            packed.writestr("word/vbaProject.bin", "")
        for content in (b"MZ" + b"0" * 50, b"<script>", b"", b"PK\x03\x04cut", macro.getvalue()):
            with pytest.raises(operations.UnknownFile):
                self.attach(world, one, content, "good.pdf")

    def test_too_large_is_refused(self, world: World, call: Call) -> None:
        with pytest.raises(operations.FileTooLarge):
            self.attach(world, draft(world, call), b"%PDF-" + b"0" * (10 * 1024 * 1024))

    def test_is_not_given_to_neighbours_even_when_the_proposal_is_public(self, world: World, call: Call) -> None:
        one = draft(world, call, **rounds.content_of(PROJECTS[0], FIRST_DAY))
        made = operations.attach(actor=world.team, proposal_id=one.pk, name="a.png", content=PNG, at=SOON)
        operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=one.version, at=SOON)
        bring(world, call, "notice")
        with pytest.raises(NotFound):
            queries.attachment(viewer=resident(world.people[5]), proposal_id=one.pk, attachment_id=made.pk)
        assert queries.attachment(viewer=world.worker, proposal_id=one.pk, attachment_id=made.pk)


class TestTheMending:
    def test_after_its_deadline_is_refused(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        one = call.proposals.get(number=1)
        returned = operations.decide(
            actor=world.officer, proposal_id=one.pk, version=one.version, decision="return", reason="补",
            deadline=day("review", 48), at=day("review", 2),
        )  # fmt: skip
        late = day("review", 49)
        with pytest.raises(operations.MendingOver):
            operations.save_proposal(
                actor=world.team, proposal_id=one.pk, version=returned.version, given={"aims": "新"}, at=late
            )
        with pytest.raises(operations.MendingOver):
            operations.submit_proposal(actor=world.team, proposal_id=one.pk, version=returned.version, at=late)
        done = operations.submit_proposal(
            actor=world.team, proposal_id=one.pk, version=returned.version, at=late - timedelta(hours=2)
        )
        assert (done.state, done.number, done.review_round) == ("submitted", 1, 2)
