"""Which files of tests a run spends its time on, told at its end: where to look when the whole takes too long."""

from __future__ import annotations

from collections import Counter

import pytest

SHOWN = 40


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the seconds of the files that took longest, set-up and all, summed over the workers."""
    spent: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                spent[report.nodeid.split("::")[0]] += report.duration
    if len(spent) > SHOWN:
        terminalreporter.section(f"{sum(spent.values()):.0f} s in {len(spent)} files, most of them in")
        for file, seconds in spent.most_common(SHOWN):
            terminalreporter.write_line(f"{seconds:7.1f} {file}")
