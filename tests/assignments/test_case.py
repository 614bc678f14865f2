"""The case as it is read says what signing up itself would say of each pair, and places go to the line first."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.activities import queries as activities
from shanzhi.activities.models import Shift
from shanzhi.assignments import case, fitting
from shanzhi.matching.ground import read, survey
from shanzhi.people import operations as people
from shanzhi.people.texts import PRIVACY
from shanzhi.places.models import AreaFigure
from shanzhi.volunteering.models import Qualification, QualificationKind, Skill, Volunteer, VolunteerSkill
from tests.activities.support import a_sign_up, a_task, an_activity
from tests.assignments.support import a_pair, a_run, free, helpers, on_call
from tests.service.support import a_kind
from tests.support.people import AREA, AT, LONG_AGO, a_person, actor
from tests.volunteering.support import a_team, a_volunteer, join
from tests.volunteering.test_volunteers import guarded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NEXT = timezone.localdate(AT) + timedelta(days=2)


def fitting_pairs(run: Any, at: Any = AT) -> set[tuple[str, str]]:
    """The pairs that break no rule of the engine."""
    traits = read(case.read(run, at))
    ground = survey(traits)
    return {
        (traits.volunteers[v].id, traits.shifts[s].id)
        for v, s in zip(ground.volunteer.tolist(), ground.shift.tolist(), strict=True)
    }


def by_hand(run: Any) -> set[tuple[str, str]]:
    """The pairs against which signing up has nothing, of people who are not in the shift already."""
    return {
        (str(one.pk), str(shift.pk))
        for one in Volunteer.objects.all()
        for shift in Shift.objects.filter(starts_at__lt=run.last_at)
        if not activities.against(volunteer=one, shift=shift, at=AT)
        and not shift.signups.filter(volunteer=one, state__in=("signed", "waiting")).exists()
    }


def trained(one: Volunteer, first: date, last: date | None) -> Volunteer:
    kind = QualificationKind.objects.get_or_create(
        area="", code="basics",
        defaults={"name": "示例", "name_en": "Example", "sort": "training", "created_at": LONG_AGO},
    )[0]  # fmt: skip
    Qualification.objects.create(
        volunteer=one, kind=kind, starts_on=first, ends_on=last, evidence="示例", verified_at=LONG_AGO
    )
    return one


def skilled(one: Volunteer, code: str = "haircut") -> Volunteer:
    skill = Skill.objects.get_or_create(
        area="", code=code, defaults={"name": "理发", "name_en": "Hair", "created_at": LONG_AGO}
    )[0]
    VolunteerSkill.objects.create(volunteer=one, skill=skill)
    return one


def aged(born: date | None) -> Volunteer:
    return helpers(person=a_person(AREA, born_on=born, verified=born is not None))[0]


def a_site() -> None:
    """Many kinds of volunteers and shifts, around birthdays and ends of trainings among them."""
    ages = {"a": (18, None), "b": (None, 59), "c": (60, 70), "d": (20, None)}
    for code, (least, most) in ages.items():
        task = a_task(f"kind_{code}", least_age=least, greatest_age=most)
        an_activity(task_kind=task, shifts=3, places=9, team=a_team(name=f"{code}队（示例）"))
    an_activity(task_kind=a_task("kind_e", demands=["basics"]), shifts=3, team=a_team(name="训队（示例）"))
    both = an_activity(skills=["haircut", "repair"], team=a_team(name="技队（示例）"), shifts=2, places=9)
    for born in (None, date(1980, 1, 1), date(1950, 1, 1), date(2010, 1, 1)):
        aged(born)
    for years in (18, 20, 60, 71):
        aged(NEXT.replace(year=NEXT.year - years))
    trained(helpers()[0], NEXT, None), trained(helpers()[0], date(2020, 1, 1), NEXT)
    twice = helpers()[0]
    trained(twice, date(2020, 1, 1), NEXT - timedelta(days=1)), trained(twice, NEXT + timedelta(days=1), None)
    skilled(helpers()[0]), skilled(skilled(helpers()[0]), "repair")
    for state in ("paused", "left", "registered"):
        helpers(state=state)
    shift = both.shifts.earliest("starts_at")
    a_sign_up(shift, helpers()[0]), a_sign_up(shift, helpers()[0], state="waiting")
    for years, guardian, own in ((16, True, True), (16, False, True), (16, True, False), (9, True, False)):
        link = guarded(years)
        if own:
            people.give_consent(actor=actor(link.ward), purpose=PRIVACY.purpose, at=AT)
        if guardian:
            people.consent_for(actor=actor(link.guardian), ward_id=link.ward_id, at=AT)
        free(a_volunteer(link.ward, state="registered"))


class TestTheCase:
    def test_says_of_each_pair_what_signing_up_says(self) -> None:
        a_site()
        for one in Volunteer.objects.filter(hours=None):
            free(one)
        run = a_run()
        found, read_so = by_hand(run), fitting_pairs(run)
        assert read_so <= found
        # turns 60 within the run, between a task up to 59 and one from 60 on: the engine knows one age alone
        between = Volunteer.objects.get(person__born_on=NEXT.replace(year=NEXT.year - 60))
        assert {key for key, _shift in found - read_so} == {str(between.pk)}
        assert len(read_so) > 100
        served = {key for key, _shift in found}
        minors = Volunteer.objects.filter(person__born_on__gt=date(2008, 12, 1))
        assert sorted(str(one.pk) in served for one in minors) == [False, False, False, True, True]

    def test_keeps_hours_distance_and_whom_to_leave_alone(self) -> None:
        shift = an_activity(places=9, lat=36_660_000, lng=117_020_000).shifts.get()
        day = timezone.localtime(shift.starts_at)
        begins = day.hour * 60 + day.minute
        run = a_run()
        fits = free(a_volunteer(), [(day.isoweekday(), begins, begins + 60), (day.isoweekday(), begins + 60, 1440)])
        free(a_volunteer(), [(day.isoweekday(), begins + 1, 1440)])
        a_volunteer()
        centre(AREA, 36_650_000, 117_020_000)
        helpers(metres=1_000)
        near = helpers(metres=1_200)[0]
        said_no, waits = helpers(2)
        a_pair(run, shift, said_no, "declined")
        a_pair(run, an_activity(team=a_team(name="乙队（示例）")).shifts.get(), waits, "asked")
        fitted = {key for key, found in fitting_pairs(run) if found == str(shift.pk)}
        assert fitted - _leaders() == {str(fits.pk), str(near.pk)}
        found = next(one for one in case.read(run, AT).volunteers if one.id == str(waits.pk))
        assert str(shift.pk) not in found.barred
        assert len(found.free) == 2

    def test_knows_what_somebody_would_like_and_which_language_helps(self) -> None:
        activity = an_activity(language="sign", shifts=1, places=1)
        a_kind(code="visit"), a_kind(code="gone", retired_at=AT)
        wishes, speaks, other, of_old, plain = (
            helpers(**fields)[0] for fields in (
                {"tasks": ["clean_up"]}, {"languages": ["sign"]}, {"tasks": ["visit"]}, {"tasks": ["gone", "x"]}, {}
            )
        )  # fmt: skip
        found = case.read(a_run(), AT)
        assert [(one.kind, one.language) for one in found.shifts] == [(activity.task_kind.code, "sign")]
        known = {one.id: (one.kinds, one.languages) for one in found.volunteers}
        assert known[str(wishes.pk)] == (frozenset({"clean_up"}), frozenset())
        assert known[str(speaks.pk)] == (frozenset(), frozenset({"sign"}))
        assert known[str(of_old.pk)] == known[str(plain.pk)]  # a kind that holds no more is no wish
        traits = read(found)
        ground = survey(traits)
        points = {traits.volunteers[v].id: score for v, score in zip(ground.volunteer, ground.score, strict=True)}
        base = points[str(plain.pk)]  # half of the wish, and the language not spoken
        assert [points[str(one.pk)] - base for one in (wishes, speaks, other)] == [10, 10, -10]

    def test_gives_the_line_the_first_right_and_counts_who_was_asked(self) -> None:
        shift = an_activity(places=4).shifts.get()
        run, rows = a_run(), Shift.objects.filter(pk=shift.pk)
        assert case.wanting(AT).get().open_places == 4
        a_sign_up(shift), a_sign_up(shift, state="waiting"), a_pair(run, shift, a_volunteer(), "asked")
        assert case.read(run, AT).shifts[0].places == 1
        a_pair(run, shift, a_volunteer(), "declined")
        assert case.wanting(AT).get().open_places == 1
        a_sign_up(shift, state="waiting")
        assert not case.wanting(AT).exists()
        rows.update(places=9)
        assert [one.priority for one in case.read(run, AT).shifts] == [2]
        assert case.wanting(AT + timedelta(days=1)).count() == 0

    def test_of_a_call_up_has_those_alone_who_agreed_whenever_they_are_free(self) -> None:
        shift = an_activity(places=5).shifts.get()
        ready, busy, over = helpers(3)
        for one in (ready, busy, over):
            on_call(one)
        over.on_call.update(ended_at=AT)
        ready.hours.all().delete()
        a_sign_up(an_activity(team=a_team(name="乙队（示例）")).shifts.get(), busy)
        run = a_run(emergency=True, shift=shift, wanted=3, first_at=shift.starts_at, last_at=shift.ends_at)
        found = case.read(run, AT)
        assert (found.call_up, found.shifts[0].places, found.shifts[0].priority) == (True, 3, 3)
        assert fitting_pairs(run) == {(str(ready.pk), str(shift.pk))}

    def test_is_read_in_as_many_queries_for_many_as_for_few(self) -> None:
        team = a_team()
        an_activity(team=team, shifts=1)
        run = a_run()

        def needed() -> int:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                case.read(run, AT)
            return len(asked)

        helpers(person=guarded(16).ward)
        few = needed()
        for one in [*helpers(12), helpers(person=guarded(9).ward)[0]]:
            skilled(trained(one, date(2020, 1, 1), None))
            join(team, one)
        an_activity(team=team, shifts=5, skills=["haircut"])
        assert needed() == few < 15
        team_run = a_run(team=team)
        assert len(case.read(team_run, AT).volunteers) == 13

    def test_takes_spans_out_of_others(self) -> None:
        assert fitting.without([(0, 10), (10, 20)], [(5, 12), (18, 30)]) == [(0, 5), (12, 18)]
        assert fitting.without([(0, 10)], []) == [(0, 10)]
        assert fitting.without([(0, 10)], [(0, 10)]) == []


def centre(code: str, lat: int, lng: int) -> None:
    for measure, value in (("centroid_lat", lat), ("centroid_lon", lng)):
        AreaFigure.objects.create(
            area_id=code, measure=measure, value=value, valid_from=date(2020, 1, 1), source="示例", created_at=LONG_AGO
        )


def _leaders() -> set[str]:
    return {str(key) for key in Volunteer.objects.filter(places__role="leader").values_list("pk", flat=True)}
