"""What is near that fits: the same as what is judged one by one, ordered by the way, by page and API."""

import itertools
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.activities import queries
from shanzhi.activities.models import Shift
from shanzhi.activities.queries import ground
from shanzhi.activities.queries.nearby import HORIZON, Nearby, nearby_of
from shanzhi.activities.views.near import far_words
from shanzhi.places.models import AreaFigure
from shanzhi.volunteering.models import (
    Availability,
    Qualification,
    QualificationKind,
    Skill,
    TaskKind,
    Team,
    Volunteer,
    VolunteerSkill,
)
from tests.activities.support import DAY, HOUR, a_shift, a_sign_up, a_task, an_activity, look_now
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.people import AT, LONG_AGO, a_person, actor, sign_in
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
PAGE, API = "/account/shifts/near/", "/api/v1/activities/me/near"
nearby_module = sys.modules["shanzhi.activities.queries.nearby"]  # its name is that of a query too
MIDDLE = (36_660_000, 117_040_000)
NORTH = 9_000
"""Millionths of a degree of latitude: some thousand metres."""


def centre(code: str, lat: int = MIDDLE[0], lng: int = MIDDLE[1]) -> None:
    for measure, value in (("centroid_lat", lat), ("centroid_lon", lng)):
        AreaFigure.objects.create(
            area_id=code, measure=measure, value=value, valid_from=date(2020, 1, 1), source="示例", created_at=LONG_AGO
        )


@pytest.fixture
def who() -> Volunteer:
    centre(COMMUNITY)
    return a_volunteer(a_person(COMMUNITY), COMMUNITY)


def at_way(steps: float, title: str, *, starts: Any = AT + DAY, **fields: Any) -> Shift:
    """Give a shift of an activity so many thousand metres north of the middle, of a team of its own area."""
    values = {"lat": MIDDLE[0] + round(steps * NORTH), "lng": MIDDLE[1], "area": COMMUNITY, **fields}
    places = values.pop("places", 2)
    team = Team.objects.first() or a_team(COMMUNITY)
    return a_shift(an_activity(team, shifts=0, title=title, **values), starts=starts, places=places)


def found(one: Volunteer, at: datetime = AT) -> Nearby:
    fresh = Volunteer.objects.select_related("person__merged_into").get(pk=one.pk)
    return nearby_of(fresh, at)


def titles(one: Volunteer, at: datetime = AT) -> list[str]:
    return [row.title for row in found(one, at).rows]


def a_skill(one: Volunteer, code: str) -> None:
    skill = Skill.objects.get_or_create(area="", code=code, defaults={
        "name": "理发", "name_en": "Cutting hair", "created_at": LONG_AGO})[0]  # fmt: skip
    VolunteerSkill.objects.create(volunteer=one, skill=skill)


def a_training(one: Volunteer, ends_on: date | None) -> None:
    kind = QualificationKind.objects.get_or_create(area="", code="first_aid", defaults={
        "name": "急救", "name_en": "First aid", "sort": "training", "created_at": LONG_AGO})[0]  # fmt: skip
    Qualification.objects.create(
        volunteer=one, kind=kind, starts_on=date(2020, 1, 1), ends_on=ends_on, evidence="示例", verified_at=LONG_AGO
    )


class TestTheOrder:
    def test_goes_by_the_way_then_by_time_and_leaves_out_what_is_too_far(self, who: Volunteer) -> None:
        at_way(3, "三公里")
        late = at_way(1, "一公里", starts=AT + 5 * DAY)
        a_shift(late.activity, starts=AT + 2 * DAY)
        at_way(0, "没有位置", lat=None, lng=None)
        at_way(0, "不知在哪", lat=None, lng=None, area="370102002001")
        rows = found(who).rows
        assert [row.title for row in rows] == ["没有位置", "一公里", "一公里", "三公里", "不知在哪"]
        assert [row.starts_at for row in rows[1:3]] == [AT + 2 * DAY, AT + 5 * DAY]
        # a thousand steps of nine millionths on a globe of 6,371,008.8 m are 1,000.75 m
        assert [row.metres for row in rows] == [0, 1001, 1001, 3002, None]
        assert [row.title for row in found(who).nearest(2)] == ["没有位置", "一公里"]
        Volunteer.objects.filter(pk=who.pk).update(metres=2000)
        assert titles(who) == ["没有位置", "一公里", "一公里", "不知在哪"]

    def test_takes_the_centre_of_an_area_above_where_the_own_is_not_known(self) -> None:
        one = a_volunteer(a_person(COMMUNITY), COMMUNITY)
        at_way(2, "两公里")
        at_way(0, "外区", area="110114008001", lat=40_060_000, lng=116_410_000)
        at_way(0, "外区无位置", area="110114008001", lat=None, lng=None)
        assert not found(one).placed
        assert [(row.title, row.metres) for row in found(one).rows] == [("两公里", None)]
        centre(DISTRICT)
        assert found(one).placed
        assert [(row.title, row.metres) for row in found(one).rows] == [("两公里", 2002)]

    def test_borrows_no_centre_for_an_activity(self) -> None:
        """Where only the middle of the district is known, nobody calls another subdistrict near for it."""
        one = a_volunteer(a_person(COMMUNITY), COMMUNITY)
        centre(DISTRICT)
        at_way(0, "别的街道", lat=None, lng=None, area="370102002001")
        at_way(0, "本社区", lat=None, lng=None)
        at_way(0, "全区的", lat=None, lng=None, area=DISTRICT)
        at_way(0.05, "就在旁边")
        at_way(0.5, "半公里")
        rows = found(one).rows
        assert {row.title: row.metres for row in rows} == {
            "本社区": 0, "就在旁边": 50, "半公里": 500, "别的街道": None, "全区的": None
        }  # fmt: skip
        assert [row.title for row in rows][:3] == ["本社区", "就在旁边", "半公里"]
        assert [far_words(row.metres) for row in rows[:2]] == ["就在您的区域", "约 0.1 公里"]
        assert found(one).measured == DISTRICT
        centre("370102002001", MIDDLE[0] + 3 * NORTH)
        assert {row.title: row.metres for row in found(one).rows}["别的街道"] == 3002
        centre(COMMUNITY)
        assert {row.title: row.metres for row in found(one).rows}["全区的"] == 1  # another point now, on the same spot
        assert found(one).measured == COMMUNITY

    def test_gives_a_place_among_the_nearest_only_to_what_may_be_listed(
        self, who: Volunteer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_sign_up(at_way(1, "已满", places=1))
        at_way(1, "太晚", starts=AT + HORIZON)
        at_way(2, "两公里")
        monkeypatch.setattr(ground.around, "__kwdefaults__", {**ground.around.__kwdefaults__, "most": 1})
        assert titles(who) == ["两公里"]

    def test_looks_at_the_nearest_shifts_in_the_free_hours_and_says_when_there_are_more(
        self, who: Volunteer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tuesday = AT + timedelta(days=7) - 11 * HOUR
        Availability.objects.create(volunteer=who, weekday=2, starts=540, ends=720)
        for steps in range(3):  # six beside the free hours, sooner and nearer
            for hour in (14, 18):
                at_way(steps, f"下午{steps}", starts=tuesday - DAY + hour * HOUR)
        for steps in (7, 5, 6):
            at_way(steps, f"上午{steps}", starts=tuesday + 9 * HOUR)
        monkeypatch.setattr(nearby_module, "MOST", 3)
        assert ([row.title for row in found(who).rows], found(who).cut) == (["上午5", "上午6", "上午7"], False)
        monkeypatch.setattr(nearby_module, "MOST", 2)
        assert ([row.title for row in found(who).rows], found(who).cut) == (["上午5", "上午6"], True)

    def test_looks_at_the_nearest_activities_alone(self, who: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
        for steps in (4, 2, 1, 3):
            at_way(steps, str(steps))
        assert len(queries.around(COMMUNITY, AT, most=None).metres) == 4
        monkeypatch.setattr(ground.around, "__kwdefaults__", {**ground.around.__kwdefaults__, "most": 2})
        assert titles(who) == ["1", "2"]


class TestWhatFits:
    def test_is_what_nothing_stands_against_pair_by_pair(self, who: Volunteer) -> None:
        """Volunteers of all sorts with shifts of all sorts: the many at once and the one by one agree."""
        kinds = [
            a_task(), a_task("lifting", least_age=18, greatest_age=45), a_task("nursing", demands=["first_aid"]),
            a_task("traffic"), a_task("children", least_age=20),
        ]  # fmt: skip
        made = [
            at_way(1, f"{kind.code} {skills} {days}", task_kind=kind, skills=skills, starts=AT + days * DAY)
            for kind, skills, days in itertools.product(kinds, ([], ["haircut"]), (1, 9))
        ]
        look_now()
        TaskKind.objects.filter(code="traffic").update(dangerous=True)  # found dangerous later: nobody takes it
        rows = Shift.objects.select_related("activity__task_kind").in_bulk([one.pk for one in made])
        shifts = list(rows.values())
        people = [a_volunteer(a_person(COMMUNITY, born_on=born), COMMUNITY) for born in (
            date(1980, 5, 17), date(2006, 11, 28), date(1990, 1, 1), None)]  # fmt: skip
        people.append(a_volunteer(a_person(COMMUNITY), COMMUNITY, state="paused"))
        people.append(a_volunteer(a_person(COMMUNITY, born_on=date(2012, 1, 1)), COMMUNITY))
        for one, ends in ((people[0], None), (people[2], date(2026, 11, 28))):
            a_training(one, ends)
        for one in (people[0], people[1], people[4]):
            a_skill(one, "haircut")
        a_sign_up(shifts[0], people[2])
        agreed = 0
        for one in people:
            good = {
                shift.pk for shift in shifts
                if not queries.against(volunteer=one, shift=shift, at=AT) and not shift.signups.filter(volunteer=one)
            }  # fmt: skip
            names = {shift.pk: shift.activity.title for shift in shifts}
            assert {names[row.id] for row in found(one).rows} == {names[key] for key in good}, one.person.born_on
            agreed += len(good)
        assert 0 < agreed < len(shifts) * len(people)
        assert titles(people[5]) == []

    def test_leaves_out_full_shifts_own_ones_those_at_the_same_time_and_others_that_nobody_takes(
        self, who: Volunteer
    ) -> None:
        own = at_way(1, "自己的", starts=AT + DAY)
        a_sign_up(own, who)
        at_way(1, "同一时间", starts=AT + DAY + HOUR)
        at_way(1, "紧接着", starts=AT + DAY + 2 * HOUR)
        a_sign_up(at_way(1, "已满", places=1, starts=AT + 3 * DAY))
        a_sign_up(at_way(1, "排着队", starts=AT + 4 * DAY), who, state="waiting")
        at_way(1, "太晚", starts=AT + HORIZON)
        at_way(1, "已开始", starts=AT)
        at_way(1, "未发布", state="checked")
        assert titles(who) == ["紧接着"]

    def test_keeps_to_the_free_hours_where_some_are_stated(self, who: Volunteer) -> None:
        # AT is a Tuesday, eleven in the morning at the place
        tuesday = AT + timedelta(days=7) - 11 * HOUR  # midnight
        at_way(1, "周二上午", starts=tuesday + 9 * HOUR)
        at_way(1, "周二中午", starts=tuesday + 11 * HOUR)
        at_way(1, "跨夜", starts=tuesday + 23 * HOUR)
        at_way(1, "周三早上", starts=tuesday + 30 * HOUR)
        assert len(titles(who)) == 4
        for weekday, low, high in ((2, 540, 660), (2, 660, 720), (2, 1380, 1440), (3, 0, 60)):
            Availability.objects.create(volunteer=who, weekday=weekday, starts=low, ends=high)
        assert titles(who) == ["周二上午", "跨夜"]
        assert {row.why for row in found(who).rows} == {("hours",)}
        assert found(who).other_hours == 2

    def test_says_why(self, who: Volunteer) -> None:
        Volunteer.objects.filter(pk=who.pk).update(tasks=["nursing"], languages=["sign"])
        a_training(who, None)
        a_skill(who, "haircut")
        kind = a_task("nursing", demands=["first_aid"])
        at_way(1, "全合", task_kind=kind, skills=["haircut"], language="sign")
        at_way(2, "无特别", language="english")
        assert [row.why for row in found(who).rows] == [("wish", "skills", "trained", "language"), ()]


class TestCost:
    def test_is_the_same_with_many_activities(self, who: Volunteer) -> None:
        client = sign_in(Client(), who.person)
        soon = timezone.now() + DAY
        team = Team.objects.first() or a_team(COMMUNITY)
        kind = a_task("nursing", demands=["first_aid"])
        a_training(who, None)
        a_skill(who, "haircut")
        costs: dict[str, list[int]] = {PAGE: [], API: [], "/activities/map/?reach=3000": []}
        for more in (1, 20):
            for place in range(more):
                made = an_activity(
                    team, shifts=0, title=f"活动{more}之{place}", task_kind=kind, skills=["haircut"], area=COMMUNITY,
                    lat=MIDDLE[0] + place, lng=MIDDLE[1],
                )  # fmt: skip
                a_shift(made, starts=soon)
            for path, counts in costs.items():
                with CaptureQueriesContext(connection) as asked:
                    shown = client.get(path)
                words = str(shown.json()) if path == API else shown.content.decode()
                assert f"活动{more}之0" in words, path
                counts.append(len(asked))
        for path, counts in costs.items():
            assert counts[0] == counts[1] < 40, path


def a_near(steps: float, title: str, **fields: Any) -> Shift:
    """Give a shift to come as of now, at nine on the day after tomorrow."""
    nine = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    return at_way(steps, title, starts=nine + 2 * DAY, **fields)


class TestThePage:
    def test_lists_with_distance_reason_and_a_way_to_sign_up(self, who: Volunteer) -> None:
        Volunteer.objects.filter(pk=who.pk).update(tasks=["clean_up"])
        near, far = a_near(1.24, "AED 近的（示例）"), a_near(12, "远的（示例）", task_kind=a_task("visit"))
        client = sign_in(Client(), who.person)
        shown = client.get(PAGE).content.decode()
        assert shown.index("近的（示例）") < shown.index("远的（示例）")
        for words in ("约 1.2 公里", "约 12 公里", "是您想做的任务类别", f"/activities/shifts/{near.pk}/sign/",
                      "历山路社区"):  # fmt: skip
            assert words in shown, words
        for asked, there, gone in (
            ("reach=3000", "近的", "远的"), ("task=visit", "远的", "近的"), ("wished=1", "近的", "远的"),
            ("q=远", "远的", "近的"), ("q=aed", "近的", "远的"),
        ):  # fmt: skip
            shown = client.get(f"{PAGE}?{asked}").content.decode()
            assert f"{there}（示例）" in shown, asked
            assert f"{gone}（示例）" not in shown, asked
        day = timezone.localtime(far.starts_at).date() + DAY
        assert "没有符合" in client.get(f"{PAGE}?starts_at_from={day}").content.decode()
        english = client.get(PAGE, headers={"accept-language": "en"}).content.decode()
        assert "about 1.2 km" in english

    def test_is_honest_when_nothing_fits_or_one_serves_not(self, who: Volunteer) -> None:
        client = sign_in(Client(), who.person)
        assert "目前附近没有适合您的班次" in client.get(PAGE).content.decode()
        a_near(1, "近的（示例）")
        Volunteer.objects.filter(pk=who.pk).update(state="paused")
        shown = client.get(PAGE).content.decode()
        assert "您目前没有在参加服务" in shown
        assert "近的（示例）" not in shown
        stranger = sign_in(Client(), a_person(COMMUNITY)).get(PAGE).content.decode()
        assert "您还没有登记为志愿者" in stranger

    def test_says_how_many_would_fit_at_other_hours(self, who: Volunteer) -> None:
        shift = a_near(1, "近的（示例）")
        client, day = sign_in(Client(), who.person), timezone.localtime(shift.starts_at).isoweekday()
        assert "空闲时间内" not in client.get(PAGE).content.decode()
        Availability.objects.create(volunteer=who, weekday=day % 7 + 1, starts=0, ends=1440)
        shown = client.get(PAGE).content.decode()
        assert "还有 1 个班次适合您，但不在您填写的空闲时间内" in shown
        assert "近的（示例）" not in shown

    def test_offers_no_distances_where_none_is_known(self) -> None:
        one = a_volunteer(a_person(COMMUNITY), COMMUNITY)
        a_near(1, "近的（示例）")
        shown = sign_in(Client(), one.person).get(PAGE).content.decode()
        assert "本站没有您所在区域中心位置的记录" in shown
        assert "近的（示例）" in shown
        assert "公里" not in shown

    def test_pages_on(self, who: Volunteer) -> None:
        for place in range(27):
            a_near(place / 100, f"第{place}个（示例）")
        client = sign_in(Client(), who.person)
        first, second = (client.get(f"{PAGE}?page={page}").content.decode() for page in (1, 2))
        assert ("第24个（示例）" in first, "第25个（示例）" in first) == (True, False)
        assert ("第24个（示例）" in second, "第26个（示例）" in second) == (False, True)

    def test_the_map_and_the_calendar_measure_for_a_volunteer_alone(self, who: Volunteer) -> None:
        shift, _far = a_near(1.24, "近的（示例）"), a_near(12, "远的（示例）")
        client = sign_in(Client(), who.person)
        month = f"/activities/calendar/?month={timezone.localtime(shift.starts_at):%Y-%m}"
        assert "约 1.2 公里" in client.get("/activities/map/").content.decode()
        for path in ("/activities/map/?reach=3000", f"{month}&reach=3000"):
            shown = client.get(path).content.decode()
            assert "近的（示例）" in shown, path
            assert "远的（示例）" not in shown, path
            assert "远的（示例）" in Client().get(path).content.decode(), path
        nobody = Client().get("/activities/map/").content.decode()
        assert "公里" not in nobody
        assert "离您近、适合您的" in client.get("/activities/").content.decode()
        assert "离您近、适合您的" not in Client().get("/activities/").content.decode()


class TestTheApi:
    def test_lists_narrows_and_reads_on(self, who: Volunteer) -> None:
        near, far = a_near(1.24, "近的（示例）"), a_near(12, "远的（示例）", task_kind=a_task("visit"))
        client = sign_in(Client(), who.person)
        answer = client.get(API).json()
        assert (answer["serves"], answer["placed"], answer["next"]) == (True, True, None)
        told = [(one["id"], one["metres"], one["why"], one["free"]) for one in answer["items"]]
        assert told == [(str(near.pk), 1241, [], 2), (str(far.pk), 12_009, [], 2)]
        first = client.get(f"{API}?limit=1").json()
        onward = f"{API}?limit=1&after={first['next']}"
        assert [one["id"] for one in client.get(onward).json()["items"]] == [str(far.pk)]
        assert (answer["measured_from"], answer["cut"]) == (COMMUNITY, False)
        assert [one["task"] for one in client.get(f"{API}?task=visit").json()["items"]] == ["visit"]
        assert [one["metres"] for one in client.get(f"{API}?metres=1300").json()["items"]] == [1241]
        day = timezone.localtime(far.starts_at).date()
        assert len(client.get(f"{API}?day_from={day}&day_to={day}").json()["items"]) == 2
        assert client.get(f"{API}?day_from={day + DAY}").json()["items"] == []
        a_sign_up(near), a_sign_up(near)  # it is full, and off the list; one reads on all the same
        assert [one["id"] for one in client.get(onward).json()["items"]] == [str(far.pk)]
        for odd in (who.pk, "1.2.3", f"-1.5.{who.pk}", f"9999999.5.{who.pk}", f"١.5.{who.pk}", "x" * 90):
            refused = client.get(f"{API}?after={odd}")
            assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor"), odd
        assert client.get(f"{API}?after=.9999999999999999.{who.pk}").json()["items"] == []
        assert sign_in(Client(), a_person(COMMUNITY)).get(API).status_code == 404


def test_the_viewer_sees_the_own_alone(who: Volunteer) -> None:
    at_way(1, "一公里")
    mine = queries.nearby(viewer=actor(who.person), at=AT)
    assert mine is not None
    assert (mine.volunteer.pk, len(mine.rows)) == (who.pk, 1)
    assert queries.nearby(viewer=actor(a_person(COMMUNITY)), at=AT) is None
    assert datetime(2026, 11, 24, 3, tzinfo=UTC) == AT
