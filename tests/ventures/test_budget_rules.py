"""Rules for budgets: what they say, how they freeze, and that terms from before them stay as they were."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shanzhi.audit import coverage
from shanzhi.config import roles
from shanzhi.config.roles import ROLE
from shanzhi.kernel.canonical import digest
from shanzhi.ventures import operations, queries
from shanzhi.ventures.exchange.paper_form import paper_form
from shanzhi.ventures.forms.budget import BudgetRulesForm
from shanzhi.ventures.models import Call, CallTerms, Proposal, ProposalVersion, Section, Template
from shanzhi.ventures.operations.proposals import content_digest
from shanzhi.ventures.operations.terms import terms_of
from tests.support.database import as_owner
from tests.support.people import sign_in
from tests.ventures.budget_cases import CASES, RULES, verdict
from tests.ventures.support import World, bring, day, make_call, make_world, propose

FAULTS = {
    "above the limit without rules": [("project", (), 1)],
    "labour by one fen too much": [("share", (0,), 1)],
    "two shares at once": [("share", (0, 3), 37_505), ("share", (1,), 22_222), ("asked", (), 40_002)],
    "a forbidden thing": [("forbidden", (0,), 0)],
    "no category": [("category", (0,), 0), ("category", (1,), 0)],
    "a line too dear": [("line", (0,), 1)],
    "too much of the cost": [("asked", (), 1)],
    "thirds": [("share", (0,), 1)],
    "more than a float holds": [("project", (), 9_999_999_999_500_001), ("share", (0,), 1)],
}


def line(item: str, yuan: int, category: str = "", source: str = "asked") -> dict[str, Any]:
    return {"item": item, "unit": "项", "quantity": 1, "unit_price_fen": yuan * 100, "category": category,
            "source": source}  # fmt: skip


def ruled(world: World, rules: dict[str, Any] | None = None) -> Call:
    return bring(world, make_call(world, budget_rules=RULES if rules is None else rules), "submission", proposals=0)


def a_draft(world: World, call: Call, budget: list[dict[str, Any]]) -> Proposal:
    """Begin a draft that lacks nothing, with this budget."""
    plain = bring(world, make_call(world), "submission", proposals=0)
    given = queries.content(propose(world, plain, 0))
    made = operations.create_proposal(
        actor=world.team, call_id=call.pk, given={**given, "budget": budget}, at=day("submission", 3)
    )
    assert not made.problems
    return made.proposal


def hand_in(world: World, draft: Proposal) -> Proposal:
    return operations.submit_proposal(
        actor=world.team, proposal_id=draft.pk, version=draft.version, at=day("submission", 4)
    )


class TestABudgetAgainstItsRules:
    @pytest.mark.parametrize("name", CASES)
    def test_breaks_the_rules_that_it_breaks(self, name: str) -> None:
        found = [(one.code, one.places, one.over_fen) for one in verdict(name).faults]
        assert found == FAULTS.get(name, [])

    @pytest.mark.parametrize("name", ["two shares at once", "labour by one fen too much", "thirds"])
    def test_keeps_a_share_once_the_named_part_is_taken_out(self, name: str) -> None:
        rules, lines = CASES[name]
        fault = next(one for one in verdict(name).faults if one.code == "share")
        whole = sum(fen for _category, fen, asked in lines if asked)
        for taken, kept in ((fault.over_fen, True), (fault.over_fen - 1, False)):
            assert ((fault.amount_fen - taken) * 100 <= fault.limit * (whole - taken)) is kept
        assert rules["categories"]

    def test_to_the_fen_beyond_what_a_float_holds(self) -> None:
        (fault,) = (one for one in verdict("more than a float holds").faults if one.code == "share")
        assert fault.over_fen == 1  # of 10^16: a float would see exactly 20 %


@pytest.mark.django_db
class TestAHandIn:
    def test_that_breaks_a_rule_is_refused_with_line_rule_and_cure(self, world: World) -> None:
        draft = a_draft(world, ruled(world), [line("桌椅", 300, "things"), line("讲师", 200, "labour"),
                                              line("场地", 500, "", "own")])  # fmt: skip
        with translation.override("en"), pytest.raises(operations.BudgetRuleBroken) as refused:
            hand_in(world, draft)
        words = str(refused.value.text)
        assert refused.value.field == "budget.1"
        for part in ("“劳务” (line 2)", "40.0 %", "20 %", "Lower it by ¥125.00"):
            assert part in words
        assert Proposal.objects.get(pk=draft.pk).state == "draft"

    def test_is_taken_once_the_cure_is_followed(self, world: World) -> None:
        lines = [line("桌椅", 300, "things"), line("讲师", 75, "labour"), line("讲师", 125, "labour", "own")]
        draft = a_draft(world, ruled(world), [*lines, line("场地", 500, "", "own")])
        assert hand_in(world, draft).state == "submitted"

    def test_without_rules_needs_no_category(self, world: World) -> None:
        assert hand_in(world, a_draft(world, ruled(world, {}), [line("桌椅", 300)])).state == "submitted"


@pytest.mark.django_db
class TestThePages:
    def test_ask_the_database_as_often_for_many_lines_as_for_one(self, world: World) -> None:
        call = ruled(world)
        browser = sign_in(Client(), world.people[0])
        counts = []
        for number in (1, 1, 9):  # the first visit fills what is kept between visits
            draft = a_draft(world, call, [line("桌椅", 10, "things"), line("讲师", 10, "labour")] * number)
            with time_machine.travel(day("submission", 5)), CaptureQueriesContext(connection) as asked:
                for tail in ("", "edit/budget/", "check/", "document.docx"):
                    assert browser.get(f"/proposals/{draft.pk}/{tail}").status_code == 200
            counts.append(len(asked))
        assert counts[1] == counts[2]

    def test_on_paper_name_categories_and_shares(self, world: World) -> None:
        draft = a_draft(world, ruled(world), [line("桌椅", 300, "things"), line("讲师", 100, "labour")])
        form = paper_form(viewer=world.team, proposal=queries.proposal(viewer=world.team, proposal_id=draft.pk))
        tables = {part.heading: part.table.rows for part in form.parts if part.table}
        assert [row[1] for row in tables["预算"]][:2] == ["桌椅\n物资", "讲师\n劳务"]
        assert tables["各类别占申请额的比例"][0] == ("劳务", "¥100.00", "25.0 %", "至多 20%")


@pytest.mark.django_db
class TestRulesOfACall:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"categories": [{"name": "劳务", "share": 0}]},
            {"categories": [{"name": "劳务", "share": 101}]},
            {"categories": [{"name": "劳务"}, {"name": "劳务"}]},
            {"categories": [{"name": "", "share": 5}]},
            {"categories": [{"name": "劳务", "share": 5, "forbidden": True}]},
            {"line_fen": -1},
            {"asked_share": 0},
            "x",
        ],
    )
    def test_that_make_no_sense_are_not_taken(self, world: World, wrong: Any) -> None:
        call = make_call(world)
        saved = operations.save_call(
            actor=world.officer,
            call_id=call.pk,
            version=call.version,
            given={"budget_rules": wrong},
            at=day("publicity"),
        )
        assert [one.field for one in saved.problems] == ["budget_rules"]
        assert saved.call.budget_rules == {}

    def test_that_no_budget_could_keep_hold_up_the_call(self, world: World) -> None:
        call = make_call(
            world, budget_rules={"categories": [{"name": "劳务", "share": 20}, {"name": "物资", "share": 70}]}
        )
        checks = queries.builder_checks(viewer=world.officer, call_id=call.pk, at=day("publicity"))
        assert [one.field for one in checks if one.blocking and not one.ok] == ["budget_rules"]

    def test_freeze_with_the_terms(self, world: World) -> None:
        call = ruled(world)
        assert CallTerms.objects.get(call=call).terms["budget_rules"] == RULES
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE ventures_call SET budget_rules = '{}' WHERE id = %s", [call.pk])

    def test_change_in_public_unless_a_budget_handed_in_would_break_them(self, world: World) -> None:
        call = ruled(world)
        hand_in(world, a_draft(world, call, [line("桌椅", 300, "things"), line("场地", 500, "", "own")]))

        def change(rules: dict[str, Any]) -> Call:
            now = Call.objects.get(pk=call.pk)
            return operations.change_terms(
                actor=world.officer, call_id=call.pk, version=now.version, given={"budget_rules": rules},
                reason="更正", at=day("submission", 30),
            )  # fmt: skip

        with pytest.raises(operations.BadValue, match="001") as refused:
            change({**RULES, "line_fen": 20_000})
        assert refused.value.field == "budget_rules"
        assert change({**RULES, "line_fen": 30_000}).terms_version == 2
        assert "budget_rules" not in terms_of(change({}))

    def test_give_no_key_a_second_time(self, world: World) -> None:
        """The lines of drafts name a category by its key: what is new must not be taken for what went."""
        call = ruled(world, {"categories": [{"name": "材料"}, {"name": "场地"}]})

        def keys(*names: str, **given: str) -> dict[str, str]:
            now = Call.objects.get(pk=call.pk)
            rules = {"categories": [{"name": name, "key": given.get(name, "")} for name in names]}
            found = operations.change_terms(
                actor=world.officer, call_id=call.pk, version=now.version, given={"budget_rules": rules},
                reason="更正", at=day("submission", 30),
            )  # fmt: skip
            return {row["name"]: row["key"] for row in found.budget_rules["categories"]}

        first = {row["name"]: row["key"] for row in call.budget_rules["categories"]}
        assert first == {"材料": "c1", "场地": "c2"}
        assert keys("场地", 场地="c2") == {"场地": "c2"}
        assert keys("交通", "场地", 场地="c2") == {"交通": "c3", "场地": "c2"}
        assert keys("场地", "印刷", 场地="c2") == {"场地": "c2", "印刷": "c4"}

    def test_keep_a_key_by_which_a_line_or_a_template_goes(self, world: World) -> None:
        call = ruled(world, {"categories": [{"name": "材料"}]})
        a_draft(world, call, [line("桌椅", 300, "c7")])
        content = {"budget": [{"item": "灯", "category": "c8"}]}
        Template.objects.create(call=call, theme="环境", content=content, changed_at=day("submission"))
        now = Call.objects.get(pk=call.pk)
        found = operations.change_terms(
            actor=world.officer, call_id=call.pk, version=now.version, reason="更正", at=day("submission", 30),
            given={"budget_rules": {"categories": [{"key": "c2", "name": "场地"}, {"name": "材料"}, {"name": "交通"}]}},
        )  # fmt: skip
        assert [row["key"] for row in found.budget_rules["categories"]] == ["c2", "c1", "c9"]

    def test_on_the_form_leave_the_key_to_the_saving(self, world: World) -> None:
        call = ruled(world, {"categories": [{"name": "材料"}, {"name": "场地"}]})
        del call.budget_rules["categories"][0]
        opened = BudgetRulesForm.opened(call)
        form = BudgetRulesForm({"name_0": "场地", "key_0": "c2", "name_1": "交通", "key_1": ""}, initial=opened)
        assert form.is_valid(), form.errors
        assert [row["key"] for row in form.given()["budget_rules"]["categories"]] == ["c2", ""]


def move(*targets: tuple[str, str]) -> None:
    """Go to these migrations; without any to the newest of every room."""
    with as_owner():
        executor = MigrationExecutor(connection)
        executor.migrate(list(targets) or executor.loader.graph.leaf_nodes())
        with connection.cursor() as cursor:  # tables made anew want the rights that every table of a test has
            roles.grant(cursor, site=ROLE)
            cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE}")
            cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO PUBLIC")
        coverage.reconcile()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_terms_and_versions_of_the_version_before_keep_their_digest_and_verify() -> None:
    world = make_world()
    call = bring(world, make_call(world), "submission", proposals=1)
    proposal = Proposal.objects.get(call=call)
    draft = operations.create_proposal(actor=world.team, call_id=call.pk, at=day("submission", 3)).proposal
    read = "SELECT digest, terms::text FROM ventures_callterms WHERE call_id = %s"
    try:
        move(("ventures", "0015_sheets_resealed"))
        with connection.cursor() as cursor:
            cursor.execute(read, [call.pk])
            before = cursor.fetchone()
    finally:
        move()
    with connection.cursor() as cursor:
        cursor.execute(read, [call.pk])
        assert cursor.fetchone() == before
    call.refresh_from_db()
    assert digest(terms_of(call)) == before[0]
    held = Section.objects.filter(proposal=draft).values_list("changed_version", "holder")
    assert set(held) == {(draft.version, None)}
    assert not Section.objects.filter(proposal=proposal).exists()
    kept = ProposalVersion.objects.get(proposal=proposal, kind="hand_in")
    assert content_digest(proposal) == kept.digest == digest(kept.content)
    changed = operations.change_terms(
        actor=world.officer, call_id=call.pk, version=call.version, given={"purse_fen": 3_000_000}, reason="更正",
        at=day("submission", 30),
    )  # fmt: skip
    assert changed.terms_version == 2
