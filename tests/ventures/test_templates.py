"""Templates for themes: staff write them, residents begin from them, and their words never count as the team's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.errors import NotFound
from shanzhi.people.models import Person
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call, Proposal, Template
from shanzhi.ventures.policies import NotYourCall
from shanzhi.ventures.queries.templates import own_words
from tests.support.people import sign_in
from tests.ventures.support import World, bring, day, make_call

pytestmark = pytest.mark.django_db
THEME = "为老服务"
QUESTIONS = "谁需要？有多少人？\n您是怎么知道的？"
CONTENT: dict[str, Any] = {
    "need": QUESTIONS,
    "aims": "完成后有什么看得见的变化？",
    "activities": [{"title": "入户走访", "detail": "写明走访谁、谈什么"}],
    "budget": [{"item": "午餐", "unit": "份", "category": ""}],
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(day("submission", 5), tick=True):
        yield


@pytest.fixture
def call(world: World) -> Call:
    return bring(world, make_call(world), "submission", proposals=0)


def write(world: World, call: Call, content: dict[str, Any] = CONTENT, version: int = 0) -> Template | None:
    return operations.save_template(
        actor=world.officer, call_id=call.pk, theme=THEME, version=version, given=content, at=day("submission", 5)
    )


def begin(world: World, call: Call) -> Proposal:
    write(world, call)
    return operations.begin_from_template(
        actor=world.team, call_id=call.pk, theme=THEME, at=day("submission", 5)
    ).proposal


def save(world: World, draft: Proposal, **given: Any) -> list[queries.Missing]:
    operations.save_proposal(
        actor=world.team, proposal_id=draft.pk, version=draft.version, given=given, at=day("submission", 6)
    )
    return queries.lacks(queries.proposal(viewer=world.team, proposal_id=draft.pk))


def words(found: list[queries.Missing], field: str) -> list[str]:
    return [str(one.words) for one in found if one.field == field]


class TestOwnWords:
    @pytest.mark.parametrize(
        ("text", "own"),
        [
            (QUESTIONS, ""),
            ("  谁需要？ 有多少人？ ", ""),
            ("谁需要？有多少人？四十位老人", "四十位老人"),
            ("您是怎么知道的？\n我们走访过\n谁需要？有多少人？", "我们走访过"),
            ("我们走访过", "我们走访过"),
        ],
    )
    def test_are_what_the_template_does_not_say(self, text: str, own: str) -> None:
        assert own_words(text, QUESTIONS) == own

    def test_are_all_of_a_text_without_a_template(self) -> None:
        assert own_words("a b\nc", "") == "a b\nc"


class TestADraftFromATemplate:
    def test_opens_with_what_the_template_says(self, world: World, call: Call) -> None:
        draft = begin(world, call)
        found = queries.content(draft)
        assert (found["theme"], found["need"]) == (THEME, QUESTIONS)
        assert [(row["title"], row["detail"]) for row in found["activities"]] == [("入户走访", "写明走访谁、谈什么")]
        assert [(row["item"], row["unit_price_fen"]) for row in found["budget"]] == [("午餐", 0)]

    def test_cannot_be_handed_in_with_its_words_left_as_they_are(self, world: World, call: Call) -> None:
        draft = begin(world, call)
        lacking = save(world, draft, title="送餐")
        for field in ("need", "aims", "activities.0"):
            assert any("模板" in one for one in words(lacking, field)), field
        with pytest.raises(operations.Incomplete):
            operations.submit_proposal(
                actor=world.team, proposal_id=draft.pk, version=draft.version + 1, at=day("submission", 7)
            )

    def test_counts_only_what_the_team_wrote(self, world: World, call: Call) -> None:
        draft = begin(world, call)
        short = save(world, draft, need=f"{QUESTIONS}\n四十位")
        assert len(words(short, "need")) == 1
        draft.refresh_from_db()
        assert words(save(world, draft, need=f"{QUESTIONS}\n四十位独居老人一天只做一顿饭"), "need") == []

    def test_keeps_what_it_was_given_when_the_template_changes(self, world: World, call: Call) -> None:
        draft = begin(world, call)
        write(world, call, {"need": "别的问题？"}, version=1)
        assert any("模板" in one for one in words(save(world, draft, title="送餐"), "need"))
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE ventures_proposal SET template = '{}' WHERE id = %s", [draft.pk])

    def test_stays_one_when_it_is_copied(self, world: World, call: Call) -> None:
        draft = begin(world, call)
        made = operations.copy_proposal(
            actor=world.team, proposal_id=draft.pk, call_id=call.pk, at=day("submission", 6)
        ).proposal
        assert made.template == draft.template == CONTENT


class TestATemplate:
    def test_is_not_there_for_a_theme_without_one(self, world: World, call: Call) -> None:
        with pytest.raises(NotFound):
            operations.begin_from_template(actor=world.team, call_id=call.pk, theme=THEME, at=day("submission", 5))
        with pytest.raises(NotFound):
            operations.save_template(
                actor=world.officer, call_id=call.pk, theme="没有", version=0, given=CONTENT, at=day("submission", 5)
            )

    def test_is_written_by_those_who_run_the_call(self, world: World, call: Call) -> None:
        with pytest.raises(NotYourCall):
            operations.save_template(
                actor=world.team, call_id=call.pk, theme=THEME, version=0, given=CONTENT, at=day("submission", 5)
            )

    def test_saved_on_an_old_version_is_refused_and_emptied_goes_away(self, world: World, call: Call) -> None:
        write(world, call)
        with pytest.raises(operations.StaleTemplate):
            write(world, call, {"need": "别的问题？"})
        assert write(world, call, {}, version=1) is None
        assert not Template.objects.filter(call=call).exists()

    def test_helps_nobody_once_proposals_are_no_longer_taken(self, world: World) -> None:
        call = bring(world, make_call(world), "review", proposals=1)
        with pytest.raises(operations.TemplatesOver):
            write(world, call)


class TestThePages:
    def test_lead_from_the_desk_to_a_draft(self, world: World, call: Call) -> None:
        desk = sign_in(Client(), Person.objects.get(pk=world.officer.person_id))
        path = f"/desk/calls/{call.pk}/templates/"
        assert THEME in desk.get(path).content.decode()
        form = {"version": 0, "idempotency_key": "template-0001", "summary": "", "need": QUESTIONS, "aims": "",
                "risks": "", "activities_title_0": "入户走访", "budget_item_0": "午餐"}  # fmt: skip
        assert desk.post(f"{path}theme/?theme={THEME}", form).headers["Location"] == path
        assert QUESTIONS.split("\n")[0] in desk.get(f"{path}theme/?theme={THEME}").content.decode()
        team = sign_in(Client(), world.people[4])
        propose = f"/calls/{call.pk}/propose/"
        assert f'value="{THEME}"' in team.get(propose).content.decode()
        assert team.post(propose, {"template": THEME}).status_code == 302
        assert Proposal.objects.get(call=call, contact=world.people[4]).need == QUESTIONS

    def test_ask_the_database_as_often_for_many_themes_as_for_one(self, world: World) -> None:
        counts = []
        desk = sign_in(Client(), Person.objects.get(pk=world.officer.person_id))
        for themes in ([THEME], [THEME, *map(str, range(12))]):
            call = bring(world, make_call(world, themes=themes), "submission", proposals=0)
            for theme in themes:
                operations.save_template(
                    actor=world.officer, call_id=call.pk, theme=theme, version=0, given=CONTENT, at=day("submission")
                )
            with CaptureQueriesContext(connection) as asked:
                desk.get(f"/desk/calls/{call.pk}/templates/")
                desk.get(f"/calls/{call.pk}/propose/")
            counts.append(len(asked))
        assert counts[0] == counts[1]
