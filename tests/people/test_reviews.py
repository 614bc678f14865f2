"""The yearly review of roles."""

import pytest

from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from shanzhi.people.models import RoleGrant
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.people import AT, a_person, an_actor, client_for, give_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


class TestTheYearlyReview:
    def test_lets_lapse_what_nobody_confirmed_and_keeps_what_was(self) -> None:
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        RoleGrant.objects.update(confirmed_at=AT)
        kept, lost = (give_role(a_person(COMMUNITY), Role.SOCIAL_WORKER, area=COMMUNITY) for _n in range(2))
        operations.confirm_grants(actor=officer, grant_ids=[kept.pk], at=AT)
        assert operations.lapse_grants(at=AT) == 1
        assert operations.lapse_grants(at=AT) == 0
        kept.refresh_from_db()
        lost.refresh_from_db()
        assert kept.ends_at is None
        assert lost.ends_at == AT

    def test_never_takes_the_last_administrator(self) -> None:
        give_role(a_person(COMMUNITY), Role.ADMINISTRATOR)
        assert operations.lapse_grants(at=AT) == 0

    def test_is_done_in_one_go_on_its_page(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        RoleGrant.objects.update(confirmed_at=AT)
        given = [give_role(a_person(COMMUNITY), Role.SOCIAL_WORKER, area=COMMUNITY) for _n in range(3)]
        assert str(given[0].pk) in client.get("/desk/people/roles/review/").content.decode()
        client.post("/desk/people/roles/review/", {"act": "confirm", "grant": [str(g.pk) for g in given[:2]]})
        client.post("/desk/people/roles/review/", {"act": "end", "reason": "离职", "grant": [str(given[2].pk)]})
        assert RoleGrant.objects.filter(person__in=[g.person for g in given], ends_at=None).count() == 2
