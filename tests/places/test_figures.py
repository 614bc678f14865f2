"""Figures of areas: recorded once, corrected in the open, read as a series."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.places import operations, queries
from shanzhi.places.models import AreaFigure, Measure
from tests.support.people import an_actor, client_for
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = pytest.mark.django_db
COMMUNITY = "370102001002"
DAY = date(2020, 11, 1)


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def recorded(value: int = 3021, day: date = DAY, measure: str = "population", code: str = COMMUNITY) -> AreaFigure:
    """Record a figure."""
    return operations.record_figure(
        actor=SYSTEM, code=code, measure=measure, value=value, valid_from=day, source="示例", at=AT
    )


def corrected(wrong: AreaFigure, value: int | None, reason: str = "示例：漏计", **changes: Any) -> AreaFigure:
    """Correct a figure."""
    return operations.correct_figure(
        **{"actor": SYSTEM, "figure_id": wrong.pk, "value": value, "source": "", "reason": reason, "at": AT, **changes}
    )


def held(day: date | datetime = AT) -> dict[str, int | None]:
    """Give the figures that hold."""
    return {measure: figure.value for measure, figure in queries.figures([COMMUNITY], day)[COMMUNITY].items()}


class TestAWrongFigure:
    def test_is_replaced_for_a_reason_and_stays_on_record(self) -> None:
        wrong = recorded(3021)
        right = corrected(wrong, 3201)
        assert held() == {"population": 3201}
        assert (right.revision, right.source, right.valid_from) == (2, "示例", DAY)
        assert [row.value for row in queries.figure_series(COMMUNITY)] == [3201]
        assert list(queries.revisions(COMMUNITY).values_list("value", "stands")) == [(3201, True), (3021, False)]
        told = queries.corrections(COMMUNITY).values_list("before", "value", "reason")
        assert list(told) == [(3021, 3201, "示例：漏计")]
        event = Event.objects.get(verb="places.figure.correct")
        assert (event.area, event.reason, event.change["value"]) == (COMMUNITY, "示例：漏计", 3201)

    def test_can_be_taken_back_and_given_again(self) -> None:
        recorded(2900, date(2015, 1, 1))
        gone = corrected(recorded(3021), None)
        assert held() == {"population": 2900}
        assert [row.value for row in queries.figure_series(COMMUNITY)] == [2900]
        corrected(gone, 3100)
        assert held() == {"population": 3100}
        told = queries.corrections(COMMUNITY).order_by("revision").values_list("before", "value")
        assert list(told) == [(3021, None), (None, 3100)]

    def test_may_have_a_right_value_and_a_wrong_source(self) -> None:
        assert corrected(recorded(3021), 3021, source="第七次人口普查").source == "第七次人口普查"

    @pytest.mark.parametrize(
        ("refusal", "changes"),
        [
            (operations.ReasonMissing, {"reason": " "}),
            (operations.NothingCorrected, {"value": 3021}),
            (operations.FigureOutOfRange, {"value": -1}),
            (NotFound, {"figure_id": "00000000-0000-0000-0000-000000000000"}),
        ],
    )
    def test_is_not_corrected_by_what_makes_no_sense(self, refusal: type[Exception], changes: dict[str, Any]) -> None:
        wrong = recorded(3021)
        with pytest.raises(refusal):
            corrected(wrong, **{"value": 3201, **changes})
        assert held() == {"population": 3021}

    def test_is_corrected_by_those_who_know_the_place_alone(self) -> None:
        wrong = recorded(3021)
        with pytest.raises(Forbidden):
            corrected(wrong, 1, actor=an_actor(Role.SOCIAL_WORKER, "110114012035"))
        with pytest.raises(Forbidden):
            corrected(wrong, 1, actor=an_actor(Role.RESIDENT, COMMUNITY))
        corrected(wrong, 3201, actor=an_actor(Role.SOCIAL_WORKER, "370102001"))

    def test_that_was_corrected_meanwhile_is_refused(self) -> None:
        wrong = recorded(3021)
        corrected(wrong, 3201)
        with pytest.raises(operations.FigureCorrected):
            corrected(wrong, 3300)


class TestASecondFigureForTheDay:
    def test_is_refused_and_told_the_cure(self, settings: Any) -> None:
        settings.LANGUAGE_CODE = "en"
        recorded(3021)
        with pytest.raises(operations.FigureTaken) as refusal:
            recorded(3201)
        assert "3,021" in refusal.value.text
        assert "correct it with a reason" in refusal.value.text

    def test_is_refused_where_the_first_was_taken_back(self) -> None:
        corrected(recorded(3021), None)
        with pytest.raises(operations.FigureTaken):
            recorded(3201)


class TestTheDayOfAFigure:
    def test_has_come_in_the_time_of_the_place(self) -> None:
        night = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
        for measure, day, fits in (("population", date(2026, 11, 25), True), ("households", date(2026, 11, 26), False)):
            given: dict[str, Any] = {"code": COMMUNITY, "measure": measure, "valid_from": day, "at": night}
            if fits:
                operations.record_figure(actor=SYSTEM, value=1, source="示例", **given)
            else:
                with pytest.raises(operations.FigureTooEarly):
                    operations.record_figure(actor=SYSTEM, value=1, source="示例", **given)
        assert held(night) == {"population": 1}

    def test_may_lie_before_the_end_of_a_former_code_and_not_after(self) -> None:
        operations.close_area(actor=SYSTEM, code=COMMUNITY, on=date(2025, 1, 1), reason="示例", at=AT)
        recorded(3021, date(2024, 12, 31))
        with pytest.raises(operations.AreaEnded):
            recorded(3021, date(2025, 1, 1))


class TestTheDatabase:
    def test_refuses_to_change_figures(self) -> None:
        recorded()
        for statement in ("DELETE FROM places_areafigure", "UPDATE places_areafigure SET value = 1"):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    @pytest.mark.parametrize("wrong", [{"revision": 2}, {"value": None}, {"reason": "x"}, {"measure": "height"}])
    def test_refuses_a_revision_without_reason_and_a_first_without_value(self, wrong: dict[str, Any]) -> None:
        given = {"area_id": COMMUNITY, "measure": "population", "value": 1, "valid_from": DAY, "created_at": AT}
        with pytest.raises(IntegrityError), transaction.atomic():
            AreaFigure.objects.create(**{**given, **wrong})


@pytest.mark.django_db(transaction=True)
class TestTwoWhoCorrectAtOnce:
    def test_are_told_apart(self) -> None:
        wrong = recorded(3021)

        def correct(value: int) -> str:
            try:
                corrected(wrong, value)
            except operations.FigureCorrected:
                return "refused"
            finally:
                connection.close()
            return "done"

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(correct, range(3100, 3108)))
        assert sorted(answers) == ["done", *["refused"] * 7]
        connection.close()


class TestTheSeriesPage:
    @pytest.fixture(autouse=True)
    def _series(self) -> None:
        for year in range(1990, 2025):
            recorded(year, date(year, 1, 1))
        recorded(1200, measure="households")

    def test_is_paged_sorted_and_reached_from_the_area(self, client: Client) -> None:
        assert f"/places/{COMMUNITY}/figures/" in client.get(f"/places/{COMMUNITY}/").content.decode()
        first = client.get(f"/places/{COMMUNITY}/figures/").content.decode()
        assert "2,024" in first
        assert "1,990" not in first
        assert "1,990" in client.get(f"/places/{COMMUNITY}/figures/?page=2").content.decode()
        assert "1,990" in client.get(f"/places/{COMMUNITY}/figures/?sort=valid_from").content.decode()
        only = client.get(f"/places/{COMMUNITY}/figures/?measure=households").content.decode()
        assert only.count('<tr role="row">') == 2

    def test_is_searched_by_measure_in_the_readers_words_and_by_source(self, client: Client) -> None:
        size = {"measure": "size_m2", "value": 8_000_000, "source": "示例：二调"}
        operations.record_figure(actor=SYSTEM, code=COMMUNITY, valid_from=DAY, at=AT, **size)
        address = f"/places/{COMMUNITY}/figures/"
        for words, language in (("二调", "zh-hans"), ("size", "en"), ("面积", "zh-hans")):
            page = client.get(f"{address}?q={words}", headers={"accept-language": language}).content.decode()
            assert page.count('<tr role="row">') == 2, words
        assert client.get(f"{address}?q=没有").content.decode().count('<tr role="row">') == 0

    def test_has_corrections_that_are_searched_by_their_reason(self, client: Client) -> None:
        corrected(AreaFigure.objects.get(measure="households"), 1236, reason="示例：漏计一栋楼")
        address = f"/places/{COMMUNITY}/figures/corrections/"
        assert "1,236" in client.get(f"{address}?q=漏计").content.decode()
        assert "1,236" not in client.get(f"{address}?q=重复").content.decode()

    def test_takes_the_same_few_queries(self, client: Client, django_assert_max_num_queries: Any) -> None:
        for path in ("", "corrections/"):
            with django_assert_max_num_queries(5):
                assert client.get(f"/places/{COMMUNITY}/figures/{path}").status_code == 200

    def test_exports_numbers_in_their_units(self, client: Client) -> None:
        recorded(117_034_567, measure="centroid_lon")
        answer = client.get(
            f"/places/{COMMUNITY}/figures/?measure=centroid_lon&export=csv", headers={"accept-language": "en"}
        )
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert lines[0] == "Code,Area,Measure,Value,Holds from,Source,Recorded on,Correction"
        assert lines[1].startswith(f'{COMMUNITY},解放桥社区居民委员会,"Centre, longitude",117.034567,2020-11-01,示例,')

    def test_tells_what_was_corrected_when_and_why(self, client: Client) -> None:
        wrong = AreaFigure.objects.get(measure="households")
        corrected(wrong, 1236, reason="示例：漏计一栋楼")
        page = client.get(f"/places/{COMMUNITY}/figures/?measure=households").content.decode()
        assert "1,236" in page
        assert "1,200" not in page
        told = client.get(f"/places/{COMMUNITY}/figures/corrections/").content.decode()
        for words in ("1,200", "1,236", "示例：漏计一栋楼", "2026年11月24日"):
            assert words in told

    def test_offers_staff_the_correction(self, client: Client) -> None:
        figure = AreaFigure.objects.get(measure="households")
        address = reverse("places:correct-figure", args=[figure.pk])
        page = f"/places/{COMMUNITY}/figures/?measure=households"
        assert address not in client.get(page).content.decode()
        staff = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        assert address in staff.get(page).content.decode()
        assert 'value="1200"' in staff.get(address).content.decode()
        assert staff.post(address, {"value": "1200", "source": "示例", "reason": "x"}).status_code == 422
        assert staff.post(address, {"value": "1236", "source": "示例"}).status_code == 422
        answer = staff.post(address, {"value": "1236", "source": "示例", "reason": "漏计"})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/places/{COMMUNITY}/figures/")
        assert staff.post(address, {"value": "1237", "source": "示例", "reason": "漏计"}).status_code == 422
        assert staff.post(address, {"value": "", "source": "示例", "reason": "漏计"}).status_code == 422

    def test_takes_a_figure_back_by_an_empty_value(self) -> None:
        figure = AreaFigure.objects.get(measure="households")
        staff = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        sent = {"value": "", "source": "示例", "reason": "记错了社区"}
        assert staff.post(reverse("places:correct-figure", args=[figure.pk]), sent).status_code == 302
        assert Measure.HOUSEHOLDS not in held()


class TestTheApi:
    def test_pages_through_the_series_and_its_revisions(self, client: Client) -> None:
        for year in range(2000, 2010):
            recorded(year, date(year, 1, 1))
        corrected(AreaFigure.objects.get(value=2005), 2500)
        path = f"/api/v1/places/areas/{COMMUNITY}/figures"
        assert len(client.get(path).json()["items"]) == 10
        for extra, total in (("", 10), ("&revisions=true", 11)):
            found, after = [], ""
            while True:
                page = client.get(f"{path}?limit=3{extra}{after}").json()
                found += [(one["valid_from"], one["value"], one["stands"]) for one in page["items"]]
                if not page["next"]:
                    break
                after = f"&after={page['next']}"
            assert len(found) == len(set(found)) == total
            assert sorted(found, key=lambda one: one[0], reverse=True) == found
        assert ("2005-01-01", 2005, False) in found
        assert client.get(f"{path}?measure=households").json() == {"items": [], "next": None}
        assert client.get(f"{path}?after=00000000-0000-0000-0000-000000000000").status_code == 422


def test_what_holds_follows_the_days_and_not_the_order_of_recording() -> None:
    recorded(2, date(2022, 1, 1))
    recorded(1, date(2021, 1, 1))
    assert held(date(2021, 12, 31)) == {"population": 1}
    assert held(date(2022, 1, 1)) == {"population": 2}
    assert held(date(2021, 1, 1) - timedelta(days=1)) == {}
