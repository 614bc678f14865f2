"""Organisations for tests, made straight in the table."""

from typing import Any

from shanzhi.organizations.models import Organization
from tests.support.people import LONG_AGO

CODES = {"52": "52370102MJD0000022", "51": "51370102MJD0000012", "53": "53370000MJD000001R"}
"""Made-up codes by their beginnings, with right check characters."""


def an_organization(area: str = "370102", *, name: str = "创益园（示例）", **fields: Any) -> Organization:
    """Make an open support organisation with its seat in an area."""
    values = {"kind": "support_organization", "synthetic": True, "created_at": LONG_AGO, **fields}
    if "closed_at" in values:
        values.setdefault("state", "dissolved")
    return Organization.objects.create(name=name, area=area, **values)
