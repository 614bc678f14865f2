"""The clock beside the worker."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shanzhi.config.commands import clock
from shanzhi.kernel.actor import Actor
from shanzhi.work.models import AnsweredRequest
from shanzhi.work.operations import once


class TestTheClock:
    def test_ticks_again_and_again_until_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ticks: list[float] = []
        monkeypatch.setattr(clock, "tick", lambda _watch: ticks.append(time.monotonic()))
        stop = clock.start(every=0.02)
        deadline = time.monotonic() + 5
        while len(ticks) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        stop.set()
        time.sleep(0.1)
        seen = len(ticks)
        time.sleep(0.1)
        assert seen >= 3
        assert len(ticks) == seen

    def test_survives_a_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def fail(name: str, **_options: Any) -> None:
            asked.append(name)
            raise RuntimeError("no database")

        monkeypatch.setattr(clock, "call_command", fail)
        monkeypatch.setattr(clock, "JOBS", (clock.move_calls, lambda: asked.append("then the next job")))
        monkeypatch.setattr(clock, "close_old_connections", lambda: None)
        monkeypatch.setattr(clock, "skew", lambda: 0.0)
        clock.tick()
        assert asked == ["ventures_clock", "then the next job"]

    @pytest.mark.django_db
    def test_forgets_answers_of_long_ago(self) -> None:
        actor, now = Actor.system("test"), timezone.now()
        for key, at in (("long-ago", now - clock.ANSWERS_KEPT - timedelta(minutes=1)), ("just-now", now)):
            once(actor=actor, operation="test", key=key, request={}, at=at, run=dict)
        assert clock.forget_answers in clock.JOBS
        clock.forget_answers()
        assert list(AnsweredRequest.objects.values_list("key", flat=True)) == ["just-now"]


class TestATimeThatCannotBeTrusted:
    @pytest.fixture
    def moves(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What was called to move calls; the database is left alone."""
        called: list[str] = []
        monkeypatch.setattr(clock, "call_command", lambda name, **_options: called.append(name))
        monkeypatch.setattr(clock, "JOBS", (clock.move_calls,))
        monkeypatch.setattr(clock, "close_old_connections", lambda: None)
        monkeypatch.setattr(clock, "skew", lambda: 0.0)
        return called

    @pytest.mark.parametrize("apart", [-3600.0, 3600.0])
    def test_moves_nothing_while_the_database_s_differs(
        self, monkeypatch: pytest.MonkeyPatch, moves: list[str], apart: float
    ) -> None:
        monkeypatch.setattr(clock, "skew", lambda: apart)
        clock.tick()
        assert moves == []

    @pytest.mark.parametrize("jump", [-7200.0, 7200.0])
    def test_moves_nothing_for_a_while_after_a_jump(
        self, monkeypatch: pytest.MonkeyPatch, moves: list[str], jump: float
    ) -> None:
        wall, even = [1_700_000_000.0], [500.0]
        monkeypatch.setattr(clock.time, "time", lambda: wall[0])
        monkeypatch.setattr(clock.time, "monotonic", lambda: even[0])
        watch = clock.Watch()
        clock.tick(watch)
        assert len(moves) == 1
        wall[0] += jump + 60
        even[0] += 60
        clock.tick(watch)
        assert len(moves) == 1
        wall[0] += 601
        even[0] += 601
        clock.tick(watch)
        assert len(moves) == 2
