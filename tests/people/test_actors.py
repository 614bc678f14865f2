"""From a request to the actor."""

import pytest
from django.test import RequestFactory

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.middleware import actor_of
from tests.support.people import AREA, AT, a_person, actor, an_account, client_for, give_role

pytestmark = pytest.mark.django_db


class TestAnActor:
    def test_of_a_verified_person_is_resident_of_the_own_area_alone(self) -> None:
        someone = actor(a_person(AREA))
        assert someone.holds(Role.RESIDENT, AREA)
        assert not someone.holds(Role.RESIDENT, "370102001002")

    def test_of_a_declared_person_is_no_resident(self) -> None:
        assert actor(a_person(AREA, verified=False)).grants == ()

    def test_loses_a_role_when_its_period_ends(self) -> None:
        person = a_person(AREA)
        give_role(person, Role.SOCIAL_WORKER, area=AREA, ends_at=AT)
        assert not actor(person, at=AT).holds(Role.SOCIAL_WORKER, AREA)
        assert actor(person, at=AT.replace(hour=2)).holds(Role.SOCIAL_WORKER, AREA)

    def test_is_nobody_when_the_account_is_closed(self) -> None:
        request = RequestFactory().get("/")
        request.user = an_account(a_person(), is_active=False)
        request.now = AT  # type: ignore[attr-defined]
        assert actor_of(request) == Actor.anonymous()


class TestASignedInClient:
    def test_carries_its_person(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, "370102")
        assert actor(client.person).holds(Role.DISTRICT_OFFICER, AREA)  # type: ignore[attr-defined]
