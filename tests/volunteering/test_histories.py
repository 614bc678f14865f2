"""Histories of volunteers read in words: codes of skills, tasks and areas are named as they are named where it was."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.places import queries as places
from shanzhi.volunteering import operations
from shanzhi.volunteering.models import Volunteer
from tests.audit.support import english, words
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.people import AT, a_person, actor, an_actor, client_for, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
DETAILS: dict[str, Any] = {"languages": ["mandarin"], "tasks": ["events"]}


@pytest.fixture
def person(areas: None) -> Person:
    """Somebody who registered, and changed the entry; the district names a skill otherwise than the country."""
    operations.load_examples(actor=Actor.system("test"), area="", at=AT)
    officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    named = {"code": "haircut", "name": "上门剪发", "name_en": "Cutting hair at home"}
    operations.put_word(actor=officer, vocabulary="skills", area=DISTRICT, values=named, at=AT)
    found = a_person(COMMUNITY)
    entry = operations.Details(area=COMMUNITY, skills=["haircut", "law"], **DETAILS)
    made = operations.register_volunteer(actor=actor(found), details=entry, at=AT)
    entry = operations.Details(area=COMMUNITY, skills=["law"], **{**DETAILS, "tasks": ["clean_up"]})
    operations.change_volunteer(actor=actor(found), version=made.version, details=entry, at=AT)
    return found


def history(client: Client) -> str:
    return words(client.get(f"/audit/history/volunteering.volunteer/{Volunteer.objects.get().pk}/"))


class TestAHistory:
    def test_names_skills_tasks_and_areas_in_the_reader_s_language(self, person: Person) -> None:
        told = history(sign_in(Client(), person))
        place = places.names([COMMUNITY])[COMMUNITY]
        for said in ("上门剪发", "法律咨询", "活动服务 → 环境清洁", place):
            assert said in told
        for code in ("haircut", "clean_up", "events →", "理发", f"：{COMMUNITY}"):
            assert code not in told
        assert "Service at events → Cleaning up the neighbourhood" in history(english(sign_in(Client(), person)))

    def test_one_event_and_a_file_name_them_too(self, person: Person) -> None:
        client = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        address = f"/audit/history/volunteering.volunteer/{Volunteer.objects.get().pk}/"
        rows = b"".join(client.get(f"{address}?export=csv")).decode("utf-8-sig")
        assert "活动服务 → 环境清洁" in rows
        one = client.get(address).context["page"].rows[0]
        assert "环境清洁" in words(client.get(f"/audit/events/{one.pk}/"))

    def test_asks_no_more_often_for_more_events(self, person: Person) -> None:
        client = sign_in(Client(), person)
        history(client)
        with CaptureQueriesContext(connection) as few:
            history(client)
        for skill in ("law", "music", "haircut", "driving"):
            entry = operations.Details(area=COMMUNITY, skills=[skill], **DETAILS)
            operations.change_volunteer(
                actor=actor(person), version=Volunteer.objects.get().version, details=entry, at=AT
            )
        with CaptureQueriesContext(connection) as many:
            told = history(client)
        assert "音乐舞蹈" in told
        assert len(many) == len(few)

    def test_leaves_a_code_that_nothing_names(self, person: Person) -> None:
        entry = Volunteer.objects.get()
        record(
            actor=actor(person), verb="volunteering.volunteer.change", subject=entry, area=entry.area,
            change={"skills": ["gone_since"]}, at=AT,
        )  # fmt: skip
        assert "gone_since" in history(sign_in(Client(), person))
