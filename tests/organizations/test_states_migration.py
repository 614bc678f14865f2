"""Organisations of before get the state that fits them when the registry grows over them."""

import pytest
from django.db import connection

from shanzhi.organizations.models import Organization
from tests.people.test_migrations import move
from tests.support.organizations import CODES
from tests.support.people import AT

BEFORE = """
INSERT INTO organizations_organization
    (id, name, kind, area, credit_code, synthetic, created_at, closed_at, closed_reason, version)
VALUES (gen_random_uuid(), %s, %s, '370102', %s, true, %s, %s, %s, 1)
"""
ROWS = {
    "甲": ("volunteer_team", None, False, "group"),
    "乙": ("support_organization", CODES["52"], False, "registered"),
    "丙": ("foundation", None, False, "registered"),
    "丁": ("hub", None, False, "hub"),
    "戊": ("hub", None, True, "dissolved"),
}


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_an_organisation_of_before_stands_where_code_sort_and_closing_say() -> None:
    try:
        move(("organizations", "0002_guards"))
        with connection.cursor() as cursor:
            for name, (kind, code, closed, _state) in ROWS.items():
                cursor.execute(BEFORE, [name, kind, code, AT, AT if closed else None, "并入" if closed else ""])
    finally:
        move()
    assert dict(Organization.objects.values_list("name", "state")) == {name: row[3] for name, row in ROWS.items()}
    Organization.objects.filter(name="甲").update(size_stated=3)
