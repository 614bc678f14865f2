"""What the demo loads of stations and figures."""

from datetime import UTC, datetime

import pytest

from shanzhi.audit.models import Event
from shanzhi.places import demo, operations, queries
from shanzhi.places.models import Area, AreaFigure, Measure, Station
from tests.support.places import SYSTEM, load_districts

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def load() -> list[str]:
    """Load the demo and give the steps that were reported."""
    steps: list[str] = []
    demo.load(at=AT, progress=lambda step, _done, _total: steps.append(step))
    return steps


def everything() -> tuple[int, ...]:
    """Count all that the demo makes."""
    return Area.objects.count(), Station.objects.count(), AreaFigure.objects.count(), Event.objects.count()


class TestTheDemo:
    def test_has_labelled_stations_of_every_level_and_figures_with_a_correction(self) -> None:
        assert "社工站 Stations" in load()
        levels = Station.objects.values_list("area__level", flat=True).distinct().order_by()
        assert set(levels) == {"district", "subdistrict", "community"}
        assert all("示例" in name for name in Station.objects.values_list("name", flat=True))
        assert Station.objects.filter(closed_on__isnull=False).exists()
        assert not AreaFigure.objects.exclude(source__contains="示例").exists()
        assert AreaFigure.objects.filter(queries.within("area", "110114")).exists()
        assert queries.corrections("370102001002").count() == 1

    def test_has_figures_that_add_up(self) -> None:
        load()
        for measure in (Measure.POPULATION, Measure.HOUSEHOLDS):
            codes = [area.code for area in queries.communities("370102001", AT)]
            parts = [found[measure].value or 0 for found in queries.figures(codes, AT).values()]
            assert queries.figures(["370102001"], AT)["370102001"][measure].value == sum(parts) > 0

    def test_does_nothing_a_second_time(self) -> None:
        load()
        before = everything()
        load()
        assert everything() == before

    def test_leaves_alone_what_somebody_changed(self) -> None:
        load_districts()
        operations.record_figure(
            actor=SYSTEM, code="370102001003", measure="population", value=7, valid_from=demo.DAYS[0], source="普查",
            at=AT,
        )  # fmt: skip
        operations.create_station(actor=SYSTEM, area="370102", name="真站", opened_on=demo.DAYS[0], at=AT)
        load()
        assert [station.name for station in Station.objects.filter(area="370102")] == ["真站"]
        assert queries.figures(["370102001003"], demo.DAYS[0])["370102001003"]["population"].value == 7
