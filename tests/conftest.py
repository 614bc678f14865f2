"""What every test gets: a database of its own process, tasks that run at once, no key but the tests' own."""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.signals import setting_changed
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.config.roles import OWNER, ROLE
from shanzhi.ui.listing.recent import forget
from tests.browser.support import launch
from tests.support.database import cluster, database, empty

pytest_plugins = ("tests.support.spent",)


# Folders whose tests ask the whole site, break it, or walk through it for minutes: for `make test-thorough`.
WHOLE_SITE = {"contract", "faults", "journeys", "secrecy"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave what looks at the whole site to the thorough run, so that every run ends soon."""
    if item.path.parent.name in WHOLE_SITE:
        item.add_marker(pytest.mark.thorough)


def pytest_collection_finish() -> None:
    """Look for unused objects less often: what is loaded by now stays to the end, as in a server (`config.wsgi`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put modules with slow tests first: begun last, one of them would keep a single worker busy to the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)


def _use(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _migrate(name: str) -> None:
    _use(name)
    connection.settings_dict["USER"] = OWNER
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    connection.close()
    connection.settings_dict["USER"] = ROLE


@pytest.fixture(autouse=True)
def usual_language() -> None:
    """Begin in the language of the site: a request leaves its reader's in the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replace pytest-django's own set-up by the template database."""
    connection.settings_dict["HOST"] = str(cluster().sockets)
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            _use(stack.enter_context(database(_migrate)))
        yield  # blocked again: a test that asked for no database would leave there what it writes
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture(autouse=True, scope="session")
def _emptied_after_a_transactional_test() -> Iterator[None]:
    """Empty what a transactional test filled, in place of Django's flush, which takes a second for all tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty())
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of the process: a second one would find the first one's event loop running."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Let no list remember what another test counted."""
    yield
    forget()


def pytest_configure() -> None:
    """Settings that only tests have."""
    # How long an example takes says how busy the machine is; speed is measured in `benchmarks`.
    hypothesis.settings.register_profile(
        "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("any machine")
    settings.DATABASES["default"].update(HOST=str(cluster().sockets), USER=ROLE, PASSWORD="", PORT="", OPTIONS={})
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    # a folder's conftest that is named on the command line has imported tasks by now, and with them the old backend
    setting_changed.send(sender=None, setting="TASKS", value=settings.TASKS, enter=True)
    settings.KEYS_FOLDER = Path(tempfile.mkdtemp(prefix="shanzhi-test-keys-"))
    settings.WHITENOISE_AUTOREFRESH = (
        True  # else each new client looks through all static files before its first request
    )
    settings.SMALLEST_ELECTORATE = 0  # most tests have few voters, and look at whole results
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in the tests' thread
