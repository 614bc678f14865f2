"""The areas of the tests of people."""

from tests.people.conftest import areas  # noqa: F401 - a fixture
