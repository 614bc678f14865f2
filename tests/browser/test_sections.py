"""Two browsers on one section: each sees the other, and what the second typed is neither saved over nor lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from shanzhi.ventures import operations
from shanzhi.ventures.models import Proposal
from tests.browser.support import Look, sideways, small_targets, violations
from tests.support import people
from tests.ventures.support import bring, day, make_call, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


def test_two_write_on_one_section(open_page: Any) -> None:
    with time_machine.travel(day("submission", 5), tick=True):
        world = make_world()
        call = bring(world, make_call(world), "submission", proposals=0)
        given = {"members": [{"name": "测试丙", "person": world.people[2].pk}]}
        draft = operations.create_proposal(
            actor=world.team, call_id=call.pk, given=given, at=day("submission", 2)
        ).proposal
        path = reverse("ventures:section", args=[draft.pk, "risks"])
        member = open_page(path, Look("phone", language="en"), people.an_account(world.people[2]))
        leader = open_page(path, Look("desktop", "dark", "en"), people.an_account(world.people[0]))
        member.fill("[name=risks]", "Rain: we move indoors.")
        expect(member.locator(".saved")).to_contain_text("Draft saved at")
        leader.fill("[name=risks]", "Nobody comes: we ask at every door.")
        expect(leader.locator(".saved")).to_contain_text("edits this since")
        leader.get_by_role("button", name="Save and go back").click()
        expect(leader.get_by_role("heading", name="What stands there now")).to_be_visible()
        assert leader.input_value("[name=risks]") == "Nobody comes: we ask at every door."
        assert not (found := violations(leader)), json.dumps(found, indent=1)
        assert not sideways(leader)
        assert not small_targets(leader)
        leader.get_by_role("button", name="Take it over").click()
        expect(leader.locator("[name=risks]")).to_have_value("Rain: we move indoors.")
        leader.fill("[name=risks]", "Rain: indoors. Nobody comes: we ask at every door.")
        leader.get_by_role("button", name="Save and go back").click()
        leader.wait_for_url("**/edit/")
        member.fill("[name=risks]", "Rain: we wait a week.")
        expect(member.locator(".saved")).to_contain_text("changed this after you opened it")
        member.get_by_role("button", name="Save and go back").click()
        expect(member.locator("ins").first).to_be_visible()
        assert not sideways(member)
        assert Proposal.objects.get(pk=draft.pk).risks == "Rain: indoors. Nobody comes: we ask at every door."
