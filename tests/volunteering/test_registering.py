"""Many registered as volunteers at once: all or none, by staff of where they live, grown-ups only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Availability, Volunteer, VolunteerSkill
from shanzhi.volunteering.operations import Details, load_examples, refusals, register_volunteers
from shanzhi.volunteering.operations.words import SKILLS
from tests.people.conftest import COMMUNITY
from tests.support.people import AREA, AT, a_person, actor
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
SYSTEM = Actor.system("test")
SAID = Details(area=AREA, skills=(SKILLS[0][0], SKILLS[1][0]), hours=((1, 540, 720), (6, 840, 960)), metres=1000,
               tasks=("clean_up",))  # fmt: skip


@pytest.fixture(autouse=True)
def _words(areas: None) -> None:
    load_examples(actor=SYSTEM, area="", at=AT)


def registered(*people: Person, details: Details = SAID) -> list[Volunteer]:
    """Register these."""
    return register_volunteers(actor=SYSTEM, wanted={one.pk: details for one in people}, at=AT)


def test_puts_all_on_record_with_skills_hours_and_an_event_each() -> None:
    counts = []
    for many in (2, 12):
        people = [a_person(AREA) for _ in range(many)]
        with CaptureQueriesContext(connection) as asked:
            made = registered(*people)
        counts.append(len(asked))
        assert [one.person_id for one in made] == [one.pk for one in people]
        assert {(one.state, *one.tasks) for one in made} == {("active", "clean_up")}
        assert VolunteerSkill.objects.filter(volunteer__in=made).count() == 2 * many
        assert Availability.objects.filter(volunteer__in=made).count() == 2 * many
        told = Event.objects.filter(
            verb="volunteering.volunteer.register", subject_id__in=[str(one.pk) for one in made]
        )
        assert told.count() == many
    assert len(set(Volunteer.objects.values_list("number", flat=True))) == 14
    assert counts[0] == counts[1]


def test_asks_no_more_where_people_serve_in_many_communities() -> None:
    counts = []
    for areas in ([AREA], [AREA, COMMUNITY, AREA[:9], AREA[:6]]):
        people = [a_person(code) for code in areas]
        wanted = {one.pk: replace(SAID, area=code) for one, code in zip(people, areas, strict=True)}
        with CaptureQueriesContext(connection) as asked:
            register_volunteers(actor=SYSTEM, wanted=wanted, at=AT)
        counts.append(len([one for one in asked if "volunteering_numbers" not in one["sql"]]))
    assert counts[0] == counts[1]


def test_refuses_all_for_one_and_names_the_record() -> None:
    good, young = a_person(AREA), a_person(AREA, born_on=date(2012, 5, 1))
    serving, gone = a_volunteer(area=AREA).person, a_person(AREA)
    missing = gone.pk
    gone.delete()
    before = Volunteer.objects.count()
    wrong: list[tuple[dict[UUID, Details], type[Refusal], str]] = [
        ({good.pk: SAID, young.pk: SAID}, refusals.OnlyGrownUps, str(young.pk)),
        ({good.pk: SAID, serving.pk: SAID}, refusals.VolunteerAlready, str(serving.pk)),
        ({good.pk: SAID, missing: SAID}, NotFound, str(missing)),
        ({good.pk: Details(area="999999")}, refusals.BadPlace, str(good.pk)),
        ({good.pk: Details(area=AREA, skills=("nothing",))}, refusals.UnknownSkill, str(good.pk)),
        ({}, refusals.TooManyAtOnce, "wanted"),
    ]
    for wanted, kind, field in wrong:
        with pytest.raises(kind) as told:
            register_volunteers(actor=SYSTEM, wanted=wanted, at=AT)
        assert told.value.field == field
    with pytest.raises(Forbidden):
        register_volunteers(actor=actor(good, at=AT), wanted={a_person(AREA).pk: SAID}, at=AT)
    assert Volunteer.objects.count() == before
