"""The demo's projects: an earlier round, and what became of what won in it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shanzhi.projects import demo
from shanzhi.projects.models import Activity, Feedback, Photo, Project, Visit
from shanzhi.ventures.demo.people import ensure_areas, ensure_helpers
from tests.support.people import client_for

AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_is_loaded_once_shows_each_stage_and_is_labelled(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    said: list[str] = []
    ensure_areas(at=AT - timedelta(days=260))
    ensure_helpers(at=AT - timedelta(days=260))
    for _time in range(2):
        demo.load(at=AT, progress=lambda step, _done, _total: said.append(step))
    assert said == [demo.STEP] * 2
    states = Counter(Project.objects.values_list("state", flat=True))
    assert {"graduated", "completed", "passed"} <= states.keys()
    assert all(Project.objects.values_list("synthetic", flat=True))
    assert (Visit.objects.count(), Photo.objects.exists(), Feedback.objects.exists()) == (3, True, True)
    assert not Activity.objects.filter(state="announced", starts_at__lt=AT).exists()
    graduated = Project.objects.get(state="graduated")
    page = client_for(None).get(f"/projects/{graduated.pk}/").content.decode()
    for words in ("示例", "已结业", "邻居成果展", "结业礼", graduated.proposal.title):
        assert words in page
    assert "签到表不全" not in page


@pytest.mark.django_db
def test_is_left_out_where_staff_of_an_earlier_demo_began_too_late() -> None:
    ensure_areas(at=AT)
    ensure_helpers(at=AT)
    demo.load(at=AT, progress=lambda *_said: None)
    assert not Project.objects.exists()
