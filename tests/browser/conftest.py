"""Fixtures of the tests in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.support import CHROMIUM, Look, open_context, sign_in

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and skip it where no Chromium is installed."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason=f"needs {CHROMIUM}"))


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[Open]:
    """Open a page as a fresh visitor: `open_page("/calls/", Look("phone", "dark"), account=None) -> Page`."""
    contexts = []

    def opened(path: str, look: Look = Look(), account: Any = None) -> Page:  # noqa: B008 - frozen
        context = open_context(browser, live_server.url, look)
        contexts.append(context)
        if account is not None:
            sign_in(context, live_server.url, account)
        page = context.new_page()
        page.set_default_timeout(15_000)
        faults: list[str] = []
        page.faults = faults  # type: ignore[attr-defined]  # what the browser itself complained about
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
