"""Migrations of organisations run forward on roles of before, in organisations that nobody put on record."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from shanzhi.people.models import RoleGrant
from tests.people.conftest import COMMUNITY, make_areas
from tests.people.test_migrations import move
from tests.support.people import AT, a_person, an_actor, client_for, give_role, sign_in


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_role_in_an_organisation_of_before_stays_says_so_and_can_be_ended() -> None:
    person, number = a_person(COMMUNITY, verified=False), uuid4()
    try:
        move(("organizations", None), ("people", "0011_role_dates"))
        old = [give_role(person, role, organization=number) for role in (Role.OPERATOR, Role.SOCIAL_WORKER)]
    finally:
        move()
    make_areas()
    assert set(RoleGrant.objects.filter(organization=number, ends_at=None)) == set(old)
    with pytest.raises(IntegrityError), transaction.atomic():
        give_role(person, Role.VOLUNTEER, organization=number)
    assert "未录入的组织" in sign_in(Client(), person).get("/account/").content.decode()
    whole = an_actor(Role.ADMINISTRATOR, "")
    part = client_for(Role.DISTRICT_OFFICER, "370102")
    assert part.post(f"/desk/people/roles/{old[0].pk}/end/", {"reason": "x"}).status_code == 403
    for given in old:
        operations.end_grant(actor=whole, grant_id=given.pk, reason="未录入", at=AT)
    assert not RoleGrant.objects.filter(person=person, ends_at=None).exists()
