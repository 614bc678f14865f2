"""Finding parts of texts."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.work.models import Job
from tests.support.database import as_owner

AT = datetime(2026, 11, 24, tzinfo=UTC)
TEXTS = st.text(st.sampled_from("自行车棚修Aa'\\%_ &|!:*()"), max_size=6)


@pytest.mark.django_db
class TestAPartOfAText:
    @pytest.mark.parametrize("part", ["自行车", "车棚", "修", "棚修", "修好"[:1], "bike", "BIKE", "b"])
    def test_is_found(self, part: str) -> None:
        job = Job.objects.create(kind="自行车棚修 Bike", created_at=AT)
        assert list(Job.objects.filter(kind__has=part)) == [job]

    @pytest.mark.parametrize("part", ["行自", "车车", "x", "自行车棚修B"])
    def test_that_is_not_there_is_not_found(self, part: str) -> None:
        Job.objects.create(kind="自行车棚修 Bike", created_at=AT)
        assert not Job.objects.filter(kind__has=part).exists()

    @given(text=TEXTS, part=TEXTS)
    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_agrees_with_plain_comparison(self, text: str, part: str) -> None:
        Job.objects.all().delete()
        Job.objects.create(kind=text, created_at=AT)
        assert Job.objects.filter(kind__has=part).exists() == (part.lower() in text.lower())

    def test_cannot_break_out_of_the_query(self) -> None:
        for part in ["'", "''", "\\", "a' | 'b", "%", "\0", "'; DROP TABLE x; --"]:
            assert not Job.objects.filter(kind__has=part).exclude(kind="").exists() or part == "\0"

    def test_uses_an_index_made_for_it(self) -> None:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("CREATE INDEX tried ON work_job USING gin (array_to_tsvector(shanzhi_bigrams(kind)))")
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "tried" in Job.objects.filter(kind__has="自行车").explain()
