"""The clock beside the worker."""

import time
from typing import Any

import pytest

from shanzhi.config.commands import clock


class TestTheClock:
    def test_ticks_again_and_again_until_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ticks: list[float] = []
        monkeypatch.setattr(clock, "tick", lambda: ticks.append(time.monotonic()))
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
        monkeypatch.setattr(clock, "close_old_connections", lambda: None)
        clock.tick()
        assert asked == ["ventures_clock", "people_clock"]
