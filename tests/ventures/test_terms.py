"""The terms of a call: free until submission opens, then frozen, for the software and for the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shanzhi.kernel.canonical import digest
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call, CallTerms, Notice
from shanzhi.ventures.operations.terms import terms_of
from tests.ventures.support import ELSEWHERE, FIRST_DAY, World, bring, day, make_call


def run(statement: str, values: list[Any]) -> None:
    """Run SQL as someone with the database's password would, deferred checks included."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestTheTermsOfACall:
    def test_are_published_with_their_digest_when_submission_opens(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        terms = CallTerms.objects.get(call=call)
        assert terms.version == call.terms_version == 1
        assert terms.digest == digest(terms.terms) == digest(terms_of(call))
        assert Notice.objects.filter(call=call, kind="terms", content__digest=terms.digest).exists()

    def test_may_change_before(self, world: World) -> None:
        call = bring(world, make_call(world), "publicity")
        done = operations.save_call(
            actor=world.officer, call_id=call.pk, version=call.version, given={"limit_fen": "4,000"}, at=FIRST_DAY
        )
        assert done.call.limit_fen == 400_000

    def test_cannot_be_saved_over_after(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        with pytest.raises(operations.TermsFrozen):
            operations.save_call(
                actor=world.officer, call_id=call.pk, version=call.version, given={"purse_fen": 1}, at=FIRST_DAY
            )

    def test_may_still_have_its_story_told_better(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        done = operations.save_call(
            actor=world.officer, call_id=call.pk, version=call.version, given={"about": "更清楚的说明"}, at=FIRST_DAY
        )
        assert done.call.about == "更清楚的说明"

    @pytest.mark.parametrize(
        "change",
        [
            "purse_fen = purse_fen + 1",
            "limit_fen = 1",
            "rule = jsonb_set(rule, '{rule}', '\"score\"')",
            "ballot = '{}'",
            "minimum_age = 0",
            "roll_date = roll_date + 1",
            "themes = '[]'",
            "title = 'x'",
            "checklist = '[]'",
            "terms_version = 2",
            "terms_version = 0",
        ],
    )
    def test_are_held_by_the_database_too(self, world: World, change: str) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        with pytest.raises(IntegrityError, match="frozen"):
            run(f"UPDATE ventures_call SET {change} WHERE id = %s", [call.pk])

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ventures_phase SET ends_at = ends_at + interval '1 day' WHERE call_id = %s AND kind = 'award'",
            "DELETE FROM ventures_phase WHERE call_id = %s",
            "DELETE FROM ventures_callarea WHERE call_id = %s",
            "INSERT INTO ventures_callarea (call_id, code) VALUES (%s, '370102002')",
        ],
    )
    def test_hold_dates_and_areas_too(self, world: World, statement: str) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        with pytest.raises(IntegrityError, match="frozen"):
            run(statement, [call.pk])

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ventures_callterms SET reason = 'x' WHERE call_id = %s",
            "DELETE FROM ventures_callterms WHERE call_id = %s",
        ],
    )
    def test_stay_as_published(self, world: World, statement: str) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        with pytest.raises(IntegrityError, match="append-only"):
            run(statement, [call.pk])

    def test_leave_no_door_open_behind_a_version_nobody_took_over(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        with pytest.raises(IntegrityError, match="not taken over"):
            run(
                "INSERT INTO ventures_callterms (id, call_id, version, terms, digest, reason, published_at)"
                " VALUES (gen_random_uuid(), %s, 2, '{}', 'x', 'y', now())",
                [call.pk],
            )


class TestAChangeOfFrozenTerms:
    def change(self, world: World, call: Call, given: dict[str, Any], reason: str = "雨季推迟") -> Call:
        return operations.change_terms(
            actor=world.officer,
            call_id=call.pk,
            version=call.version,
            given=given,
            reason=reason,
            at=day("submission", 30),
        )

    def test_publishes_a_new_version_and_a_notice(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        changed = self.change(world, call, {"purse_fen": 3_000_000})
        assert changed.terms_version == 2
        newest = queries.terms(viewer=world.team, call_id=call.pk)[0]
        assert (newest.version, newest.reason, newest.terms["purse_fen"]) == (2, "雨季推迟", 3_000_000)
        assert Notice.objects.get(call=call, kind="change").body == "雨季推迟"

    def test_moves_dates_that_lie_ahead(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        phases: list[dict[str, Any]] = [
            {"kind": p.kind, "starts_at": p.starts_at, "ends_at": p.ends_at} for p in call.phases.order_by("position")
        ]
        phases[-1]["ends_at"] += timedelta(days=3)
        self.change(world, call, {"phases": phases})
        assert call.phases.get(kind="award").ends_at == phases[-1]["ends_at"]

    def test_cannot_move_what_has_begun(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        phases: list[dict[str, Any]] = [
            {"kind": p.kind, "starts_at": p.starts_at, "ends_at": p.ends_at} for p in call.phases.order_by("position")
        ]
        phases[0]["starts_at"] -= timedelta(days=3)
        with pytest.raises(operations.BadValue) as refused:
            self.change(world, call, {"phases": phases})
        assert refused.value.field == "phases"

    def test_needs_a_reason(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        with pytest.raises(operations.ReasonMissing):
            self.change(world, call, {"purse_fen": 3_000_000}, reason="  ")

    def test_cannot_put_the_limit_below_what_was_handed_in(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        with pytest.raises(operations.BadValue) as refused:
            self.change(world, call, {"limit_fen": 100})
        assert refused.value.field == "limit_fen"

    def test_that_changes_nothing_is_refused(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        with pytest.raises(operations.NothingChanged):
            self.change(world, call, {"purse_fen": call.purse_fen})

    def test_during_the_notice_makes_a_poll_of_the_new_terms(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        before = call.poll_id
        changed = operations.change_terms(
            actor=world.officer, call_id=call.pk, version=call.version, given={"purse_fen": 900_000}, reason="资金调整",
            at=day("notice", 30),
        )  # fmt: skip
        assert changed.poll is not None
        assert changed.poll_id != before
        assert changed.poll.budget_fen == 900_000

    def test_is_over_once_the_vote_has_opened(self, world: World) -> None:
        call = bring(world, make_call(world), "voting")
        with pytest.raises(operations.TermsFrozen):
            self.change(world, call, {"purse_fen": 900_000})


NONSENSE: dict[str, tuple[dict[str, Any], str]] = {
    "an empty purse": ({"purse_fen": 0}, "purse_fen"),
    "a limit above the purse": ({"limit_fen": 99_000_000}, "limit_fen"),
    "points without a number": ({"ballot": {"kind": "points"}}, "ballot"),
    "a rule that nobody knows": ({"rule": {"rule": "nonsense"}}, "rule"),
    "a jury without weights": ({"rule": {"rule": "composite"}}, "rule"),
    "a satisfaction for other ballots": ({"rule": {"rule": "equal-shares", "satisfaction": "borda"}}, "rule"),
    "no title": ({"title": ""}, "title"),
    "nobody who may propose": ({"proposers": []}, "proposers"),
    "no check list": ({"checklist": []}, "checklist"),
    "no day of the roll": ({"roll_date": None}, "roll_date"),
    "no area": ({"areas": []}, "areas"),
    "only areas without the proposals": ({"areas": [ELSEWHERE]}, "areas"),
    "only themes without the proposals": ({"themes": ["别的主题"]}, "themes"),
    "only the first phases": ({"phases": "first"}, "phases"),
}


class TestTermsWithWhichACallCouldNotGoOn:
    def given(self, call: Call, given: dict[str, Any]) -> dict[str, Any]:
        if given != {"phases": "first"}:
            return given
        order = call.phases.order_by("position")[:3]
        return {"phases": [{"kind": p.kind, "starts_at": p.starts_at, "ends_at": p.ends_at} for p in order]}

    @pytest.mark.parametrize("name", NONSENSE)
    @pytest.mark.parametrize("state", ["submission", "review", "notice"])
    def test_are_refused_with_their_field_and_leave_everything_as_it_was(
        self, world: World, state: str, name: str
    ) -> None:
        call = bring(world, make_call(world), state)
        before = terms_of(call), CallTerms.objects.count(), Notice.objects.count(), call.poll_id
        given, field = NONSENSE[name]
        with pytest.raises((operations.TermsUnfit, operations.BadValue)) as refused:
            operations.change_terms(
                actor=world.officer, call_id=call.pk, version=call.version, given=self.given(call, given),
                reason="试一试", at=day(state, 30),
            )  # fmt: skip
        assert refused.value.field == field
        call.refresh_from_db()
        assert (terms_of(call), CallTerms.objects.count(), Notice.objects.count(), call.poll_id) == before

    def test_name_the_proposals_that_stand_against_them(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        with pytest.raises(operations.BadValue, match="001"):
            operations.change_terms(
                actor=world.officer, call_id=call.pk, version=call.version, given={"themes": ["别的主题"]},
                reason="试一试", at=day("review", 30),
            )  # fmt: skip


class TestAGroupOfAlternatives:
    def set(self, world: World, call: Call, reason: str = "") -> None:
        one = call.proposals.order_by("number")[0]
        operations.set_exclusive(
            actor=world.officer, proposal_id=one.pk, group="同一块场地", reason=reason, at=day("notice", 5)
        )

    def test_is_part_of_the_public_notice(self, world: World) -> None:
        call = bring(world, make_call(world, exclusive_groups=["同一块场地"]), "review")
        self.set(world, call)
        ids = list(call.proposals.values_list("pk", flat=True))
        operations.decide_many(actor=world.officer, proposal_ids=ids, decision="pass", at=day("review", 9))
        call = bring(world, call, "notice")
        announced = Notice.objects.get(call=call, kind="passed").content["proposals"]
        assert [one["exclusive"] for one in announced] == ["同一块场地", "", ""]

    def test_changes_after_the_notice_only_with_a_public_reason(self, world: World) -> None:
        call = bring(world, make_call(world, exclusive_groups=["同一块场地"]), "notice")
        with pytest.raises(operations.ReasonMissing):
            self.set(world, call)
        assert not Notice.objects.filter(call=call, kind="change").exists()
        self.set(world, call, reason="两个项目用同一块空地")
        notice = Notice.objects.get(call=call, kind="change")
        assert (notice.body, notice.content["exclusive"]) == ("两个项目用同一块空地", "同一块场地")
